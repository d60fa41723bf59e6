//! What an expression mentions, as far as its text can tell. Of a text that was not understood, every name that occurs
//! in it counts.

use std::collections::BTreeSet;

use novate_contract::{Contract, Ident, ObjectId, QName, Table};
use novate_sql::TypeName;
use novate_sql::expr::Expr;

/// The columns of `table` that an expression mentions.
pub(crate) fn columns(expr: &Expr, table: &Table) -> BTreeSet<Ident> {
    let mut found = BTreeSet::new();
    let all = || table.columns.keys().cloned();
    expr.visit(&mut |part| match part {
        Expr::Column(parts) => match parts.last() {
            Some(name) if table.columns.contains_key(name) => {
                found.insert(name.clone());
            }
            // The whole row.
            _ => found.extend(all()),
        },
        Expr::Star(_) => found.extend(all()),
        _ => {}
    });
    for text in unread(expr) {
        found.extend(all().filter(|name| has_word(text, name)));
    }
    found
}

/// The enums and sequences that an expression mentions, `home` being the schema in which bare names are looked up
/// before `public`.
pub(crate) fn objects(expr: &Expr, contract: &Contract, home: &Ident) -> BTreeSet<ObjectId> {
    let mut found = BTreeSet::new();
    let references = expr.references();
    found.extend(references.types.iter().filter_map(|ty| enum_of(ty, contract)).map(ObjectId::Enum));
    for name in &references.sequences {
        let places = name.schema.iter().cloned().chain([home.clone(), Ident::new("public")]);
        let mut candidates = places.map(|schema| QName::new(schema, name.name.clone()));
        found.extend(candidates.find(|name| contract.sequences.contains_key(name)).map(ObjectId::Sequence));
    }
    for text in unread(expr) {
        found.extend(contract.enums.keys().filter(|e| has_word(text, &e.name)).cloned().map(ObjectId::Enum));
        found.extend(contract.sequences.keys().filter(|s| has_word(text, &s.name)).cloned().map(ObjectId::Sequence));
    }
    found
}

/// Whether an expression holds one of these string constants, or may hold one in what was not understood of it.
pub(crate) fn has_string(expr: &Expr, wanted: &BTreeSet<&String>) -> bool {
    let mut found = false;
    expr.visit(&mut |part| found |= matches!(part, Expr::String(text) if wanted.contains(text)));
    found || unread(expr).iter().any(|text| wanted.iter().any(|value| text.contains(value.as_str())))
}

/// The enum that a type is, or is an array of.
pub(crate) fn enum_of(ty: &TypeName, contract: &Contract) -> Option<QName> {
    let name = QName::new(ty.schema.clone()?, ty.name.clone());
    contract.enums.contains_key(&name).then_some(name)
}

/// The texts of an expression that were not understood.
fn unread(expr: &Expr) -> Vec<&str> {
    let mut found = Vec::new();
    expr.visit(&mut |part| match part {
        Expr::Opaque(text) | Expr::Call { suffix: Some(text), .. } => found.push(text.as_str()),
        _ => {}
    });
    found
}

fn has_word(text: &str, name: &Ident) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.match_indices(name.as_str()).any(|(at, found)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back()).is_some_and(word);
        let after = text.get(at + found.len()..).and_then(|t| t.chars().next()).is_some_and(word);
        !before && !after
    })
}
