//! What migrations compile to.

use insta::assert_snapshot;

use super::{briefs, compiled};

#[test]
fn a_migration() {
    let migration = "\
-- migration: add_user_name
-- from: 1   to: 2

CREATE TYPE state AS ENUM ('on', 'off');

CREATE TABLE teams (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE
);

ALTER TABLE public.users
    ADD COLUMN team bigint, -- which
    ADD COLUMN state state NOT NULL DEFAULT 'on';

-- @transform backfill users.team   (@invariant every-user-has-a-team, so that refs can ask for it)
-- @check   rows without one
SELECT 1 FROM public.users WHERE team IS NULL LIMIT 1;
-- @run
-- @placeholder users.team: what should existing rows get?
-- @end

ALTER TABLE public.users ALTER COLUMN team SET NOT NULL;
ALTER TABLE users ADD FOREIGN KEY (team) REFERENCES teams ON DELETE CASCADE;
CREATE UNIQUE INDEX ON users (lower(email)) WHERE age > 1;

-- @allow drop-column: nobody reads it
ALTER TABLE users DROP COLUMN name;
COMMENT ON TABLE users IS 'people';

-- @raw widening Tell the planner
ANALYZE users;
-- @precheck
SELECT true;
-- @postcheck
SELECT EXISTS (SELECT FROM pg_stats);
-- @end
";
    let compiled = compiled(migration);
    assert_snapshot!(compiled.operations.iter().map(super::brief).collect::<Vec<_>>().join("\n"), @r#"
    enum.public.state [additive] Create enum public.state
      < enum public.state is not there
      = CREATE TYPE state AS ENUM ('on', 'off')
      > enum public.state is one of 'on', 'off'
    table.public.teams [additive] Create table public.teams
      < table public.teams is not there
      = CREATE TABLE teams (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text NOT NULL UNIQUE
    )
      > table public.teams is a table
      > the columns of public.teams are id bigint not null, name text not null
      > column public.teams.id is bigint, not null, generated always as identity (bigint from 1 by 1 between 1 and 9223372036854775807)
      > primary key public.teams.teams_pkey is the primary key of id
      > unique public.teams.teams_name_key is unique over name
    table.public.users [additive] Alter public.users: add column team, add column state
      < column public.users.team is not there
      < column public.users.state is not there
      = ALTER TABLE public.users
        ADD COLUMN team bigint, -- which
        ADD COLUMN state state NOT NULL DEFAULT 'on'
      > column public.users.team is bigint
      > column public.users.state is public.state, not null, default 'on'
    transform.backfill-users.team [data] backfill users.team
      < there is work for backfill users.team
      > no work is left for backfill users.team
    column.public.users.team [data] Set public.users.team NOT NULL
      ! scan public.users
      ! blocks-reads public.users
      ! blocks-writes public.users
      ! may-fail column public.users.team
      < no row of public.users has NULL in team
      = ALTER TABLE public.users ALTER COLUMN team SET NOT NULL
      > column public.users.team is not null
    foreign-key.public.users.users_team_fkey [data] Add foreign key users_team_fkey to public.users
      ! scan public.users
      ! blocks-writes public.users
      ! may-fail foreign key public.users.users_team_fkey
      < foreign key public.users.users_team_fkey is not there
      < every row of public.users that users_team_fkey is about refers to a row of public.teams
      = ALTER TABLE users ADD FOREIGN KEY (team) REFERENCES teams ON DELETE CASCADE
      > foreign key public.users.users_team_fkey is a foreign key from team to public.teams (id), on delete cascade
    index.public.users_lower_idx [data] Create unique index users_lower_idx on public.users
      ! index-build public.users
      ! blocks-writes public.users
      ! may-fail public.users
      < index public.users_lower_idx is not there
      < no two rows of public.users are alike in (lower(email))
      = CREATE UNIQUE INDEX ON users (lower(email)) WHERE age > 1
      > index public.users_lower_idx is an index of public.users, unique, over (lower(email)), of rows where age > 1
    column.public.users.name [destructive] Drop column name from public.users
      ! drop-column column public.users.name
      ! data-loss column public.users.name
      ! breaks-clients column public.users.name
      ! irreversible column public.users.name
      < column public.users.name is there
      = ALTER TABLE users DROP COLUMN name
      > index public.users_name_idx is not there
      > column public.users.name is not there
    comment.table.public.users [additive] Comment on table public.users
      = COMMENT ON TABLE users IS 'people'
      > comment on table public.users is 'people'
    raw.tell-the-planner [widening] Tell the planner
      < the precheck of "Tell the planner" holds
      = ANALYZE users
      > the postcheck of "Tell the planner" holds
    "#);
    assert_eq!(compiled.invariants, ["every-user-has-a-team"]);
    assert_eq!(compiled.placeholders.len(), 1);
    assert_eq!(compiled.placeholders[0].question, "users.team: what should existing rows get?");
    assert_eq!(compiled.placeholders[0].line, 19);
    assert_eq!(compiled.allowed.len(), 1);
    assert_eq!(compiled.allowed[0].operation, "column.public.users.name");
    assert!(compiled.opaque.is_empty());
    assert_eq!(compiled.operations[3].invariant.as_deref(), Some("every-user-has-a-team"));
}

#[test]
fn questions() {
    let compiled = compiled("ALTER TABLE users ALTER COLUMN age SET DEFAULT 2; CREATE INDEX i ON users (age DESC);");
    let all = compiled.operations.iter().flat_map(|op| op.precheck.iter().chain(&op.postcheck));
    assert_snapshot!(all.map(|check| format!("-- {}\n{}", check.description, check.sql)).collect::<Vec<_>>().join("\n"), @"
    -- column public.users.age is there
    SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = pg_catalog.to_regclass('public.users') AND a.attname = 'age' AND a.attnum > 0)
    -- column public.users.age has default 2
    SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = pg_catalog.to_regclass('public.users') AND a.attname = 'age' AND a.attnum > 0
      AND a.atthasdef AND a.attgenerated = '' AND pg_catalog.regexp_replace((SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum), '::[^'']+$', '') IN ('2', '''2'''))
    -- index public.i is not there
    SELECT pg_catalog.to_regclass('public.i') IS NULL
    -- index public.i is an index of public.users, over age desc
    SELECT EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
    WHERE i.indexrelid = pg_catalog.to_regclass('public.i')
      AND i.indrelid = pg_catalog.to_regclass('public.users')
      AND NOT i.indisunique
      AND coalesce(pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct', 'false') = 'false'
      AND (SELECT m.amname FROM pg_catalog.pg_am m WHERE m.oid = x.relam) = 'btree'
      AND i.indnkeyatts = 1 AND ARRAY(SELECT a.attname::text FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY k(n, i) LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n ORDER BY k.i) = ARRAY['age']::text[]
      AND i.indoption::text = '3'
      AND NOT EXISTS (SELECT FROM pg_catalog.unnest(i.indclass::oid[]) WITH ORDINALITY k(op, i) JOIN pg_catalog.pg_opclass o ON o.oid = k.op WHERE NOT o.opcdefault)
      AND NOT EXISTS (SELECT FROM ROWS FROM (pg_catalog.unnest(i.indkey::int2[]), pg_catalog.unnest(i.indcollation::oid[])) WITH ORDINALITY k(n, l, i) JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n WHERE k.l <> a.attcollation AND k.i IN (1))
      AND i.indpred IS NULL
      AND x.reloptions IS NULL
      AND i.indisvalid)
    ");
}

