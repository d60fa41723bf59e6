//! Findings as people and programs read them: a tree of object, expected, found, mended by.

use novate_catalog::{Finding, Severity};
use novate_contract::{Control, ObjectId};
use serde_json::{Value, json};

use crate::project::shell_word;

/// The tree as text.
pub(crate) fn text(findings: &[Finding]) -> String {
    let mut lines = Vec::new();
    for finding in findings {
        write(finding, 0, &mut lines);
    }
    lines.join("\n")
}

fn write(finding: &Finding, depth: usize, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    let theirs = if depth == 0 && is_theirs(finding) { " (somebody else keeps it: external)" } else { "" };
    lines.push(format!("{indent}{} {}{theirs}", finding.object, finding.summary()));
    for difference in &finding.differences {
        lines.push(format!("{indent}    {}", difference.aspect));
        lines.push(format!("{indent}      expected  {}", difference.expected));
        lines.push(format!("{indent}      found     {}", difference.found));
        if let Some(reason) = &difference.unsettled {
            lines.push(format!("{indent}      whether they mean the same could not be asked: {reason}"));
        }
    }
    for child in &finding.children {
        write(child, depth + 1, lines);
    }
}

fn is_theirs(finding: &Finding) -> bool {
    finding.control == Control::External && finding.is_error()
}

fn control(control: Control) -> &'static str {
    match control {
        Control::Managed => "managed",
        Control::Tolerated => "tolerated",
        Control::Observed => "observed",
        Control::External => "external",
    }
}

/// What to do about findings, some of which may be about what somebody else keeps: there the declaration has to follow.
/// `own` is what to do about the others.
pub(crate) fn advice(findings: &[Finding], own: &str) -> String {
    let theirs: Vec<&Finding> = findings.iter().filter(|finding| is_theirs(finding)).collect();
    if theirs.is_empty() {
        return own.to_owned();
    }
    let names: Vec<String> = theirs.iter().map(|finding| finding.object.name()).collect();
    let inferable = theirs.iter().filter_map(|finding| match finding.object.id() {
        Some(ObjectId::Table(name) | ObjectId::Enum(name) | ObjectId::Sequence(name)) => {
            Some(format!(" --only {}", shell_word(&name.to_string())))
        }
        _ => None,
    });
    let only: String = inferable.collect();
    let how = if only.is_empty() {
        "declare what is there now".to_owned()
    } else {
        format!(
            "declare what is there now, as this prints it: novate contract infer{only} --control external --output -"
        )
    };
    let keeps = format!("somebody else keeps {}, which is not as declared; {how}", names.join(", "));
    let has_own = findings.iter().any(|finding| finding.is_error() && !is_theirs(finding));
    if has_own { format!("{keeps}; for what else differs: {own}") } else { format!("{keeps}; then: novate plan") }
}

/// How many objects of a tree are errors.
pub(crate) fn count(finding: &Finding) -> usize {
    let own = finding.severity == Severity::Error && !finding.differences.is_empty();
    usize::from(own) + finding.children.iter().map(count).sum::<usize>()
}

/// One line for each object of a tree that something is said of.
pub(crate) fn leaves(finding: &Finding) -> Vec<String> {
    let own = finding.children.is_empty() || !finding.differences.is_empty();
    let own = own.then(|| format!("{} {}", finding.object, finding.summary()));
    own.into_iter().chain(finding.children.iter().flat_map(leaves)).collect()
}

/// The tree for programs.
pub(crate) fn json(findings: &[Finding]) -> Value {
    findings.iter().map(one).collect()
}

fn one(finding: &Finding) -> Value {
    json!({
        "object": finding.object.to_string(),
        "objectType": finding.object.kind().as_str(),
        "kind": finding.kind.as_str(),
        "control": control(finding.control),
        "severity": if finding.is_error() { "error" } else { "note" },
        "explanation": finding.explanation,
        "differences": finding.differences.iter().map(|difference| json!({
            "aspect": difference.aspect,
            "expected": difference.expected,
            "found": difference.found,
            "unsettled": difference.unsettled,
        })).collect::<Vec<_>>(),
        "mend": finding.mend,
        "children": json(&finding.children),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use novate_catalog::{FindingKind, Subject};
    use novate_contract::{Ident, QName};

    use super::*;

    fn about(schema: &str, table: &str, control: Control) -> Finding {
        Finding {
            object: Subject::Object(ObjectId::Table(QName::new(Ident::new(schema), Ident::new(table)))),
            kind: FindingKind::Missing,
            severity: Severity::Error,
            control,
            differences: Vec::new(),
            explanation: None,
            mend: Vec::new(),
            children: Vec::new(),
        }
    }

    #[test]
    fn what_somebody_else_keeps_is_declared_anew() {
        let (ours, theirs) = (about("public", "t", Control::Managed), about("auth", "users", Control::External));
        assert_eq!(advice(std::slice::from_ref(&ours), "mend it"), "mend it");
        let refresh = "novate contract infer --only auth.users --control external --output -";
        let alone = advice(std::slice::from_ref(&theirs), "mend it");
        assert!(alone.contains(refresh) && !alone.contains("mend it"), "{alone}");
        let both = advice(&[theirs, ours], "mend it");
        assert!(both.contains(refresh) && both.ends_with("for what else differs: mend it"), "{both}");
    }
}
