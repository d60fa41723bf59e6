//! What a contract borrows from other spaces: declarations, as external, of what it refers to and does not have.
//!
//! A foreign key to another space's table needs the table's name, the types of the columns that it refers to and the
//! key that they are. That much is taken over and no more, so that a contract changes only when something changes that
//! it rests on, and so that whoever has the contract alone (a snapshot, a marker) has all that it needs.

use std::collections::BTreeSet;

use super::error::Missing;
use super::{Interpreter, Relation};
use novate_sql::NameRef;

use crate::{
    Column, Constraint, ConstraintKind, Contract, Control, Deferral, Enum, Extension, Ident, Index, IndexKey, QName,
    Schema, Sequence, Table,
};

/// What was taken over from other spaces so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Borrowed {
    schemas: BTreeSet<Ident>,
    extensions: BTreeSet<Ident>,
    tables: BTreeSet<QName>,
}

impl Interpreter {
    /// Makes the extensions of other spaces known, so that their types, functions and operator classes are.
    /// Those that nothing needs are gone again at the end ([`Self::finish`]).
    pub fn offer_extensions(&mut self, others: &[&Contract]) {
        for (name, extension) in others.iter().flat_map(|other| &other.extensions) {
            if self.contract.extensions.contains_key(name) {
                continue;
            }
            let schema = extension.schema.clone();
            let lent = Extension { schema, version: None, control: Control::External, comment: None };
            self.contract.extensions.insert(name.clone(), lent);
            self.borrowed.extensions.insert(name.clone());
        }
    }

    pub(super) fn is_borrowed_extension(&self, name: &Ident) -> bool {
        self.borrowed.extensions.contains(name)
    }

    /// Whether a table is another space's.
    pub fn is_borrowed_table(&self, name: &QName) -> bool {
        self.borrowed.tables.contains(name)
    }

    pub(super) fn forget_borrowed_extension(&mut self, name: &Ident) {
        self.borrowed.extensions.remove(name);
    }

    /// Borrows what a statement misses from the first of other spaces that has it. Gives whether one has.
    pub fn borrow_missing(&mut self, what: &Missing, others: &[&Contract]) -> bool {
        match what {
            Missing::Table(name) => self.borrow_table(name, others),
            Missing::Type(name, _) => self.borrow_enum(name, others) || self.borrow_table(name, others),
            Missing::Sequence(name) => self.borrow_sequence(name, others),
            // Whether anything of ours may lie in it, whoever reads the whole decides.
            Missing::Schema(name) if others.iter().any(|other| other.schemas.contains_key(name)) => {
                self.borrow_schema(name);
                true
            }
            _ => false,
        }
    }

    /// The contract at the end, with no more of other spaces than what is referred to.
    pub fn finish(mut self, others: &[&Contract]) -> Contract {
        for name in std::mem::take(&mut self.borrowed.tables) {
            self.reduce(&name);
        }
        self.settle_types(others);
        let leaned_on = self.leaned_on.take();
        let unused = |name: &Ident| self.borrowed.extensions.contains(name) && !leaned_on.contains(name);
        self.contract.extensions.retain(|name, _| !unused(name));
        let needed: Vec<Ident> = self.contract.extensions.values().filter_map(|it| it.schema.clone()).collect();
        for schema in needed {
            self.borrow_schema(&schema);
        }
        let used = self.used_schemas();
        let idle = |name: &Ident| self.borrowed.schemas.contains(name) && !used.contains(name);
        self.contract.schemas.retain(|name, _| !idle(name));
        self.contract
    }

    fn borrow_table(&mut self, name: &NameRef, others: &[&Contract]) -> bool {
        let Some((name, table)) = self.lent(name, others, |other, name| other.tables.get(name)) else { return false };
        let lent = as_referred_to(table);
        self.borrow_schema(&name.schema);
        self.directory.claim_table(&name, &lent);
        self.contract.tables.insert(name.clone(), lent);
        self.borrowed.tables.insert(name);
        true
    }

    fn borrow_enum(&mut self, name: &NameRef, others: &[&Contract]) -> bool {
        let Some((name, found)) = self.lent(name, others, |other, name| other.enums.get(name)) else { return false };
        let lent = Enum { values: found.values.clone(), control: Control::External, comment: None };
        self.borrow_schema(&name.schema);
        self.contract.enums.insert(name, lent);
        true
    }

    fn borrow_sequence(&mut self, name: &NameRef, others: &[&Contract]) -> bool {
        let found = self.lent(name, others, |other, name| other.sequences.get(name));
        let Some((name, found)) = found else { return false };
        let lent = Sequence { control: Control::External, owner: None, comment: None, ..found.clone() };
        self.borrow_schema(&name.schema);
        self.directory.claim(&name, Relation::Sequence);
        self.contract.sequences.insert(name, lent);
        true
    }

