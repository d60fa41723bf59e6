//! Exclusion constraints.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::index::ElementEntry;
use super::text::{Read, expression, ident, idents, is_default, strings};
use crate::{Exclusion, ExclusionElement, Ident};

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ExclusionEntry {
    elements: Vec<ExclusionElementEntry>,
    #[serde(default, skip_serializing_if = "is_default")]
    include: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    method: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    predicate: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    storage_parameters: BTreeMap<String, String>,
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExclusionElementEntry {
    element: ElementEntry,
    operator: String,
}

impl ExclusionEntry {
    pub(super) fn of(exclusion: &Exclusion) -> Self {
        let Exclusion { method, elements, include, storage, predicate } = exclusion;
        let element = |it: &ExclusionElement| ExclusionElementEntry {
            element: ElementEntry::of(&it.element),
            operator: it.operator.clone(),
        };
        Self {
            elements: elements.iter().map(element).collect(),
            include: strings(include),
            method: (method.as_str() != "btree").then(|| method.as_str().to_owned()),
            predicate: predicate.as_ref().map(|it| it.canonical.to_string()),
            storage_parameters: storage.clone(),
        }
    }

    pub(super) fn read(self) -> Read<Exclusion> {
        let element =
            |it: ExclusionElementEntry| Ok(ExclusionElement { element: it.element.read()?, operator: it.operator });
        Ok(Exclusion {
            method: self.method.as_deref().map_or_else(|| Ok(Ident::new("btree")), ident)?,
            elements: self.elements.into_iter().map(element).collect::<Read<_>>()?,
            include: idents(&self.include)?,
            storage: self.storage_parameters,
            predicate: self.predicate.map(expression),
        })
    }
}
