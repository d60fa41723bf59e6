//! Renames.

use crate::{Form, planned};

#[test]
fn a_column_takes_what_mentions_it_along() {
    let plan = planned(
        &Form::Plan,
        "
        create table users (name text, check (name <> ''), unique (name));
        create index on users (lower(name));
        ",
        "
        create table users (
        full_name text, -- @renamed_from users.name
        check (full_name <> ''), unique (full_name)); create index on users (lower(full_name));
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.users RENAME COLUMN name TO full_name;

    ALTER TABLE public.users RENAME CONSTRAINT users_name_check TO users_full_name_check;

    ALTER TABLE public.users RENAME CONSTRAINT users_name_key TO users_full_name_key;
    "#);
}

#[test]
fn a_table_takes_its_default_names_along() {
    let plan = planned(
        &Form::Plan,
        "
        create table users (id serial primary key, mail text unique);
        create table posts (author int references users (id));
        create index on users (mail);
        ",
        "
        -- @renamed_from users
        create table accounts (id serial primary key, mail text unique); create table posts (author int references accounts (id)); create index on accounts (mail);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.users RENAME TO accounts;

    ALTER SEQUENCE public.users_id_seq RENAME TO accounts_id_seq;

    ALTER INDEX public.users_mail_idx RENAME TO accounts_mail_idx;

    ALTER TABLE public.accounts RENAME CONSTRAINT users_mail_key TO accounts_mail_key;

    ALTER TABLE public.accounts RENAME CONSTRAINT users_pkey TO accounts_pkey;
    "#);
}

#[test]
fn a_table_moves_to_a_new_schema() {
    let plan = planned(
        &Form::Plan,
        "
        create table users (id int primary key);
        ",
        "
        create schema app;
        -- @renamed_from public.users
        create table app.users (id int primary key);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    CREATE SCHEMA app;

    ALTER TABLE public.users SET SCHEMA app;
    "#);
}

#[test]
fn constraints_and_indexes_that_only_change_their_names() {
    let plan = planned(
        &Form::Plan,
        "
        create table t (a int constraint old_check check (a > 0), constraint old_key unique (a));
        create index old_idx on t (a);
        ",
        "
        create table t (a int constraint new_check check (a > 0), constraint new_key unique (a));
        create index new_idx on t (a);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.t RENAME CONSTRAINT old_check TO new_check;

    ALTER INDEX public.old_idx RENAME TO new_idx;

    ALTER TABLE public.t RENAME CONSTRAINT old_key TO new_key;
    "#);
}

#[test]
fn what_only_looks_like_a_rename_is_pointed_out() {
    let plan = planned(
        &Form::Findings,
        "
        create table t (name text);
        ",
        "
        create table t (full_name text);
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.t ADD COLUMN full_name text;
    ALTER TABLE public.t DROP COLUMN name;
    [
        LooksLikeRename {
            from: Column(
                QName {
                    schema: Ident(
                        "public",
                    ),
                    name: Ident(
                        "t",
                    ),
                },
                Ident(
                    "name",
                ),
            ),
            to: Column(
                QName {
                    schema: Ident(
                        "public",
                    ),
                    name: Ident(
                        "t",
                    ),
                },
                Ident(
                    "full_name",
                ),
            ),
            hint: "-- @renamed_from t.name",
        },
    ]
    "#);
}

#[test]
fn a_name_that_something_else_leaves() {
    let plan = planned(
        &Form::Plan,
        "
        create table t (a text, b int);
        ",
        "
        create table t (
        b text -- @renamed_from t.a
        );
        ",
    );
    insta::assert_snapshot!(plan, @r#"
    ALTER TABLE public.t RENAME COLUMN b TO b_old;

    ALTER TABLE public.t RENAME COLUMN a TO b;

    ALTER TABLE public.t DROP COLUMN b_old;
    "#);
}
