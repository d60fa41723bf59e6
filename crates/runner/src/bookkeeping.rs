//! The tables that novate keeps in a database: schema `novate` with `meta`, `marker`, `ledger` and `progress`.

/// The version of these tables that this program writes.
pub(crate) const TABLES_VERSION: i32 = 1;

/// The first key of the advisory locks of novate: `novat` in ASCII, so that it is recognised in `pg_locks`.
pub(crate) const LOCK_CLASS: i32 = 0x6E6F_7661;

/// Creates what is missing, in one statement that does nothing where all is there. Somebody else may have made the
/// schema for a role that may not: `IF NOT EXISTS` would ask for the right all the same.
/// It runs under the lock of the
/// space, but two spaces have two locks: a second creator fails on the catalog's unique index and is retried.
///
/// `meta` comes last, so that its presence says that the rest is there.
pub(crate) const ENSURE_TABLES: &str = r"DO $novate$
BEGIN
  IF pg_catalog.to_regclass('novate.meta') IS NULL THEN
    IF pg_catalog.to_regnamespace('novate') IS NULL THEN
      CREATE SCHEMA novate;
      COMMENT ON SCHEMA novate IS 'Kept by novate: where this database stands. Not part of any contract.';
    END IF;
    CREATE TABLE novate.marker (
      space text PRIMARY KEY,
      target text NOT NULL DEFAULT 'postgres',
      hash text NOT NULL,
      invariants text[] NOT NULL DEFAULT '{}',
      contract text NOT NULL,
      fingerprint text NOT NULL,
      generation bigint NOT NULL DEFAULT 1,
      updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
      version text NOT NULL
    );
    CREATE TABLE novate.ledger (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      space text NOT NULL,
      kind text NOT NULL,
      package text,
      migration_hash text,
      from_hash text,
      to_hash text,
      operations text NOT NULL DEFAULT '[]',
      started_at timestamptz NOT NULL,
      finished_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
      role text NOT NULL DEFAULT session_user,
      client text NOT NULL DEFAULT coalesce(pg_catalog.host(pg_catalog.inet_client_addr()), 'local'),
      application text,
      version text NOT NULL
    );
    CREATE TABLE novate.progress (
      space text PRIMARY KEY,
      package text NOT NULL,
      migration_hash text NOT NULL,
      from_hash text,
      to_hash text NOT NULL,
      operation integer NOT NULL,
      operation_id text NOT NULL,
      outcomes text NOT NULL DEFAULT '{}',
      owner text NOT NULL,
      owner_pid integer NOT NULL,
      owner_start timestamptz NOT NULL,
      owner_application text NOT NULL,
      started_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
    );
    CREATE TABLE novate.meta (tables_version integer NOT NULL);
    INSERT INTO novate.meta VALUES (1);
  END IF;
END
$novate$";
