//! What statements are, in words, and their text.

use novate_sql::Span;
use novate_sql::ast::Statement;

/// The text of a statement as it was written.
pub(super) fn text(source: &str, span: Span) -> String {
    source.get(span.range()).unwrap_or_default().trim().to_owned()
}

/// The kind of a statement, in words that people use.
pub(super) fn words(statement: &Statement) -> String {
    match statement {
        Statement::CreateSchema { .. } => "CREATE SCHEMA".to_owned(),
        Statement::CreateExtension { .. } => "CREATE EXTENSION".to_owned(),
        Statement::AlterExtensionUpdate { .. } => "ALTER EXTENSION".to_owned(),
        Statement::CreateTable(_) => "CREATE TABLE".to_owned(),
        Statement::AlterTable(_) => "ALTER TABLE".to_owned(),
        Statement::CreateIndex(_) => "CREATE INDEX".to_owned(),
        Statement::CreateEnum { .. } => "CREATE TYPE".to_owned(),
        Statement::AddEnumValue { .. } | Statement::RenameEnumValue { .. } => "ALTER TYPE".to_owned(),
        Statement::CreateSequence(_) => "CREATE SEQUENCE".to_owned(),
        Statement::AlterSequence(_) => "ALTER SEQUENCE".to_owned(),
        Statement::Comment(_) => "COMMENT".to_owned(),
        Statement::Drop { .. } => "DROP".to_owned(),
        Statement::Rename { .. } => "ALTER ... RENAME".to_owned(),
        Statement::SetSchema { .. } => "ALTER ... SET SCHEMA".to_owned(),
        Statement::Owner => "OWNER TO".to_owned(),
        Statement::Set { name, .. } => format!("SET {name}"),
        Statement::SetVal => "SELECT setval(...)".to_owned(),
        Statement::Query(_) => "a query".to_owned(),
        Statement::Dml(dml) => format!("{} of {}", dml.verb, dml.target.value),
        Statement::Procedural(keyword) | Statement::Transaction(keyword) => keyword.clone(),
        Statement::Unmodelled(unmodelled) => {
            let name = if unmodelled.name.is_empty() { String::new() } else { format!(" {}", unmodelled.name) };
            format!("{} {}{name}", unmodelled.verb.to_ascii_uppercase(), unmodelled.kind.to_ascii_uppercase())
        }
    }
}

/// What of a statement cannot run inside a transaction block.
pub(super) fn needs_own_transaction(statement: &Statement, text: &str) -> Option<&'static str> {
    match statement {
        Statement::CreateIndex(create) if create.concurrently => Some("CREATE INDEX CONCURRENTLY"),
        Statement::Drop { concurrently: true, .. } => Some("DROP INDEX CONCURRENTLY"),
        Statement::AlterTable(_) if has_words(text, &["detach", "partition"]) && has_words(text, &["concurrently"]) => {
            Some("DETACH PARTITION CONCURRENTLY")
        }
        Statement::Procedural(keyword) => match keyword.as_str() {
            "VACUUM" => Some("VACUUM"),
            "REINDEX" if has_words(text, &["concurrently"]) => Some("REINDEX CONCURRENTLY"),
            _ => None,
        },
        _ => None,
    }
}

/// Whether words stand in a text side by side, in any case.
fn has_words(text: &str, wanted: &[&str]) -> bool {
    let words: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '"')
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.windows(wanted.len()).any(|window| window.iter().zip(wanted).all(|(a, b)| a == b))
}
