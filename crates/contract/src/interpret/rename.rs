//! `RENAME`, with everything that PostgreSQL renames along.

use novate_sql::NameRef;
use novate_sql::ast::ObjectKeyword;

use super::directory::{Relation, identity_sequence, is_index_backed};
use super::error::{InterpretError, Missing};
use super::rewrite::{each_expression, rewrite};
use super::{Interpreter, Outcome};
use crate::{ConstraintKind, Ident, IndexElement, IndexKey, ObjectId, QName, ReplicaIdentity, Table, TypeName};

impl Interpreter {
    pub(super) fn rename(&mut self, kind: ObjectKeyword, name: &NameRef, to: &Ident) -> Outcome {
        match kind {
            ObjectKeyword::Schema => self.rename_schema(&name.name, to),
            ObjectKeyword::Extension => Ok(()),
            ObjectKeyword::Type => {
                let Some(from) = self.find_enum(name) else {
                    if self.is_unmodelled_type(name) {
                        self.unsupported("alteration", format!("RENAME of {name}"));
                        return Ok(());
                    }
                    return Err(InterpretError::missing(Missing::Type(name.clone(), None), "ALTER TYPE"));
                };
                self.rename_enum(&from, &QName::new(from.schema.clone(), to.clone()))
            }
            ObjectKeyword::Table | ObjectKeyword::Index | ObjectKeyword::Sequence => {
                let found = self.relation(name).map(|(full, relation)| (full, relation.clone()));
                match found {
                    Some((full, Relation::Table)) => self.rename_table(&full, to),
                    Some((full, Relation::Index(table))) => self.rename_index(&table, &full.name, to),
                    Some((full, Relation::Key(table))) => self.rename_constraint(&table, &full.name, to),
                    Some((full, Relation::Sequence)) => self.rename_sequence(&full, to),
                    Some((full, Relation::Identity(table))) => self.rename_identity_sequence(&table, &full, to),
                    Some((full, Relation::Unmodelled)) => {
                        self.unsupported("alteration", format!("RENAME of {full}"));
                        Ok(())
                    }
                    None => {
                        let missing = match kind {
                            ObjectKeyword::Index => Missing::Index(name.clone()),
                            ObjectKeyword::Sequence => Missing::Sequence(name.clone()),
                            _ => Missing::Table(name.clone()),
                        };
                        Err(InterpretError::missing(missing, "RENAME"))
                    }
                }
            }
        }
    }

    pub(super) fn rename_table(&mut self, table: &QName, to: &Ident) -> Outcome {
        self.relocate_table(table, &QName::new(table.schema.clone(), to.clone()))
    }

    /// Gives a table another full name, and tells everything that refers to it.
    pub(super) fn relocate_table(&mut self, from: &QName, to: &QName) -> Outcome {
        self.need_free(to)?;
        let referring = self.foreign_keys_to(from);
        let children = self.children(from);
        let owned = self.owned_sequences(from);
        let Some(mut table) = self.contract.tables.remove(from) else { return Ok(()) };
        self.directory.release_table(from, &table);
        for (name, column) in &mut table.columns {
            if let Some(identity) = &mut column.identity {
                // The sequence keeps its name; what was PostgreSQL's choice need not be so any more.
                let actual = identity_sequence(from, name, identity).name;
                identity.sequence = Self::identity_name(to, name, actual);
            }
        }
        self.directory.claim_table(to, &table);
        self.contract.tables.insert(to.clone(), table);
        for (referrer, name) in referring {
            let referrer = if referrer == *from { to.clone() } else { referrer };
            self.directory.add_referencing(to, &referrer);
            if let Some(constraint) = self.table_mut(&referrer)?.constraints.get_mut(&name)
                && let ConstraintKind::ForeignKey(key) = &mut constraint.kind
            {
                key.references = to.clone();
            }
        }
        for child in children {
            self.directory.add_child(to, &child);
            let payload = self.table_mut(&child)?;
            if let Some(partition) = &mut payload.partition_of
                && partition.parent == *from
            {
                partition.parent = to.clone();
            }
            payload.inherits.iter_mut().filter(|parent| *parent == from).for_each(|parent| *parent = to.clone());
        }
        for sequence in owned {
            self.directory.add_owned(to, &sequence);
            if let Some(owner) = self.contract.sequences.get_mut(&sequence).and_then(|it| it.owner.as_mut()) {
                owner.table = to.clone();
            }
        }
        self.rewrite_everywhere(&|expr| {
            expr.rename_relation(from, to);
            expr.rename_type(from, to);
        });
        self.retarget_columns(from, to);
        self.touched.renamed(ObjectId::Table(from.clone()), ObjectId::Table(to.clone()));
        Ok(())
    }

