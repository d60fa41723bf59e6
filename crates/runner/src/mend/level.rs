//! What is there, but for the errors as it should be: the way from there to the contract mends the errors alone.

use std::collections::{BTreeMap, BTreeSet};

use novate_contract::{Contract, Ident, ObjectId, QName, Table};

/// `live` with whatever is no error taken from `expected`, and without what is only noted because `expected` does not
/// know it.
pub(super) fn levelled(
    live: &Contract,
    expected: &Contract,
    errors: &BTreeSet<ObjectId>,
    notes: &BTreeSet<ObjectId>,
) -> Contract {
    let level = Level { errors, notes };
    let mut there = live.clone();
    there.space = expected.space.clone();
    level.all(&mut there.schemas, &expected.schemas, |name| ObjectId::Schema(name.clone()), |it| &mut it.comment);
    level.all(
        &mut there.extensions,
        &expected.extensions,
        |name| ObjectId::Extension(name.clone()),
        |it| &mut it.comment,
    );
    level.all(&mut there.enums, &expected.enums, |name| ObjectId::Enum(name.clone()), |it| &mut it.comment);
    level.all(&mut there.sequences, &expected.sequences, |name| ObjectId::Sequence(name.clone()), |it| &mut it.comment);
    there.tables.retain(|name| !level.is_noted(&ObjectId::Table(name.clone())));
    there.tables.change_where(
        |name, table| expected.tables.get(name).is_some_and(|wanted| wanted != table),
        |name, table| {
            if let Some(wanted) = expected.tables.get(name) {
                level.table(name, table, wanted);
            }
        },
    );
    // What belongs to a table that was left out is told by that table.
    let tables: BTreeSet<&QName> = there.tables.keys().collect();
    there.sequences.retain(|_, sequence| sequence.owner.as_ref().is_none_or(|owner| tables.contains(&owner.table)));
    there
}

struct Level<'a> {
    errors: &'a BTreeSet<ObjectId>,
    notes: &'a BTreeSet<ObjectId>,
}

impl Level<'_> {
    fn is_error(&self, id: &ObjectId) -> bool {
        self.errors.contains(id)
    }

    fn is_noted(&self, id: &ObjectId) -> bool {
        self.notes.contains(id)
    }

    /// Levels the objects of one kind.
    fn all<K: Ord, V: Clone>(
        &self,
        there: &mut BTreeMap<K, V>,
        wanted: &BTreeMap<K, V>,
        id: impl Fn(&K) -> ObjectId,
        comment: impl Fn(&mut V) -> &mut Option<String>,
    ) {
        there.retain(|name, _| wanted.contains_key(name) || !self.is_noted(&id(name)));
        for (name, object) in there {
            if let Some(wanted) = wanted.get(name) {
                self.one(object, wanted, id(name), &comment);
            }
        }
    }

    fn one<V: Clone>(
        &self,
        object: &mut V,
        wanted: &V,
        id: ObjectId,
        comment: &impl Fn(&mut V) -> &mut Option<String>,
    ) {
        let mut own = if self.is_error(&id) { object.clone() } else { wanted.clone() };
        let told = if self.is_error(&ObjectId::Comment(Box::new(id))) { &mut *object } else { &mut wanted.clone() };
        *comment(&mut own) = comment(told).take();
        *object = own;
    }

    fn table(&self, name: &QName, table: &mut Table, wanted: &Table) {
        let column = |column: &Ident| ObjectId::Column(name.clone(), column.clone());
        let mut columns = std::mem::take(&mut table.columns);
        let mut constraints = std::mem::take(&mut table.constraints);
        let mut indexes = std::mem::take(&mut table.indexes);
        columns.retain(|name, _| wanted.columns.contains_key(name) || !self.is_noted(&column(name)));
        for (name, own) in &mut columns {
            if let Some(wanted) = wanted.columns.get(name) {
                self.one(own, wanted, column(name), &|it| &mut it.comment);
            }
        }
        let ids: BTreeMap<Ident, ObjectId> = constraints
            .iter()
            .map(|(own, it)| (own.clone(), ObjectId::Constraint(it.kind.tag(), name.clone(), own.clone())))
            .collect();
        let id = |own: &Ident| ids.get(own).cloned().unwrap_or_else(|| ObjectId::Table(name.clone()));
        // One of another kind under the same name is another object.
        let same_kind: BTreeMap<_, _> = wanted
            .constraints
            .iter()
            .filter(|(name, it)| constraints.get(*name).is_some_and(|own| own.kind.tag() == it.kind.tag()))
            .map(|(name, it)| (name.clone(), it.clone()))
            .collect();
        self.all(&mut constraints, &same_kind, id, |it| &mut it.comment);
        self.all(
            &mut indexes,
            &wanted.indexes,
            |index| ObjectId::Index(name.clone(), index.clone()),
            |it| &mut it.comment,
        );
        // Only what is the table's own is left to compare.
        self.one(table, wanted, ObjectId::Table(name.clone()), &|it| &mut it.comment);
        (table.columns, table.constraints, table.indexes) = (columns, constraints, indexes);
    }
}
