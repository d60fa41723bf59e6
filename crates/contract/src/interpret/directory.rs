//! Who has which name, and who refers to whom, so that no statement has to walk the whole contract.

use std::collections::{BTreeSet, HashMap};

use crate::UnsupportedObject;
use crate::{ConstraintKind, Contract, Ident, Identity, QName, Table, names};

/// What a name in the namespace of relations belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Relation {
    /// A table.
    Table,
    /// An index of this table.
    Index(QName),
    /// The index of a constraint of this table.
    Key(QName),
    /// A sequence.
    Sequence,
    /// The sequence of an identity column of this table.
    Identity(QName),
    /// A view, foreign table or the like.
    Unmodelled,
}

impl Relation {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Table => "a table",
            Self::Index(_) | Self::Key(_) => "an index",
            Self::Sequence | Self::Identity(_) => "a sequence",
            Self::Unmodelled => "a view or the like",
        }
    }
}

type Namespace<T> = HashMap<Ident, HashMap<Ident, T>>;

/// The names in use. The three maps of references may hold more than is true, never less: whoever uses them looks at
/// the contract again.
#[derive(Debug, Clone, Default)]
pub(super) struct Directory {
    relations: Namespace<Relation>,
    constraints: Namespace<u32>,
    /// Types, domains and functions that are not modelled.
    pub(super) types: BTreeSet<QName>,
    pub(super) functions: BTreeSet<QName>,
    pub(super) collations: BTreeSet<QName>,
    children: HashMap<QName, BTreeSet<QName>>,
    referencing: HashMap<QName, BTreeSet<QName>>,
    owned: HashMap<QName, BTreeSet<QName>>,
    /// Indexes of partitions that were made by themselves since the beginning and are no part of their parent's. Of
    /// those that were there before, the contract does not say; they are taken to be.
    unattached: BTreeSet<QName>,
    /// What became of indexes that constraints have taken over.
    taken_over: HashMap<QName, QName>,
}

impl Directory {
    pub(super) fn of(contract: &Contract) -> Self {
        let mut all = Self::default();
        for (name, table) in &contract.tables {
            all.claim_table(name, table);
        }
        for (name, sequence) in &contract.sequences {
            all.claim(name, Relation::Sequence);
            if let Some(owner) = &sequence.owner {
                all.add_owned(&owner.table, name);
            }
        }
        for object in &contract.unsupported {
            all.add_unmodelled(&object.kind, &object.name);
        }
        all
    }

    /// Everything that a table has a name for, and whom it refers to.
    pub(super) fn claim_table(&mut self, name: &QName, table: &Table) {
        self.claim(name, Relation::Table);
        for parent in table.inherits.iter().chain(table.partition_of.iter().map(|partition| &partition.parent)) {
            self.add_child(parent, name);
        }
        for (constraint, payload) in &table.constraints {
            self.claim_constraint(name, constraint, &payload.kind);
        }
        for index in table.indexes.keys() {
            self.claim(&QName::new(name.schema.clone(), index.clone()), Relation::Index(name.clone()));
        }
        for (column, payload) in &table.columns {
            if let Some(identity) = &payload.identity {
                self.claim(&identity_sequence(name, column, identity), Relation::Identity(name.clone()));
            }
        }
    }

    /// Undoes [`Self::claim_table`].
    pub(super) fn release_table(&mut self, name: &QName, table: &Table) {
        self.release(name);
        for (constraint, payload) in &table.constraints {
            self.release_constraint(name, constraint, &payload.kind);
        }
        for index in table.indexes.keys() {
            self.release(&QName::new(name.schema.clone(), index.clone()));
        }
        for (column, payload) in &table.columns {
            if let Some(identity) = &payload.identity {
                self.release(&identity_sequence(name, column, identity));
            }
        }
    }

    pub(super) fn relation(&self, name: &QName) -> Option<&Relation> {
        self.relations.get(&name.schema)?.get(&name.name)
    }

    pub(super) fn claim(&mut self, name: &QName, relation: Relation) {
        entry(&mut self.relations, &name.schema).insert(name.name.clone(), relation);
    }

    pub(super) fn release(&mut self, name: &QName) {
        if let Some(names) = self.relations.get_mut(&name.schema) {
            names.remove(&name.name);
        }
    }

    /// Whether a relation of `schema` has this name.
    pub(super) fn relation_taken(&self, schema: &Ident, name: &str) -> bool {
        self.relations.get(schema).is_some_and(|names| names.contains_key(name))
    }

    /// Whether a constraint of any table of `schema` has this name.
    pub(super) fn constraint_taken(&self, schema: &Ident, name: &str) -> bool {
        self.constraints.get(schema).is_some_and(|names| names.contains_key(name))
    }

    pub(super) fn claim_constraint(&mut self, table: &QName, name: &Ident, kind: &ConstraintKind) {
        *entry(&mut self.constraints, &table.schema).entry(name.clone()).or_insert(0) += 1;
        if is_index_backed(kind) {
            self.claim(&QName::new(table.schema.clone(), name.clone()), Relation::Key(table.clone()));
        }
        if let ConstraintKind::ForeignKey(key) = kind {
            self.add_referencing(&key.references, table);
        }
    }

