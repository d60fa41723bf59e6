//! When two objects are the same as a database would hold them.
//!
//! Every payload is taken apart field by field, without `..`, so that a field added later has to be decided on here.

use super::{Column, Constraint, Enum, Extension, Index, Object, Schema, Sequence, Table};

impl Object<'_> {
    /// Whether two objects are the same as a database would hold them. Comments are objects of their own, and `control`
    /// and `online` are policy (see [`Object::same_policy`]): none of them counts. Of a table only its own facts
    /// count, not its columns, constraints and indexes.
    pub fn same(&self, other: &Object<'_>) -> bool {
        match (self, other) {
            (Self::Schema(a), Object::Schema(b)) => same_schema(a, b),
            (Self::Extension(a), Object::Extension(b)) => same_extension(a, b),
            (Self::Enum(a), Object::Enum(b)) => same_enum(a, b),
            (Self::Sequence(a), Object::Sequence(b)) => same_sequence(a, b),
            (Self::Table(a), Object::Table(b)) => same_table(a, b),
            (Self::Column(a), Object::Column(b)) => same_column(a, b),
            (Self::Constraint(a), Object::Constraint(b)) => same_constraint(a, b),
            (Self::Index(a), Object::Index(b)) => same_index(a, b),
            (Self::Comment(a), Object::Comment(b)) => a == b,
            _ => false,
        }
    }

    /// Whether two objects of one kind are under the same policy: their own `control`, and a table's `online`. Kinds
    /// without a policy of their own always are.
    pub fn same_policy(&self, other: &Object<'_>) -> bool {
        match (self, other) {
            (Self::Schema(a), Object::Schema(b)) => a.control == b.control,
            (Self::Extension(a), Object::Extension(b)) => a.control == b.control,
            (Self::Enum(a), Object::Enum(b)) => a.control == b.control,
            (Self::Sequence(a), Object::Sequence(b)) => a.control == b.control,
            (Self::Table(a), Object::Table(b)) => (a.control, a.online) == (b.control, b.online),
            _ => true,
        }
    }
}

fn same_schema(a: &Schema, _: &Schema) -> bool {
    let Schema { control: _, comment: _ } = a;
    true
}

fn same_extension(a: &Extension, b: &Extension) -> bool {
    let Extension { schema, version, control: _, comment: _ } = a;
    *schema == b.schema && *version == b.version
}

fn same_enum(a: &Enum, b: &Enum) -> bool {
    let Enum { values, control: _, comment: _ } = a;
    *values == b.values
}

fn same_sequence(a: &Sequence, b: &Sequence) -> bool {
    let Sequence { options, unlogged, owner, control: _, comment: _ } = a;
    *options == b.options && *unlogged == b.unlogged && *owner == b.owner
}

fn same_table(a: &Table, b: &Table) -> bool {
    let Table {
        columns: _,
        constraints: _,
        indexes: _,
        unlogged,
        access_method,
        storage,
        row_security,
        replica_identity,
        partition_by,
        partition_of,
        inherits,
        control: _,
        online: _,
        comment: _,
    } = a;
    *unlogged == b.unlogged
        && *access_method == b.access_method
        && *storage == b.storage
        && *row_security == b.row_security
        && *replica_identity == b.replica_identity
        && *partition_by == b.partition_by
        && *partition_of == b.partition_of
        && *inherits == b.inherits
}

fn same_column(a: &Column, b: &Column) -> bool {
    let Column { ty, not_null, default, identity, generated, collation, storage, compression, statistics, comment: _ } =
        a;
    *ty == b.ty
        && *not_null == b.not_null
        && *default == b.default
        && *identity == b.identity
        && *generated == b.generated
        && *collation == b.collation
        && *storage == b.storage
        && *compression == b.compression
        && *statistics == b.statistics
}

fn same_constraint(a: &Constraint, b: &Constraint) -> bool {
    let Constraint { kind, deferral, validated, no_inherit, enforced, comment: _ } = a;
    *kind == b.kind
        && *deferral == b.deferral
        && *validated == b.validated
        && *no_inherit == b.no_inherit
        && *enforced == b.enforced
}

fn same_index(a: &Index, b: &Index) -> bool {
    let Index { unique, nulls_not_distinct, method, elements, include, predicate, storage, valid, comment: _ } = a;
    *unique == b.unique
        && *nulls_not_distinct == b.nulls_not_distinct
        && *method == b.method
        && *elements == b.elements
        && *include == b.include
        && *predicate == b.predicate
        && *storage == b.storage
        && *valid == b.valid
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Control, TypeName};

    #[test]
    fn comments_and_policy_do_not_count_and_facts_do() {
        let plain = Table::default();
        let ours = Table { comment: Some("x".into()), control: Control::External, online: true, ..Table::default() };
        assert!(Object::Table(&plain).same(&Object::Table(&ours)));
        assert!(!Object::Table(&plain).same_policy(&Object::Table(&ours)));
        let unlogged = Table { unlogged: true, ..Table::default() };
        assert!(!Object::Table(&plain).same(&Object::Table(&unlogged)));

        let column = Column::new(TypeName::builtin("text"));
        let strict = Column { not_null: true, ..column.clone() };
        let told = Column { comment: Some("x".into()), ..column.clone() };
        assert!(Object::Column(&column).same(&Object::Column(&told)));
        assert!(!Object::Column(&column).same(&Object::Column(&strict)));
        assert!(!Object::Column(&column).same(&Object::Table(&plain)));
    }

    #[test]
    fn a_tables_parts_are_not_its_own_facts() {
        let mut with = Table::default();
        with.columns.insert("id".into(), Column::new(TypeName::builtin("bigint")));
        assert!(Object::Table(&with).same(&Object::Table(&Table::default())));
    }
}
