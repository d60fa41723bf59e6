CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad');

CREATE TABLE people (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    mood mood NOT NULL DEFAULT 'ok',
    age bigint CHECK (age > 0)
);

CREATE TABLE pets (
    id int PRIMARY KEY,
    owner bigint REFERENCES people ON DELETE CASCADE,
    name text NOT NULL DEFAULT 'Rex'
);

CREATE INDEX ON pets (owner);
