//! SARIF 2.1.0, which code scanning reads.

use std::collections::BTreeSet;

use novate_sql::LineColumn;
use serde_json::{Value, json};

use super::Gate;
use crate::errors;
use crate::problem::{Place, Problem, Severity};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/errors");

/// A log of one run.
pub(super) fn value(gate: &Gate) -> Value {
    let codes: BTreeSet<&'static str> = gate.problems.iter().map(|problem| problem.code).collect();
    let codes: Vec<&'static str> = codes.into_iter().collect();
    let mut seen: Vec<String> = Vec::new();
    let results: Vec<Value> = gate.problems.iter().map(|problem| result(gate, problem, &codes, &mut seen)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "novate",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": codes.iter().map(|code| rule(code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: &'static str) -> Value {
    let page = errors::PAGES.iter().find(|page| page.code == code);
    let title = page.map_or(code, errors::Page::title);
    json!({
        "id": code,
        "name": name(code),
        "shortDescription": { "text": title },
        "helpUri": format!("{PAGES}/{code}.md"),
        "help": { "text": page.map_or(title, |page| page.text), "markdown": page.map_or(title, |page| page.text) },
    })
}

/// `POLICY.DENIED` as `PolicyDenied`.
fn name(code: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters.map(|letter| letter.to_ascii_lowercase())).collect::<String>()
    };
    code.split(['.', '_']).map(word).collect()
}

fn result(gate: &Gate, problem: &Problem, codes: &[&str], seen: &mut Vec<String>) -> Value {
    let mut text = problem.summary.clone();
    if let Some(why) = &problem.why {
        text.push_str(&format!("\nWhy: {why}"));
    }
    if let Some(fix) = &problem.fix {
        text.push_str(&format!("\nFix: {fix}"));
    }
    let mut value = json!({
        "ruleId": problem.code,
        "level": match problem.severity { Severity::Error => "error", Severity::Warning => "warning" },
        "message": { "text": text },
        // Code scanning takes nothing that is nowhere.
        "locations": [location(problem.place.as_ref(), gate.settings.as_str())],
        "partialFingerprints": { "novate/v1": fingerprint(problem, seen) },
    });
    if let (Value::Object(map), Some(at)) = (&mut value, codes.iter().position(|code| *code == problem.code)) {
        map.insert("ruleIndex".to_owned(), at.into());
    }
    value
}

fn location(place: Option<&Place>, settings: &str) -> Value {
    let path = place.map_or(settings, |place| place.path.as_str());
    let at = place.and_then(|place| place.at).unwrap_or(LineColumn { line: 1, column: 1 });
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(path) },
        "region": { "startLine": at.line.max(1), "startColumn": at.column.max(1) },
    } })
}

/// A path as a relative reference.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            b'\\' => uri.push('/'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// What stays the same when lines above are added or taken away: the code, the file, and what it is about. Of equal
/// ones in one run each has its number.
fn fingerprint(problem: &Problem, seen: &mut Vec<String>) -> String {
    let about = problem.meta.get("operation").and_then(Value::as_str).unwrap_or(&problem.summary);
    let path = problem.place.as_ref().map_or("", |place| place.path.as_str());
    let hash = blake3::hash([problem.code, path, about].join("\0").as_bytes()).to_hex();
    let digest = hash.as_str().get(..32).unwrap_or_default().to_owned();
    let number = seen.iter().filter(|known| **known == digest).count();
    seen.push(digest.clone());
    if number == 0 { digest } else { format!("{digest}:{number}") }
}
