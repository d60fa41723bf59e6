//! Contracts from their plans.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::options;
use super::keys::targets;
use super::plan::{ContractPlan, EnumPlan, Pick, SequencePlan, TablePlan};
use super::pool::{COMMENTS, ENUMS, LABELS, SCHEMAS, SEQUENCES, TABLES, pick};
use crate::{
    ConstraintKind, Contract, Control, Enum, Ident, QName, ReplicaIdentity, Schema, Sequence, Space, Table, TypeName,
};

/// A contract in the making, and the names that are in use.
pub(super) struct Builder {
    pub(super) contract: Contract,
    relations: BTreeSet<QName>,
    constraints: BTreeSet<QName>,
}

pub(super) fn contract(plan: &ContractPlan) -> Contract {
    let mut builder =
        Builder { contract: Contract::empty(Space::app()), relations: BTreeSet::new(), constraints: BTreeSet::new() };
    for (name, comment) in &plan.schemas {
        if let Some(name) = pick(SCHEMAS, *name) {
            let payload = Schema { comment: text(*comment), ..Schema::default() };
            builder.contract.schemas.insert(Ident::new(name), payload);
        }
    }
    for plan in &plan.enums {
        builder.enumeration(plan);
    }
    for plan in &plan.sequences {
        builder.sequence(plan);
    }
    // Tables take their names first, so that no index or sequence is in their way.
    let mut tables: Vec<(QName, &TablePlan)> = Vec::new();
    for plan in &plan.tables {
        let name = builder.name(plan.schema, TABLES, plan.name);
        tables.extend(name.filter(|name| builder.claim_relation(name)).map(|name| (name, plan)));
    }
    let mut made: BTreeMap<QName, Table> = BTreeMap::new();
    for (name, plan) in &tables {
        made.insert(name.clone(), builder.table(name, plan));
    }
    let all_targets: Vec<_> = made.iter().flat_map(|(name, table)| targets(name, table)).collect();
    for (name, plan) in &tables {
        let Some(table) = made.get_mut(name) else { continue };
        for key in &plan.foreign_keys {
            if let Some(target) = pick(&all_targets, key.target) {
                builder.foreign_key(name, table, target, key);
            }
        }
    }
    builder.contract.tables = made.into_iter().collect();
    builder.contract
}

fn text(choice: Option<Pick>) -> Option<String> {
    choice.and_then(|choice| pick(COMMENTS, choice)).map(|&text| text.to_owned())
}

impl Builder {
    /// A name in one of the schemas, `public` mostly.
    fn name(&self, schema: Pick, pool: &[&str], name: Pick) -> Option<QName> {
        let schemas: Vec<&Ident> = self.contract.schemas.keys().collect();
        let public = Ident::new("public");
        let schema = pick(&schemas, schema / 2).copied().filter(|_| schema.is_multiple_of(2)).unwrap_or(&public);
        Some(QName::new(schema.clone(), *pick(pool, name)?))
    }

    /// Takes a relation's name; false where it is in use.
    pub(super) fn claim_relation(&mut self, name: &QName) -> bool {
        self.relations.insert(name.clone())
    }

    /// Takes a constraint's name; false where it is in use.
    pub(super) fn claim_constraint(&mut self, name: &QName) -> bool {
        self.constraints.insert(name.clone())
    }

    /// Whether a relation or constraint beside a table has this name.
    pub(super) fn is_taken(&self, table: &QName, name: &str) -> bool {
        let name = QName::new(table.schema.clone(), name);
        self.relations.contains(&name) || self.constraints.contains(&name)
    }

    fn enumeration(&mut self, plan: &EnumPlan) {
        let Some(name) = self.name(plan.schema, ENUMS, plan.name) else { return };
        let mut values: Vec<String> = Vec::new();
        for choice in &plan.values {
            if let Some(label) = pick(LABELS, *choice).filter(|label| !values.iter().any(|value| value == *label)) {
                values.push((*label).to_owned());
            }
        }
        self.contract.enums.insert(name, Enum { values, comment: text(plan.comment), ..Enum::default() });
    }

    fn sequence(&mut self, plan: &SequencePlan) {
        let Some(name) = self.name(plan.schema, SEQUENCES, plan.name) else { return };
        if self.claim_relation(&name) {
            let ty = if plan.options.is_multiple_of(3) { "integer" } else { "bigint" };
            let payload = Sequence {
                options: options(TypeName::builtin(ty), plan.options / 3),
                unlogged: false,
                owner: None,
                control: Control::Managed,
                comment: text(plan.comment),
            };
            self.contract.sequences.insert(name, payload);
        }
    }

    /// Everything but the foreign keys.
    fn table(&mut self, name: &QName, plan: &TablePlan) -> Table {
        let mut table = Table { comment: text(plan.comment), ..Table::default() };
        for column in &plan.columns {
            self.column(name, &mut table, column);
        }
        if let Some(columns) = &plan.primary_key {
            self.primary_key(name, &mut table, columns);
        }
        for unique in &plan.uniques {
            self.unique(name, &mut table, unique);
        }
        if let Some(choice) = plan.exclusion {
            self.exclusion(name, &mut table, choice);
        }
        for check in &plan.checks {
            self.check(name, &mut table, check);
        }
        for index in &plan.indexes {
            self.index(name, &mut table, index);
        }
        settle(&mut table, plan.settings);
        table
    }
}

/// The rare settings of a table.
fn settle(table: &mut Table, choice: Pick) {
    table.unlogged = choice % 11 == 1;
    table.row_security.enabled = choice % 5 == 1;
    table.row_security.forced = choice % 7 == 1;
    if choice % 6 == 1 {
        table.storage.insert("fillfactor".to_owned(), "80".to_owned());
        table.storage.insert("autovacuum_enabled".to_owned(), "false".to_owned());
    }
    let key = table.constraints.iter().find(|(_, it)| matches!(it.kind, ConstraintKind::PrimaryKey(_)));
    table.replica_identity = match (choice % 9, key) {
        (1, _) => ReplicaIdentity::Full,
        (2, _) => ReplicaIdentity::Nothing,
        (3, Some((name, _))) => ReplicaIdentity::Index(name.clone()),
        _ => ReplicaIdentity::Default,
    };
}