    /// What a name means in another space.
    fn lent<'a, T>(
        &self,
        name: &NameRef,
        others: &[&'a Contract],
        get: impl for<'c> Fn(&'c Contract, &QName) -> Option<&'c T>,
    ) -> Option<(QName, &'a T)> {
        self.candidates(name).find_map(|name| {
            if get(&self.contract, &name).is_some() {
                return None;
            }
            let found = others.iter().find_map(|other| get(other, &name))?;
            Some((name, found))
        })
    }

    fn borrow_schema(&mut self, name: &Ident) {
        if !self.contract.schemas.contains_key(name) {
            self.contract.schemas.insert(name.clone(), Schema { control: Control::External, comment: None });
            self.borrowed.schemas.insert(name.clone());
        }
    }

    /// Leaves of a borrowed table what foreign keys refer to; a table that nothing refers to goes altogether. One whose
    /// rows are other tables' too, or that is the type of a column, stays as it is.
    fn reduce(&mut self, name: &QName) {
        let own = |other: &Table| other.control < Control::Observed;
        let mut referenced: BTreeSet<Vec<Ident>> = BTreeSet::new();
        let mut whole = false;
        for table in self.contract.tables.values().filter(|table| own(table)) {
            let parents = table.inherits.iter().chain(table.partition_of.iter().map(|it| &it.parent));
            whole |= parents.into_iter().any(|parent| parent == name);
            whole |= table.columns.values().any(|column| is_type(column, name));
            for constraint in table.constraints.values() {
                if let ConstraintKind::ForeignKey(key) = &constraint.kind
                    && key.references == *name
                {
                    referenced.insert(key.referenced.clone());
                }
            }
        }
        if whole {
            return;
        }
        if referenced.is_empty() {
            self.contract.tables.remove(name);
            return;
        }
        let Some(table) = self.contract.tables.get_mut(name) else { return };
        table.columns.retain(|column, _| referenced.iter().flatten().any(|needed| needed == column));
        let mut covered: BTreeSet<BTreeSet<Ident>> =
            referenced.into_iter().map(|key| key.into_iter().collect()).collect();
        // One key for each set of columns: the primary key, else a constraint, else an index.
        let mut primary: Vec<(Ident, BTreeSet<Ident>, bool)> = table
            .constraints
            .iter()
            .filter_map(|(name, constraint)| match &constraint.kind {
                ConstraintKind::PrimaryKey(key) => Some((name.clone(), key.columns.iter().cloned().collect(), true)),
                ConstraintKind::Unique(key) => Some((name.clone(), key.columns.iter().cloned().collect(), false)),
                _ => None,
            })
            .collect();
        primary.sort_by_key(|(_, _, is_primary)| !is_primary);
        let kept: BTreeSet<Ident> =
            primary.into_iter().filter(|(_, columns, _)| covered.remove(columns)).map(|(name, ..)| name).collect();
        table.constraints.retain(|name, _| kept.contains(name));
        table.indexes.retain(|_, index| plain_columns(index).is_some_and(|columns| covered.remove(&columns)));
    }

    /// Borrows the types of borrowed columns.
    fn settle_types(&mut self, others: &[&Contract]) {
        let external = self.contract.tables.values().filter(|table| table.control == Control::External);
        let types: BTreeSet<NameRef> = external
            .flat_map(|table| table.columns.values())
            .filter(|column| column.ty.schema.is_some())
            .map(|column| column.ty.reference())
            .collect();
        for name in types {
            if self.find_enum(&name).is_none() && !self.borrow_enum(&name, others) {
                self.lean_on_extension_of(&name);
            }
        }
    }

    /// The schemas that something of this contract lies in.
    fn used_schemas(&self) -> BTreeSet<Ident> {
        let contract = &self.contract;
        let names = contract.tables.keys().chain(contract.enums.keys()).chain(contract.sequences.keys());
        let extensions = contract.extensions.values().filter_map(|extension| extension.schema.clone());
        names.map(|name| name.schema.clone()).chain(extensions).collect()
    }
}

fn is_type(column: &Column, name: &QName) -> bool {
    column.ty.name == name.name && column.ty.schema.as_ref() == Some(&name.schema)
}

/// A table with nothing but what others can refer to.
fn as_referred_to(table: &Table) -> Table {
    let columns = table.columns.iter().map(|(name, column)| {
        let lent = Column { not_null: column.not_null, ..Column::new(column.ty.clone()) };
        (name.clone(), lent)
    });
    let is_key = |constraint: &Constraint| {
        matches!(constraint.kind, ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_))
            && constraint.deferral == Deferral::NotDeferrable
    };
    let keys = table.constraints.iter().filter(|(_, constraint)| is_key(constraint));
    let keys = keys.map(|(name, constraint)| (name.clone(), Constraint { comment: None, ..constraint.clone() }));
    let indexes = table.indexes.iter().filter(|(_, index)| plain_columns(index).is_some());
    let indexes = indexes.map(|(name, index)| (name.clone(), Index { comment: None, ..index.clone() }));
    Table {
        columns: columns.collect(),
        constraints: keys.collect(),
        indexes: indexes.collect(),
        unlogged: table.unlogged,
        control: Control::External,
        ..Table::default()
    }
}

/// The columns of a unique index that a foreign key can rest on.
fn plain_columns(index: &Index) -> Option<BTreeSet<Ident>> {
    if !index.unique || index.predicate.is_some() {
        return None;
    }
    let columns = index.elements.iter().map(|element| match &element.key {
        IndexKey::Column(column) => Some(column.clone()),
        IndexKey::Expression(_) => None,
    });
    columns.collect()
}
