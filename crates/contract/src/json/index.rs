//! Indexes that are not a constraint's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::text::{Fault, Read, expression, ident, idents, is_default, name_ref, strings};
use crate::{Ident, Index, IndexElement, IndexKey, NullsOrder, OperatorClass, SortOrder};

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct IndexEntry {
    #[serde(default, skip_serializing_if = "is_default")]
    comment: Option<String>,
    elements: Vec<ElementEntry>,
    #[serde(default, skip_serializing_if = "is_default")]
    include: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    invalid: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    method: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    nulls_not_distinct: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    predicate: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    storage_parameters: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "is_default")]
    unique: bool,
}

/// Either a column or an expression.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ElementEntry {
    #[serde(skip_serializing_if = "is_default")]
    collation: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    column: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    descending: bool,
    #[serde(skip_serializing_if = "is_default")]
    expression: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    nulls: Option<NullsWord>,
    #[serde(skip_serializing_if = "is_default")]
    operator_class: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    operator_class_parameters: BTreeMap<String, String>,
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum NullsWord {
    First,
    Last,
}

impl IndexEntry {
    pub(super) fn of(index: &Index) -> Self {
        let Index { unique, nulls_not_distinct, method, elements, include, predicate, storage, valid, comment } = index;
        Self {
            comment: comment.clone(),
            elements: elements.iter().map(ElementEntry::of).collect(),
            include: strings(include),
            invalid: !valid,
            method: (method.as_str() != "btree").then(|| method.as_str().to_owned()),
            nulls_not_distinct: *nulls_not_distinct,
            predicate: predicate.as_ref().map(|it| it.canonical.to_string()),
            storage_parameters: storage.clone(),
            unique: *unique,
        }
    }

    pub(super) fn read(self) -> Read<Index> {
        Ok(Index {
            unique: self.unique,
            nulls_not_distinct: self.nulls_not_distinct,
            method: self.method.as_deref().map_or_else(|| Ok(Ident::new("btree")), ident)?,
            elements: self.elements.into_iter().map(ElementEntry::read).collect::<Read<_>>()?,
            include: idents(&self.include)?,
            predicate: self.predicate.map(expression),
            storage: self.storage_parameters,
            valid: !self.invalid,
            comment: self.comment,
        })
    }
}

impl ElementEntry {
    pub(super) fn of(element: &IndexElement) -> Self {
        let IndexElement { key, collation, opclass, order, nulls } = element;
        let (column, expression) = match key {
            IndexKey::Column(name) => (Some(name.as_str().to_owned()), None),
            IndexKey::Expression(expression) => (None, Some(expression.canonical.to_string())),
        };
        let word = match nulls {
            NullsOrder::First => NullsWord::First,
            NullsOrder::Last => NullsWord::Last,
        };
        Self {
            collation: collation.as_ref().map(ToString::to_string),
            column,
            descending: *order == SortOrder::Desc,
            expression,
            nulls: (*nulls != usual_nulls(*order)).then_some(word),
            operator_class: opclass.as_ref().map(|it| it.name.to_string()),
            operator_class_parameters: opclass.as_ref().map(|it| it.parameters.clone()).unwrap_or_default(),
        }
    }

    pub(super) fn read(self) -> Read<IndexElement> {
        let key = match (self.column, self.expression) {
            (Some(column), None) => IndexKey::Column(ident(&column)?),
            (None, Some(text)) => IndexKey::Expression(expression(text)),
            _ => return Err(Fault::new("an element is either a column or an expression")),
        };
        let opclass = match self.operator_class {
            Some(name) => Some(OperatorClass { name: name_ref(&name)?, parameters: self.operator_class_parameters }),
            None => None,
        };
        let order = if self.descending { SortOrder::Desc } else { SortOrder::Asc };
        let nulls = match self.nulls {
            None => usual_nulls(order),
            Some(NullsWord::First) => NullsOrder::First,
            Some(NullsWord::Last) => NullsOrder::Last,
        };
        Ok(IndexElement { key, collation: self.collation.as_deref().map(name_ref).transpose()?, opclass, order, nulls })
    }
}

/// Where nulls stand unless asked otherwise.
fn usual_nulls(order: SortOrder) -> NullsOrder {
    match order {
        SortOrder::Asc => NullsOrder::Last,
        SortOrder::Desc => NullsOrder::First,
    }
}
