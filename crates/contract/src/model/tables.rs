//! The tables of a contract, shared between copies of it.

use std::collections::BTreeMap;
use std::collections::btree_map;
use std::ops::Index;
use std::sync::Arc;

use super::{QName, Table};

/// Tables by name. A copy shares every table with its original until one of the two changes it, so that copying a
/// contract costs next to nothing beside what is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tables(BTreeMap<QName, Arc<Table>>);

impl Tables {
    /// The table of a name.
    pub fn get(&self, name: &QName) -> Option<&Table> {
        self.0.get(name).map(|table| &**table)
    }

    /// The table of a name, to be changed: from here on it is this contract's own.
    pub fn get_mut(&mut self, name: &QName) -> Option<&mut Table> {
        self.0.get_mut(name).map(Arc::make_mut)
    }

    /// Whether there is a table of this name.
    pub fn contains_key(&self, name: &QName) -> bool {
        self.0.contains_key(name)
    }

    /// Puts a table in, and gives back the one that had its name.
    pub fn insert(&mut self, name: QName, table: Table) -> Option<Table> {
        self.0.insert(name, Arc::new(table)).map(Arc::unwrap_or_clone)
    }

    /// Takes a table out.
    pub fn remove(&mut self, name: &QName) -> Option<Table> {
        self.0.remove(name).map(Arc::unwrap_or_clone)
    }

    /// Leaves only those of a name that `wanted` says are to stay.
    pub fn retain(&mut self, wanted: impl Fn(&QName) -> bool) {
        self.0.retain(|name, _| wanted(name));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All, by name.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.0.iter())
    }

    /// Their names, in order.
    pub fn keys(&self) -> btree_map::Keys<'_, QName, Arc<Table>> {
        self.0.keys()
    }

    /// All, in the order of their names.
    pub fn values(&self) -> impl Iterator<Item = &Table> {
        self.0.values().map(|table| &**table)
    }

    /// Changes those that `wanted` says are to be changed, and lets the others be shared.
    pub fn change_where(
        &mut self,
        wanted: impl Fn(&QName, &Table) -> bool,
        mut change: impl FnMut(&QName, &mut Table),
    ) {
        for (name, table) in self.0.iter_mut().filter(|(name, table)| wanted(name, table)) {
            change(name, Arc::make_mut(table));
        }
    }

    /// Whether a name stands for the same here and there: the same table, an equal one, or none.
    pub fn agree(&self, other: &Self, name: &QName) -> bool {
        match (self.0.get(name), other.0.get(name)) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a == b,
            (a, b) => a.is_none() && b.is_none(),
        }
    }

    /// Makes a name stand for what it stands for in `other`.
    pub fn share_one(&mut self, other: &Self, name: &QName) {
        match other.0.get(name) {
            Some(table) => self.0.insert(name.clone(), Arc::clone(table)),
            None => self.0.remove(name),
        };
    }

    /// Becomes what `other` is, of which most is shared already.
    pub(super) fn share(&mut self, other: &Self) {
        // Those that are gone, then those that are new or were changed; both are few.
        self.0.retain(|name, _| other.0.contains_key(name));
        for (name, table) in &other.0 {
            match self.0.get_mut(name) {
                Some(own) if Arc::ptr_eq(own, table) => {}
                Some(own) => *own = Arc::clone(table),
                None => drop(self.0.insert(name.clone(), Arc::clone(table))),
            }
        }
    }
}

impl Index<&QName> for Tables {
    type Output = Table;

    fn index(&self, name: &QName) -> &Table {
        &self.0[name]
    }
}

impl FromIterator<(QName, Table)> for Tables {
    fn from_iter<I: IntoIterator<Item = (QName, Table)>>(tables: I) -> Self {
        Self(tables.into_iter().map(|(name, table)| (name, Arc::new(table))).collect())
    }
}

impl Extend<(QName, Table)> for Tables {
    fn extend<I: IntoIterator<Item = (QName, Table)>>(&mut self, tables: I) {
        self.0.extend(tables.into_iter().map(|(name, table)| (name, Arc::new(table))));
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
pub struct Iter<'a>(btree_map::Iter<'a, QName, Arc<Table>>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a QName, &'a Table);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, table)| (name, &**table))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}
