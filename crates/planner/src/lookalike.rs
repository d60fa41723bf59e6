//! Drops and creates that look like one object under two names.

use std::collections::BTreeMap;

use novate_contract::{Ident, Object, ObjectId, Table, TypeName};

use crate::diff::{Difference, Fate};
use crate::plan::Finding;

/// A finding for each pair, with the hint to paste.
pub(crate) fn findings(diff: &Difference<'_>) -> Vec<Finding> {
    let of = |fate: &Fate| -> Vec<&ObjectId> {
        let all = diff.fates.iter().filter(|(_, f)| *f == fate).map(|(id, _)| id);
        all.filter(|id| matches!(id, ObjectId::Table(_) | ObjectId::Column(..) | ObjectId::Enum(_))).collect()
    };
    let mut created = of(&Fate::Create);
    let mut found = Vec::new();
    for old in of(&Fate::Drop) {
        if let Some(at) = created.iter().position(|new| alike(diff, old, new)) {
            let new = created.remove(at);
            found.push(Finding::LooksLikeRename { from: old.clone(), to: new.clone(), hint: hint(old) });
        }
    }
    found
}

fn alike(diff: &Difference<'_>, old: &ObjectId, new: &ObjectId) -> bool {
    let (Some(a), Some(b)) = (diff.before(old), diff.after(new)) else { return false };
    match (a, b) {
        (Object::Table(a), Object::Table(b)) => !a.columns.is_empty() && columns(a) == columns(b),
        (Object::Column(a), Object::Column(b)) => {
            let staying = old.table() == new.table() && old.table().is_some_and(|t| diff.from.tables.contains_key(t));
            staying && (&a.ty, a.not_null, &a.default) == (&b.ty, b.not_null, &b.default)
        }
        (Object::Enum(a), Object::Enum(b)) => a.values == b.values,
        _ => false,
    }
}

fn columns(table: &Table) -> BTreeMap<&Ident, &TypeName> {
    table.columns.iter().map(|(name, column)| (name, &column.ty)).collect()
}

fn hint(old: &ObjectId) -> String {
    let in_public = old.schema().is_some_and(|schema| schema.as_str() == "public");
    let name = match old {
        ObjectId::Column(table, name) if in_public => format!("{}.{name}", table.name),
        ObjectId::Table(name) | ObjectId::Enum(name) if in_public => name.name.to_string(),
        other => other.name(),
    };
    format!("-- @renamed_from {name}")
}
