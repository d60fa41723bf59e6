//! What the constraints and indexes of a table are about.

use super::expression::uses_column;
use crate::{ConstraintKind, Expression, Ident, Index, IndexElement, IndexKey};

/// The expressions in a constraint.
pub(super) fn expressions_of(kind: &ConstraintKind) -> Vec<&Expression> {
    match kind {
        ConstraintKind::Check(check) => vec![&check.expr],
        ConstraintKind::Exclusion(exclusion) => {
            let elements = exclusion.elements.iter().filter_map(|it| expression_of(&it.element));
            elements.chain(&exclusion.predicate).collect()
        }
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => Vec::new(),
    }
}

/// The expressions in an index.
pub(super) fn expressions_of_index(index: &Index) -> Vec<&Expression> {
    index.elements.iter().filter_map(expression_of).chain(&index.predicate).collect()
}

fn expression_of(element: &IndexElement) -> Option<&Expression> {
    match &element.key {
        IndexKey::Expression(expression) => Some(expression),
        IndexKey::Column(_) => None,
    }
}

/// Whether a constraint is about a column of its table.
pub(super) fn constraint_uses(kind: &ConstraintKind, column: &Ident) -> bool {
    let plain = match kind {
        ConstraintKind::PrimaryKey(key) => key.columns.contains(column) || key.include.contains(column),
        ConstraintKind::Unique(key) => key.columns.contains(column) || key.include.contains(column),
        ConstraintKind::ForeignKey(key) => key.columns.contains(column),
        ConstraintKind::Exclusion(exclusion) => {
            exclusion.include.contains(column) || exclusion.elements.iter().any(|it| is_column(&it.element, column))
        }
        ConstraintKind::Check(_) => false,
    };
    plain || expressions_of(kind).iter().any(|it| uses_column(&it.canonical, column))
}

/// Whether an index is about a column.
pub(super) fn index_uses(index: &Index, column: &Ident) -> bool {
    index.include.contains(column)
        || index.elements.iter().any(|element| is_column(element, column))
        || expressions_of_index(index).iter().any(|it| uses_column(&it.canonical, column))
}

fn is_column(element: &IndexElement, column: &Ident) -> bool {
    matches!(&element.key, IndexKey::Column(own) if own == column)
}
