//! `DROP`, with what goes along and what stands in the way.

use std::collections::BTreeSet;

use novate_sql::NameRef;
use novate_sql::ast::ObjectKeyword;
use novate_sql::expr::Expr;

use super::directory::Relation;
use super::error::{InterpretError, Missing};
use super::foreign_key::ids;
use super::{Interpreter, Outcome, known};
use crate::{Ident, ObjectId, QName, TypeName};

impl Interpreter {
    pub(super) fn drop(&mut self, kind: ObjectKeyword, if_exists: bool, names: &[NameRef], cascade: bool) -> Outcome {
        match kind {
            ObjectKeyword::Table => {
                let mut tables = Vec::with_capacity(names.len());
                for name in names {
                    match self.relation(name) {
                        Some((table, Relation::Table)) => tables.push(table),
                        None if if_exists => {}
                        None => return Err(InterpretError::missing(Missing::Table(name.clone()), "DROP TABLE")),
                        Some((full, other)) => {
                            let reason = format!("{full} is no table but {}", other.kind());
                            return Err(InterpretError::invalid("DROP TABLE", reason));
                        }
                    }
                }
                self.drop_tables(tables, cascade)
            }
            ObjectKeyword::Index => names.iter().try_for_each(|name| match self.find_index(name) {
                Some((table, index)) => self.drop_index(&table, &index, cascade),
                None => match self.relation(name) {
                    Some((full, Relation::Key(table))) => {
                        let reason = format!("it belongs to a constraint of {table}: drop that");
                        Err(InterpretError::invalid(format!("index {full}"), reason))
                    }
                    None if if_exists => Ok(()),
                    None if self.has_unmodelled_index(name) => Ok(()),
                    _ => Err(InterpretError::missing(Missing::Index(name.clone()), "DROP INDEX")),
                },
            }),
            ObjectKeyword::Sequence => names.iter().try_for_each(|name| match self.find_sequence(name) {
                Some(sequence) => self.drop_sequence(&sequence, cascade),
                None => match self.relation(name) {
                    Some((full, Relation::Identity(table))) => {
                        let reason = format!("it belongs to an identity column of {table}");
                        Err(InterpretError::invalid(format!("sequence {full}"), reason))
                    }
                    None if if_exists => Ok(()),
                    _ => Err(InterpretError::missing(Missing::Sequence(name.clone()), "DROP SEQUENCE")),
                },
            }),
            ObjectKeyword::Type => names.iter().try_for_each(|name| match self.find_enum(name) {
                Some(found) => self.drop_enum(&found, cascade),
                None if self.is_unmodelled_type(name) => {
                    let full = self.place(name).to_string();
                    for kind in ["type", "composite type", "range type", "domain"] {
                        self.directory.remove_unmodelled(kind, &full);
                        self.contract.unsupported.retain(|it| it.kind != kind || it.name != full);
                    }
                    Ok(())
                }
                None if if_exists => Ok(()),
                None => Err(InterpretError::missing(Missing::Type(name.clone(), None), "DROP TYPE")),
            }),
            ObjectKeyword::Extension => names.iter().try_for_each(|name| {
                if !self.contract.extensions.contains_key(&name.name) {
                    if if_exists {
                        return Ok(());
                    }
                    return Err(InterpretError::missing(Missing::Extension(name.name.clone()), "DROP EXTENSION"));
                }
                self.drop_extension(&name.name, cascade)
            }),
            ObjectKeyword::Schema => names.iter().try_for_each(|name| {
                if !self.contract.schemas.contains_key(&name.name) {
                    if if_exists {
                        return Ok(());
                    }
                    return Err(InterpretError::missing(Missing::Schema(name.name.clone()), "DROP SCHEMA"));
                }
                self.drop_schema(&name.name, cascade)
            }),
        }
    }

