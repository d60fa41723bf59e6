-- @renamed_from users
-- @control tolerated
-- @online
CREATE TABLE accounts (
    -- @renamed_from nick
    name text,
    id uuid PRIMARY KEY
);
-- @renamed_from moods
CREATE TYPE t AS ENUM (
    -- @renamed_from c
    'a',
    'b'
);
-- @control external
CREATE SCHEMA auth;
