//! `REINDEX INDEX`, which makes an index usable again that a failed build has left behind.

use novate_contract::{ObjectId, QName};
use novate_sql::ast::Statement;

use super::subject::resolve;

/// A statement, read.
pub(super) struct Reindex {
    pub(super) index: QName,
    pub(super) concurrently: bool,
}

/// Reads the text of a statement that begins with `REINDEX`; `None` where it is about anything but one index.
pub(super) fn read(statement: &Statement, text: &str) -> Option<Reindex> {
    if !matches!(statement, Statement::Procedural(keyword) if keyword == "REINDEX") {
        return None;
    }
    let rest = after(text, "REINDEX").and_then(|rest| after(rest, "INDEX"))?;
    let (rest, concurrently) = match after(rest, "CONCURRENTLY") {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    // Names are read where the parser expects some.
    let script = novate_sql::parse(&format!("DROP INDEX {rest}"));
    let [only] = script.statements.as_slice() else { return None };
    match &only.value {
        Statement::Drop { names, .. } => match names.as_slice() {
            [name] => Some(Reindex { index: resolve(name), concurrently }),
            _ => None,
        },
        _ => None,
    }
}

/// What follows a keyword.
fn after<'a>(text: &'a str, keyword: &str) -> Option<&'a str> {
    let text = text.trim_start();
    let (head, rest) = text.split_at_checked(keyword.len())?;
    (head.eq_ignore_ascii_case(keyword) && rest.starts_with(char::is_whitespace)).then(|| rest.trim_start())
}

/// The index's id, where a contract has it.
pub(super) fn find(contract: &novate_contract::Contract, index: &QName) -> Option<ObjectId> {
    let mut tables = contract.tables.iter().filter(|(table, _)| table.schema == index.schema);
    tables
        .find(|(_, payload)| payload.indexes.contains_key(&index.name))
        .map(|(table, _)| ObjectId::Index(table.clone(), index.name.clone()))
}
