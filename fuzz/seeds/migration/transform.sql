-- migration: by_hand
-- from: empty   to: 0

-- @transaction statement
-- @transform fill_email
-- @invariant emails-filled
-- @batch 1000
-- @check
SELECT 1 FROM public.people WHERE email IS NULL LIMIT 1;
-- @run
UPDATE public.people SET email = 'x' WHERE id IN (SELECT id FROM public.people WHERE email IS NULL LIMIT 1000);
-- @end

ALTER TABLE public.people ALTER COLUMN email SET NOT NULL;
-- @allow drop-column: nobody reads it
ALTER TABLE public.people DROP COLUMN note;
-- @placeholder public.pets.name: what should existing rows get?
ALTER TYPE public.mood ADD VALUE 'glad' AFTER 'ok';
