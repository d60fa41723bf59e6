//! Spaces that share a database: what each of them owns, and what is none of a space's business.

use std::collections::BTreeSet;

use super::{Contract, Control, Ident, ObjectId, QName};

impl Contract {
    /// What both contracts say is theirs to keep; empty for spaces that can share a database. `public` is everybody's.
    pub fn claimed_twice(&self, other: &Self) -> Vec<ObjectId> {
        let theirs: BTreeSet<ObjectId> = other.owned().collect();
        self.owned().filter(|id| theirs.contains(id)).collect()
    }

    /// The objects that stand by themselves and that this contract creates.
    fn owned(&self) -> impl Iterator<Item = ObjectId> + '_ {
        let schemas = self.schemas.keys().filter(|name| !is_shared(name)).cloned().map(ObjectId::Schema);
        let extensions = self.extensions.keys().cloned().map(ObjectId::Extension);
        let enums = self.enums.keys().cloned().map(ObjectId::Enum);
        let sequences = self.sequences.keys().cloned().map(ObjectId::Sequence);
        let tables = self.tables.keys().cloned().map(ObjectId::Table);
        let all = schemas.chain(extensions).chain(enums).chain(sequences).chain(tables);
        all.filter(|id| self.control(id) <= Control::Tolerated)
    }

    /// The objects that stand by themselves and are marked as somebody else's, whatever their schema is.
    pub fn marked_external(&self) -> BTreeSet<ObjectId> {
        let theirs = |control: Control| control == Control::External;
        let schemas =
            self.schemas.iter().filter(|(_, it)| theirs(it.control)).map(|(name, _)| ObjectId::Schema(name.clone()));
        let extensions = self.extensions.iter().filter(|(_, it)| theirs(it.control));
        let enums =
            self.enums.iter().filter(|(_, it)| theirs(it.control)).map(|(name, _)| ObjectId::Enum(name.clone()));
        let sequences = self.sequences.iter().filter(|(_, it)| theirs(it.control));
        let tables =
            self.tables.iter().filter(|(_, it)| theirs(it.control)).map(|(name, _)| ObjectId::Table(name.clone()));
        let extensions = extensions.map(|(name, _)| ObjectId::Extension(name.clone()));
        let sequences = sequences.map(|(name, _)| ObjectId::Sequence(name.clone()));
        schemas.chain(extensions).chain(enums).chain(sequences).chain(tables).collect()
    }

    /// The same without some objects.
    #[must_use]
    pub fn without(&self, objects: &BTreeSet<ObjectId>) -> Self {
        let mut left = self.clone();
        left.tables.retain(|name| !objects.contains(&ObjectId::Table(name.clone())));
        left.enums.retain(|name, _| !objects.contains(&ObjectId::Enum(name.clone())));
        left.sequences.retain(|name, _| !objects.contains(&ObjectId::Sequence(name.clone())));
        left.extensions.retain(|name, _| !objects.contains(&ObjectId::Extension(name.clone())));
        left.schemas.retain(|name, _| !objects.contains(&ObjectId::Schema(name.clone())));
        left
    }

    /// What of it somebody else keeps, and nothing more.
    #[must_use]
    pub fn external_part(&self) -> Self {
        let theirs = |id: &ObjectId| self.control(id) >= Control::Observed;
        let mut part = self.clone();
        part.tables.retain(|name| theirs(&ObjectId::Table(name.clone())));
        part.enums.retain(|name, _| theirs(&ObjectId::Enum(name.clone())));
        part.sequences.retain(|name, _| theirs(&ObjectId::Sequence(name.clone())));
        part.extensions.retain(|name, _| theirs(&ObjectId::Extension(name.clone())));
        part.schemas.retain(|name, _| theirs(&ObjectId::Schema(name.clone())));
        part.unsupported.clear();
        part
    }

    /// Takes out what `others` have and `own` has not: of a live schema, what belongs to other spaces. A schema of
    /// another space, other than `public`, is theirs with everything in it.
    pub fn leave_out(&mut self, own: &Self, others: &[&Self]) {
        if others.is_empty() {
            return;
        }
        let schemas: BTreeSet<&Ident> = others
            .iter()
            .flat_map(|other| other.schemas.keys())
            .filter(|name| !is_shared(name) && !own.schemas.contains_key(*name))
            .collect();
        let theirs = |name: &QName, has: &dyn Fn(&Self) -> bool| {
            !has(own) && (schemas.contains(&name.schema) || others.iter().any(|other| has(other)))
        };
        self.tables.retain(|name| !theirs(name, &|it| it.tables.contains_key(name)));
        self.enums.retain(|name, _| !theirs(name, &|it| it.enums.contains_key(name)));
        let tables = &self.tables;
        self.sequences.retain(|name, sequence| {
            let orphaned = sequence.owner.as_ref().is_some_and(|owner| !tables.contains_key(&owner.table));
            !orphaned && !theirs(name, &|it| it.sequences.contains_key(name))
        });
        let theirs = |name: &Ident| {
            !own.extensions.contains_key(name) && others.iter().any(|other| other.extensions.contains_key(name))
        };
        self.extensions.retain(|name, _| !theirs(name));
        self.unsupported.retain(|object| {
            let elsewhere = object.full_name().is_some_and(|name| schemas.contains(&name.schema));
            let known = || {
                let same =
                    |it: &&Self| it.unsupported.iter().any(|one| one.kind == object.kind && one.name == object.name);
                !same(&own) && others.iter().any(same)
            };
            !elsewhere && !known()
        });
        self.schemas.retain(|name, _| !schemas.contains(name));
    }
}

