-- migration: quota_overrides
-- from: 67082410680e45ddc736028059d8ef1e80e4bfe26eefefc8467515c65b07cbd1   to: ff773abb99ff150d6d84baac0e46929ad810fa0a07f4dcab9dc81bc45738eb82

CREATE TABLE public.quota_overrides (
    user_id uuid,
    action text,
    monthly_limit integer NOT NULL,
    reason text,
    granted_during tstzrange DEFAULT tstzrange(now(), NULL::timestamp with time zone) NOT NULL,
    CONSTRAINT quota_overrides_pkey PRIMARY KEY (user_id, action),
    CONSTRAINT quota_overrides_monthly_limit_check CHECK (monthly_limit >= 0)
);

CREATE INDEX quota_overrides_granted_during_idx ON public.quota_overrides USING gist (granted_during);

ALTER TABLE public.quota_overrides ADD CONSTRAINT quota_overrides_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users (id) ON DELETE CASCADE;
