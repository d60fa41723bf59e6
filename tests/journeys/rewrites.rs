//! Two texts that PostgreSQL stores as the same thing: the contract says one, the database was made with the other, and
//! verifying strictly has nothing to say.

use serde_json::Value;

use crate::support::Project;

#[track_caller]
fn same(contract: &str, database: &str) {
    assert_ne!(contract, database);
    let project = Project::with_contract(contract);
    project.sql(database);
    let ran = project.novate("db verify --schema-only --strict --json").ok();
    assert_eq!(ran.json()["findings"], Value::Array(Vec::new()), "{}", ran.transcript());
}

/// Texts that look alike and are not the same.
#[track_caller]
fn other(contract: &str, database: &str) {
    let project = Project::with_contract(contract);
    project.sql(database);
    project.novate("db verify --schema-only --strict").fails(4, "DB.DRIFT");
}

macro_rules! rewrites {
    ($($judge:ident $name:ident: $contract:expr, $database:expr;)*) => {
        $(#[test] fn $name() { $judge($contract, $database); })*
    };
}

rewrites! {
    same varchar:
        "CREATE TABLE t (a varchar(20), b varchar, c varchar(3)[]);",
        "CREATE TABLE t (a character varying(20), b character varying, c character varying(3)[])";
    same int4:
        "CREATE TABLE t (a int4, b int8, c int2, d float8, e float4, f bool, g decimal(5,2), h bpchar(3));",
        "CREATE TABLE t (a integer, b bigint, c smallint, d double precision, e real, f boolean, g numeric(5,2),
           h character(3))";
    same timestamptz:
        "CREATE TABLE t (a timestamptz, b timestamptz(3), c timestamp, d timetz, e time(0), f varbit(5));",
        "CREATE TABLE t (a timestamp with time zone, b timestamp(3) with time zone, c timestamp without time zone,
           d time with time zone, e time(0) without time zone, f bit varying(5))";
    same array_types:
        "CREATE TABLE t (a int[], b text[][], c int ARRAY, d int[3]);",
        "CREATE TABLE t (a integer[], b text[], c integer[], d integer[])";
    same types_of_pg_catalog:
        "CREATE TABLE t (a pg_catalog.int4, b pg_catalog.text, c pg_catalog.timestamptz);",
        "CREATE TABLE t (a int, b text, c timestamptz)";
    same float_precision:
        "CREATE TABLE t (a float(24), b float(53), c float);",
        "CREATE TABLE t (a real, b double precision, c double precision)";
    same numeric_scale:
        "CREATE TABLE t (a numeric(10), b numeric(10, 2) DEFAULT 0.50);",
        "CREATE TABLE t (a numeric(10, 0), b decimal(10,2) DEFAULT '0.50'::numeric)";
    same character_without_length:
        "CREATE TABLE t (a char, b bit);",
        "CREATE TABLE t (a char(1), b bit(1))";
    same quoted_identifiers:
        "CREATE TABLE Users (\"id\" int, Name text, \"order\" int);",
        "CREATE TABLE \"users\" (id int, \"name\" text, \"order\" int)";
    same qualified_names:
        "CREATE TABLE t (a int PRIMARY KEY, b int REFERENCES t); CREATE INDEX t_b_idx ON t (b);",
        "CREATE TABLE public.t (a int PRIMARY KEY, b int REFERENCES public.t (a)); CREATE INDEX t_b_idx ON public.t (b)";
    same not_null_twice:
        "CREATE TABLE t (a int NOT NULL NOT NULL PRIMARY KEY, b int NULL);",
        "CREATE TABLE t (a int PRIMARY KEY, b int)";
    same default_null:
        "CREATE TABLE t (a int DEFAULT NULL, b text DEFAULT NULL::text);",
        "CREATE TABLE t (a int, b text)";
    same now_spelt_otherwise:
        "CREATE TABLE t (a timestamptz DEFAULT now(), b timestamptz DEFAULT current_timestamp, c date DEFAULT CURRENT_DATE);",
        "CREATE TABLE t (a timestamptz DEFAULT pg_catalog.NOW(), b timestamptz DEFAULT CURRENT_TIMESTAMP,
           c date DEFAULT (current_date))";
    other now_is_not_current_timestamp:
        "CREATE TABLE t (a timestamptz DEFAULT now());",
        "CREATE TABLE t (a timestamptz DEFAULT CURRENT_TIMESTAMP)";
    same string_with_type:
        "CREATE TABLE t (a text DEFAULT 'x', b varchar(5) DEFAULT 'y', c text DEFAULT 'z'::varchar);",
        "CREATE TABLE t (a text DEFAULT 'x'::text, b varchar(5) DEFAULT 'y'::character varying,
           c text DEFAULT CAST('z' AS character varying))";
    same escape_strings:
        r"CREATE TABLE t (a text DEFAULT E'tab\there\'s', b text DEFAULT 'it''s');",
        "CREATE TABLE t (a text DEFAULT 'tab\there''s', b text DEFAULT E'it\\'s')";
    same dollar_quotes:
        "CREATE TABLE t (a text DEFAULT $$it's$$, b text DEFAULT $x$a$$b$x$);",
        "CREATE TABLE t (a text DEFAULT 'it''s', b text DEFAULT 'a$$b')";
    same unicode_escapes:
        r"CREATE TABLE t (a text DEFAULT U&'caf\00e9', b text DEFAULT E'caf\u00e9');",
        "CREATE TABLE t (a text DEFAULT 'café', b text DEFAULT 'café')";
    same json_literals:
        r#"CREATE TABLE t (a jsonb DEFAULT '{"b": 1,   "a":[1,2]}', b json DEFAULT '{}', c jsonb DEFAULT '{}'::jsonb);"#,
        r#"CREATE TABLE t (a jsonb DEFAULT '{"a": [1, 2], "b": 1}'::jsonb, b json DEFAULT '{}'::json, c jsonb DEFAULT '{}')"#;
    same array_literals:
        "CREATE TABLE t (a int[] DEFAULT '{}', b text[] DEFAULT ARRAY['a', 'b'], c int[] DEFAULT '{1,2}'::int[]);",
        "CREATE TABLE t (a int[] DEFAULT '{}'::integer[], b text[] DEFAULT ARRAY['a'::text, 'b'::text],
           c int[] DEFAULT '{1, 2}')";
    same negative_numbers:
        "CREATE TABLE t (a int DEFAULT -1, b numeric DEFAULT -1.50, c bigint DEFAULT '-5', CHECK (a > -5));",
        "CREATE TABLE t (a int DEFAULT '-1'::integer, b numeric DEFAULT '-1.50'::numeric, c bigint DEFAULT (-5),
           CHECK ((a > '-5'::integer)))";
    same intervals:
        "CREATE TABLE t (a interval DEFAULT interval '1 day', b interval DEFAULT '01:00', c timestamptz
           DEFAULT now() + interval '90 minutes');",
        "CREATE TABLE t (a interval DEFAULT '1 day'::interval, b interval DEFAULT '1 hour', c timestamptz
           DEFAULT (now() + '01:30:00'::interval))";
    same booleans:
        "CREATE TABLE t (a boolean DEFAULT true, b boolean DEFAULT 'f', c boolean DEFAULT FALSE::boolean);",
        "CREATE TABLE t (a boolean DEFAULT TRUE, b boolean DEFAULT false, c boolean DEFAULT false)";
    same enum_default:
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (a mood DEFAULT 'ok', b mood[] DEFAULT '{}');",
        "CREATE TYPE public.mood AS ENUM ('sad', 'ok');
         CREATE TABLE t (a public.mood DEFAULT 'ok'::public.mood, b mood[] DEFAULT '{}'::mood[])";
    same uuids_and_functions:
        "CREATE TABLE t (a uuid DEFAULT gen_random_uuid(), b text DEFAULT lower('X'), c int DEFAULT (1));",
        "CREATE TABLE t (a uuid DEFAULT pg_catalog.gen_random_uuid(), b text DEFAULT lower('X'::text), c int DEFAULT 1)";
    same in_list:
        "CREATE TABLE t (a text CHECK (a IN ('x', 'y')), b int CHECK (b NOT IN (1, 2)), c varchar(5) CHECK (c IN ('p')));",
        "CREATE TABLE t (a text CHECK (a = ANY (ARRAY['x'::text, 'y'::text])), b int CHECK (b <> ALL (ARRAY[1, 2])),
           c varchar(5) CHECK (((c)::text = 'p'::text)))";
    same in_list_of_varchar:
        "CREATE TABLE t (a varchar(20) CHECK (a IN ('x', 'y')));",
        "CREATE TABLE t (a varchar(20) CHECK (((a)::text = ANY ((ARRAY['x'::character varying,
           'y'::character varying])::text[]))))";
    same between:
        "CREATE TABLE t (a int CHECK (a BETWEEN 1 AND 5), b int CHECK (b NOT BETWEEN 1 AND 5));",
        "CREATE TABLE t (a int CHECK (a >= 1 AND a <= 5), b int CHECK ((b < 1) OR (b > 5)))";
    same unequal:
        "CREATE TABLE t (a int CHECK (a != 1));",
        "CREATE TABLE t (a int CHECK (a <> 1))";
    same like:
        "CREATE TABLE t (a text CHECK (a LIKE 'x%'), b text CHECK (b NOT LIKE 'y_'), c text CHECK (c ILIKE 'z'));",
        "CREATE TABLE t (a text CHECK (a ~~ 'x%'::text), b text CHECK (b !~~ 'y_'), c text CHECK ((c ~~* 'z'::text)))";
    same parentheses:
        "CREATE TABLE t (a int CHECK (a > 0 AND a < 5 OR a = 9), b int CHECK (b > 0));",
        "CREATE TABLE t (a int CHECK (((((a > 0)) AND ((a) < (5)))) OR (a = 9)), b int CHECK (((b > 0))))";
    same nested_and:
        "CREATE TABLE t (a int, b int, c int, CHECK (a > 0 AND b > 0 AND c > 0));",
        "CREATE TABLE t (a int, b int, c int, CHECK ((a > 0 AND b > 0) AND c > 0))";
    same is_not_true:
        "CREATE TABLE t (a boolean CHECK (a IS NOT TRUE), b int CHECK (b IS NOT NULL), c int CHECK (c ISNULL OR c > 0));",
        "CREATE TABLE t (a boolean CHECK ((a IS NOT TRUE)), b int CHECK (b NOTNULL), c int CHECK ((c IS NULL) OR (c > 0)))";
    same is_distinct_from:
        "CREATE TABLE t (a int, b int, CHECK (a IS DISTINCT FROM b), CHECK (a IS NOT DISTINCT FROM 1));",
        "CREATE TABLE t (a int, b int, CHECK ((a IS DISTINCT FROM b)), CHECK (NOT (a IS DISTINCT FROM 1)))";
    same coalesce:
        "CREATE TABLE t (a int, b text, CHECK (coalesce(a, 0) > 0), CHECK (COALESCE(b, '') <> ''));",
        "CREATE TABLE t (a int, b text, CHECK (COALESCE(a, 0) > 0), CHECK ((COALESCE(b, ''::text) <> ''::text)))";
    same extract:
        "CREATE TABLE t (a timestamp, b timestamp, CHECK (extract(year FROM a) > 2000), CHECK (date_part('year', b) > 1));",
        "CREATE TABLE t (a timestamp, b timestamp, CHECK (EXTRACT('year' FROM a) > 2000),
           CHECK (date_part('year'::text, b) > 1))";
    same case_expression:
        "CREATE TABLE t (a int, CHECK (CASE WHEN a > 0 THEN true ELSE false END), CHECK (CASE a WHEN 1 THEN 'x' ELSE NULL END
           IS NOT NULL));",
        "CREATE TABLE t (a int, CHECK (CASE WHEN (a > 0) THEN true ELSE false END), CHECK ((CASE a WHEN 1 THEN 'x'::text
           ELSE NULL::text END IS NOT NULL)))";
    same casts:
        "CREATE TABLE t (a text, b int, CHECK (CAST(a AS integer) > 0), CHECK (b::text <> '0'), CHECK (length(a::varchar) > 1));",
        "CREATE TABLE t (a text, b int, CHECK ((a)::integer > 0), CHECK (((b)::text <> '0'::text)),
           CHECK (length((a)::character varying) > 1))";
    same mixed_numbers:
        "CREATE TABLE t (a numeric, b float8, c bigint, CHECK (a >= 0), CHECK (b > 0.5), CHECK (c > 3000000000));",
        "CREATE TABLE t (a numeric, b float8, c bigint, CHECK (a >= (0)::numeric), CHECK (b > (0.5)::double precision),
           CHECK (c > '3000000000'::bigint))";
    same at_time_zone:
        "CREATE TABLE t (a timestamptz, CHECK (a AT TIME ZONE 'UTC' > '2020-01-01'));",
        "CREATE TABLE t (a timestamptz, CHECK (timezone('UTC', a) > '2020-01-01 00:00:00'::timestamp without time zone))";
    same substrings:
        "CREATE TABLE t (a text, CHECK (substring(a FROM 1 FOR 2) = 'ab'), CHECK (position('x' IN a) = 0),
           CHECK (trim(a) <> ''));",
        "CREATE TABLE t (a text, CHECK (SUBSTRING(a FROM 1 FOR 2) = 'ab'::text), CHECK (POSITION(('x'::text) IN (a)) = 0),
           CHECK (btrim(a) <> ''::text))";
    same regular_expressions:
        "CREATE TABLE t (a text, CHECK (a ~ '^[a-z]+$'), CHECK (a !~* 'x' AND length(a) < 10));",
        "CREATE TABLE t (a text, CHECK ((a ~ '^[a-z]+$'::text)), CHECK ((a !~* 'x'::text) AND (length(a) < 10)))";
    same named_constraints:
        "CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE, c int REFERENCES t, d int CHECK (d > 0), UNIQUE (c, d));",
        "CREATE TABLE t (a int CONSTRAINT t_pkey PRIMARY KEY, b int, c int, d int, CONSTRAINT t_b_key UNIQUE (b),
           CONSTRAINT t_c_fkey FOREIGN KEY (c) REFERENCES t (a), CONSTRAINT t_d_check CHECK (d > 0),
           CONSTRAINT t_c_d_key UNIQUE (c, d))";
    same table_and_column_constraints:
        "CREATE TABLE t (a int PRIMARY KEY, b int CHECK (b > 0));",
        "CREATE TABLE t (a int, b int); ALTER TABLE t ADD PRIMARY KEY (a); ALTER TABLE t ADD CONSTRAINT t_b_check CHECK (b > 0)";
    same foreign_key_actions:
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int REFERENCES p);",
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int REFERENCES p (id) MATCH SIMPLE ON UPDATE NO ACTION
           ON DELETE NO ACTION NOT DEFERRABLE INITIALLY IMMEDIATE)";
    same index_defaults:
        "CREATE TABLE t (a int, b text); CREATE INDEX t_a_b_idx ON t (a, b DESC);",
        "CREATE TABLE t (a int, b text);
         CREATE INDEX t_a_b_idx ON t USING btree (a int4_ops ASC NULLS LAST, b text_ops DESC NULLS FIRST)";
    same index_of_varchar:
        "CREATE TABLE t (a varchar(5), b text); CREATE INDEX t_a_idx ON t (a); CREATE INDEX t_b_idx ON t (b);",
        "CREATE TABLE t (a varchar(5), b text); CREATE INDEX t_a_idx ON t (a text_ops);
         CREATE INDEX t_b_idx ON t (b COLLATE \"default\")";
    same index_expressions:
        "CREATE TABLE t (a text, b int); CREATE INDEX t_lower_idx ON t (lower(a)); CREATE INDEX t_expr_idx ON t ((b + 1))
           WHERE b > 0 AND a != 'x';",
        "CREATE TABLE t (a text, b int); CREATE INDEX t_lower_idx ON t USING btree ((lower((a)::text)));
         CREATE INDEX t_expr_idx ON t (((b) + (1))) WHERE ((b > 0) AND (a <> 'x'::text))";
    same unnamed_indexes:
        "CREATE TABLE t (a text, b int); CREATE INDEX ON t (a, b); CREATE INDEX ON t (lower(a));",
        "CREATE TABLE t (a text, b int); CREATE INDEX t_a_b_idx ON t (a, b); CREATE INDEX t_lower_idx ON t (lower(a))";
    same serial:
        "CREATE TABLE t (a serial PRIMARY KEY, b bigserial, c smallserial);",
        "CREATE SEQUENCE t_a_seq AS integer; CREATE SEQUENCE t_b_seq; CREATE SEQUENCE t_c_seq AS smallint;
         CREATE TABLE t (a integer NOT NULL DEFAULT nextval('t_a_seq') PRIMARY KEY,
           b bigint DEFAULT nextval('public.t_b_seq'::regclass) NOT NULL, c smallint NOT NULL DEFAULT nextval('t_c_seq'));
         ALTER SEQUENCE t_a_seq OWNED BY t.a; ALTER SEQUENCE t_b_seq OWNED BY t.b; ALTER SEQUENCE t_c_seq OWNED BY t.c";
    same identity_options:
        "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY, b bigint GENERATED BY DEFAULT AS IDENTITY (START 5));",
        "CREATE TABLE t (a int NOT NULL GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME t_a_seq START WITH 1 INCREMENT BY 1
           MINVALUE 1 MAXVALUE 2147483647 CACHE 1 NO CYCLE), b bigint GENERATED BY DEFAULT AS IDENTITY (START WITH 5))";
    same sequence_options:
        "CREATE SEQUENCE s; CREATE SEQUENCE d INCREMENT -1;",
        "CREATE SEQUENCE s AS bigint START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1 NO CYCLE OWNED BY NONE;
         CREATE SEQUENCE d INCREMENT BY -1 MINVALUE -9223372036854775808 MAXVALUE -1 START -1";
    same generated_columns:
        "CREATE TABLE t (a text, b text, c text GENERATED ALWAYS AS (a || ' ' || b) STORED);",
        "CREATE TABLE t (a text, b text, c text GENERATED ALWAYS AS ((((a)::text || ' '::text) || (b)::text)) STORED)";
    same storage_parameters:
        "CREATE TABLE t (a int) WITH (fillfactor = 70, autovacuum_enabled = off);",
        "CREATE TABLE t (a int) WITH (autovacuum_enabled = OFF, fillfactor = '70')";
    same comments:
        "CREATE TABLE t (a int); COMMENT ON TABLE t IS 'it''s'; COMMENT ON COLUMN t.a IS NULL;",
        "CREATE TABLE t (a int); COMMENT ON TABLE public.t IS E'it\\'s'";
    same exclusion_spelt_out:
        "CREATE TABLE t (a int4range, EXCLUDE USING gist (a WITH &&) WHERE (lower(a) > 0));",
        "CREATE TABLE t (a int4range, CONSTRAINT t_a_excl EXCLUDE USING gist (a range_ops WITH OPERATOR(pg_catalog.&&))
           WHERE ((lower(a) > 0)))";
    same partitions:
        "CREATE TABLE t (a int, at date) PARTITION BY RANGE (at);
         CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');",
        "CREATE TABLE t (a int, at date) PARTITION BY RANGE (at); CREATE TABLE t1 (a int, at date);
         ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM ('20240101') TO (date '2025-01-01')";
    same byte_strings:
        r"CREATE TABLE t (a bytea DEFAULT '\x0aff', b bytea DEFAULT '');",
        r"CREATE TABLE t (a bytea DEFAULT E'\\012\\377'::bytea, b bytea DEFAULT '\x')";
    same moments:
        "CREATE TABLE t (a timestamptz DEFAULT '2024-01-01 02:00+02', b date DEFAULT '1 Feb 2024', c time DEFAULT '1:00 pm');",
        "CREATE TABLE t (a timestamptz DEFAULT '2024-01-01 00:00:00+00'::timestamptz, b date DEFAULT '2024-02-01'::date,
           c time DEFAULT '13:00:00'::time without time zone)";
    same addresses:
        "CREATE TABLE t (a inet, CHECK (a << '10.0.0.0/8'), b cidr DEFAULT '10.1');",
        "CREATE TABLE t (a inet, CHECK ((a << '10.0.0.0/8'::inet)), b cidr DEFAULT '10.1.0.0/16'::cidr)";
    same json_operators:
        "CREATE TABLE t (a jsonb, CHECK (a ? 'x'), CHECK (a->>'x' <> ''), CHECK ((a->'y'->0)::text = '1'));",
        "CREATE TABLE t (a jsonb, CHECK ((a ? 'x'::text)), CHECK (((a ->> 'x'::text) <> ''::text)),
           CHECK ((((a -> 'y'::text) -> 0))::text = '1'::text))";
    same array_operators:
        "CREATE TABLE t (a int[], b text[], CHECK (a @> '{1}'), CHECK (1 = ANY (a)), CHECK (cardinality(b) < 9 AND b[1] > ''));",
        "CREATE TABLE t (a int[], b text[], CHECK ((a @> '{1}'::integer[])), CHECK ((1 = ANY (a))),
           CHECK (((cardinality(b) < 9) AND (b[1] > ''::text))))";
    same row_comparison:
        "CREATE TABLE t (a int, b int, CHECK ((a, b) <> (1, 2)), CHECK ((a, b) < (5, 6)));",
        "CREATE TABLE t (a int, b int, CHECK ((a <> 1) OR (b <> 2)), CHECK (ROW(a, b) < ROW(5, 6)))";
    same similar_to:
        "CREATE TABLE t (a text, CHECK (a SIMILAR TO 'x%'));",
        "CREATE TABLE t (a text, CHECK (a ~ similar_to_escape('x%'::text)))";
    same overlapping_ranges:
        "CREATE TABLE t (a daterange DEFAULT '[2024-01-01,2024-01-31]', b int4range DEFAULT '[1,5]');",
        "CREATE TABLE t (a daterange DEFAULT '[2024-01-01,2024-02-01)'::daterange, b int4range DEFAULT '[1,6)')";
    same typed_literals:
        "CREATE TABLE t (a date DEFAULT date '2024-01-01', b interval DEFAULT interval '2' day, CHECK (a > date '2000-01-01'));",
        "CREATE TABLE t (a date DEFAULT '2024-01-01'::date, b interval DEFAULT '2 days'::interval,
           CHECK ((a > '2000-01-01'::date)))";
    same not_in_front:
        "CREATE TABLE t (a int, b boolean, CHECK (NOT a > 5), CHECK (NOT (b OR a IS NULL)));",
        "CREATE TABLE t (a int, b boolean, CHECK (NOT (a > 5)), CHECK ((NOT (b OR (a IS NULL)))))";
    same arithmetic:
        "CREATE TABLE t (a int, b bigint, c numeric, CHECK (a * 2 + 1 > b), CHECK (c / 3 < a % 7), CHECK (-a < +b));",
        "CREATE TABLE t (a int, b bigint, c numeric, CHECK ((((a * 2) + 1) > b)), CHECK (((c / (3)::numeric) < ((a % 7))::numeric)),
           CHECK (((- a) < (+ b))))";
    same collations_spelt_out:
        "CREATE TABLE t (a text, b text COLLATE \"C\"); CREATE INDEX t_a_idx ON t (a COLLATE \"C\"); CREATE INDEX t_b_idx ON t (b);",
        "CREATE TABLE t (a text COLLATE \"default\", b text COLLATE pg_catalog.\"C\");
         CREATE INDEX t_a_idx ON t (a COLLATE pg_catalog.\"C\"); CREATE INDEX t_b_idx ON t (b COLLATE \"C\")";
    same trigram_index_in_an_extension:
        "CREATE EXTENSION pg_trgm; CREATE TABLE t (a text); CREATE INDEX t_a_idx ON t USING gin (a gin_trgm_ops);",
        "CREATE EXTENSION pg_trgm WITH SCHEMA public; CREATE TABLE t (a text);
         CREATE INDEX t_a_idx ON public.t USING gin (a public.gin_trgm_ops)";
    same enum_comparisons:
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (a mood CHECK (a <> 'sad'), b mood CHECK (b IN ('sad', 'ok')));",
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (a mood CHECK ((a <> 'sad'::mood)),
           b mood CHECK ((b = ANY (ARRAY['sad'::public.mood, 'ok'::public.mood]))))";
    same index_and_predicate_asked_apart:
        "CREATE TABLE t (a timestamptz, b varchar(5), c tstzrange);
         CREATE INDEX t_1_idx ON t ((a > '2024-01-01 01:00+01')) WHERE b IN ('x', 'y');
         CREATE INDEX t_2_idx ON t ((b || 'z')) WHERE a > '2024-01-01 01:00+01';
         ALTER TABLE t ADD EXCLUDE USING gist (c WITH &&) WHERE (b IN ('x', 'y') AND a > '2024-01-01 01:00+01') DEFERRABLE;",
        "CREATE TABLE t (a timestamptz, b varchar(5), c tstzrange);
         CREATE INDEX t_1_idx ON t ((a > '2024-01-01 00:00+00')) WHERE b IN ('x', 'y');
         CREATE INDEX t_2_idx ON t ((b || 'z')) WHERE a > '2024-01-01 00:00+00';
         ALTER TABLE t ADD EXCLUDE USING gist (c WITH &&) WHERE (b IN ('x', 'y') AND a > '2024-01-01 00:00+00') DEFERRABLE";
    same column_order:
        "CREATE TABLE t (a int, b int);",
        "CREATE TABLE t (b int, a int)";
}
