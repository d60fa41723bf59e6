//! Renames that the author asked for, and those of sequences that follow from what they belong to: first of all, so that
//! everything else is planned for objects that already have their new names.

use std::collections::BTreeSet;

use novate_contract::interpret::{Environment, Interpreter};
use novate_contract::{Contract, Ident, Object, ObjectId, QName, ddl};

use crate::error::PlanError;
use crate::names::beside;
use crate::plan::Rename;

/// A contract after its renames, and the statements that got it there, each with its object under its new name.
pub(crate) struct Renamed {
    pub(crate) contract: Contract,
    pub(crate) statements: Vec<(String, ObjectId)>,
}

/// Renames what is to be renamed in `from`.
pub(crate) fn apply(from: &Contract, to: &Contract, renames: &[Rename]) -> Result<Renamed, PlanError> {
    let mut work = Work { interpreter: Interpreter::new(from.clone(), Environment::default()), statements: Vec::new() };
    let mut ordered: Vec<&Rename> = renames.iter().collect();
    // What contains others first, so that the others are then found under its new name.
    ordered.sort_by_key(|rename| (rename.from.kind(), *rename));
    ordered.dedup();
    let (old, new) = (from.objects(), to.objects());
    let mut moved: Vec<(QName, QName)> = Vec::new();
    for rename in ordered {
        let (source, target) = (&rename.from, &rename.to);
        if !old.contains_key(source) {
            return Err(PlanError::RenameSourceMissing { id: source.clone() });
        }
        if !new.contains_key(target) {
            return Err(PlanError::RenameTargetMissing { from: source.clone(), to: target.clone() });
        }
        if source.kind() != target.kind() {
            return Err(PlanError::RenameImpossible { from: source.clone(), to: target.clone() });
        }
        let current = moved.iter().rev().fold(source.clone(), |id, (a, b)| relocated(&id, a, b));
        if new.contains_key(source) && current == *source && source != target {
            return Err(PlanError::RenameSourceStays { from: source.clone(), to: target.clone() });
        }
        work.rename(&current, target)?;
        if let (ObjectId::Table(a), ObjectId::Table(b)) = (source, target) {
            moved.push((a.clone(), b.clone()));
        }
        if let (ObjectId::Schema(a), ObjectId::Schema(b)) = (source, target) {
            let tables = from.tables.keys().filter(|name| name.schema == *a);
            moved.extend(tables.map(|name| (name.clone(), QName::new(b.clone(), name.name.clone()))));
        }
    }
    work.follow_owners(to)?;
    Ok(Renamed { contract: work.interpreter.into_contract(), statements: work.statements })
}

/// An id after the table that it is part of was renamed.
fn relocated(id: &ObjectId, from: &QName, to: &QName) -> ObjectId {
    match id {
        ObjectId::Column(table, name) if table == from => ObjectId::Column(to.clone(), name.clone()),
        ObjectId::Constraint(tag, table, name) if table == from => ObjectId::Constraint(*tag, to.clone(), name.clone()),
        ObjectId::Index(table, name) if table == from => ObjectId::Index(to.clone(), name.clone()),
        ObjectId::Table(table) if table == from => ObjectId::Table(to.clone()),
        other => other.clone(),
    }
}

struct Work {
    interpreter: Interpreter,
    statements: Vec<(String, ObjectId)>,
}

impl Work {
    fn rename(&mut self, from: &ObjectId, to: &ObjectId) -> Result<(), PlanError> {
        if from == to {
            return Ok(());
        }
        let impossible = || PlanError::RenameImpossible { from: from.clone(), to: to.clone() };
        self.make_room(to)?;
        match (from, to) {
            (ObjectId::Schema(a), ObjectId::Schema(b)) => self.run(&ddl::schema::rename(a, b), to),
            (ObjectId::Table(a), ObjectId::Table(b)) => {
                self.relocate(a, b, to, ddl::table::set_schema, ddl::table::rename)
            }
            (ObjectId::Enum(a), ObjectId::Enum(b)) => {
                self.relocate(a, b, to, ddl::enumeration::set_schema, ddl::enumeration::rename)
            }
            (ObjectId::Sequence(a), ObjectId::Sequence(b)) => {
                self.relocate(a, b, to, ddl::sequence::set_schema, ddl::sequence::rename)
            }
            (ObjectId::Column(t, a), ObjectId::Column(u, b)) if t == u => self.run(&ddl::column::rename(t, a, b), to),
            (ObjectId::Constraint(_, t, a), ObjectId::Constraint(_, u, b)) if t == u => {
                self.run(&ddl::constraint::rename(t, a, b), to)
            }
            (ObjectId::Index(t, a), ObjectId::Index(u, b)) if t == u => self.run(&ddl::index::rename(t, a, b), to),
            _ => Err(impossible()),
        }
        .map_err(|error| match error {
            PlanError::RenameImpossible { .. } => impossible(),
            other => other,
        })
    }

