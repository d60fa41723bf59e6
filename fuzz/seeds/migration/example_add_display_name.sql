-- migration: add_display_name
-- from: cb1795ef4883c4b30fd0476d119ab360402558251c7985ab0dfac13db41417cb   to: 3b24624f40172b17e6f89c338afd5e4145d248883076302e644036cf28a14195

ALTER TABLE public.profiles ADD COLUMN display_name text;

-- @transform backfill public.profiles.display_name
-- @check
SELECT 1 FROM public.profiles WHERE display_name IS NULL LIMIT 1;
-- @run
UPDATE public.profiles p
SET display_name = coalesce(split_part(u.email, '@', 1), 'user')
FROM auth.users u
WHERE u.id = p.user_id AND p.display_name IS NULL;
-- @end

ALTER TABLE public.profiles ALTER COLUMN display_name SET NOT NULL;