fn is_shared(schema: &Ident) -> bool {
    schema.as_str() == "public"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Schema, Space, Table};

    fn with(tables: &[(&str, &str)], schemas: &[&str], control: Control) -> Contract {
        let mut contract = Contract::empty(Space::app());
        for (schema, name) in tables {
            contract.tables.insert(QName::new(*schema, *name), Table { control, ..Table::default() });
        }
        for schema in schemas {
            contract.schemas.insert(Ident::new(*schema), Schema { control, comment: None });
        }
        contract
    }

    fn names(contract: &Contract) -> Vec<String> {
        contract.tables.keys().map(ToString::to_string).collect()
    }

    #[test]
    fn the_same_table_has_one_owner() {
        let one = with(&[("public", "a"), ("public", "b")], &[], Control::Managed);
        let other = with(&[("public", "b"), ("public", "c")], &[], Control::Tolerated);
        assert_eq!(one.claimed_twice(&other), [ObjectId::Table(QName::new("public", "b"))]);
        assert_eq!(one.claimed_twice(&with(&[("public", "b")], &[], Control::External)), []);
    }

    #[test]
    fn what_others_have_is_left_out() {
        let live =
            || with(&[("public", "a"), ("public", "b"), ("auth", "x"), ("auth", "y")], &["auth"], Control::Managed);
        let theirs = with(&[("public", "b"), ("auth", "x")], &["auth"], Control::Managed);
        let mut seen = live();
        seen.leave_out(&with(&[("public", "a")], &[], Control::Managed), &[&theirs]);
        assert_eq!(names(&seen), ["public.a"]);
        assert!(!seen.schemas.contains_key(&Ident::new("auth")));
        // What is borrowed is looked at, with its schema.
        let mut seen = live();
        let own = with(&[("auth", "x")], &["auth"], Control::External);
        seen.leave_out(&own, &[&theirs]);
        assert_eq!(names(&seen), ["auth.x", "auth.y", "public.a"]);
        // Without others there is nothing to leave out.
        let mut seen = live();
        seen.leave_out(&Contract::empty(Space::app()), &[]);
        assert_eq!(names(&seen).len(), 4);
    }
}
