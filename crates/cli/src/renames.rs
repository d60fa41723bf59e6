//! Renames that people ask for: hints in the contract, and `--rename old=new`.

use novate_contract::{Contract, Ident, ObjectId, QName};
use novate_planner::{Rename, ValueRename};
use novate_source::{RenameHint, ValueHint};

use crate::problem::Problem;

/// The renames that hold between two contracts. A hint whose old name the start does not have was planned before and
/// says nothing now.
pub(crate) fn collect(
    flags: &[String],
    hints: Vec<RenameHint>,
    from: &Contract,
    to: &Contract,
) -> Result<Vec<Rename>, Problem> {
    let mut renames = Vec::new();
    for flag in flags {
        renames.push(parse(flag, from, to)?);
    }
    for hint in hints {
        if from.has(&hint.from) && !from.has(&hint.to) {
            renames.push(Rename { from: hint.from, to: hint.to });
        }
    }
    Ok(renames)
}

/// The labels that hints rename, as far as the start still has them under their old names.
pub(crate) fn values(hints: Vec<ValueHint>, from: &Contract) -> Vec<ValueRename> {
    let known = |hint: &ValueHint| from.enums.values().any(|payload| payload.values.contains(&hint.from));
    hints.into_iter().filter(known).map(|hint| ValueRename { ty: hint.ty, from: hint.from, to: hint.to }).collect()
}

/// Reads `public.users.name=full_name`, `public.users=members` or `public.status=state`.
fn parse(flag: &str, from: &Contract, to: &Contract) -> Result<Rename, Problem> {
    let bad = |why: String| {
        Problem::input("PLAN.RENAME_UNKNOWN", format!("--rename {flag} names nothing that could be renamed"))
            .why(why)
            .fix("write the old name in full and the new one after =: --rename public.users.name=full_name")
    };
    let (old, new) = flag.split_once('=').ok_or_else(|| bad("there is no = in it".to_owned()))?;
    let old = names(old);
    let new = names(new);
    let last = new.last().cloned().ok_or_else(|| bad("the new name is empty".to_owned()))?;
    let (source, target) = match old.as_slice() {
        [schema, table, column] => {
            let table = QName::new(schema.clone(), table.clone());
            // The table may be renamed by another flag: its new name is found by the column's then.
            let after = to.tables.contains_key(&table).then(|| table.clone()).or_else(|| match new.as_slice() {
                [schema, table, _] => Some(QName::new(schema.clone(), table.clone())),
                _ => None,
            });
            let after = after.ok_or_else(|| bad(format!("the contract has no table {table}")))?;
            (ObjectId::Column(table, column.clone()), ObjectId::Column(after, last))
        }
        [schema, name] => {
            let before = QName::new(schema.clone(), name.clone());
            let after = match new.as_slice() {
                [schema, name] => QName::new(schema.clone(), name.clone()),
                _ => QName::new(schema.clone(), last),
            };
            if from.tables.contains_key(&before) {
                (ObjectId::Table(before), ObjectId::Table(after))
            } else if from.enums.contains_key(&before) {
                (ObjectId::Enum(before), ObjectId::Enum(after))
            } else if from.sequences.contains_key(&before) {
                (ObjectId::Sequence(before), ObjectId::Sequence(after))
            } else {
                let index = from.tables.iter().find_map(|(table, payload)| {
                    (table.schema == before.schema && payload.indexes.contains_key(&before.name))
                        .then(|| ObjectId::Index(table.clone(), before.name.clone()))
                });
                let Some(source @ ObjectId::Index(..)) = index else {
                    return Err(bad(format!("the start has no table, type, sequence or index {before}")));
                };
                let table = source.table().cloned().unwrap_or(before);
                (source, ObjectId::Index(table, after.name))
            }
        }
        _ => return Err(bad("the old name needs a schema".to_owned())),
    };
    if !from.has(&source) {
        return Err(bad(format!("the start has no {source}")));
    }
    if !to.has(&target) {
        return Err(bad(format!("the contract has no {target}")));
    }
    Ok(Rename { from: source, to: target })
}

/// The parts of a dotted name, each folded or unquoted.
fn names(text: &str) -> Vec<Ident> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut quoted = false;
    for c in text.trim().chars() {
        match c {
            '"' => {
                quoted = !quoted;
                part.push(c);
            }
            '.' if !quoted => parts.push(std::mem::take(&mut part)),
            _ => part.push(c),
        }
    }
    parts.push(part);
    parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).map(Ident::from_sql).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_names_keep_what_is_quoted() {
        assert_eq!(names("Public.\"A.b\".c"), ["public", "A.b", "c"].map(Ident::new));
    }
}
