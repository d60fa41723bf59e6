//! The schema while a migration runs on it.

use std::collections::BTreeSet;

use novate_contract::interpret::{Environment, InterpretError, Interpreter, Touched};
use novate_contract::{Contract, ObjectId, QName};
use novate_sql::ast::Statement;

use super::reindex;
use super::vocabulary::Vocabulary;

/// The schema before and after the statement at hand.
pub(super) struct World {
    interpreter: Interpreter,
    /// The state before the statement at hand. It catches up when the next one comes.
    before: Contract,
    behind: Option<Touched>,
    fresh: Fresh,
    lost: bool,
    /// Every name that there is at some time, where somebody asks.
    vocabulary: Option<Vocabulary>,
}

impl World {
    pub(super) fn new(from: Contract, vocabulary: Option<Vocabulary>) -> Self {
        Self {
            before: from.clone(),
            interpreter: Interpreter::new(from, Environment::default()),
            behind: None,
            fresh: Fresh::default(),
            lost: false,
            vocabulary,
        }
    }

    /// Executes a statement. What it did is [`World::before`] and [`World::after`] until the next one.
    pub(super) fn apply(&mut self, statement: &Statement) -> Result<Touched, InterpretError> {
        self.catch_up();
        let touched = self.interpreter.apply(statement)?;
        if let Some(vocabulary) = &mut self.vocabulary {
            vocabulary.learn(&touched, self.interpreter.contract());
        }
        self.behind = Some(touched.clone());
        Ok(touched)
    }

    /// Makes an index valid again; `None` where there is no such index.
    pub(super) fn reindex(&mut self, index: &QName) -> Option<Touched> {
        self.catch_up();
        let id = reindex::find(self.after(), index)?;
        let mut contract = self.after().clone();
        if let ObjectId::Index(table, name) = &id {
            contract.tables.get_mut(table)?.indexes.get_mut(name)?.valid = true;
        }
        self.interpreter = Interpreter::new(contract, self.interpreter.environment().clone());
        let touched = Touched { altered: vec![id], ..Touched::default() };
        self.behind = Some(touched.clone());
        Some(touched)
    }

    /// Gives up: after a statement that could not be executed nobody knows what the next one would do.
    pub(super) fn lost(&mut self) {
        self.lost = true;
    }

    pub(super) fn is_lost(&self) -> bool {
        self.lost
    }

    pub(super) fn vocabulary(&self) -> Option<&Vocabulary> {
        self.vocabulary.as_ref()
    }

    pub(super) fn before(&self) -> &Contract {
        &self.before
    }

    pub(super) fn after(&self) -> &Contract {
        self.interpreter.contract()
    }

    /// What earlier statements of the migration have made.
    pub(super) fn fresh(&self) -> &Fresh {
        &self.fresh
    }

    pub(super) fn into_contract(self) -> Contract {
        self.interpreter.into_contract()
    }

    /// Copies what the last statement changed. What it renamed or dropped may be mentioned anywhere.
    fn catch_up(&mut self) {
        let Some(touched) = self.behind.take() else { return };
        self.fresh.take(&touched);
        let after = self.interpreter.contract();
        let everywhere = !touched.renamed.is_empty() || !touched.dropped.is_empty();
        let is_enum = |id: &ObjectId| matches!(id, ObjectId::Enum(_));
        if everywhere || touched.altered.iter().any(is_enum) {
            self.before.share(after);
            return;
        }
        for id in touched.created.iter().chain(&touched.altered) {
            copy(id, after, &mut self.before);
        }
        self.before.unsupported.clone_from(&after.unsupported);
        #[cfg(test)]
        assert_eq!(self.before, *after, "{touched:?}");
    }
}

/// Copies an object, and with a part of a table the whole of it.
fn copy(id: &ObjectId, from: &Contract, into: &mut Contract) {
    match id {
        ObjectId::Comment(on) => copy(on, from, into),
        ObjectId::Schema(name) => put(name, &from.schemas, &mut into.schemas),
        ObjectId::Extension(name) => put(name, &from.extensions, &mut into.extensions),
        ObjectId::Enum(name) => put(name, &from.enums, &mut into.enums),
        ObjectId::Sequence(name) => put(name, &from.sequences, &mut into.sequences),
        ObjectId::Table(table)
        | ObjectId::Column(table, _)
        | ObjectId::Constraint(_, table, _)
        | ObjectId::Index(table, _) => into.tables.share_one(&from.tables, table),
    }
}

fn put<K: Ord + Clone, V: Clone>(
    key: &K,
    from: &std::collections::BTreeMap<K, V>,
    into: &mut std::collections::BTreeMap<K, V>,
) {
    match from.get(key) {
        Some(value) => into.insert(key.clone(), value.clone()),
        None => into.remove(key),
    };
}

/// What a migration itself has made: nobody uses it yet, and no rows are in its way.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    objects: BTreeSet<ObjectId>,
}

impl Fresh {
    fn take(&mut self, touched: &Touched) {
        for id in &touched.dropped {
            self.objects.remove(id);
        }
        for (from, to) in &touched.renamed {
            if self.objects.remove(from) {
                self.objects.insert(to.clone());
            }
            if let (ObjectId::Table(from), ObjectId::Table(to)) = (from, to) {
                let of_table = |id: &ObjectId| id.table() == Some(from);
                let moved: Vec<ObjectId> = self.objects.iter().filter(|id| of_table(id)).cloned().collect();
                for id in moved {
                    self.objects.remove(&id);
                    self.objects.insert(with_table(id, to));
                }
            }
        }
        self.objects.extend(touched.created.iter().cloned());
    }

    /// Whether the migration has made this, or the table that it is part of.
    pub(super) fn has(&self, id: &ObjectId) -> bool {
        self.objects.contains(id) || id.table().is_some_and(|table| self.has_table(table))
    }

    pub(super) fn has_table(&self, table: &QName) -> bool {
        self.objects.contains(&ObjectId::Table(table.clone()))
    }
}

fn with_table(id: ObjectId, to: &QName) -> ObjectId {
    match id {
        ObjectId::Table(_) => ObjectId::Table(to.clone()),
        ObjectId::Column(_, name) => ObjectId::Column(to.clone(), name),
        ObjectId::Constraint(tag, _, name) => ObjectId::Constraint(tag, to.clone(), name),
        ObjectId::Index(_, name) => ObjectId::Index(to.clone(), name),
        ObjectId::Comment(on) => ObjectId::Comment(Box::new(with_table(*on, to))),
        other => other,
    }
}
