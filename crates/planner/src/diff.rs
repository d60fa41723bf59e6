//! The difference between two contracts: what happens to each object, before anything is put into words or order.

use std::collections::{BTreeMap, BTreeSet};

use novate_contract::{
    Column, Constraint, ConstraintKind, Contract, Control, Ident, Index, Object, ObjectId, QName, Table,
};

use crate::changes;
use crate::conversion;
use crate::heirs;
use crate::mentions;
use crate::plan::{Finding, PlanOptions};
use crate::uses;

/// What happens to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is created.
    Create,
    /// It is dropped.
    Drop,
    /// It is altered in place.
    Alter,
    /// It is dropped and created anew.
    Replace,
    /// It only changes its name; this is the old id.
    Rename(ObjectId),
}

/// Two contracts and what happens to each object. Objects that stay as they are have no entry; neither have comments,
/// which follow from the fate of what they are on.
pub(crate) struct Difference<'a> {
    pub(crate) from: &'a Contract,
    pub(crate) to: &'a Contract,
    pub(crate) options: &'a PlanOptions,
    /// Every object of either side that may have a fate: those of tables that are equal, and stay so whatever becomes of
    /// others, are not among them.
    pub(crate) ids: BTreeSet<ObjectId>,
    /// The tables that are equal, and have not been found to follow another.
    aside: BTreeSet<&'a QName>,
    pub(crate) fates: BTreeMap<ObjectId, Fate>,
    pub(crate) findings: Vec<Finding>,
    /// Whether what follows from a parent's change is left out, comments included.
    pub(crate) parents_first: bool,
}

impl<'a> Difference<'a> {
    /// The difference as far as it must be planned. Where `parents_first`, what PostgreSQL does to partitions and heirs by
    /// itself is left out; whether it did all, a second difference tells.
    pub(crate) fn between(from: &'a Contract, to: &'a Contract, options: &'a PlanOptions, parents_first: bool) -> Self {
        let mut difference = Self {
            from,
            to,
            options,
            ids: BTreeSet::new(),
            aside: BTreeSet::new(),
            fates: BTreeMap::new(),
            findings: Vec::new(),
            parents_first,
        };
        difference.gather();
        difference.compare();
        difference.pair_renamed();
        difference.spread();
        if parents_first {
            let following: Vec<ObjectId> = difference
                .fates
                .iter()
                .filter(|(id, fate)| heirs::follows(&difference, id, fate))
                .map(|(id, _)| id.clone())
                .collect();
            for id in following {
                difference.fates.remove(&id);
            }
        }
        difference
    }

