CREATE SCHEMA shop;
CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('sad', 'o''k');
CREATE SEQUENCE shop.numbers AS bigint START 10 INCREMENT BY -2 MINVALUE -100 MAXVALUE 100 CACHE 3 CYCLE;
CREATE TABLE "People" (id serial PRIMARY KEY, email text COLLATE "C" NOT NULL UNIQUE, boss int REFERENCES "People",
    mood mood DEFAULT 'sad', age smallint CHECK (age > 0), full_name text GENERATED ALWAYS AS (email || '!') STORED,
    at timestamptz(3) NOT NULL DEFAULT now(), tags text[] DEFAULT '{}', price numeric(10, 2) DEFAULT 1.50,
    EXCLUDE USING gist (at WITH =) WHERE (age IS NOT NULL));
CREATE UNIQUE INDEX ON "People" USING btree (lower(email) text_pattern_ops DESC NULLS LAST) INCLUDE (age) WHERE age > 1;
COMMENT ON COLUMN "People".age IS E'years\n';
ALTER TABLE "People" ADD CONSTRAINT fk FOREIGN KEY (boss) REFERENCES "People" (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED NOT VALID;
ALTER SEQUENCE shop.numbers OWNED BY "People".age;
