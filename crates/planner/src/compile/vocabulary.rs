//! The names that queries and changes to rows may use: those that exist before, during or after the migration.

use std::collections::{BTreeMap, BTreeSet};

use novate_contract::interpret::Touched;
use novate_contract::{Contract, Control, Ident, ObjectId, QName, Table, UnsupportedObject};
use novate_sql::ast::{Query, Statement};
use novate_sql::{NameRef, Span, Spanned};

use super::directive::nearest;
use super::error::CompileError;
use super::segment::{Item, Segment};

/// Relations and their columns; none where the columns are not known.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    relations: BTreeMap<QName, Option<BTreeSet<Ident>>>,
    /// Schemas of somebody else's: what is in them is known as far as it is declared, and there may be more.
    theirs: BTreeSet<Ident>,
}

/// The names of both ends of a migration, where it has a transform that uses any.
pub(super) fn of(items: &[Segment], from: &Contract, to: &Contract) -> Option<Vocabulary> {
    items.iter().any(|segment| matches!(segment.item, Item::Transform(_))).then(|| {
        let mut all = Vocabulary::default();
        for contract in [from, to] {
            for (name, table) in &contract.tables {
                // A declaration says what is referred to; what else such a table has is its keeper's.
                match contract.control(&ObjectId::Table(name.clone())) {
                    Control::Managed | Control::Tolerated => all.table(name, table),
                    Control::Observed | Control::External => all.opaque(name.clone()),
                }
            }
            let theirs = contract
                .schemas
                .keys()
                .filter(|name| contract.control(&ObjectId::Schema((*name).clone())) >= Control::Observed);
            all.theirs.extend(theirs.cloned());
            contract.sequences.keys().for_each(|name| all.opaque(name.clone()));
            contract.unsupported.iter().for_each(|object| all.unmodelled(object));
        }
        all
    })
}

impl Vocabulary {
    /// Takes in what a statement made.
    pub(super) fn learn(&mut self, touched: &Touched, after: &Contract) {
        let renamed = touched.renamed.iter().map(|(_, to)| to);
        for id in touched.created.iter().chain(renamed) {
            match (id, id.table()) {
                (ObjectId::Sequence(name), _) => self.opaque(name.clone()),
                (_, Some(name)) => {
                    if let Some(table) = after.tables.get(name) {
                        self.table(name, table);
                    }
                }
                _ => {}
            }
        }
        touched.unsupported.iter().for_each(|object| self.unmodelled(object));
    }

    fn table(&mut self, name: &QName, table: &Table) {
        if let Some(columns) = self.relations.entry(name.clone()).or_insert_with(|| Some(BTreeSet::new())) {
            columns.extend(table.columns.keys().cloned());
        }
    }

    fn opaque(&mut self, name: QName) {
        self.relations.insert(name, None);
    }

    fn unmodelled(&mut self, object: &UnsupportedObject) {
        let relation = matches!(object.kind.as_str(), "view" | "materialized view" | "foreign table");
        if let (true, Some((schema, name))) = (relation, object.name.split_once('.')) {
            self.opaque(QName { schema: Ident::from_sql(schema), name: Ident::from_sql(name) });
        }
    }

    /// Names in transforms that exist at no time.
    pub(super) fn check(&self, items: &[Segment], errors: &mut Vec<CompileError>) {
        for segment in items {
            let Item::Transform(block) = &segment.item else { continue };
            for statement in block.check.iter().chain(&block.run).flatten() {
                match &statement.value {
                    Statement::Query(query) => self.check_query(query, errors),
                    Statement::Dml(dml) => {
                        self.check_query(&dml.query, errors);
                        if let Some(Some(columns)) = self.find(&dml.target.value).map(|(_, columns)| columns) {
                            let unknown = dml.written.iter().filter(|name| !columns.contains(&name.value));
                            unknown.for_each(|name| errors.push(unknown_column(&name.value, columns, name.span)));
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn check_query(&self, query: &Query, errors: &mut Vec<CompileError>) {
        let mut known: Vec<(&NameRef, &BTreeSet<Ident>)> = Vec::new();
        let mut all_known = true;
        for Spanned { value: name, span } in &query.relations {
            match self.find(name) {
                Some((_, Some(columns))) => known.push((name, columns)),
                Some((_, None)) => all_known = false,
                None if is_catalog(name) => all_known = false,
                None if name.schema.as_ref().is_some_and(|schema| self.theirs.contains(schema)) => all_known = false,
                None => {
                    all_known = false;
                    errors.push(self.unknown_table(name, *span));
                }
            }
        }
        if !all_known {
            return;
        }
        let everything: BTreeSet<Ident> = known.iter().flat_map(|(_, columns)| (*columns).clone()).collect();
        for Spanned { value: parts, span } in &query.columns {
            let Some(column) = parts.last() else { continue };
            let range = parts.len().checked_sub(2).and_then(|at| parts.get(at));
            let named: BTreeSet<Ident> = known
                .iter()
                .filter(|(name, _)| Some(&name.name) == range)
                .flat_map(|(_, columns)| (*columns).clone())
                .collect();
            // An alias may be that of any relation.
            let candidates = if named.is_empty() { &everything } else { &named };
            if !candidates.contains(column) {
                errors.push(unknown_column(column, candidates, *span));
            }
        }
    }

    fn find(&self, name: &NameRef) -> Option<(&QName, Option<&BTreeSet<Ident>>)> {
        let full = name.resolve(&Ident::new("public"));
        self.relations.get_key_value(&full).map(|(name, columns)| (name, columns.as_ref()))
    }

    fn unknown_table(&self, name: &NameRef, span: Span) -> CompileError {
        let written = name.to_string();
        let full: Vec<String> = self.relations.keys().map(ToString::to_string).collect();
        let short =
            self.relations.keys().filter(|full| full.schema.as_str() == "public").map(|full| full.name.as_str());
        let near = if name.schema.is_some() {
            nearest(&written, full.iter().map(String::as_str))
        } else {
            nearest(name.name.as_str(), short)
        };
        CompileError::TransformUnknownName { what: format!("table {written}"), nearest: near.map(str::to_owned), span }
    }
}

fn unknown_column(name: &Ident, known: &BTreeSet<Ident>, span: Span) -> CompileError {
    let near = nearest(name.as_str(), known.iter().map(Ident::as_str)).map(str::to_owned);
    CompileError::TransformUnknownName { what: format!("column {name}"), nearest: near, span }
}

/// Relations of PostgreSQL itself.
fn is_catalog(name: &NameRef) -> bool {
    match &name.schema {
        Some(schema) => matches!(schema.as_str(), "pg_catalog" | "information_schema"),
        None => name.name.as_str().starts_with("pg_"),
    }
}
