CREATE TABLE e (
    a int CHECK (a BETWEEN 1 AND 2 AND (NOT a IN (3, 4)) AND a IS DISTINCT FROM -5),
    b jsonb DEFAULT '{"x": [1]}'::jsonb CHECK (b ->> 'x' LIKE '%y' ESCAPE '!' OR b @> '{}'),
    c text DEFAULT CASE WHEN current_user = $$me$$ THEN U&'\0061' ELSE concat('a', 1 + 2 * 3 ^ 4) END,
    d interval DEFAULT interval '1' day, f float8 DEFAULT 1e10, g bit(3) DEFAULT B'101', h bytea DEFAULT X'ff',
    i int[] DEFAULT ARRAY[1, 2][1:1], j time DEFAULT CURRENT_TIME(3), k text DEFAULT (now() AT TIME ZONE 'UTC')::date,
    l boolean DEFAULT (1, 2) < (2, 3) AND EXISTS (SELECT 1) AND a = ANY (ARRAY[1]) AND extract(year from now()) > 1
);
