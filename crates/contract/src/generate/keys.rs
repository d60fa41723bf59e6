//! Constraints and indexes from their plans.

use std::collections::BTreeMap;

use super::build::Builder;
use super::columns::{indexable, kind_of};
use super::expressions::{expression, over, placed};
use super::plan::{CheckPlan, ForeignKeyPlan, IndexPlan, KeyPlan, Pick};
use super::pool::{COMMENTS, IndexBy, NAMES, pick};
use crate::{
    Check, Column, Constraint, ConstraintKind, Deferral, Exclusion, ExclusionElement, ForeignKey, Ident, Index,
    IndexElement, IndexKey, MatchKind, NullsOrder, PrimaryKey, QName, ReferentialAction, SortOrder, StorageParameters,
    Table, Unique, names,
};

/// Different columns of a list, at least one where the list is not empty.
fn some(columns: &[Ident], picks: &[Pick]) -> Vec<Ident> {
    let mut chosen: Vec<Ident> = Vec::new();
    for choice in picks {
        if let Some(column) = pick(columns, *choice).filter(|column| !chosen.contains(column)) {
            chosen.push(column.clone());
        }
    }
    chosen
}

fn fillfactor(set: bool) -> StorageParameters {
    if set { BTreeMap::from([("fillfactor".to_owned(), "70".to_owned())]) } else { BTreeMap::new() }
}

fn comment(choice: Option<Pick>) -> Option<String> {
    choice.and_then(|choice| pick(COMMENTS, choice)).map(|&text| text.to_owned())
}

fn deferral(choice: Pick) -> Deferral {
    match choice % 5 {
        0 => Deferral::InitiallyImmediate,
        1 => Deferral::InitiallyDeferred,
        _ => Deferral::NotDeferrable,
    }
}

impl Builder {
    pub(super) fn primary_key(&mut self, name: &QName, table: &mut Table, picks: &[Pick]) {
        let columns = some(&indexable(table, |index| index != IndexBy::Nothing), picks);
        if columns.is_empty() {
            return;
        }
        for column in &columns {
            if let Some(payload) = table.columns.get_mut(column) {
                payload.not_null = true;
            }
        }
        let own = names::primary_key(&name.name, &|taken| self.is_taken(name, taken));
        let key = PrimaryKey { columns, include: Vec::new(), storage: BTreeMap::new() };
        self.add_key(name, table, own, Constraint::new(ConstraintKind::PrimaryKey(key)));
    }

    pub(super) fn unique(&mut self, name: &QName, table: &mut Table, plan: &KeyPlan) {
        let columns = some(&indexable(table, |index| index != IndexBy::Nothing), &plan.columns);
        if columns.is_empty() {
            return;
        }
        let include = include(table, plan.include, &columns);
        let all = [columns.clone(), include.clone()].concat();
        let own = self.named(plan.name, name, |taken| names::unique(&name.name, &all, taken));
        let key = Unique {
            columns,
            include,
            nulls_not_distinct: plan.settings.is_multiple_of(7),
            storage: fillfactor(plan.settings.is_multiple_of(11)),
        };
        let constraint = Constraint {
            deferral: deferral(plan.settings),
            comment: comment(plan.comment),
            ..Constraint::new(ConstraintKind::Unique(key))
        };
        self.add_key(name, table, own, constraint);
    }

    pub(super) fn check(&mut self, name: &QName, table: &mut Table, plan: &CheckPlan) {
        let columns: Vec<Ident> = table.columns.keys().cloned().collect();
        let Some(column) = pick(&columns, plan.column) else { return };
        let texts = table.columns.get(column).map_or(&[][..], |payload| kind_of(payload).checks);
        let text = pick(texts, plan.text).copied().unwrap_or("{} IS NOT NULL");
        let other = pick(&columns, plan.text).filter(|other| *other != column && plan.settings.is_multiple_of(4));
        let (condition, used) = match other {
            None => (over(text, column, table, None), vec![column.clone()]),
            Some(other) => {
                let text = format!("({}) OR {other} IS NULL", placed(text, column));
                (expression(&text, table, None), vec![column.clone(), other.clone()])
            }
        };
        let Some(expr) = condition else { return };
        let own = self.named(plan.name, name, |taken| names::check(&name.name, &used, taken));
        let constraint = Constraint {
            validated: !plan.settings.is_multiple_of(9),
            no_inherit: plan.settings.is_multiple_of(13),
            comment: comment(plan.comment),
            ..Constraint::new(ConstraintKind::Check(Check { expr }))
        };
        self.add_plain(name, table, own, constraint);
    }

