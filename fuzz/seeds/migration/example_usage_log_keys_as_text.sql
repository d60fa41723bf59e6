-- migration: usage_log_keys_as_text
-- from: 146534623b95261e59a4e7ce92c17dfd8f72a0ec1a4ef8830f4d1a370b88fb61   to: 67082410680e45ddc736028059d8ef1e80e4bfe26eefefc8467515c65b07cbd1

ALTER TABLE public.usage_charges
    DROP CONSTRAINT usage_charges_usage_log_id_fkey,
    ALTER COLUMN usage_log_id SET DATA TYPE text;

ALTER TABLE public.usage_logs ALTER COLUMN id DROP IDENTITY;

ALTER TABLE public.usage_logs ALTER COLUMN id SET DATA TYPE text;

ALTER TABLE public.usage_logs ALTER COLUMN id SET DEFAULT gen_random_uuid()::text;

ALTER TABLE public.usage_charges ADD CONSTRAINT usage_charges_usage_log_id_fkey FOREIGN KEY (usage_log_id) REFERENCES public.usage_logs (id) ON DELETE CASCADE;
