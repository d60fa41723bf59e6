//! Findings that belong together are joined, and what probably happened is said in words.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use novate_contract::{
    Column, Constraint, ConstraintKind, ConstraintTag, Contract, Control, Ident, Index, IndexKey, Object, ObjectId,
    ObjectKind, QName,
};
use novate_sql::Literal;

use super::{Difference, Finding, FindingKind, Subject, differences};
use crate::Snapshot;

/// The aspect of an object in whose place something of another kind stands.
pub(super) const KIND: &str = "kind";

/// What is there and not in the contract: parts by their table, and tables and types by kind and name, whatever their
/// schema.
#[derive(Default)]
struct Extras {
    parts: BTreeMap<QName, Vec<ObjectId>>,
    whole: BTreeMap<(ObjectKind, Ident), Ident>,
}

/// Joins and explains.
pub(super) fn explain(expected: &Contract, live: &Snapshot, findings: &mut Vec<Finding>) {
    let others: HashMap<&str, &str> =
        live.contract.unsupported.iter().map(|object| (object.name.as_str(), object.kind.as_str())).collect();
    for finding in findings.iter_mut() {
        replaced(live, &others, finding);
    }
    let joined = join(expected, live, findings);
    findings.retain(|finding| finding.object.id().is_none_or(|id| !joined.contains(id)));
    let extras = extras(findings);
    for finding in findings.iter_mut() {
        let Some(id) = finding.object.id().cloned() else { continue };
        let explanation = match (finding.kind, &id) {
            (FindingKind::Missing, ObjectId::Sequence(name)) => lost_sequence(expected, live, name),
            (FindingKind::Missing, ObjectId::Column(table, name)) => {
                renamed_column(expected, live, &extras, table, name)
            }
            (FindingKind::Missing, ObjectId::Table(_) | ObjectId::Enum(_)) => moved(&extras, &id),
            (FindingKind::Different, ObjectId::Column(table, name)) => {
                column(expected, table, name).zip(column(&live.contract, table, name)).and_then(|(a, b)| serial(a, b))
            }
            (FindingKind::Different, ObjectId::Enum(name)) => {
                let pair = expected.enums.get(name).zip(live.contract.enums.get(name));
                pair.map(|(a, b)| labels(&a.values, &b.values))
            }
            (FindingKind::Different, ObjectId::Index(..)) => invalid(finding),
            _ => None,
        };
        finding.explanation = finding.explanation.take().or(explanation);
    }
}

fn extras(findings: &[Finding]) -> Extras {
    let mut all = Extras::default();
    for id in
        findings.iter().filter(|finding| finding.kind == FindingKind::Extra).filter_map(|finding| finding.object.id())
    {
        match id {
            ObjectId::Table(name) | ObjectId::Enum(name) => {
                all.whole.entry((id.kind(), name.name.clone())).or_insert_with(|| name.schema.clone());
            }
            _ => {
                if let Some(table) = id.table() {
                    all.parts.entry(table.clone()).or_default().push(id.clone());
                }
            }
        }
    }
    all
}

/// Something of another kind has the name.
fn replaced(live: &Snapshot, others: &HashMap<&str, &str>, finding: &mut Finding) {
    let (FindingKind::Missing, Subject::Object(id)) = (finding.kind, &finding.object) else { return };
    let (ObjectId::Table(name) | ObjectId::Sequence(name) | ObjectId::Enum(name)) = id else { return };
    let kinds: &[&str] = match id {
        ObjectId::Enum(_) => &["domain", "composite type", "range type", "base type"],
        _ => &["view", "materialized view", "foreign table", "composite type"],
    };
    let other = others.get(name.to_string().as_str()).copied().filter(|other| kinds.contains(other));
    let modelled = match id {
        ObjectId::Table(name) if live.contract.sequences.contains_key(name) => Some("sequence"),
        ObjectId::Sequence(name) if live.contract.tables.contains_key(name) => Some("table"),
        _ => None,
    };
    if let Some(other) = other.or(modelled) {
        finding.kind = FindingKind::Different;
        finding.differences = vec![Difference::new(KIND, id.kind().as_str(), other)];
        finding.explanation = Some(format!("it is a {other}"));
    }
}

