//! Where rows may be in the way.

use crate::{Form, planned};

#[test]
fn a_new_column_that_refuses_null_asks_what_rows_should_get() {
    let plan = planned(
        &Form::Plan,
        "
        create table users (id int);
        ",
        "
        create table users (id int, name text not null);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.users ADD COLUMN name text;

    -- @transform backfill public.users.name
    -- @check
    SELECT 1 FROM public.users WHERE name IS NULL LIMIT 1;
    -- @run
    -- @placeholder public.users.name: what should existing rows get?
    -- @end

    ALTER TABLE public.users ALTER COLUMN name SET NOT NULL;
    "#);
}

#[test]
fn a_new_column_with_a_default_asks_nothing() {
    let plan = planned(
        &Form::Plan,
        "
        create table users (id int);
        ",
        "
        create table users (id int, name text not null default 'x');
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.users ADD COLUMN name text DEFAULT 'x' NOT NULL;
    "#);
}

#[test]
fn tightening_fills_in_from_the_default() {
    let plan = planned(
        &Form::Plan,
        "
        create table users (id int, name text);
        ",
        "
        create table users (id int, name text not null default 'anon');
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.users ALTER COLUMN name SET DEFAULT 'anon';

    -- @transform backfill public.users.name
    -- @check
    SELECT 1 FROM public.users WHERE name IS NULL LIMIT 1;
    -- @run
    UPDATE public.users SET name = 'anon' WHERE name IS NULL;
    -- @end

    ALTER TABLE public.users ALTER COLUMN name SET NOT NULL;
    "#);
}

#[test]
fn tightening_without_default_asks() {
    let plan = planned(
        &Form::Plan,
        "
        create table users (name text);
        ",
        "
        create table users (name text not null);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    -- @transform backfill public.users.name
    -- @check
    SELECT 1 FROM public.users WHERE name IS NULL LIMIT 1;
    -- @run
    -- @placeholder public.users.name: what should existing rows get?
    -- @end

    ALTER TABLE public.users ALTER COLUMN name SET NOT NULL;
    "#);
}

#[test]
fn widening_asks_nothing() {
    let plan = planned(
        &Form::Plan,
        "
        create table t (a varchar(10), b int, c numeric(8,2), d varchar(5)[]);
        ",
        "
        create table t (a varchar(20), b bigint, c numeric, d text[]);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.t
        ALTER COLUMN a SET DATA TYPE character varying(20),
        ALTER COLUMN b SET DATA TYPE bigint,
        ALTER COLUMN c SET DATA TYPE numeric,
        ALTER COLUMN d SET DATA TYPE text[];
    "#);
}

#[test]
fn text_to_integer_is_told_how() {
    let plan = planned(
        &Form::Plan,
        "
        create table t (a text default '1');
        ",
        "
        create table t (a int default 1);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.t
        ALTER COLUMN a DROP DEFAULT,
        ALTER COLUMN a SET DATA TYPE integer USING a::integer;

    ALTER TABLE public.t ALTER COLUMN a SET DEFAULT 1;
    "#);
}

#[test]
fn a_conversion_nobody_knows_is_asked_for() {
    let plan = planned(
        &Form::Plan,
        "
        create table t (a int);
        ",
        "
        create table t (a uuid);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.t ALTER COLUMN a SET DATA TYPE uuid USING (
    -- @placeholder public.t.a: which expression turns a from integer into uuid?
    );
    "#);
}

#[test]
fn a_column_goes_after_rows_were_filled_in() {
    let plan = planned(
        &Form::Plan,
        "
        create table t (name text);
        ",
        "
        create table t (first_name text not null);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.t ADD COLUMN first_name text;

    -- @transform backfill public.t.first_name
    -- @check
    SELECT 1 FROM public.t WHERE first_name IS NULL LIMIT 1;
    -- @run
    -- @placeholder public.t.first_name: what should existing rows get?
    -- @end

    ALTER TABLE public.t ALTER COLUMN first_name SET NOT NULL;

    ALTER TABLE public.t DROP COLUMN name;
    "#);
}

#[test]
fn a_key_from_integer_to_text_takes_its_references_along() {
    let plan = planned(
        &Form::Plan,
        "
        create table users (id serial primary key);
        create table posts (author int not null references users (id));
        ",
        "
        create table users (id text primary key);
        create table posts (author text not null references users (id));
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.posts
        DROP CONSTRAINT posts_author_fkey,
        ALTER COLUMN author SET DATA TYPE text;

    ALTER TABLE public.users ALTER COLUMN id DROP DEFAULT;

    DROP SEQUENCE public.users_id_seq;

    ALTER TABLE public.users ALTER COLUMN id SET DATA TYPE text;

    ALTER TABLE public.posts ADD CONSTRAINT posts_author_fkey FOREIGN KEY (author) REFERENCES public.users (id);
    "#);
}

#[test]
fn serial_to_identity_goes_on_counting() {
    let plan = planned(
        &Form::Plan,
        "
        create table t (id serial primary key);
        ",
        "
        create table t (id int generated by default as identity primary key);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.t ALTER COLUMN id DROP DEFAULT;

    DROP SEQUENCE public.t_id_seq;

    ALTER TABLE public.t ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;

    -- @raw data Let public.t_id_seq go on behind the rows of public.t
    SELECT setval('public.t_id_seq', greatest((SELECT max(id) FROM public.t) + 1, 1), false);
    -- @end
    "#);
}

#[test]
fn identity_to_serial_goes_on_counting() {
    let plan = planned(
        &Form::Plan,
        "
        create table t (id int generated always as identity);
        ",
        "
        create table t (id serial);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.t ALTER COLUMN id DROP IDENTITY;

    CREATE SEQUENCE public.t_id_seq AS integer;

    ALTER TABLE public.t ALTER COLUMN id SET DEFAULT nextval('public.t_id_seq'::regclass);

    -- @raw data Let public.t_id_seq go on behind the rows of public.t
    SELECT setval('public.t_id_seq', greatest((SELECT max(id) FROM public.t) + 1, 1), false);
    -- @end

    ALTER SEQUENCE public.t_id_seq OWNED BY public.t.id;
    "#);
}

#[test]
fn a_table_that_gets_partitions_keeps_its_rows() {
    let plan = planned(
        &Form::Plan,
        "
        create table events (id int generated always as identity primary key, at date not null);
        create index on events (at);
        ",
        "
        create table events (id int generated always as identity, at date not null, primary key (id, at)) partition by range (at);
        create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
        create index on events (at);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    DROP INDEX public.events_at_idx;

    ALTER TABLE public.events
        DROP CONSTRAINT events_pkey,
        ALTER COLUMN id DROP IDENTITY;

    ALTER TABLE public.events RENAME TO events_old;

    CREATE TABLE public.events (
        id integer GENERATED ALWAYS AS IDENTITY,
        at date,
        CONSTRAINT events_pkey PRIMARY KEY (id, at)
    ) PARTITION BY RANGE (at);

    CREATE TABLE public.events_2024 PARTITION OF public.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');

    -- @transform move rows of public.events
    -- @check
    SELECT 1 FROM public.events_old LIMIT 1;
    -- @run
    WITH moved AS (DELETE FROM public.events_old RETURNING *)
    INSERT INTO public.events (id, at) OVERRIDING SYSTEM VALUE SELECT id, at FROM moved;
    -- @end

    -- @raw data Let public.events_id_seq go on behind the rows of public.events
    SELECT setval('public.events_id_seq', greatest((SELECT max(id) FROM public.events) + 1, 1), false);
    -- @end

    CREATE INDEX events_at_idx ON public.events (at);

    DROP TABLE public.events_old;
    "#);
}
