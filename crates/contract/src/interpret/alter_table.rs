//! `ALTER TABLE`, and `ALTER INDEX` and its like.

use novate_sql::ast::{AlterTable, AlterTableAction, Relation as Keyword, ReplicaIdentityClause};
use novate_sql::{NameRef, Spanned};

use super::constraint::deferral;
use super::directory::Relation;
use super::error::{InterpretError, Missing};
use super::table::Rows;
use super::{Interpreter, Outcome, storage};
use crate::{ConstraintKind, Ident, ObjectId, QName, ReplicaIdentity};

/// Whether a statement reaches what inherits from its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Reach {
    /// Heirs and partitions too.
    #[default]
    All,
    /// `ONLY`.
    Only,
}

impl Interpreter {
    /// Whether the statement at hand reaches partitions and heirs.
    pub(super) fn passes_on(&self) -> bool {
        self.reach == Reach::All
    }

    pub(super) fn alter_table(&mut self, alter: &AlterTable) -> Outcome {
        let name = &alter.name.value;
        let actions = || alter.actions.iter().map(|action| &action.value);
        if actions().all(|action| matches!(action, AlterTableAction::Owner)) {
            return Ok(());
        }
        let about = match alter.relation {
            Keyword::Table => format!("ALTER TABLE {name}"),
            Keyword::Index => format!("ALTER INDEX {name}"),
            Keyword::Other => format!("ALTER {name}"),
        };
        let found = self.relation(name).map(|(full, relation)| (full, relation.clone()));
        match found {
            Some((table, Relation::Table)) => {
                self.reach = if alter.only { Reach::Only } else { Reach::All };
                let mut ordered: Vec<&Spanned<AlterTableAction>> = alter.actions.iter().collect();
                ordered.sort_by_key(|action| pass(&action.value));
                // A rename is a statement of its own, so no action after it can be lost.
                ordered.into_iter().try_for_each(|action| self.alter_table_action(&table, &action.value))
            }
            Some((full, Relation::Index(table))) => {
                actions().try_for_each(|action| self.alter_index(&table, &full.name, action))
            }
            Some((full, Relation::Key(table))) => {
                actions().try_for_each(|action| self.alter_key_index(&table, &full.name, action))
            }
            Some((full, Relation::Sequence)) => actions().try_for_each(|action| match action {
                AlterTableAction::RenameTo(to) => self.rename_sequence(&full, to),
                AlterTableAction::SetSchema(to) => self.move_sequence(&full, to),
                AlterTableAction::SetLogged(logged) => {
                    if let Some(sequence) = self.contract.sequences.get_mut(&full) {
                        sequence.unlogged = !logged;
                    }
                    self.touched.altered(ObjectId::Sequence(full.clone()));
                    Ok(())
                }
                _ => Ok(()),
            }),
            Some((full, Relation::Identity(table))) => actions().try_for_each(|action| match action {
                AlterTableAction::RenameTo(to) => self.rename_identity_sequence(&table, &full, to),
                _ => Ok(()),
            }),
            Some((full, Relation::Unmodelled)) => {
                self.unsupported("alteration", format!("of {full}"));
                Ok(())
            }
            None if alter.if_exists => Ok(()),
            None if alter.relation == Keyword::Index => {
                Err(InterpretError::missing(Missing::Index(name.clone()), about))
            }
            None if alter.relation == Keyword::Other => {
                self.unsupported("alteration", format!("of {name}"));
                Ok(())
            }
            None => Err(InterpretError::missing(Missing::Table(name.clone()), about)),
        }
    }

