//! Storage parameters and the options of operator classes and columns.

use squawk_syntax::ast::{self, AstNode};

use super::text::normalised;
use super::{names, strings};
use crate::ast::StorageParameter;

/// `(fillfactor = 70, toast.autovacuum_enabled)`.
pub(super) fn parameters(list: Option<ast::AttributeList>) -> Vec<StorageParameter> {
    list.into_iter().flat_map(|list| list.attribute_options()).filter_map(|option| parameter(&option)).collect()
}

/// `WITH (...)`.
pub(super) fn with(params: Option<ast::WithParams>) -> Vec<StorageParameter> {
    parameters(params.and_then(|params| params.attribute_list()))
}

/// The names alone, for `RESET (...)`.
pub(super) fn names_of(list: Option<ast::AttributeList>) -> Vec<String> {
    parameters(list).into_iter().map(|parameter| parameter.name).collect()
}

fn parameter(option: &ast::AttributeOption) -> Option<StorageParameter> {
    let name = names::ident(&option.name()?);
    let name = match option.namespace() {
        Some(namespace) => format!("{}.{}", names::ident(&namespace).as_str(), name.as_str()),
        None => name.as_str().to_owned(),
    };
    Some(StorageParameter { name, value: option.attribute_value().map(|value| value_text(&value)) })
}

fn value_text(value: &ast::AttributeValue) -> String {
    let string = value.literal().and_then(|literal| strings::decode(&literal));
    // Words are folded and signs joined to their numbers, as PostgreSQL stores them.
    string.unwrap_or_else(|| normalised(&value.syntax().text().to_string()).replace("- ", "-").replace("+ ", ""))
}