#[test]
fn what_cannot_be_told_is_never_skipped() {
    // It holds beforehand, so it would always be skipped.
    let nothing = compiled("ALTER TABLE users ALTER COLUMN email SET NOT NULL;");
    assert!(nothing.operations[0].postcheck.is_empty());
    // One thing after the other: each is told from the state that it finds.
    let chain = compiled("ALTER TABLE users RENAME COLUMN name TO a; ALTER TABLE users RENAME COLUMN a TO name;");
    assert!(chain.operations.iter().all(|operation| !operation.postcheck.is_empty()));
}

#[test]
fn ids_are_unique_and_stay() {
    let compiled = compiled(
        "ALTER TABLE users ALTER COLUMN age DROP DEFAULT; ALTER TABLE users ALTER COLUMN age SET DEFAULT 3;
         ALTER TABLE users ALTER COLUMN age SET NOT NULL;",
    );
    let ids: Vec<&str> = compiled.operations.iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(ids, ["column.public.users.age", "column.public.users.age.2", "column.public.users.age.3"]);
}

#[test]
fn a_placeholder_inside_a_statement() {
    let source = "ALTER TABLE users ALTER COLUMN m SET DATA TYPE integer USING (\n-- @placeholder users.m: which number?\n);\n\
                  -- @transform fill\n-- @check\nSELECT 1 FROM users WHERE age IS NULL\n-- @run\n\
                  UPDATE users SET age =\n-- @placeholder users.age: how old?\nWHERE age IS NULL\n-- @end\n";
    let from = super::contract(&super::empty(), super::SETUP);
    let to = super::contract(&from, "ALTER TABLE users ALTER COLUMN m SET DATA TYPE integer");
    let compiled = super::compile(source, &from, &to).unwrap();
    assert_eq!(compiled.placeholders.iter().map(|p| p.line).collect::<Vec<_>>(), [2, 9]);
    assert!(compiled.operations[0].execute[0].sql.contains("-- @placeholder users.m"));
    assert_eq!(compiled.operations[1].precheck[0].sql, "SELECT EXISTS (SELECT 1 FROM users WHERE age IS NULL)");
}