/// Missing and extra that are one thing: an object with another name, or a unique constraint and a unique index. The
/// findings about what is returned are told by others.
fn join(expected: &Contract, live: &Snapshot, findings: &mut [Finding]) -> BTreeSet<ObjectId> {
    let mut extras = extras(findings);
    let mut joined = BTreeSet::new();
    for finding in findings.iter_mut().filter(|finding| finding.kind == FindingKind::Missing) {
        let Some(missing) = finding.object.id() else { continue };
        let Some(candidates) = missing.table().and_then(|table| extras.parts.get_mut(table)) else { continue };
        let found = candidates
            .iter()
            .enumerate()
            .find_map(|(at, extra)| counterpart(expected, live, missing, extra).map(|(d, e)| (at, d, e)));
        let Some((at, difference, explanation)) = found else { continue };
        joined.insert(candidates.remove(at));
        finding.kind = FindingKind::Different;
        finding.differences = vec![difference];
        finding.explanation = Some(explanation);
    }
    joined
}

/// Whether a constraint or index of the same table says the same under another name.
pub(super) fn has_equal(expected: &Contract, live: &Snapshot, id: &ObjectId) -> bool {
    let Some(table) = id.table().and_then(|table| live.contract.tables.get(table)) else { return false };
    match id {
        ObjectId::Constraint(_, name, own) => constraint(expected, name, own).is_some_and(|own| {
            table.constraints.values().any(|other| same(Object::Constraint(own), Object::Constraint(other)))
        }),
        ObjectId::Index(name, own) => index(expected, name, own)
            .is_some_and(|own| table.indexes.values().any(|other| same(Object::Index(own), Object::Index(other)))),
        _ => false,
    }
}

fn counterpart(
    expected: &Contract,
    live: &Snapshot,
    missing: &ObjectId,
    extra: &ObjectId,
) -> Option<(Difference, String)> {
    if missing.table()? != extra.table()? {
        return None;
    }
    let renamed = |from: &Ident, to: &Ident| {
        (Difference::new("name", from.to_string(), to.to_string()), format!("one that says the same is called {to}"))
    };
    match (missing, extra) {
        (ObjectId::Index(table, from), ObjectId::Index(_, to)) => {
            let same =
                same(Object::Index(index(expected, table, from)?), Object::Index(index(&live.contract, table, to)?));
            same.then(|| renamed(from, to))
        }
        (ObjectId::Constraint(a, table, from), ObjectId::Constraint(b, _, to)) if a == b => {
            let (wanted, found) = (constraint(expected, table, from)?, constraint(&live.contract, table, to)?);
            same(Object::Constraint(wanted), Object::Constraint(found)).then(|| renamed(from, to))
        }
        (ObjectId::Constraint(ConstraintTag::Unique, table, from), ObjectId::Index(_, to)) => {
            let (wanted, found) = (constraint(expected, table, from)?, index(&live.contract, table, to)?);
            is_unique_index_of(found, wanted).then(|| kinds("unique constraint", "unique index", from, to))
        }
        (ObjectId::Index(table, from), ObjectId::Constraint(ConstraintTag::Unique, _, to)) => {
            let (wanted, found) = (index(expected, table, from)?, constraint(&live.contract, table, to)?);
            is_unique_index_of(wanted, found).then(|| kinds("unique index", "unique constraint", from, to))
        }
        _ => None,
    }
}

fn kinds(wanted: &'static str, found: &'static str, from: &Ident, to: &Ident) -> (Difference, String) {
    let name = if from == to { String::new() } else { format!(" called {to}") };
    (Difference::new(KIND, wanted, found), format!("there is a {found}{name} in its place"))
}

fn same(expected: Object<'_>, found: Object<'_>) -> bool {
    differences(expected, found, Control::Managed).is_empty()
}

