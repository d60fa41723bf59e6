//! Indexes that are not a constraint's.

use super::storage::{changes, parameters, with};
use super::text::{include, index_key};
use crate::{Ident, Index, IndexElement, IndexKey, NullsOrder, QName, SortOrder, StorageParameters};

/// How an index is built or dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Build {
    /// At once, keeping writers out meanwhile.
    #[default]
    Locking,
    /// `CONCURRENTLY`: slower, lets writers in, not inside a transaction.
    Concurrently,
}

impl Build {
    fn word(self) -> &'static str {
        match self {
            Self::Locking => "",
            Self::Concurrently => "CONCURRENTLY ",
        }
    }
}

/// `CREATE INDEX`.
pub fn create(table: &QName, name: &Ident, index: &Index, build: Build) -> String {
    let Index {
        unique,
        nulls_not_distinct,
        method,
        elements,
        include: extra,
        predicate,
        storage,
        valid: _,
        comment: _,
    } = index;
    let unique = if *unique { "UNIQUE " } else { "" };
    let using = if method.as_str() == "btree" { String::new() } else { format!(" USING {method}") };
    let elements: Vec<String> = elements.iter().map(element).collect();
    let nulls = if *nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
    let predicate = predicate.as_ref().map(|p| format!(" WHERE {}", p.spelling())).unwrap_or_default();
    format!(
        "CREATE {unique}INDEX {}{name} ON {table}{using} ({}){}{nulls}{}{predicate}",
        build.word(),
        elements.join(", "),
        include(extra),
        with(storage),
    )
}

/// `DROP INDEX`. The table says in which schema the index is.
pub fn drop(table: &QName, name: &Ident, build: Build) -> String {
    format!("DROP INDEX {}{}", build.word(), qualified(table, name))
}

/// `ALTER INDEX ... RENAME TO`.
pub fn rename(table: &QName, name: &Ident, to: &Ident) -> String {
    format!("ALTER INDEX {} RENAME TO {to}", qualified(table, name))
}

/// `ALTER INDEX ... SET (...)` and `RESET (...)` that lead from one set of storage parameters to another. What is
/// already built stays as it is until it is rebuilt.
pub fn set_storage(table: &QName, name: &Ident, from: &StorageParameters, to: &StorageParameters) -> Vec<String> {
    let index = qualified(table, name);
    changes(from, to).into_iter().map(|change| format!("ALTER INDEX {index} {change}")).collect()
}

/// `REINDEX INDEX`, which makes an invalid index valid.
pub fn rebuild(table: &QName, name: &Ident, build: Build) -> String {
    format!("REINDEX INDEX {}{}", build.word(), qualified(table, name))
}

/// An index's full name: it lives in its table's schema.
pub fn qualified(table: &QName, name: &Ident) -> QName {
    QName::new(table.schema.clone(), name.clone())
}

/// One element: what is indexed, and how where that is not the default.
pub(super) fn element(element: &IndexElement) -> String {
    let IndexElement { key, collation, opclass, order, nulls } = element;
    let mut words = vec![match key {
        IndexKey::Column(column) => column.to_string(),
        IndexKey::Expression(expression) => index_key(expression),
    }];
    if let Some(collation) = collation {
        words.push(format!("COLLATE {collation}"));
    }
    if let Some(opclass) = opclass {
        words.push(opclass.name.to_string());
        if !opclass.parameters.is_empty() {
            words.push(format!("({})", parameters(&opclass.parameters)));
        }
    }
    match (order, nulls) {
        (SortOrder::Asc, NullsOrder::Last) => {}
        (SortOrder::Asc, NullsOrder::First) => words.push("NULLS FIRST".to_owned()),
        (SortOrder::Desc, NullsOrder::First) => words.push("DESC".to_owned()),
        (SortOrder::Desc, NullsOrder::Last) => words.push("DESC NULLS LAST".to_owned()),
    }
    words.join(" ")
}
