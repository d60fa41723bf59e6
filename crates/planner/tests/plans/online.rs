//! The lock-light form.

use crate::{Form, planned};

#[test]
fn everything_in_short_steps() {
    let plan = planned(
        &Form::Online,
        "
        create table users (id int primary key);
        create table t (id int primary key, a text, u int);
        create index i on t (a);
        ",
        "
        create table users (id int primary key);
        create table t (id int primary key, a text not null default 'x', u int references users (id), unique (u), check (u > 0));
        create index i on t (a desc);
        create index j on t (u);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    -- @transaction statement

    ALTER TABLE public.t ALTER COLUMN a SET DEFAULT 'x';

    -- @transform backfill public.t.a
    -- @batch 5000
    -- @check
    SELECT 1 FROM public.t WHERE a IS NULL LIMIT 1;
    -- @run
    UPDATE public.t SET a = 'x' WHERE ctid = ANY (ARRAY(SELECT ctid FROM public.t WHERE a IS NULL LIMIT 5000)) AND a IS NULL;
    -- @end

    ALTER TABLE public.t ADD CONSTRAINT a_not_null CHECK (a IS NOT NULL) NOT VALID;

    ALTER TABLE public.t VALIDATE CONSTRAINT a_not_null;

    ALTER TABLE public.t ALTER COLUMN a SET NOT NULL;

    ALTER TABLE public.t DROP CONSTRAINT a_not_null;

    ALTER TABLE public.t ADD CONSTRAINT t_u_check CHECK (u > 0) NOT VALID;

    CREATE UNIQUE INDEX CONCURRENTLY t_u_key ON public.t (u);

    ALTER TABLE public.t VALIDATE CONSTRAINT t_u_check;

    ALTER TABLE public.t ADD CONSTRAINT t_u_key UNIQUE USING INDEX t_u_key;

    CREATE INDEX CONCURRENTLY i_new ON public.t (a DESC);

    CREATE INDEX CONCURRENTLY j ON public.t (u);

    DROP INDEX CONCURRENTLY public.i;

    ALTER INDEX public.i_new RENAME TO i;

    ALTER TABLE public.t ADD CONSTRAINT t_u_fkey FOREIGN KEY (u) REFERENCES public.users (id) NOT VALID;

    ALTER TABLE public.t VALIDATE CONSTRAINT t_u_fkey;
    "#);
}

#[test]
fn only_for_the_table_that_asks() {
    let plan = planned(
        &Form::Plan,
        "
        -- @online
        create table t (a int);
        create table s (a int);
        ",
        "
        -- @online
        create table t (a int);
        create table s (a int); create index on t (a); create index on s (a);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    -- @transaction statement

    CREATE INDEX s_a_idx ON public.s (a);

    CREATE INDEX CONCURRENTLY t_a_idx ON public.t (a);
    "#);
}
