//! Enum types.

use crate::{Form, planned};

#[test]
fn a_value_is_added_at_its_place() {
    let plan = planned(
        &Form::Plan,
        "
        create type mood as enum ('sad', 'happy');
        ",
        "
        create type mood as enum ('low', 'sad', 'ok', 'happy', 'high');
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TYPE public.mood ADD VALUE 'low' BEFORE 'sad';

    ALTER TYPE public.mood ADD VALUE 'ok' BEFORE 'happy';

    ALTER TYPE public.mood ADD VALUE 'high';
    "#);
}

#[test]
fn a_value_that_is_used_at_once_takes_a_rebuild() {
    let plan = planned(
        &Form::Plan,
        "
        create type mood as enum ('sad');
        create table t (m mood default 'sad', a mood[]);
        ",
        "
        create type mood as enum ('sad', 'ok');
        create table t (m mood default 'ok', a mood[]);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TYPE public.mood RENAME TO mood_old;

    CREATE TYPE public.mood AS ENUM ('sad', 'ok');

    ALTER TABLE public.t
        ALTER COLUMN m DROP DEFAULT,
        ALTER COLUMN a SET DATA TYPE public.mood[] USING a::text[]::public.mood[],
        ALTER COLUMN m SET DATA TYPE public.mood USING m::text::public.mood;

    ALTER TABLE public.t ALTER COLUMN m SET DEFAULT 'ok';

    DROP TYPE public.mood_old;
    "#);
}

#[test]
fn a_value_is_removed() {
    let plan = planned(
        &Form::Plan,
        "
        create type mood as enum ('sad', 'ok', 'happy');
        create table t (m mood not null default 'ok', ms mood[], check (m <> 'happy'));
        create index on t (m) where m = 'ok';
        ",
        "
        create type mood as enum ('ok', 'happy');
        create table t (m mood not null default 'ok', ms mood[], check (m <> 'happy'));
        create index on t (m) where m = 'ok';
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TYPE public.mood RENAME TO mood_old;

    CREATE TYPE public.mood AS ENUM ('ok', 'happy');

    -- @transform replace removed values of public.t.m
    -- @check
    SELECT 1 FROM public.t WHERE m::text IN ('sad') LIMIT 1;
    -- @run
    -- @placeholder public.t.m: what should rows with 'sad' get?
    -- @end

    -- @transform replace removed values of public.t.ms
    -- @check
    SELECT 1 FROM public.t WHERE ms::text[] && ARRAY['sad'] LIMIT 1;
    -- @run
    -- @placeholder public.t.ms: what should rows with 'sad' get?
    -- @end

    ALTER TABLE public.t DROP CONSTRAINT t_m_check;

    DROP INDEX public.t_m_idx;

    ALTER TABLE public.t
        ALTER COLUMN m DROP DEFAULT,
        ALTER COLUMN m SET DATA TYPE public.mood USING m::text::public.mood,
        ALTER COLUMN ms SET DATA TYPE public.mood[] USING ms::text[]::public.mood[];

    ALTER TABLE public.t ALTER COLUMN m SET DEFAULT 'ok';

    ALTER TABLE public.t ADD CONSTRAINT t_m_check CHECK (m <> 'happy');

    CREATE INDEX t_m_idx ON public.t (m) WHERE m = 'ok';

    DROP TYPE public.mood_old;
    "#);
}

#[test]
fn a_label_is_renamed() {
    let plan = planned(
        &Form::Plan,
        "
        create type mood as enum ('sad', 'ok');
        ",
        "
        create type mood as enum ('blue', -- @renamed_from sad
        'ok');
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TYPE public.mood RENAME VALUE 'sad' TO 'blue';
    "#);
}

#[test]
fn an_unused_type_goes_after_its_column() {
    let plan = planned(
        &Form::Plan,
        "
        create type mood as enum ('sad');
        create table t (id int, m mood);
        ",
        "
        create table t (id int);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.t DROP COLUMN m;

    DROP TYPE public.mood;
    "#);
}