    pub(super) fn rename_column(&mut self, table: &QName, from: &Ident, to: &Ident) -> Outcome {
        self.need_column(table, from, &format!("RENAME COLUMN of {table}"))?;
        if self.table(table)?.columns.contains_key(to) {
            return Err(InterpretError::Exists { object: ObjectId::Column(table.clone(), to.clone()) });
        }
        let referring = self.foreign_keys_to(table);
        let children = self.children(table);
        let owned = self.owned_sequences(table);
        let payload = self.table_mut(table)?;
        let columns = std::mem::take(&mut payload.columns);
        payload.columns = columns
            .into_iter()
            .map(|(name, mut column)| {
                if name != *from {
                    return (name, column);
                }
                if let Some(identity) = &mut column.identity {
                    let actual = identity_sequence(table, from, identity).name;
                    identity.sequence = Self::identity_name(table, to, actual);
                }
                (to.clone(), column)
            })
            .collect();
        each_expression(payload, &mut |expression, _| rewrite(expression, &|expr| expr.rename_column(from, to)));
        for constraint in payload.constraints.values_mut() {
            rename_in_constraint(&mut constraint.kind, from, to);
        }
        for index in payload.indexes.values_mut() {
            index.elements.iter_mut().for_each(|element| rename_in_element(element, from, to));
            rename_in(&mut index.include, from, to);
        }
        if let Some(key) = &mut payload.partition_by {
            *key = rename_in_text(key, from, to);
        }
        for (referrer, name) in referring {
            if let Some(constraint) = self.table_mut(&referrer)?.constraints.get_mut(&name)
                && let ConstraintKind::ForeignKey(key) = &mut constraint.kind
            {
                rename_in(&mut key.referenced, from, to);
            }
        }
        for sequence in owned {
            if let Some(owner) = self.contract.sequences.get_mut(&sequence).and_then(|it| it.owner.as_mut())
                && owner.column == *from
            {
                owner.column = to.clone();
            }
        }
        let id = |name: &Ident| ObjectId::Column(table.clone(), name.clone());
        self.touched.renamed(id(from), id(to));
        for child in children {
            if self.table(&child)?.columns.contains_key(from) {
                self.rename_column(&child, from, to)?;
            }
        }
        Ok(())
    }

