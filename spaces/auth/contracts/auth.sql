-- As the platform documents it. A new version of the platform is declared anew:
-- novate contract infer --only auth.users --control external --output -

-- @control external
CREATE SCHEMA auth;

-- @control external
CREATE TABLE auth.users (
    id uuid PRIMARY KEY,
    email text
);
