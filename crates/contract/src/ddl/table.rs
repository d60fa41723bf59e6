//! Tables without their constraints and indexes, but for constraints that are created along with them.

use super::storage::{changes, with};
use super::text::list;
use super::{Action, column, constraint};
use crate::{Constraint, ConstraintKind, Ident, QName, ReplicaIdentity, Table};

/// `CREATE TABLE` with the columns, a line each, and those constraints of the table that `inline` names (in that
/// order; see [`inline`]). A partition takes its columns from its parent. What `CREATE TABLE` cannot
/// say is in [`settings`] and [`column::settings`].
pub fn create(name: &QName, table: &Table, inline: &[Ident]) -> String {
    let unlogged = if table.unlogged { "UNLOGGED " } else { "" };
    let constraints: Vec<_> = inline.iter().filter_map(|name| Some((name, table.constraints.get(name)?))).collect();
    let key: &[Ident] = constraints
        .iter()
        .find_map(|(_, constraint)| match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => Some(key.columns.as_slice()),
            _ => None,
        })
        .unwrap_or_default();

    let mut elements: Vec<String> = Vec::new();
    if table.partition_of.is_none() {
        elements.extend(table.columns.iter().map(|(column_name, payload)| {
            let of_key = key.contains(column_name);
            let write = if of_key { column::definition_of_key } else { column::definition };
            write(name, column_name, payload)
        }));
    }
    elements.extend(constraints.iter().map(|(name, constraint)| constraint::definition(name, constraint)));

    let mut words = vec![format!("CREATE {unlogged}TABLE {name}")];
    if let Some(partition) = &table.partition_of {
        words.push(format!("PARTITION OF {}", partition.parent));
    }
    match (elements.is_empty(), &table.partition_of) {
        (false, _) => words.push(list(&elements)),
        (true, None) => words.push("()".to_owned()),
        (true, Some(_)) => {}
    }
    if let Some(partition) = &table.partition_of {
        words.push(partition.bound.clone());
    }
    if !table.inherits.is_empty() {
        let parents: Vec<String> = table.inherits.iter().map(ToString::to_string).collect();
        words.push(format!("INHERITS ({})", parents.join(", ")));
    }
    if let Some(key) = &table.partition_by {
        words.push(format!("PARTITION BY {key}"));
    }
    if let Some(method) = &table.access_method {
        words.push(format!("USING {method}"));
    }
    format!("{}{}", words.join(" "), with(&table.storage))
}

/// The constraints that [`create`] can hold and that mean the same there, keys first. Foreign keys are left out, since
/// they may lead to tables that come later, and so is what PostgreSQL would pass over: of two keys that differ in no
/// more than name and storage it makes only the first, where they stand in one `CREATE TABLE`.
pub fn inline(table: &Table) -> Vec<Ident> {
    let mut chosen: Vec<(&Ident, &Constraint)> = Vec::new();
    let mut candidates: Vec<(&Ident, &Constraint)> = table.constraints.iter().collect();
    candidates.sort_by_key(|(_, constraint)| constraint.kind.tag());
    for (name, constraint) in candidates {
        let leads_elsewhere = matches!(constraint.kind, ConstraintKind::ForeignKey(_));
        let passed_over = || chosen.iter().any(|(_, earlier)| same_index(earlier, constraint));
        if !leads_elsewhere && constraint::fits_inline(constraint) && !passed_over() {
            chosen.push((name, constraint));
        }
    }
    chosen.into_iter().map(|(name, _)| name.clone()).collect()
}

/// Whether PostgreSQL would take one index for both (`transformIndexConstraints` in `parse_utilcmd.c`).
fn same_index(one: &Constraint, other: &Constraint) -> bool {
    if one.deferral != other.deferral {
        return false;
    }
    match (key_parts(&one.kind), key_parts(&other.kind)) {
        (Some(one), Some(other)) => return one == other,
        (None, None) => {}
        _ => return false,
    }
    match (&one.kind, &other.kind) {
        (ConstraintKind::Exclusion(one), ConstraintKind::Exclusion(other)) => {
            (&one.method, &one.elements, &one.include, &one.predicate)
                == (&other.method, &other.elements, &other.include, &other.predicate)
        }
        _ => false,
    }
}

