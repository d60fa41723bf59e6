//! A table and everything that is its own.

use std::collections::BTreeSet;

use novate_contract::ddl::{self, column, constraint, index};
use novate_contract::{
    Column, Constraint, ConstraintKind, Contract, Deferral, Ident, ObjectId, QName, SequenceOptions, Table, TypeName,
};
use novate_sql::expr::Expr;

use super::{control, owned, remark, statement};

/// The paragraph of a table.
pub(super) fn text(contract: &Contract, name: &QName, table: &Table) -> String {
    let mut directive = control(table.control).to_owned();
    if table.online {
        directive.push_str("-- @online\n");
    }
    let (create, inside) = create(contract, name, table);
    let mut text = statement(&directive, &create);
    let outside = |name: &&Ident| !inside.contains(*name);
    for constraint_name in table.constraints.keys().filter(outside) {
        if let Some(payload) = table.constraints.get(constraint_name) {
            text += &statement("", &constraint::add(constraint_name, payload).on(name));
        }
    }
    for (index_name, payload) in &table.indexes {
        text += "\n";
        text += &statement("", &index::create(name, index_name, payload, index::Build::Locking));
    }
    // The replica identity may name an index, so it comes after them.
    let mut settings = ddl::table::settings(table);
    settings.extend(table.columns.iter().flat_map(|(column_name, payload)| column::settings(column_name, payload)));
    for action in settings {
        text += &statement("", &action.on(name));
    }
    text + &remarks(contract, name, table)
}

fn remarks(contract: &Contract, name: &QName, table: &Table) -> String {
    let mut text = remark(&ObjectId::Table(name.clone()), table.comment.as_deref());
    for (column_name, payload) in &table.columns {
        text += &remark(&ObjectId::Column(name.clone(), column_name.clone()), payload.comment.as_deref());
        for sequence in owned(contract, name, column_name).filter(|sequence| is_shorthand(contract, sequence)) {
            let comment = contract.sequences.get(sequence).and_then(|payload| payload.comment.as_deref());
            text += &remark(&ObjectId::Sequence(sequence.clone()), comment);
        }
    }
    for (constraint_name, payload) in &table.constraints {
        let id = ObjectId::Constraint(payload.kind.tag(), name.clone(), constraint_name.clone());
        text += &remark(&id, payload.comment.as_deref());
    }
    for (index_name, payload) in &table.indexes {
        text += &remark(&ObjectId::Index(name.clone(), index_name.clone()), payload.comment.as_deref());
    }
    text
}

/// `CREATE TABLE`, and the constraints that stand inside it.
fn create(contract: &Contract, name: &QName, table: &Table) -> (String, BTreeSet<Ident>) {
    // A partition or an heir has its columns from its parents; what the DDL writer says of them is exact.
    if table.partition_of.is_some() || !table.inherits.is_empty() || table.partition_by.is_some() {
        let inline = ddl::table::inline(table);
        return (ddl::table::create(name, table, &inline), inline.into_iter().collect());
    }
    let mut inside: BTreeSet<Ident> = ddl::table::inline(table).into_iter().collect();
    inside.extend(
        table.constraints.iter().filter(|(_, payload)| is_simple_reference(payload)).map(|(name, _)| name.clone()),
    );
    let mut written = BTreeSet::new();
    let mut lines = Vec::new();
    for (column_name, payload) in &table.columns {
        let mut line = match serial(contract, name, column_name, payload) {
            Some(word) => format!("{column_name} {word}"),
            None => {
                let mut shown = payload.clone();
                // A key says it already.
                shown.not_null &= !is_key(table, column_name);
                column::definition(name, column_name, &shown)
            }
        };
        for (constraint_name, constraint) in table.constraints.iter().filter(|(name, _)| inside.contains(*name)) {
            if let Some(words) = beside(name, column_name, constraint_name, constraint) {
                line.push(' ');
                line.push_str(&words);
                written.insert(constraint_name.clone());
            }
        }
        lines.push(line);
    }
    for (constraint_name, payload) in &table.constraints {
        if inside.contains(constraint_name) && !written.contains(constraint_name) {
            lines.push(constraint::definition(constraint_name, payload));
        }
    }
    let mut bare = table.clone();
    bare.columns.clear();
    // Access method and storage parameters are the DDL writer's; the list is ours.
    let empty = ddl::table::create(name, &bare, &[]);
    let unlogged = if table.unlogged { "UNLOGGED " } else { "" };
    let head = format!("CREATE {unlogged}TABLE {name} (");
    let tail = empty.strip_prefix(head.as_str()).unwrap_or(")");
    let create =
        if lines.is_empty() { empty.clone() } else { format!("{head}\n    {}\n{tail}", lines.join(",\n    ")) };
    (create, inside)
}