    pub(super) fn exclusion(&mut self, name: &QName, table: &mut Table, choice: Pick) {
        let ranges = indexable(table, |index| index == IndexBy::BtreeOrGist);
        let Some(column) = pick(&ranges, choice) else { return };
        let key = IndexKey::Column(column.clone());
        let element =
            IndexElement { key, collation: None, opclass: None, order: SortOrder::Asc, nulls: NullsOrder::Last };
        let predicate = over("{} IS NOT NULL", column, table, None).filter(|_| choice.is_multiple_of(2));
        let own = names::exclusion(&name.name, std::slice::from_ref(column), &|taken| self.is_taken(name, taken));
        let exclusion = Exclusion {
            method: Ident::new("gist"),
            elements: vec![ExclusionElement { element, operator: "&&".to_owned() }],
            include: Vec::new(),
            storage: BTreeMap::new(),
            predicate,
        };
        self.add_key(name, table, own, Constraint::new(ConstraintKind::Exclusion(exclusion)));
    }

    pub(super) fn index(&mut self, name: &QName, table: &mut Table, plan: &IndexPlan) {
        let gin = indexable(table, |index| index == IndexBy::BtreeOrGin);
        let (method, elements) = match (pick(&gin, plan.settings), plan.settings % 3) {
            (Some(column), 0) => ("gin", vec![element(IndexKey::Column(column.clone()), 0)]),
            _ => ("btree", elements(table, plan)),
        };
        if elements.is_empty() {
            return;
        }
        let keys: Vec<Ident> = elements.iter().map(column_name).collect();
        let columns_alone: Vec<Ident> = elements
            .iter()
            .filter_map(|it| match &it.key {
                IndexKey::Column(column) => Some(column.clone()),
                IndexKey::Expression(_) => None,
            })
            .collect();
        let include = if method == "btree" { include(table, plan.include, &columns_alone) } else { Vec::new() };
        let all = [keys, include.clone()].concat();
        let own = self.named(plan.name, name, |taken| names::index(&name.name, &all, taken));
        let columns: Vec<Ident> = table.columns.keys().cloned().collect();
        let predicate = plan.predicate.and_then(|choice| over("{} IS NOT NULL", pick(&columns, choice)?, table, None));
        let unique = method == "btree" && plan.settings.is_multiple_of(5);
        let index = Index {
            unique,
            nulls_not_distinct: unique && plan.settings.is_multiple_of(2),
            method: Ident::new(method),
            elements,
            include,
            predicate,
            storage: fillfactor(method == "btree" && plan.settings.is_multiple_of(17)),
            valid: true,
            comment: comment(plan.comment),
        };
        if self.claim_relation(&QName::new(name.schema.clone(), own.clone())) {
            table.indexes.insert(own, index);
        }
    }

    /// Adds columns that refer to a key of the target, and the foreign key.
    pub(super) fn foreign_key(&mut self, name: &QName, table: &mut Table, target: &Target, plan: &ForeignKeyPlan) {
        let columns: Vec<Ident> = target
            .columns
            .iter()
            .map(|(column, _)| {
                Ident::new(format!("{}_{}_{}", target.table.name.as_str(), plan.key % 2, column.as_str()))
            })
            .collect();
        let twice = columns.iter().enumerate().any(|(at, column)| columns.iter().take(at).any(|other| other == column));
        if twice
            || columns.iter().any(|column| table.columns.contains_key(column))
            || (target.unlogged && !table.unlogged)
        {
            return;
        }
        for (column, (_, referenced)) in columns.iter().zip(&target.columns) {
            table.columns.insert(column.clone(), Column::new(referenced.ty.clone()));
        }
        let on_delete = action(plan.on_delete);
        let names_some = matches!(on_delete, ReferentialAction::SetNull | ReferentialAction::SetDefault);
        let key = ForeignKey {
            references: target.table.clone(),
            referenced: target.columns.iter().map(|(column, _)| column.clone()).collect(),
            match_kind: if plan.settings.is_multiple_of(6) { MatchKind::Full } else { MatchKind::Simple },
            on_update: action(plan.on_update),
            on_delete,
            on_delete_columns: columns
                .iter()
                .take(usize::from(names_some && plan.settings.is_multiple_of(3)))
                .cloned()
                .collect(),
            columns,
        };
        let own = names::foreign_key(&name.name, &key.columns, &|taken| self.is_taken(name, taken));
        let constraint = Constraint {
            deferral: deferral(plan.settings),
            validated: !plan.settings.is_multiple_of(8),
            comment: comment(plan.comment),
            ..Constraint::new(ConstraintKind::ForeignKey(key))
        };
        self.add_plain(name, table, own, constraint);
    }