    pub(super) fn release_constraint(&mut self, table: &QName, name: &Ident, kind: &ConstraintKind) {
        if let Some(names) = self.constraints.get_mut(&table.schema)
            && let Some(count) = names.get_mut(name)
        {
            *count -= 1;
            if *count == 0 {
                names.remove(name);
            }
        }
        if is_index_backed(kind) {
            self.release(&QName::new(table.schema.clone(), name.clone()));
        }
    }

    pub(super) fn add_child(&mut self, parent: &QName, child: &QName) {
        self.children.entry(parent.clone()).or_default().insert(child.clone());
    }

    pub(super) fn add_referencing(&mut self, target: &QName, table: &QName) {
        self.referencing.entry(target.clone()).or_default().insert(table.clone());
    }

    pub(super) fn add_owned(&mut self, table: &QName, sequence: &QName) {
        self.owned.entry(table.clone()).or_default().insert(sequence.clone());
    }

    /// Takes note of an index that a statement made on a partition alone.
    pub(super) fn detach(&mut self, index: QName) {
        self.unattached.insert(index);
    }

    /// Takes note that an index has become a part of its parent's.
    pub(super) fn attach(&mut self, index: &QName) {
        self.unattached.remove(index);
    }

    /// Takes note that a constraint has made an index its own, under another name.
    pub(super) fn take_over(&mut self, index: QName, by: QName) {
        self.taken_over.insert(index, by);
    }

    /// The constraint that has taken over an index of this name.
    pub(super) fn taken_over(&self, index: &QName) -> Option<&QName> {
        self.taken_over.get(index)
    }

    pub(super) fn is_unattached(&self, table: &QName, index: &Ident) -> bool {
        !self.unattached.is_empty() && self.unattached.contains(&QName::new(table.schema.clone(), index.clone()))
    }

    /// Tables that may inherit from `table` or be partitions of it, by name.
    pub(super) fn children(&self, table: &QName) -> Vec<QName> {
        listed(&self.children, table)
    }

    /// Tables that may have foreign keys to `table`, by name.
    pub(super) fn referencing(&self, table: &QName) -> Vec<QName> {
        listed(&self.referencing, table)
    }

    /// Sequences that may be owned by a column of `table`, by name.
    pub(super) fn owned(&self, table: &QName) -> Vec<QName> {
        listed(&self.owned, table)
    }

    /// Takes note of an object that is not modelled. `name` is as people write it: `public.f(integer)`.
    pub(super) fn add_unmodelled(&mut self, kind: &str, name: &str) {
        let Some(name) = UnsupportedObject::full_name_in(name) else { return };
        match kind {
            _ if UnsupportedObject::is_type_kind(kind) => {
                self.types.insert(name);
            }
            "function" | "procedure" | "aggregate" | "routine" => {
                self.functions.insert(name);
            }
            "collation" => {
                self.collations.insert(name);
            }
            "view" | "materialized view" | "foreign table" => {
                // A view's rows have a type too.
                self.types.insert(name.clone());
                self.claim(&name, Relation::Unmodelled);
            }
            _ => {}
        }
    }

    pub(super) fn remove_unmodelled(&mut self, kind: &str, name: &str) {
        let Some(name) = UnsupportedObject::full_name_in(name) else { return };
        match kind {
            "function" | "procedure" | "aggregate" | "routine" => {
                self.functions.remove(&name);
            }
            "collation" => {
                self.collations.remove(&name);
            }
            _ => {
                self.types.remove(&name);
                if self.relation(&name) == Some(&Relation::Unmodelled) {
                    self.release(&name);
                }
            }
        }
    }
}

fn entry<'a, T>(map: &'a mut Namespace<T>, schema: &Ident) -> &'a mut HashMap<Ident, T> {
    // Looked up first: the schema is there but for the first time.
    if !map.contains_key(schema) {
        map.insert(schema.clone(), HashMap::new());
    }
    map.entry(schema.clone()).or_default()
}

fn listed(map: &HashMap<QName, BTreeSet<QName>>, key: &QName) -> Vec<QName> {
    map.get(key).map(|all| all.iter().cloned().collect()).unwrap_or_default()
}

/// Whether a constraint has an index of the same name.
pub(super) fn is_index_backed(kind: &ConstraintKind) -> bool {
    match kind {
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Exclusion(_) => true,
        ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => false,
    }
}

/// The full name of an identity column's sequence.
pub(super) fn identity_sequence(table: &QName, column: &Ident, identity: &Identity) -> QName {
    let name = identity.sequence.clone().unwrap_or_else(|| default_sequence(table, column));
    QName::new(table.schema.clone(), name)
}

/// What PostgreSQL calls the sequence of a column where the name is free.
pub(super) fn default_sequence(table: &QName, column: &Ident) -> Ident {
    names::object_name(table.name.as_str(), Some(column.as_str()), "seq")
}
