-- migration: pinned notes
-- from: d05751f45094410aeb54bb2698e733a811ebf0d412d4380bff57172b0b61900a   to: d1c72e62f79f07bced17d780302a80a5f44ac448afbf25ff1e57f44f202fab0e

ALTER TABLE public.notes ADD COLUMN pinned boolean DEFAULT false NOT NULL;
