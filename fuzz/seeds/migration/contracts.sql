CREATE TABLE a (id int PRIMARY KEY, b text);
-- ====
CREATE TABLE a (id bigint PRIMARY KEY, b text NOT NULL, c int CHECK (c > 0));
CREATE INDEX ON a (b);
-- ====
ALTER TABLE public.a ALTER COLUMN id SET DATA TYPE bigint, ALTER COLUMN b SET NOT NULL, ADD COLUMN c integer,
    ADD CONSTRAINT a_c_check CHECK (c > 0);
CREATE INDEX a_b_idx ON public.a (b);
