-- @raw additive: a function
-- @precheck
SELECT true;
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
-- @postcheck
SELECT to_regprocedure('f()') IS NOT NULL;
-- @end
CREATE INDEX CONCURRENTLY pets_owner_idx ON public.pets (owner);