/// A constraint of one column under the name that PostgreSQL would choose, as it stands beside the column.
fn beside(table: &QName, column: &Ident, name: &Ident, constraint: &Constraint) -> Option<String> {
    let plain = constraint.validated
        && constraint.enforced
        && !constraint.no_inherit
        && constraint.deferral == Deferral::NotDeferrable;
    if !plain {
        return None;
    }
    let chosen = |label: &str| format!("{}_{}_{label}", table.name.as_str(), column.as_str());
    let is_chosen = |text: String| text.len() <= novate_sql::MAX_IDENT_BYTES && text == name.as_str();
    let only = |columns: &[Ident]| columns.len() == 1 && columns.first() == Some(column);
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key)
            if only(&key.columns)
                && key.include.is_empty()
                && key.storage.is_empty()
                && is_chosen(format!("{}_pkey", table.name.as_str())) =>
        {
            Some("PRIMARY KEY".to_owned())
        }
        ConstraintKind::Unique(key)
            if only(&key.columns)
                && key.include.is_empty()
                && key.storage.is_empty()
                && !key.nulls_not_distinct
                && is_chosen(chosen("key")) =>
        {
            Some("UNIQUE".to_owned())
        }
        ConstraintKind::ForeignKey(key) if only(&key.columns) && is_chosen(chosen("fkey")) => {
            // `CONSTRAINT name FOREIGN KEY (column) REFERENCES ...`: what follows the list is the same beside a column.
            let definition = constraint::definition(name, constraint);
            definition.find("REFERENCES ").and_then(|at| definition.get(at..).map(str::to_owned))
        }
        _ => None,
    }
}

fn is_key(table: &Table, column: &Ident) -> bool {
    table
        .constraints
        .values()
        .any(|constraint| matches!(&constraint.kind, ConstraintKind::PrimaryKey(key) if key.columns.contains(column)))
}

fn is_simple_reference(constraint: &Constraint) -> bool {
    matches!(constraint.kind, ConstraintKind::ForeignKey(_)) && constraint.validated && constraint.enforced
}

/// Whether a sequence comes of itself with a `serial` column.
pub(super) fn is_shorthand(contract: &Contract, sequence: &QName) -> bool {
    let owner = contract.sequences.get(sequence).and_then(|payload| payload.owner.as_ref());
    owner.is_some_and(|owner| {
        let column = contract.tables.get(&owner.table).and_then(|table| table.columns.get(&owner.column));
        column.is_some_and(|column| serial(contract, &owner.table, &owner.column, column).is_some())
    })
}

/// `serial` and its kin, where that says exactly what a column and its sequence are.
fn serial(contract: &Contract, table: &QName, name: &Ident, column: &Column) -> Option<&'static str> {
    let word = match column.ty.to_string().as_str() {
        "smallint" => "smallserial",
        "integer" => "serial",
        "bigint" => "bigserial",
        _ => return None,
    };
    let parent = contract.tables.get(table)?;
    if parent.partition_of.is_some() || !parent.inherits.is_empty() || parent.partition_by.is_some() {
        return None;
    }
    let own = format!("{}_{}_seq", table.name.as_str(), name.as_str());
    if own.len() > novate_sql::MAX_IDENT_BYTES {
        return None;
    }
    let sequence = QName::new(table.schema.clone(), Ident::new(own));
    let payload = contract.sequences.get(&sequence)?;
    let mut owners = owned(contract, table, name);
    let alone = owners.next() == Some(&sequence) && owners.next().is_none();
    let options = SequenceOptions::defaults(TypeName { ..column.ty.clone() }, 1);
    let default = column.default.as_ref()?;
    let counts = matches!(&default.canonical, Expr::Call { name, .. } if name.name.as_str() == "nextval")
        && default.canonical.references().sequences.iter().any(|used| {
            used.name == sequence.name && used.schema.as_ref().is_none_or(|schema| *schema == sequence.schema)
        });
    let usual = alone
        && counts
        && column.not_null
        && payload.options == options
        && payload.unlogged == parent.unlogged
        && payload.control == parent.control
        && column.collation.is_none();
    usual.then_some(word)
}
