-- migration: start
-- from: empty   to: d05751f45094410aeb54bb2698e733a811ebf0d412d4380bff57172b0b61900a

CREATE TABLE public.notes (
    id bigint GENERATED ALWAYS AS IDENTITY,
    body text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT notes_pkey PRIMARY KEY (id),
    CONSTRAINT notes_body_check CHECK (body <> '')
);
