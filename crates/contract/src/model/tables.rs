//! The tables of a contract, shared between copies of it.

use std::ops::Index;
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;

use super::{QName, Table};

/// Tables by name. A copy shares every table with its original until one of the two changes it, so that copying a
/// contract costs next to nothing beside what is in it.
///
/// They are found by hash, which what reads statements does some sixty times a table, and gone through in the order of
/// their names, which is worked out when it is asked for.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    by_name: IndexMap<QName, Arc<Table>>,
    /// Places in `by_name`, by name; nothing where nobody has asked for the order.
    order: OnceLock<Vec<usize>>,
}

impl Tables {
    /// The table of a name.
    pub fn get(&self, name: &QName) -> Option<&Table> {
        self.by_name.get(name).map(|table| &**table)
    }

    /// The table of a name, to be changed: from here on it is this contract's own.
    pub fn get_mut(&mut self, name: &QName) -> Option<&mut Table> {
        self.by_name.get_mut(name).map(Arc::make_mut)
    }

    /// Whether there is a table of this name.
    pub fn contains_key(&self, name: &QName) -> bool {
        self.by_name.contains_key(name)
    }

    /// Puts a table in, and gives back the one that had its name.
    pub fn insert(&mut self, name: QName, table: Table) -> Option<Table> {
        self.put(name, Arc::new(table)).map(Arc::unwrap_or_clone)
    }

    /// Takes a table out.
    pub fn remove(&mut self, name: &QName) -> Option<Table> {
        self.take(name).map(Arc::unwrap_or_clone)
    }

    fn put(&mut self, name: QName, table: Arc<Table>) -> Option<Arc<Table>> {
        let (at, before) = self.by_name.insert_full(name, table);
        if before.is_none() {
            let place = self.place(at);
            if let Some(order) = self.order.get_mut() {
                order.insert(place, at);
            }
        }
        before
    }

    fn take(&mut self, name: &QName) -> Option<Arc<Table>> {
        let at = self.by_name.get_index_of(name)?;
        let last = self.by_name.len() - 1;
        let (place, place_of_last) = (self.place(at), self.place(last));
        if let Some(order) = self.order.get_mut() {
            // The last one goes to where this one was.
            if let Some(moved) = order.get_mut(place_of_last) {
                *moved = at;
            }
            order.remove(place);
        }
        self.by_name.swap_remove_index(at).map(|(_, table)| table)
    }

    /// Where in the order the table at `at` stands, or would.
    fn place(&self, at: usize) -> usize {
        let name = |at: usize| self.by_name.get_index(at).map(|(name, _)| name);
        self.order.get().map_or(0, |order| order.partition_point(|other| name(*other) < name(at)))
    }

    /// Leaves only those of a name that `wanted` says are to stay.
    pub fn retain(&mut self, wanted: impl Fn(&QName) -> bool) {
        self.by_name.retain(|name, _| wanted(name));
        self.order.take();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    fn order(&self) -> &[usize] {
        self.order.get_or_init(|| {
            let mut order: Vec<usize> = (0..self.by_name.len()).collect();
            order.sort_by(|a, b| {
                self.by_name.get_index(*a).map(|it| it.0).cmp(&self.by_name.get_index(*b).map(|it| it.0))
            });
            order
        })
    }

    /// All, by name.
    pub fn iter(&self) -> Iter<'_> {
        Iter { tables: self, order: self.order().iter() }
    }

    /// Their names, in order.
    pub fn keys(&self) -> impl Iterator<Item = &QName> {
        self.iter().map(|(name, _)| name)
    }

    /// All, in the order of their names.
    pub fn values(&self) -> impl Iterator<Item = &Table> {
        self.iter().map(|(_, table)| table)
    }

    /// Changes those that `wanted` says are to be changed, and lets the others be shared; in no order.
    pub fn change_where(
        &mut self,
        wanted: impl Fn(&QName, &Table) -> bool,
        mut change: impl FnMut(&QName, &mut Table),
    ) {
        for (name, table) in self.by_name.iter_mut().filter(|(name, table)| wanted(name, table)) {
            change(name, Arc::make_mut(table));
        }
    }