    fn alter_table_action(&mut self, table: &QName, action: &AlterTableAction) -> Outcome {
        use AlterTableAction as Action;
        let id = ObjectId::Table(table.clone());
        match action {
            Action::AddColumn { column, if_not_exists } => self.add_column(table, column, *if_not_exists),
            Action::DropColumn { name, if_exists, cascade } => {
                if *if_exists && !self.table(table)?.columns.contains_key(name) {
                    return Ok(());
                }
                self.need_column(table, name, &format!("DROP COLUMN of {table}"))?;
                self.drop_column(table, name, *cascade)
            }
            Action::AlterColumn { name, action } => self.alter_column(table, name, action),
            Action::AddConstraint(definition) => self.add_constraint(table, definition, Rows::Maybe),
            Action::DropConstraint { name, if_exists, cascade } => {
                if *if_exists && !self.table(table)?.constraints.contains_key(name) {
                    return Ok(());
                }
                self.drop_constraint(table, name, *cascade)
            }
            Action::AlterConstraint { name, deferrable, initially_deferred } => {
                let tag = self.constraint(table, name)?.kind.tag();
                if let Some(constraint) = self.table_mut(table)?.constraints.get_mut(name) {
                    constraint.deferral = deferral(*deferrable, *initially_deferred);
                }
                self.touched.altered(ObjectId::Constraint(tag, table.clone(), name.clone()));
                Ok(())
            }
            Action::ValidateConstraint(name) => self.validate(table, name),
            Action::RenameColumn { from, to } => self.rename_column(table, from, to),
            Action::RenameConstraint { from, to } => self.rename_constraint(table, from, to),
            Action::RenameTo(to) => self.rename_table(table, to),
            Action::SetSchema(to) => self.move_table(table, to),
            Action::SetLogged(logged) => {
                self.table_mut(table)?.unlogged = !logged;
                self.log_sequences(table, *logged);
                self.touched.altered(id);
                Ok(())
            }
            Action::SetStorage(parameters) => {
                storage::set(&mut self.table_mut(table)?.storage, parameters);
                self.touched.altered(id);
                Ok(())
            }
            Action::ResetStorage(names) => {
                storage::reset(&mut self.table_mut(table)?.storage, names);
                self.touched.altered(id);
                Ok(())
            }
            Action::RowSecurity(enabled) => {
                self.table_mut(table)?.row_security.enabled = *enabled;
                self.touched.altered(id);
                Ok(())
            }
            Action::ForceRowSecurity(forced) => {
                self.table_mut(table)?.row_security.forced = *forced;
                self.touched.altered(id);
                Ok(())
            }
            Action::ReplicaIdentity(clause) => self.replica_identity(table, clause),
            Action::AttachPartition { name, bound } => {
                let child = self.need_table(name, &format!("ATTACH PARTITION of {table}"))?;
                let bound = bound.as_ref().map_or("DEFAULT", |bound| bound.0.as_str());
                self.attach_partition(table, &child, bound)
            }
            Action::DetachPartition(name) => {
                let child = self.need_table(name, &format!("DETACH PARTITION of {table}"))?;
                self.detach_partition(table, &child)
            }
            Action::Inherit(parent, inherits) => {
                let parent = self.need_table(parent, &id)?;
                self.set_parent(table, &parent, *inherits)
            }
            Action::SetAccessMethod(method) => {
                self.table_mut(table)?.access_method = Some(method.clone()).filter(|it| it.as_str() != "heap");
                self.touched.altered(id);
                Ok(())
            }
            Action::SetTablespace(tablespace) => {
                self.unsupported("tablespace", format!("{tablespace} of {id}"));
                Ok(())
            }
            Action::ClusterOn(Some(index)) => {
                self.unsupported("cluster", format!("on {index} of {id}"));
                Ok(())
            }
            Action::ClusterOn(None) | Action::Owner => Ok(()),
            Action::Unmodelled(words) => {
                self.unsupported("alteration", format!("{words} of {id}"));
                Ok(())
            }
        }
    }