    /// Drops tables at once, so that what they mean to each other stands in no way. Partitions go with their table.
    fn drop_tables(&mut self, tables: Vec<QName>, cascade: bool) -> Outcome {
        let Some(first) = tables.first().cloned() else { return Ok(()) };
        let mut doomed: BTreeSet<QName> = BTreeSet::new();
        let mut heirs: Vec<QName> = Vec::new();
        let mut order = Vec::new();
        let mut queue = tables;
        while let Some(table) = queue.pop() {
            if !doomed.insert(table.clone()) {
                continue;
            }
            let partitions = self.partitions(&table);
            for child in self.children(&table) {
                if partitions.contains(&child) || cascade {
                    queue.push(child);
                } else {
                    heirs.push(child);
                }
            }
            order.push(table);
        }
        let mut dependents: Vec<ObjectId> =
            heirs.into_iter().filter(|heir| !doomed.contains(heir)).map(ObjectId::Table).collect();
        let mut keys = Vec::new();
        let mut defaults = Vec::new();
        let mut sequences = Vec::new();
        for table in &doomed {
            keys.extend(self.foreign_keys_to(table).into_iter().filter(|(referrer, _)| !doomed.contains(referrer)));
            for sequence in self.owned_sequences(table) {
                defaults.extend(self.defaults_of(&sequence).into_iter().filter(|(user, _)| !doomed.contains(user)));
                sequences.push(sequence);
            }
        }
        dependents.extend(ids(&keys));
        dependents.extend(defaults.iter().map(|(table, column)| ObjectId::Column(table.clone(), column.clone())));
        if !cascade && !dependents.is_empty() {
            return Err(InterpretError::Dependents { object: ObjectId::Table(first), dependents });
        }
        for (table, name) in &keys {
            self.take_constraint(table, name);
        }
        for (table, column) in &defaults {
            self.alter(table, column)?.default = None;
        }
        for sequence in &sequences {
            self.take_sequence(sequence);
        }
        // Children before parents.
        for table in order.iter().rev() {
            self.take_table(table);
        }
        Ok(())
    }

    /// The columns whose default takes its values from a sequence.
    pub(super) fn defaults_of(&self, sequence: &QName) -> Vec<(QName, Ident)> {
        let name = sequence.to_string();
        let mut found = Vec::new();
        for (table, payload) in &self.contract.tables {
            for (column, payload) in &payload.columns {
                let Some(default) = &payload.default else { continue };
                let mut uses = false;
                default.canonical.visit(&mut |part| uses |= matches!(part, Expr::String(text) if *text == name));
                if uses {
                    found.push((table.clone(), column.clone()));
                }
            }
        }
        found
    }

    fn drop_sequence(&mut self, sequence: &QName, cascade: bool) -> Outcome {
        let users = self.defaults_of(sequence);
        if !cascade && !users.is_empty() {
            let dependents = users.into_iter().map(|(table, column)| ObjectId::Column(table, column)).collect();
            return Err(InterpretError::Dependents { object: ObjectId::Sequence(sequence.clone()), dependents });
        }
        for (table, column) in &users {
            self.alter(table, column)?.default = None;
        }
        self.take_sequence(sequence);
        Ok(())
    }

    fn drop_enum(&mut self, name: &QName, cascade: bool) -> Outcome {
        let is_type = |ty: &TypeName| ty.schema.as_ref() == Some(&name.schema) && ty.name == name.name;
        self.drop_users(&ObjectId::Enum(name.clone()), &is_type, cascade)?;
        self.contract.enums.remove(name);
        self.touched.dropped(ObjectId::Enum(name.clone()));
        Ok(())
    }

    fn drop_extension(&mut self, name: &Ident, cascade: bool) -> Outcome {
        let is_type =
            |ty: &TypeName| ty.schema.is_some() && known::extension_of_type(ty.name.as_str()) == Some(name.as_str());
        self.drop_users(&ObjectId::Extension(name.clone()), &is_type, cascade)?;
        self.contract.extensions.remove(name);
        self.touched.dropped(ObjectId::Extension(name.clone()));
        Ok(())
    }

