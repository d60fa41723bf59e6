//! Differences between a contract and a database.

use std::fmt;

use novate_catalog::FindingKind;

/// An object that is not what a contract says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The object: `column public.users.email`.
    pub object: String,
    /// In which way it differs.
    pub difference: Difference,
    /// Whether the database does not satisfy the contract because of it; else it is worth a word and no more.
    pub is_error: bool,
    /// A clause that follows the object's name: `is missing`.
    pub summary: String,
    /// What differs, in both versions.
    pub aspects: Vec<Aspect>,
}

/// In which way an object differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Difference {
    /// The contract has it and the database has not.
    Missing,
    /// The database has it and the contract has not.
    Extra,
    /// Both have it, and it is not the same.
    Different,
}

/// One thing that differs of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Aspect {
    /// What: `type`, `default`, ...
    pub name: String,
    /// As the contract says it.
    pub expected: String,
    /// As the server prints it.
    pub found: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.object, self.summary)?;
        self.aspects
            .iter()
            .try_for_each(|aspect| write!(f, "; {}: expected {}, found {}", aspect.name, aspect.expected, aspect.found))
    }
}

/// Every object of the trees that something is said of.
pub(crate) fn flat(findings: &[novate_catalog::Finding]) -> Vec<Finding> {
    let mut all = Vec::new();
    for finding in findings {
        if finding.children.is_empty() || !finding.differences.is_empty() {
            all.push(one(finding));
        }
        all.extend(flat(&finding.children));
    }
    all
}

fn one(finding: &novate_catalog::Finding) -> Finding {
    Finding {
        object: finding.object.to_string(),
        difference: match finding.kind {
            FindingKind::Missing => Difference::Missing,
            FindingKind::Extra => Difference::Extra,
            FindingKind::Different => Difference::Different,
        },
        is_error: finding.severity == novate_catalog::Severity::Error,
        summary: finding.summary(),
        aspects: finding
            .differences
            .iter()
            .map(|difference| Aspect {
                name: difference.aspect.to_owned(),
                expected: difference.expected.clone(),
                found: difference.found.clone(),
            })
            .collect(),
    }
}

/// The same for people, a line each.
pub(crate) fn text(findings: &[novate_catalog::Finding]) -> String {
    flat(findings).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