    fn add_column(&mut self, table: &QName, column: &novate_sql::ast::ColumnDef, if_not_exists: bool) -> Outcome {
        let name = &column.name.value;
        let id = ObjectId::Column(table.clone(), name.clone());
        if self.table(table)?.columns.contains_key(name) {
            if if_not_exists {
                self.touched.skipped.push(id);
                return Ok(());
            }
            return Err(InterpretError::Exists { object: id });
        }
        self.begin_column(table, column)?;
        if let Err(error) = self.finish_column(table, column) {
            // One action is all or nothing.
            self.take_column(table, name);
            return Err(error);
        }
        self.pass_column(table, name)?;
        let mut constraints = Self::column_constraints(column);
        constraints.sort_by_key(|it| order_of(&it.constraint));
        constraints.iter().try_for_each(|definition| self.add_constraint(table, definition, Rows::Maybe))
    }

    /// Gives a new column to heirs and partitions.
    fn pass_column(&mut self, table: &QName, name: &Ident) -> Outcome {
        let Some(column) = self.table(table)?.columns.get(name).cloned() else { return Ok(()) };
        for child in self.children(table) {
            if !self.table(&child)?.columns.contains_key(name) {
                self.put_column(&child, name, super::inherit::passed_on(column.clone()))?;
                self.pass_column(&child, name)?;
            }
        }
        Ok(())
    }

    fn validate(&mut self, table: &QName, name: &Ident) -> Outcome {
        let tag = self.constraint(table, name)?.kind.tag();
        if let Some(constraint) = self.table_mut(table)?.constraints.get_mut(name) {
            constraint.validated = true;
        }
        self.touched.altered(ObjectId::Constraint(tag, table.clone(), name.clone()));
        for child in self.children(table) {
            if self.table(&child)?.constraints.get(name).is_some_and(|it| it.kind.tag() == tag) {
                self.validate(&child, name)?;
            }
        }
        Ok(())
    }

    fn log_sequences(&mut self, table: &QName, logged: bool) {
        for name in self.directory.owned(table) {
            if let Some(sequence) = self.contract.sequences.get_mut(&name)
                && sequence.owner.as_ref().is_some_and(|owner| owner.table == *table)
                && sequence.unlogged == logged
            {
                sequence.unlogged = !logged;
                self.touched.altered(ObjectId::Sequence(name));
            }
        }
    }

