//! Foreign keys.

use std::collections::HashMap;

use novate_contract::{Constraint, ForeignKey, Ident, MatchKind, ReferentialAction};

use super::draft::Relation;
use super::fields::{Fields, Oid};
use crate::CatalogError;

/// Foreign keys as they come. One to a partitioned table has parts for each of its partitions, which are no constraints
/// of their own and known only by the table of the whole being the same.
#[derive(Debug, Default)]
pub(super) struct ForeignKeys {
    all: Vec<(Oid, Option<Oid>, Ident, Constraint)>,
    /// The table of each that may be a whole.
    tables: HashMap<Oid, Oid>,
}

impl ForeignKeys {
    /// Keeps one.
    pub(super) fn take(&mut self, oid: Oid, relation: Oid, parent: Option<Oid>, name: Ident, key: Constraint) {
        self.tables.insert(oid, relation);
        self.all.push((relation, parent, name, key));
    }

    /// Those that are not parts of others, with their tables.
    pub(super) fn whole(self) -> impl Iterator<Item = (Oid, Ident, Constraint)> {
        let Self { all, tables } = self;
        all.into_iter().filter_map(move |(relation, parent, name, key)| {
            let is_part = parent.is_some_and(|parent| tables.get(&parent) == Some(&relation));
            (!is_part).then_some((relation, name, key))
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
    relations: &HashMap<Oid, Relation>,
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