    pub(super) fn rename_constraint(&mut self, table: &QName, from: &Ident, to: &Ident) -> Outcome {
        let constraint = self.constraint(table, from)?.clone();
        let tag = constraint.kind.tag();
        let id = |name: &Ident| ObjectId::Constraint(tag, table.clone(), name.clone());
        if self.table(table)?.constraints.contains_key(to) {
            return Err(InterpretError::Exists { object: id(to) });
        }
        if is_index_backed(&constraint.kind) {
            self.need_free(&QName::new(table.schema.clone(), to.clone()))?;
        }
        self.directory.release_constraint(table, from, &constraint.kind);
        self.directory.claim_constraint(table, to, &constraint.kind);
        let payload = self.table_mut(table)?;
        payload.constraints.remove(from);
        let passed_on = matches!(constraint.kind, ConstraintKind::Check(_)) && !constraint.no_inherit;
        payload.constraints.insert(to.clone(), constraint);
        rename_replica_identity(&mut payload.replica_identity, from, to);
        self.touched.renamed(id(from), id(to));
        if passed_on {
            for child in self.children(table) {
                if self.table(&child)?.constraints.get(from).is_some_and(|it| it.kind.tag() == tag) {
                    self.rename_constraint(&child, from, to)?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn rename_index(&mut self, table: &QName, from: &Ident, to: &Ident) -> Outcome {
        let full = |name: &Ident| QName::new(table.schema.clone(), name.clone());
        self.need_free(&full(to))?;
        let payload = self.table_mut(table)?;
        if let Some(index) = payload.indexes.remove(from) {
            payload.indexes.insert(to.clone(), index);
        }
        rename_replica_identity(&mut payload.replica_identity, from, to);
        self.directory.release(&full(from));
        self.directory.claim(&full(to), Relation::Index(table.clone()));
        let id = |name: &Ident| ObjectId::Index(table.clone(), name.clone());
        self.touched.renamed(id(from), id(to));
        Ok(())
    }

    pub(super) fn rename_sequence(&mut self, from: &QName, to: &Ident) -> Outcome {
        self.relocate_sequence(from, &QName::new(from.schema.clone(), to.clone()))
    }

    /// Gives a sequence another full name, in the defaults that use it too.
    pub(super) fn relocate_sequence(&mut self, from: &QName, to: &QName) -> Outcome {
        self.need_free(to)?;
        if let Some(sequence) = self.contract.sequences.remove(from) {
            if let Some(owner) = &sequence.owner {
                self.directory.add_owned(&owner.table, to);
            }
            self.contract.sequences.insert(to.clone(), sequence);
        }
        self.directory.release(from);
        self.directory.claim(to, Relation::Sequence);
        self.rewrite_everywhere(&|expr| expr.rename_relation(from, to));
        self.touched.renamed(ObjectId::Sequence(from.clone()), ObjectId::Sequence(to.clone()));
        Ok(())
    }

    pub(super) fn rename_identity_sequence(&mut self, table: &QName, from: &QName, to: &Ident) -> Outcome {
        let full = QName::new(from.schema.clone(), to.clone());
        self.need_free(&full)?;
        let payload = self.table_mut(table)?;
        let mut altered = None;
        for (name, column) in &mut payload.columns {
            if let Some(identity) = &mut column.identity
                && identity_sequence(table, name, identity) == *from
            {
                identity.sequence = Self::identity_name(table, name, to.clone());
                altered = Some(name.clone());
            }
        }
        self.directory.release(from);
        self.directory.claim(&full, Relation::Identity(table.clone()));
        if let Some(column) = altered {
            self.touched.altered(ObjectId::Column(table.clone(), column));
        }
        Ok(())
    }

    /// Gives an enum another full name, in columns and expressions too.
    pub(super) fn rename_enum(&mut self, from: &QName, to: &QName) -> Outcome {
        if self.contract.enums.contains_key(to) {
            return Err(InterpretError::Exists { object: ObjectId::Enum(to.clone()) });
        }
        if let Some(payload) = self.contract.enums.remove(from) {
            self.contract.enums.insert(to.clone(), payload);
        }
        self.retarget_columns(from, to);
        self.rewrite_everywhere(&|expr| expr.rename_type(from, to));
        self.touched.renamed(ObjectId::Enum(from.clone()), ObjectId::Enum(to.clone()));
        Ok(())
    }

    /// Gives columns of a type its new name.
    fn retarget_columns(&mut self, from: &QName, to: &QName) {
        let is_type = |ty: &TypeName| ty.schema.as_ref() == Some(&from.schema) && ty.name == from.name;
        let has_one = |table: &Table| table.columns.values().any(|column| is_type(&column.ty));
        self.contract.tables.change_where(
            |_, table| has_one(table),
            |_, table| {
                for column in table.columns.values_mut().filter(|column| is_type(&column.ty)) {
                    column.ty.schema = Some(to.schema.clone());
                    column.ty.name = to.name.clone();
                }
            },
        );
    }

    /// The sequences that columns of a table own, by name.
    pub(super) fn owned_sequences(&self, table: &QName) -> Vec<QName> {
        let is_owned = |name: &QName| {
            let owner = self.contract.sequences.get(name).and_then(|sequence| sequence.owner.as_ref());
            owner.is_some_and(|owner| owner.table == *table)
        };
        self.directory.owned(table).into_iter().filter(is_owned).collect()
    }
}

fn rename_replica_identity(identity: &mut ReplicaIdentity, from: &Ident, to: &Ident) {
    if *identity == ReplicaIdentity::Index(from.clone()) {
        *identity = ReplicaIdentity::Index(to.clone());
    }
}

fn rename_in(columns: &mut [Ident], from: &Ident, to: &Ident) {
    columns.iter_mut().filter(|column| *column == from).for_each(|column| *column = to.clone());
}

fn rename_in_element(element: &mut IndexElement, from: &Ident, to: &Ident) {
    if let IndexKey::Column(column) = &mut element.key
        && column == from
    {
        *column = to.clone();
    }
}

fn rename_in_constraint(kind: &mut ConstraintKind, from: &Ident, to: &Ident) {
    match kind {
        ConstraintKind::PrimaryKey(key) => {
            rename_in(&mut key.columns, from, to);
            rename_in(&mut key.include, from, to);
        }
        ConstraintKind::Unique(key) => {
            rename_in(&mut key.columns, from, to);
            rename_in(&mut key.include, from, to);
        }
        ConstraintKind::ForeignKey(key) => {
            rename_in(&mut key.columns, from, to);
            rename_in(&mut key.on_delete_columns, from, to);
        }
        ConstraintKind::Exclusion(exclusion) => {
            exclusion.elements.iter_mut().for_each(|it| rename_in_element(&mut it.element, from, to));
            rename_in(&mut exclusion.include, from, to);
        }
        ConstraintKind::Check(_) => {}
    }
}

/// Renames a column in the text of a partition key: identifiers that are equal, outside strings.
fn rename_in_text(text: &str, from: &Ident, to: &Ident) -> String {
    let quoted = to.to_string();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => rest.get(1..).and_then(|after| after.find('\'')).map_or(rest.len(), |end| end + 2),
            '"' => rest.get(1..).and_then(|after| after.find('"')).map_or(rest.len(), |end| end + 2),
            c if c.is_alphanumeric() || c == '_' => {
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        let is_name = first == '"' || first.is_alphabetic() || first == '_';
        if is_name && Ident::from_sql(token) == *from && !after.trim_start().starts_with('(') {
            out.push_str(&quoted);
        } else {
            out.push_str(token);
        }
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partition_keys_follow_a_rename() {
        let rename = |text| rename_in_text(text, &Ident::new("a"), &Ident::new("B"));
        assert_eq!(rename("RANGE (a, \"a\", \"A\", lower(a))"), "RANGE (\"B\", \"B\", \"A\", lower(\"B\"))");
        assert_eq!(rename("LIST (a(b) , 'a')"), "LIST (a(b) , 'a')");
    }
}