    fn replica_identity(&mut self, table: &QName, clause: &ReplicaIdentityClause) -> Outcome {
        let identity = match clause {
            ReplicaIdentityClause::Default => ReplicaIdentity::Default,
            ReplicaIdentityClause::Full => ReplicaIdentity::Full,
            ReplicaIdentityClause::Nothing => ReplicaIdentity::Nothing,
            ReplicaIdentityClause::Index(index) => {
                let payload = self.table(table)?;
                let is_key = payload.constraints.get(index).is_some_and(|constraint| {
                    matches!(constraint.kind, ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_))
                });
                if !is_key && !payload.indexes.contains_key(index) {
                    let name = NameRef { schema: Some(table.schema.clone()), name: index.clone() };
                    let needed_by = format!("REPLICA IDENTITY of {table}");
                    return Err(InterpretError::missing(Missing::Index(name), needed_by));
                }
                ReplicaIdentity::Index(index.clone())
            }
        };
        self.table_mut(table)?.replica_identity = identity;
        self.touched.altered(ObjectId::Table(table.clone()));
        Ok(())
    }

    fn alter_index(&mut self, table: &QName, index: &Ident, action: &AlterTableAction) -> Outcome {
        use AlterTableAction as Action;
        let id = ObjectId::Index(table.clone(), index.clone());
        match action {
            Action::RenameTo(to) => self.rename_index(table, index, to),
            Action::SetStorage(parameters) => {
                if let Some(payload) = self.table_mut(table)?.indexes.get_mut(index) {
                    storage::set(&mut payload.storage, parameters);
                }
                self.touched.altered(id);
                Ok(())
            }
            Action::ResetStorage(names) => {
                if let Some(payload) = self.table_mut(table)?.indexes.get_mut(index) {
                    storage::reset(&mut payload.storage, names);
                }
                self.touched.altered(id);
                Ok(())
            }
            Action::AttachPartition { name, .. } => {
                let child = self.index_to_attach(name, &id)?;
                self.attach_index(table, index, &child)
            }
            Action::Owner => Ok(()),
            other => {
                self.unsupported("alteration", format!("{} of {id}", words(other)));
                Ok(())
            }
        }
    }

    /// The index that `ATTACH PARTITION` names. A constraint may have taken it over by now: statements of a contract
    /// stand in any order.
    fn index_to_attach(&self, name: &NameRef, needed_by: &ObjectId) -> Outcome<QName> {
        match self.relation(name) {
            Some((child, _)) => Ok(child),
            None => {
                let missing = || InterpretError::missing(Missing::Index(name.clone()), needed_by);
                self.directory.taken_over(&self.place(name)).cloned().ok_or_else(missing)
            }
        }
    }

    /// The index of a key or exclusion.
    fn alter_key_index(&mut self, table: &QName, name: &Ident, action: &AlterTableAction) -> Outcome {
        use AlterTableAction as Action;
        let tag = self.constraint(table, name)?.kind.tag();
        let id = ObjectId::Constraint(tag, table.clone(), name.clone());
        match action {
            Action::RenameTo(to) => self.rename_constraint(table, name, to),
            Action::SetStorage(_) | Action::ResetStorage(_) => {
                if let Some(constraint) = self.table_mut(table)?.constraints.get_mut(name) {
                    let all = match &mut constraint.kind {
                        ConstraintKind::PrimaryKey(key) => &mut key.storage,
                        ConstraintKind::Unique(key) => &mut key.storage,
                        ConstraintKind::Exclusion(exclusion) => &mut exclusion.storage,
                        ConstraintKind::Check(_) | ConstraintKind::ForeignKey(_) => return Ok(()),
                    };
                    match action {
                        Action::SetStorage(parameters) => storage::set(all, parameters),
                        Action::ResetStorage(names) => storage::reset(all, names),
                        _ => {}
                    }
                }
                self.touched.altered(id);
                Ok(())
            }
            Action::AttachPartition { name, .. } => {
                let child = self.index_to_attach(name, &id)?;
                self.directory.attach(&child);
                Ok(())
            }
            Action::Owner => Ok(()),
            other => {
                self.unsupported("alteration", format!("{} of {id}", words(other)));
                Ok(())
            }
        }
    }
}

/// When PostgreSQL executes an action, whatever its place in the statement. Source: the passes of `tablecmds.c`.
fn pass(action: &AlterTableAction) -> u8 {
    use novate_sql::ast::AlterColumn;
    match action {
        AlterTableAction::DropColumn { .. }
        | AlterTableAction::DropConstraint { .. }
        | AlterTableAction::AlterColumn {
            action:
                AlterColumn::DropDefault
                | AlterColumn::DropNotNull
                | AlterColumn::DropExpression
                | AlterColumn::DropIdentity { .. },
            ..
        } => 0,
        AlterTableAction::AlterColumn { action: AlterColumn::Type { .. }, .. } => 1,
        AlterTableAction::AddColumn { .. } => 2,
        AlterTableAction::AlterColumn { .. } => 3,
        AlterTableAction::AddConstraint(definition) => 4 + order_of(&definition.constraint),
        _ => 7,
    }
}

/// Checks, then keys, then foreign keys.
fn order_of(constraint: &novate_sql::ast::TableConstraint) -> u8 {
    use novate_sql::ast::TableConstraint;
    match constraint {
        TableConstraint::Check(_) | TableConstraint::NotNull(_) => 0,
        TableConstraint::ForeignKey(_) => 2,
        _ => 1,
    }
}

fn words(action: &AlterTableAction) -> String {
    match action {
        AlterTableAction::SetTablespace(tablespace) => format!("SET TABLESPACE {tablespace}"),
        AlterTableAction::Unmodelled(words) => words.clone(),
        _ => "ALTER".to_owned(),
    }
}