    /// An object of the start.
    pub(crate) fn before(&self, id: &ObjectId) -> Option<Object<'a>> {
        self.from.object(id)
    }

    /// An object of the contract to reach.
    pub(crate) fn after(&self, id: &ObjectId) -> Option<Object<'a>> {
        self.to.object(id)
    }

    pub(crate) fn fate(&self, id: &ObjectId) -> Option<&Fate> {
        self.fates.get(id)
    }

    pub(crate) fn is(&self, id: &ObjectId, fate: &Fate) -> bool {
        self.fate(id) == Some(fate)
    }

    /// Whether an object is made anew, so that nothing of what hung on it is left.
    pub(crate) fn is_made(&self, id: &ObjectId) -> bool {
        matches!(self.fate(id), Some(Fate::Create | Fate::Replace))
    }

    /// Whether an object goes, for good or to be made anew.
    pub(crate) fn is_lost(&self, id: &ObjectId) -> bool {
        matches!(self.fate(id), Some(Fate::Drop | Fate::Replace))
    }

    /// What novate may do with an object: what the contract to reach says, or the stricter of both where it is gone.
    pub(crate) fn control(&self, id: &ObjectId) -> Control {
        let wanted = self.to.control(id);
        if self.to.has(id) { wanted } else { wanted.max(self.from.control(id)) }
    }

    /// Whether changes to a table are planned in lock-light form: the table was there before, and either it or the whole
    /// plan asks for it.
    pub(crate) fn is_online(&self, table: &QName) -> bool {
        let asked = self.options.online || self.to.tables.get(table).is_some_and(|t| t.online);
        asked
            && !self.options.script
            && self.from.tables.contains_key(table)
            && !self.is_made(&ObjectId::Table(table.clone()))
    }

    /// Sets equal tables aside. Where there are partitions or heirs none is: what becomes of them depends on others.
    fn gather(&mut self) {
        if heirs::any(self.from) || heirs::any(self.to) {
            self.ids.extend(self.from.objects().into_keys().chain(self.to.objects().into_keys()));
            return;
        }
        self.ids.extend(self.from.objects_unlike(self.to).into_keys());
        self.ids.extend(self.to.objects_unlike(self.from).into_keys());
        self.aside.extend(self.to.tables.keys().filter(|name| self.from.tables.agree(&self.to.tables, name)));
    }

    /// Takes in the tables that were set aside and rest on something that is changed.
    fn take_in(&mut self) {
        let remade = |(id, fate): (&ObjectId, &Fate)| matches!(id, ObjectId::Enum(_)) && *fate == Fate::Replace;
        let all = self.fates.iter().any(remade);
        let changed: BTreeSet<&QName> = self.fates.keys().filter_map(ObjectId::table).collect();
        let to = self.to;
        let rests = |name: &QName| {
            let constraints = to.tables.get(name).into_iter().flat_map(|table| table.constraints.values());
            let mut keys = constraints.filter_map(|constraint| match &constraint.kind {
                ConstraintKind::ForeignKey(key) => Some(&key.references),
                _ => None,
            });
            all || keys.any(|references| changed.contains(references))
        };
        let more: Vec<&QName> = self.aside.iter().copied().filter(|name| rests(name)).collect();
        for name in more {
            self.aside.remove(name);
            self.ids.extend(to.objects_of(name).into_keys());
        }
    }

    fn compare(&mut self) {
        let ids: Vec<ObjectId> = self.ids.iter().filter(|id| !matches!(id, ObjectId::Comment(_))).cloned().collect();
        for id in ids {
            let fate = match (self.before(&id), self.after(&id)) {
                (None, Some(_)) => Fate::Create,
                (Some(_), None) => Fate::Drop,
                (Some(old), Some(new)) if !old.same(&new) => {
                    if self.can_alter(&id, &old, &new) {
                        Fate::Alter
                    } else {
                        Fate::Replace
                    }
                }
                _ => continue,
            };
            match (self.control(&id), &fate) {
                (Control::Managed, _) | (Control::Tolerated, Fate::Create) => {
                    self.fates.insert(id, fate);
                }
                // What a contract says about the objects of others is a claim, and none of our doing.
                (Control::External, _) => {}
                // The table says it for its parts.
                _ if self.comes_or_goes_with_table(&id) => {}
                (policy, _) => {
                    let policy = if policy == Control::Tolerated { "tolerated" } else { "observed" };
                    self.findings.push(Finding::LeftAlone { id, policy });
                }
            }
        }
    }

    /// Whether an object belongs to a table that is there on one side alone.
    fn comes_or_goes_with_table(&self, id: &ObjectId) -> bool {
        let table = match id {
            ObjectId::Table(_) => None,
            ObjectId::Sequence(name) => {
                let sequence = self.to.sequences.get(name).or_else(|| self.from.sequences.get(name));
                sequence.and_then(|sequence| sequence.owner.as_ref()).map(|owner| &owner.table)
            }
            other => other.table(),
        };
        table.is_some_and(|table| self.from.tables.contains_key(table) != self.to.tables.contains_key(table))
    }

    fn can_alter(&self, id: &ObjectId, old: &Object<'_>, new: &Object<'_>) -> bool {
        match (old, new) {
            (Object::Enum(a), Object::Enum(b)) => {
                let one_transaction = !self.options.script && !self.options.online;
                let used =
                    || matches!(id, ObjectId::Enum(name) if changes::enumeration::uses_new_values(name, a, self.to));
                changes::enumeration::can_alter(a, b) && !(one_transaction && used())
            }
            (Object::Table(a), Object::Table(b)) => a.partition_by == b.partition_by,
            (Object::Column(a), Object::Column(b)) => changes::column::can_alter(a, b, self.options),
            (Object::Constraint(a), Object::Constraint(b)) => changes::constraint::can_alter(a, b),
            (Object::Index(a), Object::Index(b)) => changes::index::can_alter(a, b),
            _ => true,
        }
    }

    /// A constraint or index that goes and an equal one that comes on the same table is the same one under a new name.
    fn pair_renamed(&mut self) {
        let of = |fate: &Fate| -> Vec<ObjectId> {
            let all = self.fates.iter().filter(|(_, f)| *f == fate).map(|(id, _)| id);
            all.filter(|id| matches!(id, ObjectId::Constraint(..) | ObjectId::Index(..))).cloned().collect()
        };
        let (dropped, mut created) = (of(&Fate::Drop), of(&Fate::Create));
        for old in dropped {
            let Some(payload) = self.before(&old) else { continue };
            let fits = |new: &ObjectId| {
                (new.kind(), new.table()) == (old.kind(), old.table())
                    && self.after(new).is_some_and(|other| payload.same(&other))
            };
            if let Some(at) = created.iter().position(fits) {
                let new = created.remove(at);
                self.fates.remove(&old);
                self.fates.insert(new, Fate::Rename(old));
            }
        }
    }

    /// Whatever rests on something that is made anew is made anew too, until nothing more follows.
    fn spread(&mut self) {
        loop {
            self.take_in();
            let more: Vec<ObjectId> = self
                .ids
                .iter()
                .filter(|id| !matches!(id, ObjectId::Comment(_)) && self.to.has(id))
                .filter(|id| !matches!(self.fate(id), Some(Fate::Replace | Fate::Create)))
                .filter(|id| self.from.has(id) || matches!(self.fate(id), Some(Fate::Rename(_))))
                .filter(|id| self.control(id) == Control::Managed && self.must_follow(id))
                .cloned()
                .collect();
            if more.is_empty() {
                return;
            }
            for id in more {
                if let Some(Fate::Rename(old)) = self.fates.insert(id.clone(), Fate::Replace) {
                    self.fates.insert(old, Fate::Drop);
                    self.fates.insert(id, Fate::Create);
                }
            }
        }
    }

    fn must_follow(&self, id: &ObjectId) -> bool {
        let Some(name) = id.table() else { return false };
        let Some(table) = self.from.tables.get(name) else { return false };
        let whole = ObjectId::Table(name.clone());
        if *id == whole {
            let parent = |contract: &'a Contract| contract.tables.get(name)?.partition_of.as_ref().map(|p| &p.parent);
            let stays = parent(self.from) == parent(self.to);
            return stays && parent(self.from).is_some_and(|parent| self.is_remade_table(parent));
        }
        if self.is(&whole, &Fate::Replace) {
            return true;
        }
        let old_id = match self.fate(id) {
            Some(Fate::Rename(old)) => old,
            _ => id,
        };
        match self.before(old_id) {
            Some(Object::Column(column)) => self.column_follows(name, table, column),
            Some(Object::Constraint(constraint)) => self.constraint_follows(name, table, constraint),
            Some(Object::Index(index)) => self.index_follows(name, table, index),
            _ => false,
        }
    }

    /// A generated column cannot see the type of what it is made from change.
    fn column_follows(&self, name: &QName, table: &Table, column: &Column) -> bool {
        column.generated.as_ref().is_some_and(|generated| {
            let mut sources = mentions::columns(&generated.expr.canonical, table).into_iter();
            sources.any(|c| self.is_remade(name, &c) || self.changes_type(name, &c))
                || self.mentions_rebuilt(&[&generated.expr], name)
        })
    }

    fn constraint_follows(&self, name: &QName, table: &Table, constraint: &Constraint) -> bool {
        if uses::constraint_columns(constraint, table).iter().any(|c| self.is_remade(name, c))
            || uses::constraint_expression_columns(constraint, table).iter().any(|c| self.changes_base(name, c))
            || self.mentions_rebuilt(&uses::constraint_expressions(constraint), name)
        {
            return true;
        }
        let ConstraintKind::ForeignKey(key) = &constraint.kind else { return false };
        let keys = uses::referenced_keys(self.from, key);
        key.referenced.iter().any(|c| self.is_remade(&key.references, c))
            || keys.iter().any(|k| self.is_lost(k))
            || key
                .columns
                .iter()
                .zip(&key.referenced)
                .any(|(own, other)| !self.stay_comparable((name, own), (&key.references, other)))
    }

    fn index_follows(&self, name: &QName, table: &Table, index: &Index) -> bool {
        let classed = index.elements.iter().filter(|e| e.opclass.is_some()).filter_map(uses::plain);
        uses::index_columns(index, table).iter().any(|c| self.is_remade(name, c))
            || uses::index_expression_columns(index, table).iter().chain(classed).any(|c| self.changes_base(name, c))
            || self.mentions_rebuilt(&uses::index_expressions(index), name)
    }

    fn mentions_rebuilt(&self, expressions: &[&novate_contract::Expression], table: &QName) -> bool {
        let found = expressions.iter().flat_map(|e| mentions::objects(&e.canonical, self.from, &table.schema));
        found.into_iter().any(|id| self.is(&id, &Fate::Replace) && matches!(id, ObjectId::Enum(_)))
    }

    /// Whether a partitioned table is made anew, so that those of its partitions that stay partitions are too.
    fn is_remade_table(&self, parent: &QName) -> bool {
        self.is(&ObjectId::Table(parent.clone()), &Fate::Replace)
    }

    fn is_remade(&self, table: &QName, column: &Ident) -> bool {
        self.is(&ObjectId::Column(table.clone(), column.clone()), &Fate::Replace)
    }

    /// The payloads of a column that is on both sides and keeps being the same column.
    pub(crate) fn both(&self, table: &QName, column: &Ident) -> Option<(&'a Column, &'a Column)> {
        let of = |contract: &'a Contract| contract.tables.get(table)?.columns.get(column);
        Some((of(self.from)?, of(self.to)?))
    }

    /// Whether a column's type is set anew, be it only in its modifiers.
    pub(crate) fn changes_type(&self, table: &QName, column: &Ident) -> bool {
        self.both(table, column)
            .is_some_and(|(old, new)| old.ty != new.ty || old.collation != new.collation || self.is_rebuilt(old))
    }

    /// Whether a column changes to another type, so that expressions about it mean something else.
    pub(crate) fn changes_base(&self, table: &QName, column: &Ident) -> bool {
        self.both(table, column)
            .is_some_and(|(old, new)| !conversion::same_base(&old.ty, &new.ty) || self.is_rebuilt(old))
    }

    /// Whether a column is of an enum that is rebuilt.
    pub(crate) fn is_rebuilt(&self, column: &Column) -> bool {
        mentions::enum_of(&column.ty, self.from).is_some_and(|name| self.is(&ObjectId::Enum(name), &Fate::Replace))
    }

    /// Whether a foreign key's two columns can be compared at every moment while one or both change their types.
    fn stay_comparable(&self, own: (&QName, &Ident), other: (&QName, &Ident)) -> bool {
        let (Some(own), Some(other)) = (self.both(own.0, own.1), self.both(other.0, other.1)) else { return true };
        if self.is_rebuilt(own.0) || self.is_rebuilt(other.0) {
            return false;
        }
        let either = |column: (&'a Column, &'a Column)| [&column.0.ty, &column.1.ty];
        either(own).iter().all(|a| either(other).iter().all(|b| *a == *b || conversion::comparable(a, b)))
    }
}