#[test]
fn by_statement() {
    let compiled = compiled(
        "-- @transaction statement\n\
         CREATE INDEX CONCURRENTLY i ON users (age);\n\
         -- @transform trim\n-- @invariant trimmed\n-- @batch 500\n-- @check\nSELECT 1 FROM users WHERE name <> trim(name);\n\
         -- @run\nUPDATE users SET name = trim(name) WHERE id IN (SELECT id FROM users WHERE name <> trim(name) LIMIT 500);\n-- @end",
    );
    assert_eq!(compiled.transaction, crate::TransactionMode::Statement);
    assert_eq!(compiled.operations[1].batch.map(|batch| batch.size), Some(500));
    assert_eq!(compiled.invariants, ["trimmed"]);
}

#[test]
fn raw_operations_that_may_do_anything() {
    let source = "-- @raw destructive Clean up\nDO $$ BEGIN END $$;\n-- @postcheck\nSELECT true;\n-- @end";
    let from = super::contract(&super::empty(), super::SETUP);
    let to = super::contract(&from, "DROP TABLE posts");
    assert_eq!(super::compile(source, &from, &to).unwrap().opaque, ["raw.clean-up"]);
    let cascade = "-- @raw destructive Drop the type\nDROP TYPE mood CASCADE;\n-- @postcheck\nSELECT true;\n-- @end";
    let to = super::contract(&from, "ALTER TABLE users DROP COLUMN m; DROP TYPE mood");
    assert!(super::compile(cascade, &from, &to).unwrap().opaque.is_empty());
}

#[test]
fn labels() {
    assert_snapshot!(
        briefs(
            "ALTER TABLE users ADD COLUMN a int, DROP COLUMN age, ALTER name SET NOT NULL, ADD CHECK (id > 0);
             ALTER TABLE users RENAME TO people;
             ALTER TABLE people RENAME COLUMN name TO full_name;
             DROP INDEX users_name_idx;
             CREATE SCHEMA s;
             ALTER TABLE posts SET SCHEMA s;
             ALTER TYPE mood ADD VALUE 'mad';"
        )
        .lines()
        .filter(|line| !line.starts_with("  "))
        .collect::<Vec<_>>()
        .join("\n"),
        @"
    table.public.users [destructive] Alter public.users: add column a, drop column age, set name NOT NULL, and 1 more
    table.public.people [data] Rename table public.users to people
    column.public.people.full_name [data] Rename column public.people.name to full_name
    index.public.users_name_idx [widening] Drop index public.users_name_idx
    schema.s [additive] Create schema s
    table.s.posts [data] Move table public.posts to schema s
    enum.public.mood [additive] Add 'mad' to enum public.mood
    "
    );
}

#[test]
fn an_index_that_is_rebuilt() {
    use novate_contract::{Ident, QName};
    let to = super::contract(&super::empty(), super::SETUP);
    let mut from = to.clone();
    let users = from.tables.get_mut(&QName::new("public", "users")).unwrap();
    users.indexes.get_mut(&Ident::new("users_name_idx")).unwrap().valid = false;
    let source = "-- @transaction statement\nreindex index concurrently \"users_name_idx\";";
    let compiled = super::compile(source, &from, &to).unwrap();
    assert_eq!(compiled.operations[0].label, "Rebuild index public.users_name_idx");
    assert_eq!(compiled.operations[0].postcheck[0].description, "index public.users_name_idx is valid");
}

#[test]
fn types_that_are_known_by_name_alone() {
    let from = super::empty();
    let to = super::contract(&from, "CREATE DOMAIN positive AS integer; CREATE TABLE t (a positive);");
    let to = novate_contract::Contract { unsupported: Vec::new(), ..to };
    let compiled = super::compile("CREATE TABLE t (a positive);", &from, &to).unwrap();
    assert_eq!(compiled.reached, to);
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 24, failure_persistence: None, ..Default::default() })]

    /// The state before each statement is followed without copying the whole, and must be the whole all the same.
    #[test]
    fn every_plan_compiles(
        from in novate_contract::generate::contract(),
        to in novate_contract::generate::contract(),
        online: bool,
    ) {
        let options = crate::PlanOptions { online, ..crate::PlanOptions::default() };
        let plan = crate::plan(&from, &to, &options).unwrap();
        let header = crate::Header { name: "any".to_owned(), from: None, to: String::new() };
        let text = crate::render(&plan, &header).unwrap();
        let compiled = super::compile(&text, &from, &to).unwrap_or_else(|errors| panic!("{text}\n{errors:#?}"));
        proptest::prop_assert_eq!(compiled.operations.len(), plan.items.len());
        proptest::prop_assert_eq!(compiled.placeholders.len(), plan.placeholders().len());
    }
}