fn is_unique_index_of(index: &Index, constraint: &Constraint) -> bool {
    let ConstraintKind::Unique(unique) = &constraint.kind else { return false };
    let columns = index.elements.iter().map(|element| match &element.key {
        IndexKey::Column(column) => Some(column),
        IndexKey::Expression(_) => None,
    });
    index.unique
        && index.predicate.is_none()
        && index.include == unique.include
        && index.nulls_not_distinct == unique.nulls_not_distinct
        && columns.eq(unique.columns.iter().map(Some))
}

fn index<'a>(contract: &'a Contract, table: &QName, name: &Ident) -> Option<&'a Index> {
    contract.tables.get(table)?.indexes.get(name)
}

fn constraint<'a>(contract: &'a Contract, table: &QName, name: &Ident) -> Option<&'a Constraint> {
    contract.tables.get(table)?.constraints.get(name)
}

fn column<'a>(contract: &'a Contract, table: &QName, name: &Ident) -> Option<&'a Column> {
    contract.tables.get(table)?.columns.get(name)
}

/// The sequence of a serial column that has become an identity, whose sequence is no object of its own.
fn lost_sequence(expected: &Contract, live: &Snapshot, name: &QName) -> Option<String> {
    let owner = expected.sequences.get(name)?.owner.as_ref()?;
    column(&live.contract, &owner.table, &owner.column)?.identity.as_ref()?;
    Some(format!("{}.{} is an identity column, whose sequence is part of it", owner.table, owner.column))
}

/// An extra column that is alike.
fn renamed_column(
    expected: &Contract,
    live: &Snapshot,
    extras: &Extras,
    table: &QName,
    name: &Ident,
) -> Option<String> {
    let wanted = column(expected, table, name)?;
    let mut alike = extras.parts.get(table)?.iter().filter_map(|extra| match extra {
        ObjectId::Column(_, candidate) => {
            let found = column(&live.contract, table, candidate)?;
            same(Object::Column(wanted), Object::Column(found)).then_some(candidate)
        }
        _ => None,
    });
    match (alike.next(), alike.next()) {
        (Some(only), None) => Some(format!("the column {only}, which the contract does not know, is just like it")),
        _ => None,
    }
}

/// An object of this name in another schema.
fn moved(extras: &Extras, missing: &ObjectId) -> Option<String> {
    let (ObjectId::Table(name) | ObjectId::Enum(name)) = missing else { return None };
    let schema = extras.whole.get(&(missing.kind(), name.name.clone()))?;
    Some(format!("there is one in schema {schema}"))
}

fn serial(expected: &Column, found: &Column) -> Option<String> {
    let is_serial = |column: &Column| {
        column.default.as_ref().is_some_and(|default| default.written.to_ascii_lowercase().contains("nextval("))
    };
    if is_serial(expected) && found.identity.is_some() {
        return Some(
            "it takes its values from a sequence as its default in the contract, and is an identity".to_owned(),
        );
    }
    if expected.identity.is_some() && is_serial(found) {
        return Some("it is an identity in the contract, and has a sequence as its default (serial)".to_owned());
    }
    None
}

fn labels(expected: &[String], found: &[String]) -> String {
    let quoted = |labels: Vec<&String>| {
        labels.iter().map(|label| Literal(label).to_string()).collect::<Vec<String>>().join(", ")
    };
    let missing: Vec<&String> = expected.iter().filter(|label| !found.contains(label)).collect();
    let extra: Vec<&String> = found.iter().filter(|label| !expected.contains(label)).collect();
    match (missing.is_empty(), extra.is_empty()) {
        (true, true) => "the labels are in another order".to_owned(),
        (false, true) => format!("{} is missing", quoted(missing)),
        (true, false) => format!("{} is not in the contract", quoted(extra)),
        (false, false) => format!("{} is missing, and {} is not in the contract", quoted(missing), quoted(extra)),
    }
}

fn invalid(finding: &Finding) -> Option<String> {
    let is_unusable = |difference: &Difference| difference.aspect == "valid" && difference.found == "no";
    finding
        .differences
        .iter()
        .any(is_unusable)
        .then(|| "it is unusable, because its build failed or has not come to its end".to_owned())
}
