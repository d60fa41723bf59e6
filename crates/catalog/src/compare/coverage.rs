//! Objects of kinds that are not modelled.

use std::collections::BTreeSet;

use novate_contract::{Contract, UnsupportedObject};

use super::{CompareOptions, Difference, Finding, FindingKind, NOTHING, Severity, Subject, explain};
use crate::Snapshot;

/// The objects that the contract's files do not name either, but for those that a finding has already told. Asked
/// strictly, all of them: nothing is known of any but that it is there.
pub(super) fn unsupported(
    expected: &Contract,
    live: &Snapshot,
    options: CompareOptions,
    findings: &[Finding],
) -> Vec<Finding> {
    let named: BTreeSet<(&str, String)> =
        expected.unsupported.iter().map(|object| (kind(object), bare(&object.name))).collect();
    let told: BTreeSet<String> = findings
        .iter()
        .filter(|finding| finding.differences.iter().any(|difference| difference.aspect == explain::KIND))
        .map(|finding| finding.object.name())
        .collect();
    let severity = if options.strict_coverage { Severity::Error } else { Severity::Note };
    live.contract
        .unsupported
        .iter()
        .map(|object| (object, named.contains(&(kind(object), bare(&object.name)))))
        .filter(|(object, is_named)| (options.strict_coverage || !is_named) && !told.contains(&object.name))
        .map(|(object, is_named)| {
            let subject = Subject::Unsupported { kind: object.kind.clone(), name: object.name.clone() };
            let expected = if is_named { "named in the contract's files" } else { NOTHING };
            let mut finding = Finding::new(subject, FindingKind::Extra, severity);
            finding.differences.push(Difference::new(explain::KIND, expected, &object.kind));
            finding
        })
        .collect()
}

/// What an object has to be to be the one that is meant: files may say no more of a type than that it is one.
fn kind(object: &UnsupportedObject) -> &str {
    if object.is_type() { "type" } else { &object.kind }
}

/// A name without what people may leave out when they write it: arguments, columns, the default schema.
fn bare(name: &str) -> String {
    let name = name.split_once('(').map_or(name, |(name, _)| name).trim_end();
    name.strip_prefix("table ").unwrap_or(name).replace("public.", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_meet_however_they_are_written() {
        assert_eq!(bare("public.f(a integer)"), bare("f(int)"));
        assert_eq!(bare("audit on public.users"), bare("audit on users"));
        assert_eq!(bare("table public.users (id)"), bare("users"));
        assert_ne!(bare("other.f()"), bare("f()"));
    }
}
