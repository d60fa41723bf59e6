//! A table and everything that is its own.

use std::collections::BTreeSet;

use novate_contract::ddl::{self, column, constraint, index};
use novate_contract::{
    Column, Constraint, ConstraintKind, Contract, Ident, ObjectId, QName, SequenceOptions, Table, TypeName,
};
use novate_sql::expr::Expr;

use super::names::Names;
use super::partition::{Implied, attach, implied};
use super::{control, owned, remark, statement};

/// How wide a column's line may get before its check moves to a line of its own.
const LINE: usize = 100;

/// The paragraph of a table.
pub(super) fn text(contract: &Contract, names: &Names<'_>, name: &QName, table: &Table) -> String {
    let mut directive = control(table.control).to_owned();
    if table.online {
        directive.push_str("-- @online\n");
    }
    let mut writer = Writer { contract, names, name, table, done: BTreeSet::new() };
    let parent = table.partition_of.as_ref().and_then(|partition| contract.tables.get(&partition.parent));
    let implied = parent.and_then(|parent| implied(name, table, parent));
    let create = match (&implied, &table.partition_of) {
        (Some(implied), Some(_)) => writer.create_partition(implied),
        _ => writer.create(),
    };
    let mut text = statement(&directive, &create);
    if let (None, Some(partition)) = (&implied, &table.partition_of) {
        text += &statement("", &attach(name, partition));
    }
    for (constraint_name, payload) in &table.constraints {
        if !writer.done.contains(constraint_name) {
            text += &statement("", &constraint::add(constraint_name, payload).on(name));
        }
    }
    let is_implied = |index: &Ident| implied.as_ref().is_some_and(|implied| implied.indexes.contains(index));
    for (index_name, payload) in table.indexes.iter().filter(|(name, _)| !is_implied(name)) {
        let mut create = index::create(name, index_name, payload, index::Build::Locking);
        if !payload.valid && table.partition_by.is_some() {
            // Not every partition has its part of it.
            create = create.replacen(&format!(" ON {name} "), &format!(" ON ONLY {name} "), 1);
        }
        text += "\n";
        text += &statement("", &create);
    }
    // The replica identity may name an index, so it comes after them.
    let mut settings = ddl::table::settings(&Table { inherits: Vec::new(), ..table.clone() });
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

struct Writer<'a> {
    contract: &'a Contract,
    names: &'a Names<'a>,
    name: &'a QName,
    table: &'a Table,
    /// Constraints that have been written, or need not be.
    done: BTreeSet<Ident>,
}

impl Writer<'_> {
    /// `CREATE TABLE` with columns and constraints.
    fn create(&mut self) -> String {
        let inline: BTreeSet<Ident> = ddl::table::inline(self.table).into_iter().collect();
        let inside = |name: &Ident, constraint: &Constraint| inline.contains(name) || is_simple_reference(constraint);
        let mut lines = Vec::new();
        for (column_name, payload) in &self.table.columns {
            let mut line = match serial(self.contract, self.name, column_name, payload) {
                Some(word) => format!("{column_name} {word}"),
                None => {
                    let mut shown = payload.clone();
                    // A key says it already.
                    shown.not_null &= !is_key(self.table, column_name);
                    column::definition(self.name, column_name, &shown)
                }
            };
            for (name, constraint) in self.table.constraints.iter().filter(|(name, it)| inside(name, it)) {
                if let Some(words) = self.beside(column_name, name, constraint, line.len()) {
                    line.push(' ');
                    line.push_str(&words);
                    self.done.insert(name.clone());
                }
            }
            lines.push(line);
        }
        let mut rest: Vec<(&Ident, &Constraint)> =
            self.table.constraints.iter().filter(|(name, it)| inside(name, it) && !self.done.contains(*name)).collect();
        rest.sort_by_key(|(_, constraint)| constraint.kind.tag());
        for (name, constraint) in rest {
            lines.push(self.definition(name, constraint));
            self.done.insert(name.clone());
        }
        // Access method, storage parameters and the like are the DDL writer's; the list is ours.
        let bare = Table { columns: Table::default().columns, partition_of: None, ..self.table.clone() };
        with_list(&ddl::table::create(self.name, &bare, &[]), self.name, &lines)
    }

    /// `CREATE TABLE ... PARTITION OF` with what is the partition's own.
    fn create_partition(&mut self, implied: &Implied) -> String {
        self.done.extend(implied.constraints.iter().cloned());
        let mut lines = implied.columns.clone();
        for name in ddl::table::inline(self.table) {
            if let Some(constraint) = self.table.constraints.get(&name)
                && self.done.insert(name.clone())
            {
                lines.push(self.definition(&name, constraint));
            }
        }
        let bare = ddl::table::create(self.name, self.table, &[]);
        match (&self.table.partition_of, lines.is_empty()) {
            (Some(partition), false) => {
                let of = format!("PARTITION OF {}", partition.parent);
                let list = format!("{of} (\n    {}\n)", lines.join(",\n    "));
                bare.replacen(&of, &list, 1)
            }
            _ => bare,
        }
    }

    /// A constraint as a line of its own, named where PostgreSQL would choose another name.
    fn definition(&self, name: &Ident, constraint: &Constraint) -> String {
        let named = constraint::definition(name, constraint);
        let prefix = format!("CONSTRAINT {name} ");
        match named.strip_prefix(&prefix) {
            Some(bare) if self.names.is_chosen(self.name, name, constraint) => bare.to_owned(),
            _ => named,
        }
    }

    /// A constraint of one column under the name that PostgreSQL would choose, as it stands beside the column.
    fn beside(&self, column: &Ident, name: &Ident, constraint: &Constraint, width: usize) -> Option<String> {
        if !self.names.is_chosen(self.name, name, constraint) {
            return None;
        }
        let definition = self.definition(name, constraint);
        let only = |columns: &[Ident]| columns.len() == 1 && columns.first() == Some(column);
        let list = format!("({column})");
        match &constraint.kind {
            ConstraintKind::PrimaryKey(key) if only(&key.columns) => {
                Some(definition.replacen(&format!(" {list}"), "", 1))
            }
            ConstraintKind::Unique(key) if only(&key.columns) => Some(definition.replacen(&format!(" {list}"), "", 1)),
            // What follows the list is the same beside a column.
            ConstraintKind::ForeignKey(key) if only(&key.columns) => {
                definition.strip_prefix(&format!("FOREIGN KEY {list} ")).map(str::to_owned)
            }
            ConstraintKind::Check(check) => {
                let columns = check.expr.canonical.references().columns;
                let own = columns.len() == 1 && columns.first().is_some_and(|parts| only(parts));
                (own && width + definition.len() < LINE).then_some(definition)
            }
            _ => None,
        }
    }
}

/// Puts a list into a `CREATE TABLE` that has none.
fn with_list(empty: &str, name: &QName, lines: &[String]) -> String {
    if lines.is_empty() {
        return empty.to_owned();
    }
    let list = format!("TABLE {name} (\n    {}\n)", lines.join(",\n    "));
    empty.replacen(&format!("TABLE {name} ()"), &list, 1)
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
    if parent.partition_of.is_some() || !parent.inherits.is_empty() {
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
