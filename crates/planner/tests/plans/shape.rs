//! The shape of everyday plans: nothing more than is needed, in an order that reads well.

use crate::{Form, planned};

#[test]
fn a_table_with_everything() {
    let plan = planned(
        &Form::Script,
        "",
        "
        create type mood as enum ('ok');
        create table users (id serial primary key, m mood default 'ok', mail text unique, check (mail <> ''));
        create table posts (id int generated always as identity primary key, author int references users (id) on delete cascade, len int generated always as (1) stored);
        create index on posts (author);
        comment on table posts is 'What people wrote.';
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    CREATE TYPE public.mood AS ENUM ('ok');
    CREATE TABLE public.posts (
        id integer GENERATED ALWAYS AS IDENTITY,
        author integer,
        len integer GENERATED ALWAYS AS (1) STORED,
        CONSTRAINT posts_pkey PRIMARY KEY (id)
    );
    CREATE INDEX posts_author_idx ON public.posts (author);
    CREATE SEQUENCE public.users_id_seq AS integer;
    CREATE TABLE public.users (
        id integer DEFAULT nextval('public.users_id_seq'::regclass),
        m public.mood DEFAULT 'ok',
        mail text,
        CONSTRAINT users_pkey PRIMARY KEY (id),
        CONSTRAINT users_mail_key UNIQUE (mail),
        CONSTRAINT users_mail_check CHECK (mail <> '')
    );
    ALTER SEQUENCE public.users_id_seq OWNED BY public.users.id;
    ALTER TABLE public.posts ADD CONSTRAINT posts_author_fkey FOREIGN KEY (author) REFERENCES public.users (id) ON DELETE CASCADE;
    COMMENT ON TABLE public.posts IS 'What people wrote.';
    "#);
}

#[test]
fn tables_that_point_at_each_other() {
    let plan = planned(
        &Form::Script,
        "",
        "
        create table a (id int primary key, b int);
        create table b (id int primary key, a int references a (id));
        alter table a add foreign key (b) references b (id);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    CREATE TABLE public.a (
        id integer,
        b integer,
        CONSTRAINT a_pkey PRIMARY KEY (id)
    );
    CREATE TABLE public.b (
        id integer,
        a integer,
        CONSTRAINT b_pkey PRIMARY KEY (id)
    );
    ALTER TABLE public.a ADD CONSTRAINT a_b_fkey FOREIGN KEY (b) REFERENCES public.b (id);
    ALTER TABLE public.b ADD CONSTRAINT b_a_fkey FOREIGN KEY (a) REFERENCES public.a (id);
    "#);
}

#[test]
fn and_their_end() {
    let plan = planned(
        &Form::Script,
        "
        create table a (id int primary key, b int);
        create table b (id int primary key, a int references a (id));
        alter table a add foreign key (b) references b (id);
        ",
        "",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.a DROP CONSTRAINT a_b_fkey;
    ALTER TABLE public.b DROP CONSTRAINT b_a_fkey;
    DROP TABLE public.a;
    DROP TABLE public.b;
    "#);
}

#[test]
fn children_go_before_parents() {
    let plan = planned(
        &Form::Script,
        "
        create table a (id int primary key);
        create table b (id serial primary key, a int references a (id));
        create index on b (a);
        ",
        "",
    );
    insta::assert_snapshot!(plan, @r#"
    DROP TABLE public.b;
    DROP TABLE public.a;
    "#);
}

#[test]
fn a_column_takes_along_what_is_its_own() {
    let plan = planned(
        &Form::Script,
        "
        create table t (a serial unique, b int check (b > 0), c int, unique (b, c));
        create index on t (a);
        ",
        "
        create table t (c int);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.t
        DROP CONSTRAINT t_b_c_key,
        DROP COLUMN a,
        DROP COLUMN b;
    "#);
}

#[test]
fn a_foreign_key_changes_its_action_and_its_deferral() {
    let plan = planned(
        &Form::Script,
        "
        create table a (id int primary key);
        create table b (x int references a (id), y int references a (id));
        ",
        "
        create table a (id int primary key);
        create table b (x int references a (id) on delete cascade, y int references a (id) deferrable initially deferred);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.b
        DROP CONSTRAINT b_x_fkey,
        ADD CONSTRAINT b_x_fkey FOREIGN KEY (x) REFERENCES public.a (id) ON DELETE CASCADE,
        ALTER CONSTRAINT b_y_fkey DEFERRABLE INITIALLY DEFERRED;
    "#);
}

#[test]
fn a_replaced_key_takes_its_references_along() {
    let plan = planned(
        &Form::Script,
        "
        create table a (id int primary key, k int unique);
        create table b (x int references a (k));
        ",
        "
        create table a (id int primary key, k int unique nulls not distinct);
        create table b (x int references a (k));
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.b DROP CONSTRAINT b_x_fkey;
    ALTER TABLE public.a
        DROP CONSTRAINT a_k_key,
        ADD CONSTRAINT a_k_key UNIQUE NULLS NOT DISTINCT (k);
    ALTER TABLE public.b ADD CONSTRAINT b_x_fkey FOREIGN KEY (x) REFERENCES public.a (k);
    "#);
}

#[test]
fn only_validity_is_gained() {
    let plan = planned(
        &Form::Script,
        "
        create table t (a int);
        alter table t add constraint c check (a > 0) not valid;
        ",
        "
        create table t (a int constraint c check (a > 0));
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.t VALIDATE CONSTRAINT c;
    "#);
}

#[test]
fn options_of_a_sequence() {
    let plan = planned(
        &Form::Script,
        "
        create sequence s as integer;
        ",
        "
        create sequence s increment 2 cache 5 cycle;
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER SEQUENCE public.s AS bigint INCREMENT BY 2 CACHE 5 CYCLE;
    "#);
}

#[test]
fn a_table_as_a_whole() {
    let plan = planned(
        &Form::Script,
        "
        create table t (id int primary key);
        ",
        "
        create unlogged table t (id int primary key) with (fillfactor = 70);
        alter table t enable row level security, force row level security, replica identity full;
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.t SET UNLOGGED;
    ALTER TABLE public.t
        SET (fillfactor=70),
        ENABLE ROW LEVEL SECURITY,
        FORCE ROW LEVEL SECURITY,
        REPLICA IDENTITY FULL;
    "#);
}

#[test]
fn a_generated_column_over_a_column_that_changes() {
    let plan = planned(
        &Form::Script,
        "
        create table t (a int, b int generated always as (a * 2) stored);
        create index on t (b);
        ",
        "
        create table t (a bigint, b int generated always as (a * 2) stored);
        create index on t (b);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.t
        DROP COLUMN b,
        ALTER COLUMN a SET DATA TYPE bigint;
    ALTER TABLE public.t ADD COLUMN b integer GENERATED ALWAYS AS (a * 2) STORED;
    CREATE INDEX t_b_idx ON public.t (b);
    "#);
}

#[test]
fn comments_come_and_go() {
    let plan = planned(
        &Form::Script,
        "
        create table t (a int, b int);
        comment on table t is 'old';
        comment on column t.a is 'gone';
        ",
        "
        create table t (a int, b int);
        comment on table t is 'new';
        comment on column t.b is 'b';
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    COMMENT ON COLUMN public.t.a IS NULL;
    COMMENT ON COLUMN public.t.b IS 'b';
    COMMENT ON TABLE public.t IS 'new';
    "#);
}

#[test]
fn partitions_follow_their_parent() {
    let plan = planned(
        &Form::Script,
        "
        create table p (a int, b int) partition by list (a);
        create table p1 partition of p for values in (1);
        ",
        "
        create table p (a int, b bigint, c text, primary key (a)) partition by list (a);
        create table p1 partition of p for values in (1);
        create table p2 partition of p for values in (2);
        create index on p (c);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.p ALTER COLUMN b SET DATA TYPE bigint;
    ALTER TABLE public.p
        ADD COLUMN c text,
        ALTER COLUMN a SET NOT NULL,
        ADD CONSTRAINT p_pkey PRIMARY KEY (a);
    CREATE INDEX p_c_idx ON public.p (c);
    CREATE TABLE public.p2 PARTITION OF public.p FOR VALUES IN (2);
    "#);
}

#[test]
fn a_partition_leaves() {
    let plan = planned(
        &Form::Script,
        "
        create table p (a int) partition by list (a);
        create table p1 partition of p for values in (1);
        ",
        "
        create table p (a int) partition by list (a);
        create table p1 (a int);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.p DETACH PARTITION public.p1;
    "#);
}

#[test]
fn schemas_and_extensions() {
    let plan = planned(
        &Form::Script,
        "
        create schema old;
        create extension hstore with schema old;
        ",
        "
        create schema ext;
        create extension hstore with schema ext;
        create extension citext;
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    CREATE SCHEMA ext;
    CREATE EXTENSION citext;
    ALTER EXTENSION hstore SET SCHEMA ext;
    DROP SCHEMA old;
    "#);
}

#[test]
fn what_is_not_ours() {
    let plan = planned(
        &Form::Findings,
        "
        -- @control external
        create table auth (id int primary key);
        -- @control tolerated
        create table audit (id int);
        ",
        "
        -- @control external
        create table auth (id uuid primary key);
        -- @control tolerated
        create table audit (id bigint); create table mine (a uuid references auth (id));
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    CREATE TABLE public.mine (
        a uuid
    );
    ALTER TABLE public.mine ADD CONSTRAINT mine_a_fkey FOREIGN KEY (a) REFERENCES public.auth (id);
    [
        LeftAlone {
            id: Column(
                QName {
                    schema: Ident(
                        "public",
                    ),
                    name: Ident(
                        "audit",
                    ),
                },
                Ident(
                    "id",
                ),
            ),
            policy: "tolerated",
        },
    ]
    "#);
}

#[test]
fn expressions_keep_their_words() {
    let plan = planned(
        &Form::Script,
        "",
        "
        create type mood as enum ('ok', 'bad');
        create function low(text) returns text language sql immutable as 'select lower($1)';
        create table t (
            a text default ''::varchar,
            m mood default 'ok'::mood,
            n int default nextval('s'),
            at timestamptz default (now() at time zone 'utc'),
            b int check (b in (1, 2) and t.b between 0 and 5),
            check (trim(both from a) <> '' and a not like 'x%'),
            check (m in ('ok', 'bad') and low(a) = a),
            check (a = -- as it was
                   'y'),
            check (extract(year from at) > 2000)
        );
        create sequence s;
        create index i on t (trim(leading from a), lower(a)) where (a)::varchar != 'z';
        ",
    );
    insta::assert_snapshot!(plan, @"
    CREATE TYPE public.mood AS ENUM ('ok', 'bad');
    CREATE SEQUENCE public.s;
    CREATE TABLE public.t (
        a text DEFAULT ''::character varying,
        m public.mood DEFAULT 'ok'::public.mood,
        n integer DEFAULT nextval('public.s'),
        at timestamp with time zone DEFAULT (now() AT TIME ZONE 'utc'),
        b integer,
        CONSTRAINT t_a_check CHECK (trim(both from a) <> '' and a not like 'x%'),
        CONSTRAINT t_a_check1 CHECK (a = 'y'),
        CONSTRAINT t_at_check CHECK (EXTRACT(year FROM at) > 2000),
        CONSTRAINT t_b_check CHECK (b IN (1, 2) AND (b BETWEEN 0 AND 5)),
        CONSTRAINT t_check CHECK (m IN ('ok', 'bad') AND public.low(a) = a)
    );
    CREATE INDEX i ON public.t ((trim(leading from a)), lower(a)) WHERE (a)::varchar != 'z';
    ");
}

#[test]
fn what_others_keep_is_told_once() {
    let plan = planned(
        &Form::Findings,
        "",
        "
        -- @control observed
        create table history (id serial primary key, name text not null);
        create index on history (name);
        create table mine (a int);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    CREATE TABLE public.mine (
        a integer
    );
    [
        LeftAlone {
            id: Table(
                QName {
                    schema: Ident(
                        "public",
                    ),
                    name: Ident(
                        "history",
                    ),
                },
            ),
            policy: "observed",
        },
    ]
    "#);
}
