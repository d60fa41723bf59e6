//! Classes and hazards.

use insta::assert_snapshot;

use super::compiled;

/// Class and hazard codes of the last operation.
fn effect(migration: &str) -> String {
    let compiled = compiled(migration);
    let last = compiled.operations.last().unwrap();
    let mut codes: Vec<&str> = last.hazards.iter().map(|hazard| hazard.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    format!("{}: {}", last.class, codes.join(" "))
}

fn effects(migrations: &[&str]) -> String {
    migrations.iter().map(|sql| format!("{sql}\n    {}", effect(sql))).collect::<Vec<_>>().join("\n")
}

#[test]
fn columns() {
    assert_snapshot!(effects(&[
        "ALTER TABLE users ADD COLUMN x int;",
        "ALTER TABLE users ADD COLUMN x int DEFAULT 5;",
        "ALTER TABLE users ADD COLUMN x timestamptz DEFAULT now();",
        "ALTER TABLE users ADD COLUMN x uuid DEFAULT gen_random_uuid();",
        "ALTER TABLE users ADD COLUMN x int NOT NULL;",
        "ALTER TABLE users ADD COLUMN x int GENERATED ALWAYS AS IDENTITY;",
        "ALTER TABLE users ADD COLUMN x int GENERATED ALWAYS AS (age * 2) STORED;",
        "ALTER TABLE users ADD COLUMN x bigint REFERENCES posts;",
        "ALTER TABLE users ADD COLUMN x int UNIQUE;",
        "ALTER TABLE users ADD COLUMN x int CHECK (x > 0);",
        "ALTER TABLE users DROP COLUMN age;",
        "ALTER TABLE users ALTER COLUMN name SET NOT NULL;",
        "ALTER TABLE users ADD CONSTRAINT n CHECK (name IS NOT NULL); ALTER TABLE users ALTER COLUMN name SET NOT NULL;",
        "ALTER TABLE users ALTER COLUMN email DROP NOT NULL;",
        "ALTER TABLE users ALTER COLUMN age SET DEFAULT 2;",
        "ALTER TABLE users ALTER COLUMN age DROP DEFAULT;",
        "ALTER TABLE users ALTER COLUMN email TYPE varchar(100);",
        "ALTER TABLE users ALTER COLUMN email TYPE text;",
        "ALTER TABLE users ALTER COLUMN email TYPE varchar(10);",
        "ALTER TABLE users ALTER COLUMN age TYPE bigint;",
        "ALTER TABLE users ALTER COLUMN age TYPE smallint;",
        "ALTER TABLE users ALTER COLUMN age TYPE text;",
        "ALTER TABLE users ALTER COLUMN name TYPE int USING name::int;",
        "ALTER TABLE users ALTER COLUMN m TYPE text;",
        "ALTER TABLE users RENAME COLUMN name TO n;",
    ]), @"
    ALTER TABLE users ADD COLUMN x int;
        additive: 
    ALTER TABLE users ADD COLUMN x int DEFAULT 5;
        additive: 
    ALTER TABLE users ADD COLUMN x timestamptz DEFAULT now();
        additive: 
    ALTER TABLE users ADD COLUMN x uuid DEFAULT gen_random_uuid();
        additive: blocks-reads blocks-writes rewrite
    ALTER TABLE users ADD COLUMN x int NOT NULL;
        data: may-fail
    ALTER TABLE users ADD COLUMN x int GENERATED ALWAYS AS IDENTITY;
        additive: blocks-reads blocks-writes rewrite
    ALTER TABLE users ADD COLUMN x int GENERATED ALWAYS AS (age * 2) STORED;
        additive: blocks-reads blocks-writes rewrite
    ALTER TABLE users ADD COLUMN x bigint REFERENCES posts;
        additive: 
    ALTER TABLE users ADD COLUMN x int UNIQUE;
        additive: blocks-reads blocks-writes index-build
    ALTER TABLE users ADD COLUMN x int CHECK (x > 0);
        additive: blocks-reads blocks-writes scan
    ALTER TABLE users DROP COLUMN age;
        destructive: breaks-clients data-loss drop-column irreversible
    ALTER TABLE users ALTER COLUMN name SET NOT NULL;
        data: blocks-reads blocks-writes may-fail scan
    ALTER TABLE users ADD CONSTRAINT n CHECK (name IS NOT NULL); ALTER TABLE users ALTER COLUMN name SET NOT NULL;
        data: 
    ALTER TABLE users ALTER COLUMN email DROP NOT NULL;
        widening: 
    ALTER TABLE users ALTER COLUMN age SET DEFAULT 2;
        widening: 
    ALTER TABLE users ALTER COLUMN age DROP DEFAULT;
        widening: 
    ALTER TABLE users ALTER COLUMN email TYPE varchar(100);
        widening: 
    ALTER TABLE users ALTER COLUMN email TYPE text;
        widening: breaks-clients
    ALTER TABLE users ALTER COLUMN email TYPE varchar(10);
        data: blocks-reads blocks-writes breaks-clients may-fail rewrite
    ALTER TABLE users ALTER COLUMN age TYPE bigint;
        widening: blocks-reads blocks-writes breaks-clients rewrite
    ALTER TABLE users ALTER COLUMN age TYPE smallint;
        data: blocks-reads blocks-writes breaks-clients may-fail rewrite
    ALTER TABLE users ALTER COLUMN age TYPE text;
        data: blocks-reads blocks-writes breaks-clients rewrite
    ALTER TABLE users ALTER COLUMN name TYPE int USING name::int;
        data: blocks-reads blocks-writes breaks-clients may-fail rewrite
    ALTER TABLE users ALTER COLUMN m TYPE text;
        data: blocks-reads blocks-writes breaks-clients rewrite
    ALTER TABLE users RENAME COLUMN name TO n;
        data: breaks-clients
    ");
}

#[test]
fn constraints_and_indexes() {
    assert_snapshot!(effects(&[
        "ALTER TABLE users ADD CHECK (age > 0);",
        "ALTER TABLE users ADD CHECK (age > 0) NOT VALID;",
        "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c;",
        "ALTER TABLE posts ADD FOREIGN KEY (author) REFERENCES users;",
        "ALTER TABLE posts ADD FOREIGN KEY (author) REFERENCES users NOT VALID;",
        "ALTER TABLE users ADD UNIQUE (name);",
        "CREATE UNIQUE INDEX i ON users (name); ALTER TABLE users ADD UNIQUE USING INDEX i;",
        "ALTER TABLE users DROP CONSTRAINT users_pkey;",
        "CREATE INDEX i ON users (age);",
        "CREATE UNIQUE INDEX i ON users (age);",
        "-- @transaction statement\nCREATE INDEX CONCURRENTLY i ON users (age);",
        "DROP INDEX users_name_idx;",
        "CREATE TABLE t (a bigint); CREATE UNIQUE INDEX i ON t (a);",
        "CREATE TABLE t (a bigint); ALTER TABLE t ADD CHECK (a > 0);",
        "CREATE TABLE t (a bigint); ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES users;",
    ]), @"
    ALTER TABLE users ADD CHECK (age > 0);
        data: blocks-reads blocks-writes may-fail scan
    ALTER TABLE users ADD CHECK (age > 0) NOT VALID;
        data: 
    ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c;
        data: may-fail scan
    ALTER TABLE posts ADD FOREIGN KEY (author) REFERENCES users;
        data: blocks-writes may-fail scan
    ALTER TABLE posts ADD FOREIGN KEY (author) REFERENCES users NOT VALID;
        data: 
    ALTER TABLE users ADD UNIQUE (name);
        data: blocks-reads blocks-writes index-build may-fail
    CREATE UNIQUE INDEX i ON users (name); ALTER TABLE users ADD UNIQUE USING INDEX i;
        data: 
    ALTER TABLE users DROP CONSTRAINT users_pkey;
        widening: 
    CREATE INDEX i ON users (age);
        additive: blocks-writes index-build
    CREATE UNIQUE INDEX i ON users (age);
        data: blocks-writes index-build may-fail
    -- @transaction statement
    CREATE INDEX CONCURRENTLY i ON users (age);
        additive: index-build
    DROP INDEX users_name_idx;
        widening: 
    CREATE TABLE t (a bigint); CREATE UNIQUE INDEX i ON t (a);
        additive: 
    CREATE TABLE t (a bigint); ALTER TABLE t ADD CHECK (a > 0);
        additive: 
    CREATE TABLE t (a bigint); ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES users;
        additive: blocks-writes
    ");
}

#[test]
fn others() {
    assert_snapshot!(effects(&[
        "DROP TABLE posts;",
        "CREATE TABLE t (a bigint); DROP TABLE t;",
        "ALTER TABLE users RENAME TO people;",
        "ALTER TABLE users SET UNLOGGED;",
        "ALTER TABLE users SET (fillfactor=70);",
        "ALTER TABLE users ENABLE ROW LEVEL SECURITY;",
        "ALTER TYPE mood ADD VALUE 'x';",
        "CREATE TYPE e AS ENUM ('a'); ALTER TYPE e ADD VALUE 'x';",
        "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue';",
        "CREATE SEQUENCE s; ALTER SEQUENCE s RESTART;",
        "COMMENT ON TABLE users IS 'x';",
        "CREATE SCHEMA s; DROP SCHEMA s;",
    ]), @"
    DROP TABLE posts;
        destructive: breaks-clients data-loss drop-table irreversible
    CREATE TABLE t (a bigint); DROP TABLE t;
        additive: 
    ALTER TABLE users RENAME TO people;
        data: breaks-clients
    ALTER TABLE users SET UNLOGGED;
        data: blocks-reads blocks-writes data-loss rewrite
    ALTER TABLE users SET (fillfactor=70);
        widening: 
    ALTER TABLE users ENABLE ROW LEVEL SECURITY;
        data: breaks-clients
    ALTER TYPE mood ADD VALUE 'x';
        additive: irreversible
    CREATE TYPE e AS ENUM ('a'); ALTER TYPE e ADD VALUE 'x';
        additive: 
    ALTER TYPE mood RENAME VALUE 'sad' TO 'blue';
        data: breaks-clients
    CREATE SEQUENCE s; ALTER SEQUENCE s RESTART;
        data: 
    COMMENT ON TABLE users IS 'x';
        additive: 
    CREATE SCHEMA s; DROP SCHEMA s;
        additive:
    ");
}