    /// A name of the pool where one was drawn and is free, else PostgreSQL's choice.
    fn named(&self, choice: Option<Pick>, table: &QName, choose: impl Fn(&dyn Fn(&str) -> bool) -> Ident) -> Ident {
        let free = |name: &&&str| !self.is_taken(table, name);
        let own = choice.and_then(|choice| pick(NAMES, choice)).filter(free).map(Ident::new);
        own.unwrap_or_else(|| choose(&|taken| self.is_taken(table, taken)))
    }

    fn add_key(&mut self, name: &QName, table: &mut Table, own: Ident, constraint: Constraint) {
        if self.claim_relation(&QName::new(name.schema.clone(), own.clone())) {
            self.add_plain(name, table, own, constraint);
        }
    }

    fn add_plain(&mut self, name: &QName, table: &mut Table, own: Ident, constraint: Constraint) {
        if self.claim_constraint(&QName::new(name.schema.clone(), own.clone())) {
            table.constraints.insert(own, constraint);
        }
    }
}

/// A key that a foreign key can refer to.
pub(super) struct Target {
    pub(super) table: QName,
    pub(super) columns: Vec<(Ident, Column)>,
    pub(super) unlogged: bool,
}

/// The keys of a table that foreign keys can refer to.
pub(super) fn targets(name: &QName, table: &Table) -> Vec<Target> {
    let keys = table.constraints.values().filter(|it| it.deferral == Deferral::NotDeferrable);
    let columns = keys.filter_map(|it| match &it.kind {
        ConstraintKind::PrimaryKey(key) => Some(&key.columns),
        ConstraintKind::Unique(key) => Some(&key.columns),
        _ => None,
    });
    let with_payload = |columns: &Vec<Ident>| {
        columns.iter().map(|column| Some((column.clone(), table.columns.get(column)?.clone()))).collect()
    };
    let some = columns.filter_map(with_payload);
    some.map(|columns| Target { table: name.clone(), columns, unlogged: table.unlogged }).collect()
}

fn element(key: IndexKey, settings: Pick) -> IndexElement {
    let order = if settings % 4 == 1 { SortOrder::Desc } else { SortOrder::Asc };
    let first = (order == SortOrder::Desc) != (settings % 5 == 1);
    let nulls = if first { NullsOrder::First } else { NullsOrder::Last };
    IndexElement { key, collation: None, opclass: None, order, nulls }
}

fn column_name(element: &IndexElement) -> Ident {
    match &element.key {
        IndexKey::Column(column) => column.clone(),
        IndexKey::Expression(expression) => names::of_expression(&expression.canonical),
    }
}

fn action(choice: Pick) -> ReferentialAction {
    match choice % 8 {
        0 => ReferentialAction::Restrict,
        1 => ReferentialAction::Cascade,
        2 => ReferentialAction::SetNull,
        3 => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}

fn elements(table: &Table, plan: &IndexPlan) -> Vec<IndexElement> {
    let columns = indexable(table, |index| index != IndexBy::Nothing);
    let mut elements: Vec<IndexElement> = Vec::new();
    for (column, settings) in &plan.elements {
        let Some(name) = pick(&columns, *column) else { continue };
        let texts = table.columns.get(name).map_or(&[][..], |payload| kind_of(payload).keys);
        let expression = pick(texts, *settings).filter(|_| settings.is_multiple_of(3));
        let key = match expression.and_then(|text| over(text, name, table, None)) {
            Some(expression) => IndexKey::Expression(expression),
            None => IndexKey::Column(name.clone()),
        };
        if !elements.iter().any(|other| other.key == key) {
            elements.push(element(key, *settings));
        }
    }
    elements
}

fn include(table: &Table, choice: Option<Pick>, keys: &[Ident]) -> Vec<Ident> {
    let columns: Vec<Ident> = table.columns.keys().filter(|name| !keys.contains(name)).cloned().collect();
    choice.and_then(|choice| pick(&columns, choice)).into_iter().cloned().collect()
}
