//! Tables.

use novate_contract::{QName, ReplicaIdentity, RowSecurity, StorageParameters, Table};
use novate_sql::Literal;

use super::column;
use super::fact::{Fact, Place};
use super::sql::{array, options_are, options_words, regclass, stored};
use crate::operation::Check;

pub(super) fn place(name: &QName) -> Place {
    Place::new("pg_catalog.pg_class c", format!("c.oid = {}", regclass(name)))
}

/// The table's own facts; its columns, constraints and indexes have theirs.
pub(super) fn facts(table: &Table) -> Vec<Fact> {
    let Table {
        columns: _,
        constraints: _,
        indexes: _,
        unlogged,
        access_method,
        storage,
        row_security,
        replica_identity,
        partition_by,
        partition_of,
        inherits,
        control: _,
        online: _,
        comment: _,
    } = table;
    let mut facts = vec![match partition_by {
        None => Fact::is("a table", "c.relkind = 'r'"),
        Some(key) => Fact::is(format!("a table partitioned by {key}"), partitioned(key)),
    }];
    facts.push(if *unlogged {
        Fact::is("unlogged", "c.relpersistence = 'u'")
    } else {
        Fact::not("logged", "c.relpersistence = 'p'")
    });
    if let Some(method) = access_method {
        let sql = format!("(SELECT m.amname FROM pg_catalog.pg_am m WHERE m.oid = c.relam) = {}", stored(method));
        facts.push(Fact::is(format!("stored by {method}"), sql));
    } else if partition_by.is_none() {
        let sql = "(SELECT m.amname FROM pg_catalog.pg_am m WHERE m.oid = c.relam) = 'heap'";
        facts.push(Fact::not("stored by heap", sql));
    }
    facts.extend(storage_facts(storage));
    let RowSecurity { enabled, forced } = row_security;
    facts.push(flag(*enabled, "under row security", "not under row security", "c.relrowsecurity"));
    facts.push(flag(*forced, "under forced row security", "not under forced row security", "c.relforcerowsecurity"));
    facts.push(replica(replica_identity));
    facts.push(parents(&partition_of.iter().map(|p| &p.parent).chain(inherits).collect::<Vec<_>>()));
    if let Some(partition) = partition_of {
        // A bound is printed with values in forms of their own.
        let is_default = partition.bound.trim().eq_ignore_ascii_case("default");
        let not = if is_default { "" } else { "NOT " };
        let sql = format!("{not}pg_catalog.pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT'");
        facts.push(Fact::is(format!("with the rows {}", partition.bound), sql));
    }
    facts
}

fn flag(on: bool, words: &str, none: &'static str, column: &str) -> Fact {
    if on { Fact::is(words, column) } else { Fact::not(none, format!("NOT {column}")) }
}

/// Keys of plain columns are compared; of others, only how they divide.
fn partitioned(key: &str) -> String {
    let plain = key.split_once('(').is_some_and(|(_, rest)| {
        let inner = rest.trim_end().trim_end_matches(')');
        inner.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b',' | b' '))
    });
    let printed = "pg_catalog.pg_get_partkeydef(c.oid)";
    if plain {
        let squeezed: String = key.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
        return format!(
            "c.relkind = 'p' AND pg_catalog.replace(pg_catalog.lower({printed}), ' ', '') = {}",
            Literal(&squeezed)
        );
    }
    let strategy = key.split(['(', ' ']).next().unwrap_or_default().to_ascii_uppercase();
    format!("c.relkind = 'p' AND pg_catalog.split_part({printed}, ' ', 1) = {}", Literal(&strategy))
}

/// Parameters of the table, and of the table beside it where long values go.
fn storage_facts(storage: &StorageParameters) -> [Fact; 2] {
    let (beside, own): (StorageParameters, StorageParameters) =
        storage.clone().into_iter().partition(|(name, _)| name.starts_with("toast."));
    let beside: StorageParameters =
        beside.into_iter().map(|(name, value)| (name.trim_start_matches("toast.").to_owned(), value)).collect();
    let of_toast = "(SELECT t.reloptions FROM pg_catalog.pg_class t WHERE t.oid = c.reltoastrelid)";
    let fact = |options: &StorageParameters, column: &str, none| {
        let sql = options_are(column, options);
        if options.is_empty() {
            Fact::not(none, sql)
        } else {
            Fact::is(format!("with {}", options_words(options)), sql)
        }
    };
    [fact(&own, "c.reloptions", "without parameters"), fact(&beside, of_toast, "without parameters for long values")]
}

fn replica(identity: &ReplicaIdentity) -> Fact {
    match identity {
        ReplicaIdentity::Default => Fact::not("with the default replica identity", "c.relreplident = 'd'"),
        ReplicaIdentity::Full => Fact::is("with full replica identity", "c.relreplident = 'f'"),
        ReplicaIdentity::Nothing => Fact::is("without replica identity", "c.relreplident = 'n'"),
        ReplicaIdentity::Index(index) => Fact::is(
            format!("with replica identity {index}"),
            format!(
                "c.relreplident = 'i' AND EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x \
                 ON x.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisreplident AND x.relname = {})",
                stored(index)
            ),
        ),
    }
}

fn parents(parents: &[&QName]) -> Fact {
    const ALL: &str =
        "ARRAY(SELECT h.inhparent FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid ORDER BY h.inhseqno)";
    if parents.is_empty() {
        return Fact::not(
            "without a parent",
            "NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid)",
        );
    }
    let names: Vec<String> = parents.iter().map(ToString::to_string).collect();
    let numbers: Vec<String> = parents.iter().map(|parent| format!("{}::oid", regclass(parent))).collect();
    Fact::is(format!("under {}", names.join(", ")), format!("{ALL} = ARRAY[{}]", numbers.join(", ")))
}

/// The columns of a new table: all of them in one question, and those that are more than a type in one each.
pub(super) fn columns(name: &QName, table: &Table) -> Vec<Check> {
    let mut shown = Vec::new();
    let mut listed = Vec::new();
    for (column, payload) in &table.columns {
        let null = if payload.not_null { " not null" } else { "" };
        let ty = if payload.ty.is_builtin() { payload.ty.to_string() } else { "*".to_owned() };
        listed.push(format!("{} {ty}{null}", column.as_str()));
        shown.push(format!("{column} {}{null}", payload.ty));
    }
    // Numbers below 16384 are those of PostgreSQL's own types, which are printed the same on every search path.
    let sql = format!(
        "SELECT ARRAY(SELECT a.attname || ' ' \
         || CASE WHEN a.atttypid < 16384 THEN pg_catalog.format_type(a.atttypid, a.atttypmod) ELSE '*' END \
         || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END\n\
         FROM pg_catalog.pg_attribute a WHERE a.attrelid = {} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)\n\
         = {}",
        regclass(name),
        array(&listed)
    );
    let description = match shown.as_slice() {
        [] => format!("table {name} has no columns"),
        shown => format!("the columns of {name} are {}", shown.join(", ")),
    };
    let all = Check { description, sql };
    let special = table.columns.iter().filter(|(_, payload)| !column::is_plain(payload)).map(|(column, payload)| {
        let facts = column::facts(name, column, payload);
        column::place(name, column).check(format!("column {name}.{column}"), &facts)
    });
    std::iter::once(all).chain(special).collect()
}
