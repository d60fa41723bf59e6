//! Every error, with the place that it points at.

use insta::assert_snapshot;
use novate_contract::{Control, Ident};

use super::{compile, contract, empty, errors};

#[test]
fn texts() {
    assert_snapshot!(errors("ALTER TABLE users ADD COLUM x int;\n\\i other.sql\n"), @r"
    MIGRATION.SYNTAX 1:31 ``: this is not SQL: expected command, found INT
    MIGRATION.PSQL_COMMAND 2:1 `\i other.sql`: a line for psql cannot be run by a server
    ");
    assert_snapshot!(errors("-- @transfrom x\n-- @end"), @"
    MIGRATION.UNKNOWN_DIRECTIVE 1:1 `-- @transfrom x`: -- @transfrom is no directive
    MIGRATION.DIRECTIVE_MISPLACED 2:1 `-- @end`: -- @end cannot stand here: no block is open
    ");
    assert_snapshot!(errors("-- @wat"), @"MIGRATION.UNKNOWN_DIRECTIVE 1:1 `-- @wat`: -- @wat is no directive");
}

#[test]
fn directives() {
    assert_snapshot!(errors("-- @end\n-- @check\n-- @postcheck\n-- @batch 5"), @"
    MIGRATION.DIRECTIVE_MISPLACED 1:1 `-- @end`: -- @end cannot stand here: no block is open
    MIGRATION.DIRECTIVE_MISPLACED 2:1 `-- @check`: -- @check cannot stand here: it belongs into a transform
    MIGRATION.DIRECTIVE_MISPLACED 3:1 `-- @postcheck`: -- @postcheck cannot stand here: it belongs into a raw operation
    MIGRATION.DIRECTIVE_MISPLACED 4:1 `-- @batch 5`: -- @batch cannot stand here: it belongs into a transform
    ");
    assert_snapshot!(errors("COMMENT ON TABLE users IS NULL; -- @allow rewrite: x"), @"
    MIGRATION.NO_EFFECT 1:1 `COMMENT ON TABLE users IS NULL`: this changes nothing that the contract knows
    MIGRATION.DIRECTIVE_MISPLACED 1:33 `-- @allow rewrite: x`: -- @allow cannot stand here: a directive stands on a line of its own
    ");
    assert_snapshot!(errors("-- @allow rewrite: nothing follows"), @"MIGRATION.DIRECTIVE_MISPLACED 1:1 `-- @allow rewrite: nothing follows`: -- @allow cannot stand here: no statement follows");
    assert_snapshot!(errors("-- @allow drop-colum: why\n-- @allow rewrite\n-- @batch 0\n-- @raw big x\n-- @raw data\n-- @transform\n-- @transaction both\n-- @end x"), @"
    MIGRATION.DIRECTIVE_INVALID 1:1 `-- @allow drop-colum: why`: -- @allow names no hazard; did you mean drop-column?
    MIGRATION.DIRECTIVE_INVALID 2:1 `-- @allow rewrite`: -- @allow needs a reason
    MIGRATION.DIRECTIVE_INVALID 3:1 `-- @batch 0`: -- @batch needs a number of rows
    MIGRATION.DIRECTIVE_INVALID 4:1 `-- @raw big x`: -- @raw needs a class: additive, widening, data or destructive
    MIGRATION.DIRECTIVE_INVALID 5:1 `-- @raw data`: -- @raw needs a label that says what it does
    MIGRATION.DIRECTIVE_INVALID 6:1 `-- @transform`: -- @transform needs a name
    MIGRATION.DIRECTIVE_INVALID 7:1 `-- @transaction both`: -- @transaction takes `statement` or `package`
    MIGRATION.DIRECTIVE_INVALID 8:1 `-- @end x`: -- @end takes nothing
    ");
    assert_snapshot!(errors("-- @transform a\n-- @check\nSELECT 1 FROM users WHERE name IS NULL;\n-- @run\nUPDATE users SET name = '';\n-- @raw data b\nSELECT setval('x', 1);"), @"
    MIGRATION.BLOCK_UNCLOSED 1:1 `-- @transform a`: -- @transform has no -- @end
    MIGRATION.BLOCK_UNCLOSED 6:1 `-- @raw data b`: -- @raw has no -- @end
    ");
    assert_snapshot!(errors("-- @transform a\n-- @run\nUPDATE users SET name = '';\n-- @check\nSELECT 1 FROM users;\n-- @check\n-- @allow rewrite: x\n-- @end\n-- @transaction statement"), @"
    MIGRATION.TRANSFORM_INCOMPLETE 1:1 `-- @transform a`: the transform a has no -- @run
    MIGRATION.DIRECTIVE_MISPLACED 2:1 `-- @run`: -- @run cannot stand here: the check comes first
    MIGRATION.TRANSFORM_INCOMPLETE 3:1 `UPDATE users SET name = ''`: the transform a has no -- @check
    MIGRATION.DIRECTIVE_MISPLACED 4:1 `-- @check`: -- @check cannot stand here: the transform has its check already
    MIGRATION.DIRECTIVE_MISPLACED 6:1 `-- @check`: -- @check cannot stand here: the transform has its check already
    MIGRATION.DIRECTIVE_MISPLACED 7:1 `-- @allow rewrite: x`: -- @allow cannot stand here: it stands before the block that it is about
    MIGRATION.DIRECTIVE_MISPLACED 9:1 `-- @transaction statement`: -- @transaction cannot stand here: it stands before the first statement
    ");
}

#[test]
fn statements() {
    assert_snapshot!(errors("CREATE VIEW v AS SELECT 1;\nDO $$ BEGIN END $$;\nSELECT 1;\nALTER TABLE users OWNER TO x;\nCREATE SCHEMA s CREATE TABLE t (a int);"), @"
    MIGRATION.UNRECOGNISED_STATEMENT 1:1 `CREATE VIEW v AS SELECT 1`: CREATE VIEW v is not a change that novate understands
    MIGRATION.UNRECOGNISED_STATEMENT 2:1 `DO $$ BEGIN END $$`: DO is not a change that novate understands
    MIGRATION.UNRECOGNISED_STATEMENT 3:1 `SELECT 1`: a query is not a change that novate understands
    MIGRATION.UNRECOGNISED_STATEMENT 4:1 `ALTER TABLE users OWNER TO x`: OWNER TO is not a change that novate understands
    MIGRATION.UNRECOGNISED_STATEMENT 5:17 `CREATE TABLE t (a int)`: an object inside CREATE SCHEMA is not a change that novate understands
    ");
    assert_snapshot!(errors("ALTER TABLE users ENABLE TRIGGER x;"), @"MIGRATION.UNRECOGNISED_STATEMENT 1:1 `ALTER TABLE users ENABLE TRIGGER x`: alteration ENABLE TRIGGER x of table public.users is not a change that novate understands");
    assert_snapshot!(errors("UPDATE users SET name = '';\nBEGIN;\nSET lock_timeout = 1;"), @"
    MIGRATION.DML_OUTSIDE_TRANSFORM 1:1 `UPDATE users SET name = ''`: UPDATE of users stands outside a transform
    MIGRATION.SESSION_STATEMENT 2:1 `BEGIN`: BEGIN cannot stand in a migration
    MIGRATION.SESSION_STATEMENT 3:1 `SET lock_timeout = 1`: SET lock_timeout cannot stand in a migration
    ");
    assert_snapshot!(errors("ALTER TABLE users ADD COLUMN name text;"), @"MIGRATION.IMPOSSIBLE_STATEMENT 1:1 `ALTER TABLE users ADD COLUMN name text`: column public.users.name is there already");
    assert_snapshot!(errors("ALTER TABLE nobody ADD COLUMN name text;\nALTER TABLE nobody ADD COLUMN x text;"), @"MIGRATION.IMPOSSIBLE_STATEMENT 1:1 `ALTER TABLE nobody ADD COLUMN name text`: ALTER TABLE nobody needs the table nobody, which is not there");
    assert_snapshot!(errors("DROP TYPE mood;"), @"MIGRATION.IMPOSSIBLE_STATEMENT 1:1 `DROP TYPE mood`: enum public.mood cannot be dropped: column public.users.m needs it");
    assert_snapshot!(errors("DROP TYPE mood CASCADE;"), @"MIGRATION.CASCADE 1:1 `DROP TYPE mood CASCADE`: CASCADE drops more than is said: column public.users.m");
    assert_snapshot!(errors("ALTER TABLE users DROP COLUMN name CASCADE;"), @"MIGRATION.CASCADE 1:1 `ALTER TABLE users DROP COLUMN name CASCADE`: CASCADE drops more than is said: index public.users_name_idx");
    assert_snapshot!(errors("DROP TABLE IF EXISTS nobody;"), @"MIGRATION.NO_EFFECT 1:1 `DROP TABLE IF EXISTS nobody`: this changes nothing that the contract knows");
    assert_snapshot!(errors("CREATE INDEX CONCURRENTLY i ON users (age);\nDROP INDEX CONCURRENTLY users_name_idx;"), @"
    MIGRATION.NEEDS_STATEMENT_MODE 1:1 `CREATE INDEX CONCURRENTLY i ON users (age)`: CREATE INDEX CONCURRENTLY cannot run inside one transaction with the rest
    MIGRATION.NEEDS_STATEMENT_MODE 2:1 `DROP INDEX CONCURRENTLY users_name_idx`: DROP INDEX CONCURRENTLY cannot run inside one transaction with the rest
    ");
    assert_snapshot!(errors("ALTER TABLE users ADD COLUMN x int;\nDROP TABLE posts;\nALTER TABLE users DROP COLUMN age;\nALTER TABLE users ALTER COLUMN name SET NOT NULL;"), @"MIGRATION.WRONG_TARGET 4:50 ``: the statements do not lead to the contract: table public.posts is missing, column public.users.age is missing, column public.users.name is different, column public.users.x is still there");
}

#[test]
fn transforms() {
    let with =
        |check: &str, run: &str| errors(&format!("-- @transform x\n-- @check\n{check}\n-- @run\n{run}\n-- @end"));
    let run = "UPDATE users SET name = '' WHERE name IS NULL;";
    let check = "SELECT 1 FROM users WHERE name IS NULL;";
    assert_snapshot!(with("SELECT count(*) FROM users;", run), @"MIGRATION.TRANSFORM_CHECK_NOT_ROWSET 3:1 `SELECT count(*) FROM users`: this query always returns one row, so its work would never be done");
    assert_snapshot!(with("SELECT 1;", run), @"MIGRATION.TRANSFORM_CHECK_NOT_ROWSET 3:1 `SELECT 1`: this query always returns one row, so its work would never be done");
    assert_snapshot!(with("DELETE FROM users;", run), @"MIGRATION.TRANSFORM_CHECK_NOT_QUERY 3:1 `DELETE FROM users`: the check of a transform is one query");
    assert_snapshot!(with("SELECT 1 FROM users; SELECT 1 FROM posts;", run), @"MIGRATION.TRANSFORM_CHECK_NOT_QUERY 3:22 `SELECT 1 FROM posts`: the check of a transform is one query");
    assert_snapshot!(with("", run), @"MIGRATION.TRANSFORM_INCOMPLETE 1:1 `-- @transform x`: the transform x has no -- @check");
    assert_snapshot!(with(check, ""), @"MIGRATION.TRANSFORM_INCOMPLETE 1:1 `-- @transform x`: the transform x has no -- @run");
    assert_snapshot!(with(check, "TRUNCATE users; ALTER TABLE users ADD x int; SELECT 1 FROM users;"), @"
    MIGRATION.TRANSFORM_RUN_NOT_DML 5:1 `TRUNCATE users`: TRUNCATE does not change rows
    MIGRATION.TRANSFORM_RUN_NOT_DML 5:17 `ALTER TABLE users ADD x int`: ALTER TABLE does not change rows
    MIGRATION.TRANSFORM_RUN_NOT_DML 5:46 `SELECT 1 FROM users`: a query does not change rows
    ");
    assert_snapshot!(with("SELECT 1 FROM user WHERE name IS NULL;", run), @r#"MIGRATION.TRANSFORM_UNKNOWN_NAME 3:15 `user`: table "user" exists neither before nor after this migration"#);
    assert_snapshot!(with("SELECT 1 FROM users u WHERE u.nam IS NULL AND agee = 1;", "UPDATE users SET nme = '', age = posts.titel FROM posts;"), @"
    MIGRATION.TRANSFORM_UNKNOWN_NAME 3:29 `u.nam`: column nam exists neither before nor after this migration
    MIGRATION.TRANSFORM_UNKNOWN_NAME 3:47 `agee`: column agee exists neither before nor after this migration
    MIGRATION.TRANSFORM_UNKNOWN_NAME 5:18 `nme`: column nme exists neither before nor after this migration
    MIGRATION.TRANSFORM_UNKNOWN_NAME 5:34 `posts.titel`: column titel exists neither before nor after this migration
    ");
    assert_snapshot!(errors(&format!("-- @transform x\n{check}\n-- @end")), @"
    MIGRATION.TRANSFORM_INCOMPLETE 1:1 `-- @transform x`: the transform x has no -- @check
    MIGRATION.TRANSFORM_INCOMPLETE 1:1 `-- @transform x`: the transform x has no -- @run
    MIGRATION.TRANSFORM_INCOMPLETE 2:1 `SELECT 1 FROM users WHERE name IS NULL`: the transform x has no -- @check
    ");
    assert_snapshot!(errors(&format!("-- @transform x\n-- @batch 500\n-- @check\n{check}\n-- @run\n{run}\n-- @end")), @"MIGRATION.NEEDS_STATEMENT_MODE 2:1 `-- @batch 500`: -- @batch cannot run inside one transaction with the rest");
    let one = format!("-- @transform x (@invariant done)\n-- @check\n{check}\n-- @run\n{run}\n-- @end\n");
    assert_snapshot!(errors(&format!("{one}{one}")), @"MIGRATION.INVARIANT_TWICE 7:1 `-- @transform x (@invariant done)`: the invariant done is provided twice");
}

#[test]
fn names_that_may_be_right_are_let_through() {
    let source = "-- @transform x\n-- @check\nSELECT 1 FROM names WHERE whatever;\n-- @run\n\
                  WITH late AS (SELECT id AS x FROM posts) UPDATE users SET age = late.x FROM late WHERE users.id = late.x;\n\
                  DELETE FROM users USING information_schema.tables t, generate_series(1, 2) g WHERE users.name = t.table_name AND g = 1;\n\
                  INSERT INTO users (id, email) SELECT p.id, p.title FROM posts p ON CONFLICT (id) DO UPDATE SET email = excluded.email;\n-- @end";
    super::compiled(source);
}

#[test]
fn raw() {
    assert_snapshot!(errors("-- @raw data x\n-- @postcheck\nSELECT true;\n-- @end"), @r#"MIGRATION.RAW_EMPTY 1:1 `-- @raw data x`: the raw operation "x" has no statement"#);
    assert_snapshot!(errors("-- @raw data x\nTRUNCATE users;\n-- @end"), @r#"MIGRATION.RAW_WITHOUT_POSTCHECK 1:1 `-- @raw data x`: the raw operation "x" has no -- @postcheck"#);
    assert_snapshot!(errors("-- @raw data x\nTRUNCATE users;\n-- @postcheck\nDELETE FROM users;\n-- @end"), @"MIGRATION.CHECK_NOT_QUERY 4:1 `DELETE FROM users`: a check is one SELECT of one boolean");
    assert_snapshot!(errors("-- @raw data x\nVACUUM users;\nCOMMIT;\n-- @postcheck\nSELECT true;\n-- @end"), @"
    MIGRATION.NEEDS_STATEMENT_MODE 2:1 `VACUUM users`: VACUUM cannot run inside one transaction with the rest
    MIGRATION.SESSION_STATEMENT 3:1 `COMMIT`: COMMIT cannot stand in a migration
    ");
}

#[test]
fn what_is_not_ours() {
    use novate_contract::{Control, QName};
    let mut from = contract(&empty(), super::SETUP);
    let users = QName::new("public", "users");
    let posts = "ALTER TABLE posts ADD FOREIGN KEY (author) REFERENCES users;";
    let source = format!("{posts}\nALTER TABLE users ADD COLUMN x int;");
    for control in [Control::External, Control::Observed, Control::Tolerated] {
        from.tables.get_mut(&users).unwrap().control = control;
        let to = contract(&from, posts);
        let found = compile(&source, &from, &to).unwrap_err();
        assert_eq!(found.iter().map(super::CompileError::code).collect::<Vec<_>>(), ["MIGRATION.NOT_OURS"]);
        assert_eq!(&source[found[0].span().range()], "ALTER TABLE users ADD COLUMN x int");
    }
}

/// A declaration of what somebody else keeps says what is referred to, and there may be more of it.
#[test]
fn what_others_keep_is_known_as_far_as_it_is_declared() {
    let mut at = contract(
        &empty(),
        "CREATE SCHEMA auth; CREATE TABLE auth.users (id int PRIMARY KEY); CREATE TABLE t (id int);",
    );
    let transform = |check: &str| format!("-- @transform x\n-- @check\n{check}\n-- @run\nDELETE FROM t;\n-- @end\n");
    let of_column = transform("SELECT 1 FROM auth.users AS u, t WHERE u.email = 'x' AND t.id = u.id;");
    let of_table = transform("SELECT 1 FROM auth.sessions AS s WHERE s.open;");
    assert!(compile(&of_column, &at, &at).is_err() && compile(&of_table, &at, &at).is_err());
    at.schemas.values_mut().for_each(|schema| schema.control = Control::External);
    at.schemas.entry(Ident::new("public")).or_default().control = Control::Managed;
    assert!(compile(&of_column, &at, &at).is_ok() && compile(&of_table, &at, &at).is_ok());
    // What is ours is checked as ever.
    assert!(compile(&transform("SELECT 1 FROM t WHERE nam = 'x';"), &at, &at).is_err());
}
