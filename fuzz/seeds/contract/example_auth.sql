-- What the platform keeps: it is referenced here and never touched.

-- @control external
CREATE SCHEMA auth;

-- @control external
CREATE TABLE auth.users (
    id uuid PRIMARY KEY,
    email text
);