/// What tells keys apart: key columns, included columns, and whether nulls are distinct.
fn key_parts(kind: &ConstraintKind) -> Option<(&[Ident], &[Ident], bool)> {
    match kind {
        ConstraintKind::PrimaryKey(key) => Some((&key.columns, &key.include, false)),
        ConstraintKind::Unique(key) => Some((&key.columns, &key.include, key.nulls_not_distinct)),
        _ => None,
    }
}

/// The actions that complete a table just made: row-level security, and replica identity, which must wait for the index
/// that it names.
pub fn settings(table: &Table) -> Vec<Action> {
    let bare = Table {
        unlogged: table.unlogged,
        access_method: table.access_method.clone(),
        storage: table.storage.clone(),
        inherits: table.inherits.clone(),
        ..Table::default()
    };
    alter(&bare, table)
}

/// The actions that lead from one table's own facts to another's: logging, access method, storage parameters, row-level
/// security, replica identity, inheritance. Partitioning is not among them: a partition is attached and detached
/// ([`super::partition`]), and `PARTITION BY` cannot be changed.
pub fn alter(from: &Table, to: &Table) -> Vec<Action> {
    let mut actions = Vec::new();
    if from.unlogged != to.unlogged {
        actions.push(set_logged(!to.unlogged));
    }
    if from.access_method != to.access_method {
        actions.push(set_access_method(to.access_method.as_ref()));
    }
    actions.extend(changes(&from.storage, &to.storage).into_iter().map(Action::new));
    if from.row_security.enabled != to.row_security.enabled {
        actions.push(set_row_security(to.row_security.enabled));
    }
    if from.row_security.forced != to.row_security.forced {
        actions.push(set_forced_row_security(to.row_security.forced));
    }
    if from.replica_identity != to.replica_identity {
        actions.push(set_replica_identity(&to.replica_identity));
    }
    actions.extend(from.inherits.iter().filter(|parent| !to.inherits.contains(parent)).map(no_inherit));
    actions.extend(to.inherits.iter().filter(|parent| !from.inherits.contains(parent)).map(inherit));
    actions
}

/// `DROP TABLE`.
pub fn drop(name: &QName) -> String {
    format!("DROP TABLE {name}")
}

/// `ALTER TABLE ... RENAME TO`.
pub fn rename(name: &QName, to: &Ident) -> String {
    format!("ALTER TABLE {name} RENAME TO {to}")
}

/// `ALTER TABLE ... SET SCHEMA`. Indexes, constraints and owned sequences move along.
pub fn set_schema(name: &QName, schema: &Ident) -> String {
    format!("ALTER TABLE {name} SET SCHEMA {schema}")
}

/// `SET LOGGED` or `SET UNLOGGED`, which rewrites the table.
pub fn set_logged(logged: bool) -> Action {
    Action::new(if logged { "SET LOGGED" } else { "SET UNLOGGED" })
}

/// `SET ACCESS METHOD` (15), which rewrites the table; `None` is `heap`.
pub fn set_access_method(method: Option<&Ident>) -> Action {
    match method {
        Some(method) => Action::new(format!("SET ACCESS METHOD {method}")),
        None => Action::new("SET ACCESS METHOD heap"),
    }
}

/// `ENABLE` or `DISABLE ROW LEVEL SECURITY`.
pub fn set_row_security(enabled: bool) -> Action {
    Action::new(if enabled { "ENABLE ROW LEVEL SECURITY" } else { "DISABLE ROW LEVEL SECURITY" })
}

/// `FORCE` or `NO FORCE ROW LEVEL SECURITY`.
pub fn set_forced_row_security(forced: bool) -> Action {
    Action::new(if forced { "FORCE ROW LEVEL SECURITY" } else { "NO FORCE ROW LEVEL SECURITY" })
}

/// `REPLICA IDENTITY`.
pub fn set_replica_identity(identity: &ReplicaIdentity) -> Action {
    match identity {
        ReplicaIdentity::Default => Action::new("REPLICA IDENTITY DEFAULT"),
        ReplicaIdentity::Full => Action::new("REPLICA IDENTITY FULL"),
        ReplicaIdentity::Nothing => Action::new("REPLICA IDENTITY NOTHING"),
        ReplicaIdentity::Index(index) => Action::new(format!("REPLICA IDENTITY USING INDEX {index}")),
    }
}

/// `INHERIT`.
pub fn inherit(parent: &QName) -> Action {
    Action::new(format!("INHERIT {parent}"))
}

/// `NO INHERIT`.
pub fn no_inherit(parent: &QName) -> Action {
    Action::new(format!("NO INHERIT {parent}"))
}
