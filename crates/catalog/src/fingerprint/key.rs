//! Objects as keys of a fingerprint: their table by name, then kind and name within it.

use std::fmt::Display;

use novate_contract::{ConstraintTag, Ident, ObjectId, ObjectKind, QName};

const COMMENT: &str = "comment on ";

/// The key of an object within its table; of the table itself, that of its kind.
pub(super) fn key(kind: ObjectKind, name: &dyn Display) -> String {
    let key = format!("{kind} {name}");
    if kind == ObjectKind::Table { key.trim_end().to_owned() } else { key }
}

/// The key of the comment on an object.
pub(super) fn of_comment(key: &str) -> String {
    format!("{COMMENT}{key}")
}

/// The object that the keys are of; `None` for a kind that this version does not know.
pub(super) fn id(table: &str, key: &str) -> Option<ObjectId> {
    if let Some(on) = key.strip_prefix(COMMENT) {
        return Some(ObjectId::Comment(Box::new(id(table, on)?)));
    }
    // The longest name that fits: `foreign key x` is no `foreign`.
    let kind = ObjectKind::ALL
        .into_iter()
        .find(|kind| key.strip_prefix(kind.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))?;
    let names = names(key.get(kind.as_str().len()..)?.trim_start())?;
    let of_table = || match (self::names(table)?.as_slice(), names.as_slice()) {
        ([schema, table], [name]) => Some((QName::new(schema.clone(), table.clone()), name.clone())),
        _ => None,
    };
    let in_schema = || match names.as_slice() {
        [schema, name] => Some(QName::new(schema.clone(), name.clone())),
        _ => None,
    };
    let alone = || match names.as_slice() {
        [name] => Some(name.clone()),
        _ => None,
    };
    let constraint = |tag| of_table().map(|(table, name)| ObjectId::Constraint(tag, table, name));
    match kind {
        ObjectKind::Schema => alone().map(ObjectId::Schema),
        ObjectKind::Extension => alone().map(ObjectId::Extension),
        ObjectKind::Enum => in_schema().map(ObjectId::Enum),
        ObjectKind::Sequence => in_schema().map(ObjectId::Sequence),
        ObjectKind::Table => match self::names(table)?.as_slice() {
            [schema, name] => Some(ObjectId::Table(QName::new(schema.clone(), name.clone()))),
            _ => None,
        },
        ObjectKind::Column => of_table().map(|(table, name)| ObjectId::Column(table, name)),
        ObjectKind::Index => of_table().map(|(table, name)| ObjectId::Index(table, name)),
        ObjectKind::PrimaryKey => constraint(ConstraintTag::PrimaryKey),
        ObjectKind::Unique => constraint(ConstraintTag::Unique),
        ObjectKind::Check => constraint(ConstraintTag::Check),
        ObjectKind::Exclusion => constraint(ConstraintTag::Exclusion),
        ObjectKind::ForeignKey => constraint(ConstraintTag::ForeignKey),
        ObjectKind::Comment => None,
    }
}

/// The names in `a."b"`; none in an empty text.
fn names(text: &str) -> Option<Vec<Ident>> {
    let mut names = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = match rest.strip_prefix('"') {
            Some(inner) => {
                let mut end = inner.find('"')?;
                while inner.get(end + 1..)?.starts_with('"') {
                    end += 2 + inner.get(end + 2..)?.find('"')?;
                }
                end + 2
            }
            None => rest.find('.').unwrap_or(rest.len()),
        };
        names.push(Ident::from_sql(rest.get(..end).filter(|name| !name.is_empty())?));
        rest = rest.get(end..)?;
        if !rest.is_empty() {
            rest = rest.strip_prefix('.').filter(|rest| !rest.is_empty())?;
        }
    }
    Some(names)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_their_keys() {
        let names = [("public", "users"), ("odd.schema", "\"odd\"\" table\""), ("Select", "key 1")];
        for table in names.map(|(schema, name)| QName::new(schema, name)) {
            let name = Ident::new(format!("{} \"x\".y", table.name.as_str()));
            let part = |kind| id(&table.to_string(), &key(kind, &name)).unwrap();
            for (kind, expected) in [
                (ObjectKind::Column, ObjectId::Column(table.clone(), name.clone())),
                (ObjectKind::Index, ObjectId::Index(table.clone(), name.clone())),
                (ObjectKind::PrimaryKey, ObjectId::Constraint(ConstraintTag::PrimaryKey, table.clone(), name.clone())),
                (ObjectKind::Unique, ObjectId::Constraint(ConstraintTag::Unique, table.clone(), name.clone())),
                (ObjectKind::Check, ObjectId::Constraint(ConstraintTag::Check, table.clone(), name.clone())),
                (ObjectKind::Exclusion, ObjectId::Constraint(ConstraintTag::Exclusion, table.clone(), name.clone())),
                (ObjectKind::ForeignKey, ObjectId::Constraint(ConstraintTag::ForeignKey, table.clone(), name.clone())),
            ] {
                assert_eq!(part(kind), expected);
                let comment = of_comment(&key(kind, &name));
                assert_eq!(id(&table.to_string(), &comment), Some(ObjectId::Comment(Box::new(expected))));
            }
            assert_eq!(id(&table.to_string(), "table"), Some(ObjectId::Table(table.clone())));
            assert_eq!(id("", &key(ObjectKind::Enum, &table)), Some(ObjectId::Enum(table.clone())));
            assert_eq!(id("", &key(ObjectKind::Sequence, &table)), Some(ObjectId::Sequence(table.clone())));
            assert_eq!(id("", &key(ObjectKind::Schema, &table.schema)), Some(ObjectId::Schema(table.schema.clone())));
            assert_eq!(
                id("", &key(ObjectKind::Extension, &table.schema)),
                Some(ObjectId::Extension(table.schema.clone()))
            );
        }
    }

    #[test]
    fn what_is_no_object_is_none() {
        for (table, key) in [("", "rune x"), ("", "column a"), ("public.t", "column"), ("public.t", "tablespace x")] {
            assert_eq!(id(table, key), None, "{table} {key}");
        }
        for text in ["a.", ".", "\"a", "a..b", "\"a\"b"] {
            assert_eq!(names(text), None, "{text}");
        }
    }
}
