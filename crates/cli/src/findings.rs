//! Findings as people and programs read them: a tree of object, expected, found, mended by.

use novate_catalog::{Finding, Severity};
use serde_json::{Value, json};

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
    lines.push(format!("{indent}{} {}", finding.object, finding.summary()));
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