    fn relocate(
        &mut self,
        from: &QName,
        to: &QName,
        id: &ObjectId,
        set_schema: fn(&QName, &Ident) -> String,
        rename: fn(&QName, &Ident) -> String,
    ) -> Result<(), PlanError> {
        if from.schema != to.schema {
            if !self.interpreter.contract().schemas.contains_key(&to.schema) {
                let schema = ObjectId::Schema(to.schema.clone());
                self.run(&ddl::schema::create(&to.schema), &schema)?;
            }
            self.run(&set_schema(from, &to.schema), id)?;
        }
        let there = QName::new(to.schema.clone(), from.name.clone());
        if there.name == to.name { Ok(()) } else { self.run(&rename(&there, &to.name), id) }
    }

    /// What has the new name now and is about to go steps aside.
    fn make_room(&mut self, to: &ObjectId) -> Result<(), PlanError> {
        let objects = self.interpreter.contract().objects();
        if !objects.contains_key(to) {
            return Ok(());
        }
        let candidates = std::iter::once("_old".to_owned()).chain((2_u32..100).map(|n| format!("_old{n}")));
        let aside = candidates.filter_map(|suffix| with_suffix(to, &suffix)).find(|id| !objects.contains_key(id));
        drop(objects);
        match aside {
            Some(aside) => self.rename(&to.clone(), &aside),
            None => Err(PlanError::RenameImpossible { from: to.clone(), to: to.clone() }),
        }
    }

    /// A sequence that belongs to the same column under another name, and is the same otherwise, was renamed too.
    fn follow_owners(&mut self, to: &Contract) -> Result<(), PlanError> {
        let from = self.interpreter.contract().clone();
        let mut taken = BTreeSet::new();
        for (name, old) in from.sequences.iter().filter(|(name, _)| !to.sequences.contains_key(*name)) {
            let same = |new: &&QName| {
                let payload = to.sequences.get(*new);
                old.owner.is_some()
                    && !from.sequences.contains_key(*new)
                    && payload.is_some_and(|p| Object::Sequence(old).same(&Object::Sequence(p)))
            };
            let found = to.sequences.keys().filter(|new| !taken.contains(*new)).find(same).cloned();
            if let Some(new) = found {
                self.rename(&ObjectId::Sequence(name.clone()), &ObjectId::Sequence(new.clone()))?;
                taken.insert(new);
            }
        }
        Ok(())
    }

    fn run(&mut self, sql: &str, object: &ObjectId) -> Result<(), PlanError> {
        let impossible = || PlanError::RenameImpossible { from: object.clone(), to: object.clone() };
        let script = novate_sql::parse(sql);
        for statement in &script.statements {
            self.interpreter.apply(&statement.value).map_err(|_| impossible())?;
        }
        self.statements.push((sql.to_owned(), object.clone()));
        Ok(())
    }
}

fn with_suffix(id: &ObjectId, suffix: &str) -> Option<ObjectId> {
    let aside = |name: &QName| QName::new(name.schema.clone(), beside(&name.name, suffix));
    Some(match id {
        ObjectId::Schema(name) => ObjectId::Schema(beside(name, suffix)),
        ObjectId::Table(name) => ObjectId::Table(aside(name)),
        ObjectId::Enum(name) => ObjectId::Enum(aside(name)),
        ObjectId::Sequence(name) => ObjectId::Sequence(aside(name)),
        ObjectId::Column(table, name) => ObjectId::Column(table.clone(), beside(name, suffix)),
        ObjectId::Constraint(tag, table, name) => ObjectId::Constraint(*tag, table.clone(), beside(name, suffix)),
        ObjectId::Index(table, name) => ObjectId::Index(table.clone(), beside(name, suffix)),
        ObjectId::Extension(_) | ObjectId::Comment(_) => return None,
    })
}
