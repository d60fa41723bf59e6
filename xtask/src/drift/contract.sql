-- What a dump may bring back in other words, or in another order.
CREATE SCHEMA billing;
COMMENT ON SCHEMA billing IS 'money';

CREATE EXTENSION btree_gist;
CREATE EXTENSION pg_trgm WITH SCHEMA billing;

CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s');
CREATE TYPE billing.state AS ENUM ('open', 'paid');

CREATE SEQUENCE billing.numbers AS integer START 1000 INCREMENT 10 CACHE 5 CYCLE;

CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY (START 100) PRIMARY KEY,
    "E-Mail" varchar(255) NOT NULL UNIQUE,
    name text COLLATE "C",
    mood mood DEFAULT 'ok' NOT NULL,
    kind varchar(10) DEFAULT 'person' CHECK (kind IN ('person', 'firm')),
    tags text[] DEFAULT '{}' NOT NULL,
    settings jsonb DEFAULT '{"b": 1, "a": [1, 2]}',
    balance numeric(12, 2) DEFAULT 0.00 CHECK (balance BETWEEN -1000 AND 1000),
    initials text GENERATED ALWAYS AS (upper(left(name, 1))) STORED,
    trial interval DEFAULT '90 minutes',
    born date CHECK (born > '1900-01-01'),
    seen timestamptz DEFAULT now(),
    created timestamp DEFAULT CURRENT_TIMESTAMP NOT NULL,
    since timestamptz DEFAULT '2024-01-01 01:00+01',
    CONSTRAINT users_named CHECK (coalesce(name, '') <> '' OR mood <> 'sad' OR "E-Mail" LIKE '%@%')
) WITH (fillfactor = 80);
COMMENT ON TABLE users IS 'people''s';
COMMENT ON COLUMN users."E-Mail" IS 'where to write';
CREATE INDEX users_lower_idx ON users (lower("E-Mail") DESC NULLS LAST, name) INCLUDE (mood) WHERE balance > 0;
CREATE INDEX users_name_idx ON users USING gin (name billing.gin_trgm_ops);
-- Not extract(), which since 14 is another function than it was before.
CREATE UNIQUE INDEX users_year_idx ON users (date_part('year', born), (name || kind)) WHERE kind IN ('firm', 'person');
ALTER TABLE users ENABLE ROW LEVEL SECURITY;

CREATE TABLE billing.invoices (
    id serial PRIMARY KEY,
    number integer DEFAULT nextval('billing.numbers') NOT NULL,
    customer bigint REFERENCES users ON DELETE CASCADE ON UPDATE RESTRICT DEFERRABLE INITIALLY DEFERRED,
    state billing.state DEFAULT 'open',
    during tstzrange,
    amount money,
    lines integer CHECK (lines > 0 AND lines <> ALL (ARRAY[13, 666])),
    EXCLUDE USING gist (customer WITH =, during WITH &&) WHERE (state <> 'paid')
);
COMMENT ON CONSTRAINT invoices_pkey ON billing.invoices IS 'their number is another';
ALTER TABLE billing.invoices ADD CONSTRAINT invoices_number_positive CHECK (number > 0) NOT VALID;

CREATE UNLOGGED TABLE sessions (token uuid DEFAULT gen_random_uuid() PRIMARY KEY, data bytea DEFAULT '\x00ff');

CREATE TABLE events (at timestamptz NOT NULL, what text, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01 00:00+00') TO ('2025-01-01 00:00+00');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE INDEX events_what_idx ON events (what text_pattern_ops);

CREATE TABLE base (id integer NOT NULL, note text DEFAULT E'tab\t' CHECK (note IS NOT NULL));
CREATE TABLE derived (extra integer) INHERITS (base);
