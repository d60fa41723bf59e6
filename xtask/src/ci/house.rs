//! Rules for this repository's own sources.

use camino::Utf8Path;

use crate::failure::Failure;
use crate::say;
use crate::workspace::{files, root};

/// No file has more lines.
const LIMIT: usize = 1000;
/// Files with more are listed.
const LONG: usize = 600;
/// What no source holds. Written in halves, so that this file does not hold them.
const FORBIDDEN: &[&str] =
    &[concat!("todo", "!("), concat!("unimplemented", "!("), concat!("dbg", "!("), concat!("FIX", "ME")];

/// Checks every Rust source of the workspace.
pub(crate) fn check() -> Result<(), Failure> {
    let mut broken = Vec::new();
    let mut count = 0;
    for folder in ["crates", "examples", "fuzz", "tests", "xtask"] {
        for path in files(&root().join(folder), ".rs")? {
            let text = fs_err::read_to_string(&path)?;
            let shown = path.strip_prefix(root()).unwrap_or(&path);
            broken.extend(complaints(shown, &text));
            count += 1;
        }
    }
    if broken.is_empty() {
        say::note(&format!("{count} sources, none over {LIMIT} lines"));
        return Ok(());
    }
    Err(Failure::new(broken.join("\n  "), "split what is long, finish what is unfinished, then: cargo xtask ci"))
}

/// What is wrong with one source.
fn complaints(path: &Utf8Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lines = text.lines().count();
    if lines > LIMIT {
        found.push(format!("{path} has {lines} lines; {LIMIT} are allowed"));
    } else if lines > LONG {
        say::note(&format!("{path} has {lines} lines"));
    }
    if path.ends_with("src/lib.rs") && !text.starts_with("//!") {
        found.push(format!("{path} does not begin with what the crate owns and must never do (//!)"));
    }
    for word in FORBIDDEN {
        if let Some(line) = text.lines().position(|line| line.contains(word)) {
            found.push(format!("{path}:{} holds {word}", line + 1));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_breaks_every_rule_gets_every_complaint() {
        let text = format!("fn f() {{ {}) }}\n{}", FORBIDDEN.first().copied().unwrap_or_default(), "\n".repeat(LIMIT));
        let found = complaints(Utf8Path::new("crates/x/src/lib.rs"), &text);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found.iter().any(|complaint| complaint.starts_with("crates/x/src/lib.rs:1 holds")), "{found:?}");
        assert!(complaints(Utf8Path::new("crates/x/src/lib.rs"), "//! What it owns.\n").is_empty());
    }
}