    /// Whether a name stands for the same here and there: the same table, an equal one, or none.
    pub fn agree(&self, other: &Self, name: &QName) -> bool {
        match (self.by_name.get(name), other.by_name.get(name)) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a == b,
            (a, b) => a.is_none() && b.is_none(),
        }
    }

    /// Makes a name stand for what it stands for in `other`.
    pub fn share_one(&mut self, other: &Self, name: &QName) {
        match other.by_name.get(name) {
            Some(table) => self.put(name.clone(), Arc::clone(table)),
            None => self.take(name),
        };
    }

    /// Shares with `other` whatever is the same there, columns in the same order.
    pub(super) fn share_equal(&mut self, other: &Self) {
        for (name, table) in &mut self.by_name {
            if let Some(theirs) = other.by_name.get(name)
                && table == theirs
                && table.columns.keys().eq(theirs.columns.keys())
            {
                *table = Arc::clone(theirs);
            }
        }
    }

    /// Becomes what `other` is, of which most is shared already.
    pub(super) fn share(&mut self, other: &Self) {
        // Those that are gone, then those that are new or were changed; both are few.
        if !self.by_name.keys().all(|name| other.by_name.contains_key(name)) {
            self.retain(|name| other.by_name.contains_key(name));
        }
        for (name, table) in &other.by_name {
            match self.by_name.get_mut(name) {
                Some(own) if Arc::ptr_eq(own, table) => {}
                Some(own) => *own = Arc::clone(table),
                None => drop(self.put(name.clone(), Arc::clone(table))),
            }
        }
    }
}

impl PartialEq for Tables {
    fn eq(&self, other: &Self) -> bool {
        self.by_name == other.by_name
    }
}

impl Eq for Tables {}

impl Index<&QName> for Tables {
    type Output = Table;

    fn index(&self, name: &QName) -> &Table {
        &self.by_name[name]
    }
}

impl FromIterator<(QName, Table)> for Tables {
    fn from_iter<I: IntoIterator<Item = (QName, Table)>>(tables: I) -> Self {
        let shared = tables.into_iter().map(|(name, table)| (name, Arc::new(table)));
        Self { by_name: shared.collect(), order: OnceLock::new() }
    }
}

impl Extend<(QName, Table)> for Tables {
    fn extend<I: IntoIterator<Item = (QName, Table)>>(&mut self, tables: I) {
        self.by_name.extend(tables.into_iter().map(|(name, table)| (name, Arc::new(table))));
        self.order.take();
    }
}

impl<'a> IntoIterator for &'a Tables {
    type Item = (&'a QName, &'a Table);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// [`Tables::iter`].
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    tables: &'a Tables,
    order: std::slice::Iter<'a, usize>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a QName, &'a Table);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, table) = self.tables.by_name.get_index(*self.order.next()?)?;
        Some((name, &**table))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.order.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn they_are_in_the_order_of_their_names_whatever_was_done(
            steps in prop::collection::vec((0_u8..4, "[a-c]", "[a-z]{1,2}"), 0..60),
        ) {
            let (mut tables, mut plain) = (Tables::default(), BTreeMap::new());
            for (what, schema, name) in steps {
                let name = QName::new(schema.as_str(), name.as_str());
                match what {
                    0 | 1 => prop_assert_eq!(tables.insert(name.clone(), Table::default()), plain.insert(name, Table::default())),
                    2 => prop_assert_eq!(tables.remove(&name), plain.remove(&name)),
                    _ => prop_assert!(tables.keys().eq(plain.keys())),
                }
                prop_assert_eq!(tables.len(), plain.len());
            }
            prop_assert!(tables.keys().eq(plain.keys()));
            prop_assert!(plain.keys().all(|name| tables.contains_key(name)));
        }
    }
}
