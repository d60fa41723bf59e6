//! Renames that the author asked for, and those of sequences that follow from what they belong to: first of all, so that
//! everything else is planned for objects that already have their new names.

use std::borrow::Cow;
use std::collections::BTreeSet;

use novate_contract::interpret::{Environment, Interpreter};
use novate_contract::{Contract, Ident, Object, ObjectId, QName, ddl};

use crate::error::PlanError;
use crate::names::beside;
use crate::plan::{PlanOptions, Rename, ValueRename};

/// A contract after its renames, and the statements that got it there, each with its object under its new name.
pub(crate) struct Renamed<'a> {
    pub(crate) contract: Cow<'a, Contract>,
    pub(crate) statements: Vec<(String, ObjectId)>,
}

/// Renames what is to be renamed in `from`.
pub(crate) fn apply<'a>(from: &'a Contract, to: &Contract, options: &PlanOptions) -> Result<Renamed<'a>, PlanError> {
    let sequences_stay = from.sequences.keys().all(|name| to.sequences.contains_key(name));
    if options.renames.is_empty() && options.value_renames.is_empty() && sequences_stay {
        return Ok(Renamed { contract: Cow::Borrowed(from), statements: Vec::new() });
    }
    let mut work = Work { interpreter: Interpreter::new(from.clone(), Environment::default()), statements: Vec::new() };
    let mut ordered: Vec<&Rename> = options.renames.iter().collect();
    // What contains others first, so that the others are then found under its new name.
    ordered.sort_by_key(|rename| (rename.from.kind(), *rename));
    ordered.dedup();
    let mut moved: Vec<&Rename> = Vec::new();
    for rename in ordered {
        let (source, target) = (rename.from.clone(), rename.to.clone());
        if !from.has(&source) {
            return Err(PlanError::RenameSourceMissing { id: source });
        }
        if !to.has(&target) {
            return Err(PlanError::RenameTargetMissing { from: source, to: target });
        }
        if source.kind() != target.kind() {
            return Err(PlanError::RenameImpossible { from: source, to: target });
        }
        let current = moved.iter().fold(source.clone(), |id, rename| relocated(&id, rename));
        if to.has(&source) && current == source && source != target {
            return Err(PlanError::RenameSourceStays { from: source, to: target });
        }
        work.rename(&current, &target)?;
        moved.push(rename);
    }
    work.rename_values(to, &options.value_renames)?;
    work.follow_owners(to)?;
    Ok(Renamed { contract: Cow::Owned(work.interpreter.into_contract()), statements: work.statements })
}

/// An id after the schema or table that it is part of was renamed.
fn relocated(id: &ObjectId, rename: &Rename) -> ObjectId {
    let name = |name: &QName| match (&rename.from, &rename.to) {
        (ObjectId::Schema(a), ObjectId::Schema(b)) if name.schema == *a => QName::new(b.clone(), name.name.clone()),
        _ => name.clone(),
    };
    let table = |table: &QName| match (&rename.from, &rename.to) {
        (ObjectId::Table(a), ObjectId::Table(b)) if table == a => b.clone(),
        _ => name(table),
    };
    match id {
        ObjectId::Column(of, name) => ObjectId::Column(table(of), name.clone()),
        ObjectId::Constraint(tag, of, name) => ObjectId::Constraint(*tag, table(of), name.clone()),
        ObjectId::Index(of, name) => ObjectId::Index(table(of), name.clone()),
        ObjectId::Table(own) => ObjectId::Table(name(own)),
        ObjectId::Enum(own) => ObjectId::Enum(name(own)),
        ObjectId::Sequence(own) => ObjectId::Sequence(name(own)),
        ObjectId::Schema(_) | ObjectId::Extension(_) | ObjectId::Comment(_) => id.clone(),
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
        let contract = self.interpreter.contract();
        if !contract.has(to) {
            return Ok(());
        }
        let candidates = std::iter::once("_old".to_owned()).chain((2_u32..100).map(|n| format!("_old{n}")));
        let aside = candidates.filter_map(|suffix| with_suffix(to, &suffix)).find(|id| !contract.has(id));
        match aside {
            Some(aside) => self.rename(&to.clone(), &aside),
            None => Err(PlanError::RenameImpossible { from: to.clone(), to: to.clone() }),
        }
    }

    fn rename_values(&mut self, to: &Contract, renames: &[ValueRename]) -> Result<(), PlanError> {
        for ValueRename { ty, from, to: label } in renames {
            let impossible = |reason| PlanError::ValueRenameImpossible {
                ty: ty.clone(),
                from: from.clone(),
                to: label.clone(),
                reason,
            };
            let wanted = to.enums.get(ty).ok_or_else(|| impossible("the contract to reach has no such type"))?;
            let there = self.interpreter.contract().enums.get(ty);
            let there = there.ok_or_else(|| impossible("the starting contract has no such type"))?;
            if !there.values.contains(from) {
                return Err(impossible("the starting contract has no such label"));
            }
            if there.values.contains(label) {
                return Err(impossible("the starting contract has the new label too"));
            }
            if !wanted.values.contains(label) || wanted.values.contains(from) {
                return Err(impossible("the contract to reach must have the new label, and not the old one"));
            }
            self.run(&ddl::enumeration::rename_value(ty, from, label), &ObjectId::Enum(ty.clone()))?;
        }
        Ok(())
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
