//! Dropping what no contract can hold, where it is an error that it is there: because somebody asked that strictly, or
//! because it has the name of something else.

use novate_catalog::{Finding, FindingKind, Severity, Subject};

use super::Step;

/// The kinds that are dropped by name alone, in an order in which nothing that is left needs what goes.
const KINDS: &[(&str, &str)] = &[
    ("event trigger", "EVENT TRIGGER"),
    ("trigger", "TRIGGER"),
    ("policy", "POLICY"),
    ("rule", "RULE"),
    ("publication", "PUBLICATION"),
    ("statistics", "STATISTICS"),
    ("materialized view", "MATERIALIZED VIEW"),
    ("view", "VIEW"),
    ("foreign table", "FOREIGN TABLE"),
    ("server", "SERVER"),
    ("foreign data wrapper", "FOREIGN DATA WRAPPER"),
    ("cast", "CAST"),
    ("aggregate", "AGGREGATE"),
    ("procedure", "PROCEDURE"),
    ("function", "FUNCTION"),
    ("domain", "DOMAIN"),
    ("composite type", "TYPE"),
    ("range type", "TYPE"),
    ("base type", "TYPE"),
    ("text search configuration", "TEXT SEARCH CONFIGURATION"),
    ("text search dictionary", "TEXT SEARCH DICTIONARY"),
    ("text search parser", "TEXT SEARCH PARSER"),
    ("text search template", "TEXT SEARCH TEMPLATE"),
    ("conversion", "CONVERSION"),
    ("collation", "COLLATION"),
    ("language", "LANGUAGE"),
    ("access method", "ACCESS METHOD"),
];

/// The statements, in order.
pub(super) fn drops(findings: &[Finding]) -> Vec<Step> {
    let mut all: Vec<(usize, Step)> = findings.iter().filter_map(dropped).collect();
    all.sort_by_key(|(rank, _)| *rank);
    all.into_iter().map(|(_, step)| step).collect()
}

fn dropped(finding: &Finding) -> Option<(usize, Step)> {
    if finding.severity != Severity::Error {
        return None;
    }
    let name = finding.object.name();
    let kind = match &finding.object {
        Subject::Unsupported { kind, .. } => kind,
        Subject::Object(_) if finding.kind == FindingKind::Different => {
            &finding.differences.iter().find(|difference| difference.aspect == "kind")?.found
        }
        Subject::Object(_) => return None,
    };
    let rank = KINDS.iter().position(|(known, _)| known == kind)?;
    let sql = format!("DROP {} {name};", KINDS.get(rank)?.1);
    Some((rank, Step { objects: Vec::new(), unmodelled: Some(name), sql }))
}
