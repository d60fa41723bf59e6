-- The first of them.
-- @check
SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM people WHERE age > 1);
-- @run
INSERT INTO people (email, age) VALUES ('a@b', 2), ('c@d', 3);
UPDATE people SET note = 'first' WHERE email = 'a@b';
-- @end

-- @transform the pets
-- @check
SELECT 1 FROM people AS p WHERE NOT EXISTS (SELECT 1 FROM pets WHERE pets.owner = p.id);
-- @run
INSERT INTO pets (id, owner) SELECT p.id, p.id FROM people AS p ON CONFLICT DO NOTHING;
-- @end
