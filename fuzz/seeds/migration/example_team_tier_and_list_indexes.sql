-- migration: team_tier_and_list_indexes
-- from: 65fd220c2512134995e51cfeefbaa6989fc4e09d53716e0018d39d4168e01d0a   to: 7448f876e1e6f1b9e3982008c5f38d6eeee0e6a65b22bf841eebc9ab58620abe

ALTER TYPE public.plan_tier ADD VALUE 'team';

DROP INDEX public.documents_owner_id_idx;

CREATE INDEX documents_owner_id_created_at_idx ON public.documents (owner_id, created_at DESC);

CREATE INDEX usage_logs_user_id_logged_at_idx ON public.usage_logs (user_id, logged_at DESC) INCLUDE (units);
