//! Foreign keys.

use novate_contract::{Constraint, ForeignKey, Ident, MatchKind, ReferentialAction};

use super::draft::Relations;
use super::fields::{Fields, Oid};
use super::numbers::Numbered;
use crate::CatalogError;

/// Foreign keys that may be no constraints of their own: one to a partitioned table has parts for each of its partitions,
/// known only by the table of the whole being the same.
#[derive(Debug, Default)]
pub(super) struct ForeignKeys {
    parts: Vec<(Oid, Oid, Ident, Constraint)>,
    /// The table of each that may be a whole.
    tables: Numbered<Oid, Oid>,
}

impl ForeignKeys {
    /// Knows the table of one.
    pub(super) fn note(&mut self, oid: Oid, relation: Oid) {
        self.tables.insert(oid, relation);
    }

    /// Keeps one that has a parent.
    pub(super) fn keep(&mut self, relation: Oid, parent: Oid, name: Ident, key: Constraint) {
        self.parts.push((relation, parent, name, key));
    }

    /// Those of the kept ones that are not parts of others, with their tables.
    pub(super) fn whole(self) -> impl Iterator<Item = (Oid, Ident, Constraint)> {
        let Self { parts, tables } = self;
        parts.into_iter().filter_map(move |(relation, parent, name, key)| {
            (tables.get(&parent) != Some(&relation)).then_some((relation, name, key))
        })
    }
}

/// A foreign key, or a part of one.
pub(super) struct Part {
    /// Of which it may be a part.
    pub(super) parent: Option<Oid>,
    /// `None` where the other table is not there.
    pub(super) key: Option<ForeignKey>,
}

/// The foreign key of `columns` of a relation.
pub(super) fn read(
    columns: Vec<Ident>,
    relation: Oid,
    relations: &Relations,
    fields: &mut Fields<'_>,
) -> Result<Part, CatalogError> {
    let parent = fields.object()?;
    let other: Oid = fields.value()?;
    let referenced: Vec<i16> = fields.numbers()?;
    let match_kind = if fields.letter()? == 'f' { MatchKind::Full } else { MatchKind::Simple };
    let (on_update, on_delete) = (action(fields.letter()?), action(fields.letter()?));
    let on_delete_columns: Vec<i16> = fields.numbers()?;
    let key = relations.get(&other).zip(relations.get(&relation)).map(|(other, own)| ForeignKey {
        columns,
        references: other.name.clone(),
        referenced: other.columns(&referenced),
        match_kind,
        on_update,
        on_delete,
        on_delete_columns: own.columns(&on_delete_columns),
    });
    Ok(Part { parent, key })
}

fn action(letter: char) -> ReferentialAction {
    match letter {
        'r' => ReferentialAction::Restrict,
        'c' => ReferentialAction::Cascade,
        'n' => ReferentialAction::SetNull,
        'd' => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}
