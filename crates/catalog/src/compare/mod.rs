//! Comparing a contract with a live database.
//!
//! Both sides are maps from id to object; an object is a list of aspects. What is found first is flat: one finding an
//! object. Then pairs that belong together are joined and explained, and the rest is grouped by table.

mod coverage;
mod explain;
mod finding;
mod group;

use novate_contract::{Contract, Control, Object, ObjectId, QName};

pub use finding::{Difference, Finding, FindingKind, Severity, Subject, SubjectKind};

use crate::Snapshot;
use crate::describe::{aspects, line};

/// How strictly is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CompareOptions {
    /// Whether anything that the contract does not know is an error and not only a note.
    pub strict: bool,
    /// Whether an object of a kind that is not modelled is an error and not only a note.
    pub strict_coverage: bool,
}

/// Everything in which a live database differs from `expected`, grouped by table: what is missing or different, and,
/// as notes unless `options` say otherwise, what the contract does not know.
///
/// Texts that PostgreSQL stores as the same thing but that have different canonical forms come out as different:
/// [`settle`](crate::settle) asks the server about them.
pub fn compare(expected: &Contract, live: &Snapshot, options: &CompareOptions) -> Vec<Finding> {
    // In tables that are equal nothing differs: neither they nor what is in them is looked at.
    let wanted = expected.objects_unlike(&live.contract);
    let there = live.contract.objects_unlike(expected);
    let mut findings = Vec::new();
    for (id, object) in &wanted {
        let control = expected.control(id);
        let severity = if control == Control::Observed { Severity::Note } else { Severity::Error };
        match there.get(id) {
            Some(found) => {
                let differences = differences(*object, *found, control);
                if !differences.is_empty() {
                    let mut finding = Finding::new(subject(id), FindingKind::Different, severity);
                    finding.differences = differences;
                    findings.push(finding);
                }
            }
            None if is_within(id, |part| wanted.contains_key(part) && !there.contains_key(part)) => {}
            None if belongs_to_absent(*object, &live.contract) => {}
            None if is_extensions_own_comment(id, *object, live) => {}
            None if control == Control::External && explain::has_equal(expected, live, id) => {}
            None => {
                let mut finding = Finding::new(subject(id), FindingKind::Missing, severity);
                finding.differences.push(Difference::new(WHOLE, line(*object), NOTHING));
                findings.push(finding);
            }
        }
    }
    for (id, object) in &there {
        let known = wanted.contains_key(id);
        if known || is_within(id, |part| !wanted.contains_key(part)) || belongs_to_absent(*object, expected) {
            continue;
        }
        if let Some(severity) = extra(expected, id, *options) {
            let mut finding = Finding::new(subject(id), FindingKind::Extra, severity);
            finding.differences.push(Difference::new(WHOLE, NOTHING, line(*object)));
            findings.push(finding);
        }
    }
    explain::explain(expected, live, &mut findings);
    findings.extend(coverage::unsupported(expected, live, *options, &findings));
    let mut findings = group::by_table(findings);
    for finding in &mut findings {
        finding.tell_control(expected);
    }
    findings
}

/// The aspect that is an object as a whole, and what is said for the side that does not have it.
const WHOLE: &str = "definition";
const NOTHING: &str = "none";

fn subject(id: &ObjectId) -> Subject {
    Subject::Object(id.clone())
}

/// What differs between two objects with the same id.
pub(crate) fn differences(expected: Object<'_>, found: Object<'_>, control: Control) -> Vec<Difference> {
    if expected.same(&found) {
        return Vec::new();
    }
    let found = aspects(found);
    let mut all = Vec::new();
    for aspect in aspects(expected) {
        let other = found.iter().find(|other| other.name == aspect.name);
        let is_asked = match (control, expected) {
            (_, Object::Extension(_)) | (Control::External, _) => aspect.said,
            _ => true,
        };
        // What only one side can have, such as an identity's options, is told by what makes it so.
        let Some(other) = other else { continue };
        if is_asked && aspect.compared != other.compared {
            all.push(Difference::new(aspect.name, aspect.shown, other.shown.clone()));
        }
    }
    all
}

/// Whether an object is part of one for which `absent` holds, and so is told by it.
fn is_within(id: &ObjectId, absent: impl Fn(&ObjectId) -> bool) -> bool {
    let table = |table: &QName| absent(&ObjectId::Table(table.clone()));
    match id {
        ObjectId::Comment(on) => absent(on) || is_within(on, absent),
        ObjectId::Column(name, _) | ObjectId::Constraint(_, name, _) | ObjectId::Index(name, _) => table(name),
        _ => false,
    }
}

/// A sequence of a table that the other side does not have is told by that table.
fn belongs_to_absent(object: Object<'_>, other: &Contract) -> bool {
    match object {
        Object::Sequence(sequence) => {
            sequence.owner.as_ref().is_some_and(|owner| !other.tables.contains_key(&owner.table))
        }
        _ => false,
    }
}

/// `pg_dump` writes the comment that an extension brings, as if it had been asked for.
fn is_extensions_own_comment(id: &ObjectId, object: Object<'_>, live: &Snapshot) -> bool {
    let (ObjectId::Comment(on), Object::Comment(text)) = (id, object) else { return false };
    let ObjectId::Extension(name) = &**on else { return false };
    live.extensions.get(name).is_some_and(|installed| installed.comment.as_deref() == Some(text))
}

/// How bad an object is that the contract does not know; `None` where that is nobody's business.
fn extra(expected: &Contract, id: &ObjectId, options: CompareOptions) -> Option<Severity> {
    match expected.control(id) {
        Control::External => None,
        Control::Managed | Control::Tolerated if options.strict => Some(Severity::Error),
        Control::Managed | Control::Tolerated | Control::Observed => Some(Severity::Note),
    }
}
