ALTER TYPE public.mood ADD VALUE 'glad';
-- @allow drop-column: nobody reads it
ALTER TABLE public.people
    ADD CONSTRAINT people_email_key UNIQUE (email),
    ALTER COLUMN email SET NOT NULL,
    ALTER COLUMN age SET DATA TYPE bigint,
    DROP COLUMN note;
ALTER TABLE public.pets
    DROP CONSTRAINT pets_owner_fkey,
    ADD COLUMN name text NOT NULL DEFAULT 'Rex';
ALTER TABLE public.pets ADD CONSTRAINT pets_owner_fkey FOREIGN KEY (owner) REFERENCES public.people (id) ON DELETE CASCADE;
CREATE INDEX pets_owner_idx ON public.pets (owner);
