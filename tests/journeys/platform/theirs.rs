//! Everything that a schema holds, down to who wrote which row of the catalog last.

use novate_scratch::Database;

/// Each row of the catalog that is about the schema `auth`, and each row of its tables, with the transaction that wrote it.
///
/// What others' foreign keys leave at their target is theirs: the triggers that enforce them. Figures that `VACUUM` and
/// `ANALYZE` write are left out.
const ROWS: &str = "
WITH theirs AS (SELECT oid FROM pg_namespace WHERE nspname = 'auth'),
classes AS (SELECT oid FROM pg_class WHERE relnamespace IN (SELECT oid FROM theirs))
SELECT format('namespace %s %s', xmin, to_jsonb(n)) FROM pg_namespace n WHERE oid IN (SELECT oid FROM theirs)
UNION ALL SELECT format('class %s %s', xmin, to_jsonb(c)
    - '{relpages,reltuples,relallvisible,relallfrozen,relfrozenxid,relminmxid}'::text[])
    FROM pg_class c WHERE oid IN (SELECT oid FROM classes)
UNION ALL SELECT format('attribute %s %s', xmin, to_jsonb(a)) FROM pg_attribute a WHERE attrelid IN (SELECT oid FROM classes)
UNION ALL SELECT format('default %s %s', xmin, to_jsonb(d)) FROM pg_attrdef d WHERE adrelid IN (SELECT oid FROM classes)
UNION ALL SELECT format('constraint %s %s', xmin, to_jsonb(c)) FROM pg_constraint c
    WHERE connamespace IN (SELECT oid FROM theirs) OR conrelid IN (SELECT oid FROM classes)
UNION ALL SELECT format('index %s %s', xmin, to_jsonb(i)) FROM pg_index i WHERE indrelid IN (SELECT oid FROM classes)
UNION ALL SELECT format('trigger %s %s', t.xmin, to_jsonb(t)) FROM pg_trigger t
    LEFT JOIN pg_constraint c ON c.oid = t.tgconstraint
    WHERE tgrelid IN (SELECT oid FROM classes) AND (c.oid IS NULL OR c.conrelid IN (SELECT oid FROM classes))
UNION ALL SELECT format('type %s %s', xmin, to_jsonb(t)) FROM pg_type t WHERE typnamespace IN (SELECT oid FROM theirs)
UNION ALL SELECT format('function %s %s', xmin, to_jsonb(p)) FROM pg_proc p WHERE pronamespace IN (SELECT oid FROM theirs)
UNION ALL SELECT format('policy %s %s', xmin, to_jsonb(p)) FROM pg_policy p WHERE polrelid IN (SELECT oid FROM classes)
UNION ALL SELECT format('comment %s %s', xmin, to_jsonb(d)) FROM pg_description d WHERE objoid IN (SELECT oid FROM classes)
UNION ALL SELECT format('user %s %s', xmin, to_jsonb(u)) FROM auth.users u
UNION ALL SELECT format('session %s %s', xmin, to_jsonb(s)) FROM auth.sessions s
ORDER BY 1";

/// As it is now.
pub(super) fn everything(database: &Database) -> Vec<String> {
    let rows = database.execute(ROWS).unwrap_or_else(|error| panic!("{error}"));
    assert!(rows.len() > 20, "{rows:?}");
    rows.into_iter().map(|row| row.into_iter().flatten().collect()).collect()
}
