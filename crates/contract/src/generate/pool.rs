//! What the numbers of a plan pick from.

use super::plan::Pick;

/// The element that a number picks; pools are never empty.
pub(super) fn pick<T>(pool: &[T], pick: Pick) -> Option<&T> {
    pool.get(usize::from(pick).checked_rem(pool.len())?)
}

/// Names of every spelling, longest included.
pub(super) const SCHEMAS: &[&str] = &["audit", "Billing", "a b"];
pub(super) const TABLES: &[&str] = &[
    "users",
    "posts",
    "Order Items",
    "order",
    "größen",
    "a_table_whose_name_is_as_long_as_postgresql_lets_a_name_be_63_b",
];
pub(super) const COLUMNS: &[&str] = &[
    "id",
    "name",
    "email",
    "kind",
    "User",
    "order",
    "created at",
    "größe",
    "it's \"odd\"",
    "a_column_whose_name_is_so_long_that_it_fills_up_all_63_bytes_ok",
];
pub(super) const ENUMS: &[&str] = &["status", "Mood", "kind of thing"];
pub(super) const LABELS: &[&str] = &["new", "done", "it's", "two words", "größer", "Back\\slash", ""];
pub(super) const SEQUENCES: &[&str] = &["numbers", "Tickets"];
pub(super) const NAMES: &[&str] = &["by_name", "Odd Name", "order", "unique"];
pub(super) const COMMENTS: &[&str] =
    &["what people see", "it's \"quoted\"", "back\\slash", "two\nlines", "größer ✓", "-- not a comment; really"];

/// A type with what can be done with its values.
pub(super) struct Kind {
    /// In canonical form.
    pub(super) ty: &'static str,
    /// Defaults that suit it.
    pub(super) defaults: &'static [&'static str],
    /// Conditions on a column, which `{}` stands for.
    pub(super) checks: &'static [&'static str],
    /// Expressions over a column that an index can hold.
    pub(super) keys: &'static [&'static str],
    /// Which index methods take it.
    pub(super) index: IndexBy,
}

/// The index methods that take a type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum IndexBy {
    Nothing,
    /// `btree`, and so keys.
    Btree,
    /// `btree` and `gin`.
    BtreeOrGin,
    /// `btree` and `gist`, and so exclusions by overlap.
    BtreeOrGist,
}

const fn kind(
    ty: &'static str,
    defaults: &'static [&'static str],
    checks: &'static [&'static str],
    keys: &'static [&'static str],
    index: IndexBy,
) -> Kind {
    Kind { ty, defaults, checks, keys, index }
}

/// Integers stand first: identities and serials pick from these alone.
pub(super) const INTEGERS: usize = 3;
pub(super) const KINDS: &[Kind] = &[
    kind(
        "integer",
        &["0", "-1", "2 + 3"],
        &["{} > 0", "{} BETWEEN 1 AND 10", "{} IN (1, 2)"],
        &["{} + 1"],
        IndexBy::Btree,
    ),
    kind("bigint", &["0", "9007199254740993"], &["{} <> 0"], &["abs({})"], IndexBy::Btree),
    kind("smallint", &["0", "1"], &["{} >= 0"], &[], IndexBy::Btree),
    kind(
        "text",
        &["'x'", "''", "'it''s'", "E'back\\\\slash'", "lower('ABC')"],
        &["{} <> ''", "length({}) < 100", "{} IN ('a', 'b')", "{} LIKE 'x%'", "{} ~ '^[a-z]+$'"],
        &["lower({})", "{} || 'x'", "lower(btrim({}))", "COALESCE({}, '')"],
        IndexBy::Btree,
    ),
    kind("character varying(20)", &["'x'"], &["{} <> 'y'"], &["lower({}::text)"], IndexBy::Btree),
    kind("character(3)", &["'abc'"], &[], &[], IndexBy::Btree),
    kind("numeric(10,2)", &["0", "1.50"], &["{} >= 0"], &["round({})"], IndexBy::Btree),
    kind("numeric", &["0.1"], &["{} < 1000"], &[], IndexBy::Btree),
    kind("double precision", &["0", "1.5"], &[], &[], IndexBy::Btree),
    kind("boolean", &["true", "false"], &["{}", "NOT {}"], &[], IndexBy::Btree),
    kind("uuid", &["gen_random_uuid()"], &[], &[], IndexBy::Btree),
    kind(
        "timestamp with time zone",
        &["now()", "CURRENT_TIMESTAMP"],
        &[],
        &["({} AT TIME ZONE 'UTC')"],
        IndexBy::Btree,
    ),
    kind("timestamp(3) without time zone", &["'2020-01-01 00:00:00'"], &[], &["date_trunc('day', {})"], IndexBy::Btree),
    kind("date", &["CURRENT_DATE", "'2020-01-01'"], &["{} > '2000-01-01'"], &[], IndexBy::Btree),
    kind("interval", &["'01:00:00'"], &[], &[], IndexBy::Btree),
    kind("jsonb", &["'{}'", "'[]'"], &["jsonb_typeof({}) = 'object'"], &["({} ->> 'a')"], IndexBy::BtreeOrGin),
    kind("json", &["'{}'"], &[], &[], IndexBy::Nothing),
    kind("text[]", &["'{}'", "ARRAY['a', 'b']"], &["cardinality({}) < 5"], &["{}[1]"], IndexBy::BtreeOrGin),
    kind("integer[]", &["'{}'", "ARRAY[1, 2]"], &["1 = ANY ({})"], &[], IndexBy::BtreeOrGin),
    kind("bytea", &["'\\x00'"], &[], &[], IndexBy::Btree),
    kind("inet", &["'127.0.0.1'"], &[], &[], IndexBy::Btree),
    kind("int4range", &["'[1,5)'"], &["NOT isempty({})"], &[], IndexBy::BtreeOrGist),
    kind("bit varying(8)", &["B'101'"], &[], &[], IndexBy::Btree),
    kind("point", &[], &[], &[], IndexBy::Nothing),
];

/// An enum of the contract.
pub(super) const ENUM_KIND: Kind = kind("", &[], &["{} IS NOT NULL"], &[], IndexBy::Btree);