    /// Drops, or with no `CASCADE` refuses to drop, what uses a type: columns of it, and whatever casts to it.
    fn drop_users(&mut self, object: &ObjectId, is_type: &dyn Fn(&TypeName) -> bool, cascade: bool) -> Outcome {
        let casts = |expr: &Expr| expr.references().types.iter().any(is_type);
        let (mut columns, mut defaults, mut constraints, mut indexes) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (table, payload) in &self.contract.tables {
            for (name, column) in &payload.columns {
                if is_type(&column.ty) || column.generated.as_ref().is_some_and(|it| casts(&it.expr.canonical)) {
                    columns.push((table.clone(), name.clone()));
                } else if column.default.as_ref().is_some_and(|it| casts(&it.canonical)) {
                    defaults.push((table.clone(), name.clone()));
                }
            }
            for (name, constraint) in &payload.constraints {
                if super::members::expressions_of(&constraint.kind).iter().any(|it| casts(&it.canonical)) {
                    constraints.push((constraint.kind.tag(), table.clone(), name.clone()));
                }
            }
            for (name, index) in &payload.indexes {
                if super::members::expressions_of_index(index).iter().any(|it| casts(&it.canonical)) {
                    indexes.push((table.clone(), name.clone()));
                }
            }
        }
        if !cascade {
            let mut dependents: Vec<ObjectId> = columns
                .iter()
                .chain(&defaults)
                .map(|(table, name)| ObjectId::Column(table.clone(), name.clone()))
                .collect();
            dependents.extend(
                constraints.iter().map(|(tag, table, name)| ObjectId::Constraint(*tag, table.clone(), name.clone())),
            );
            dependents.extend(indexes.iter().map(|(table, name)| ObjectId::Index(table.clone(), name.clone())));
            if !dependents.is_empty() {
                return Err(InterpretError::Dependents { object: object.clone(), dependents });
            }
        }
        for (table, name) in &defaults {
            self.alter(table, name)?.default = None;
        }
        for (_, table, name) in &constraints {
            self.take_constraint(table, name);
        }
        for (table, name) in &indexes {
            self.take_index(table, name);
        }
        for (table, name) in &columns {
            if self.table(table)?.columns.contains_key(name) {
                self.drop_column(table, name, true)?;
            }
        }
        Ok(())
    }

    fn drop_schema(&mut self, name: &Ident, cascade: bool) -> Outcome {
        let inside = |full: &&QName| full.schema == *name;
        let tables: Vec<QName> = self.contract.tables.keys().filter(inside).cloned().collect();
        let sequences: Vec<QName> = self.contract.sequences.keys().filter(inside).cloned().collect();
        let enums: Vec<QName> = self.contract.enums.keys().filter(inside).cloned().collect();
        let in_schema = |schema: &Option<Ident>| schema.as_ref() == Some(name);
        let extensions: Vec<Ident> = self
            .contract
            .extensions
            .iter()
            .filter(|(_, it)| in_schema(&it.schema))
            .map(|(extension, _)| extension.clone())
            .collect();
        if !cascade {
            let mut dependents: Vec<ObjectId> = tables.iter().cloned().map(ObjectId::Table).collect();
            dependents.extend(sequences.iter().cloned().map(ObjectId::Sequence));
            dependents.extend(enums.iter().cloned().map(ObjectId::Enum));
            dependents.extend(extensions.iter().cloned().map(ObjectId::Extension));
            if !dependents.is_empty() {
                return Err(InterpretError::Dependents { object: ObjectId::Schema(name.clone()), dependents });
            }
        }
        self.drop_tables(tables, true)?;
        for sequence in sequences {
            if self.contract.sequences.contains_key(&sequence) {
                self.drop_sequence(&sequence, true)?;
            }
        }
        for found in enums {
            self.drop_enum(&found, true)?;
        }
        for extension in extensions {
            self.drop_extension(&extension, true)?;
        }
        self.contract.schemas.remove(name);
        let prefix = format!("{name}.");
        self.contract.unsupported.retain(|object| !object.name.starts_with(&prefix));
        self.touched.dropped(ObjectId::Schema(name.clone()));
        Ok(())
    }
}
