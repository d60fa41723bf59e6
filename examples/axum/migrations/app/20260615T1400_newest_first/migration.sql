-- migration: newest first
-- from: d1c72e62f79f07bced17d780302a80a5f44ac448afbf25ff1e57f44f202fab0e   to: 7fc01c5feb0c6d3a9988b093ebe9b157f2662af2bdd4ffdfe52f4d21a12420ac

CREATE INDEX notes_newest ON public.notes (pinned DESC, id DESC);
