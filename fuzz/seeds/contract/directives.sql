-- @renamed_from users.name
-- @control external
CREATE TABLE accounts (
    -- @renamed_from nick
    id uuid PRIMARY KEY, -- @online
    name text /* @control tolerated */
);
-- @online
CREATE TYPE t AS ENUM (
    -- @renamed from=old
    'a',
    'b' -- @renamed_from c
);
