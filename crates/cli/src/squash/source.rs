//! The text of a squashed package: planned anew with the transforms that matter, or all the texts one after the other.

use std::fmt::Write as _;

use novate_contract::Contract;
use novate_planner::{Header, PlanOptions, TransactionMode};
use novate_runner::{Applied, Outcome};

use super::Stretch;
use crate::project::{Loaded, Project, short};

/// A text that may be the package.
pub(super) struct Candidate {
    pub(super) source: String,
    pub(super) how: &'static str,
    pub(super) left_out: Vec<String>,
}

/// The texts worth trying, the best first.
pub(super) fn candidates(
    history: &Loaded,
    stretch: &Stretch,
    before: &Contract,
    after: &Contract,
    applied: &[Applied],
    title: &str,
    project: &Project<'_>,
) -> Vec<Candidate> {
    let header = Header {
        name: title.to_owned(),
        from: stretch.from.as_ref().map(|hash| hash.as_str().to_owned()),
        to: stretch.to.as_ref().map(|hash| hash.as_str().to_owned()).unwrap_or_default(),
    };
    // Where databases with rows begin, every step between is needed as it was. So is what a plan cannot know.
    let begins_empty = stretch.from.is_none();
    let is_plain = stretch.packages(history).all(|package| !blocks(&package.source).any(|block| block.is_raw));
    let planned = (begins_empty && is_plain)
        .then(|| planned(history, stretch, before, after, applied, &header, project))
        .flatten();
    planned.into_iter().chain([joined(history, stretch, &header)]).collect()
}

/// The schema as one plan, and after it the transforms that found work in a new database or provide an invariant.
fn planned(
    history: &Loaded,
    stretch: &Stretch,
    before: &Contract,
    after: &Contract,
    applied: &[Applied],
    header: &Header,
    project: &Project<'_>,
) -> Option<Candidate> {
    let options = PlanOptions {
        target_major: project.config.postgres_major.unwrap_or(PlanOptions::default().target_major),
        ..Default::default()
    };
    let plan = novate_planner::plan(before, after, &options).ok()?;
    let mut source = novate_planner::render(&plan, header).ok()?;
    let mut left_out = Vec::new();
    for package in stretch.packages(history) {
        let outcomes = applied.iter().find(|one| one.package == package.name).map(|one| one.outcomes.as_slice());
        let transforms = package.operations.iter().enumerate().filter(|(_, op)| op.target.object_type == "transform");
        let texts: Vec<Block<'_>> = blocks(&package.source).collect();
        if texts.len() != transforms.clone().count() {
            return None;
        }
        for ((at, operation), block) in transforms.zip(texts) {
            let found_nothing = matches!(outcomes.and_then(|all| all.get(at)), Some(Some(Outcome::Skipped)));
            if found_nothing && operation.invariant.is_none() {
                left_out.push(format!("{} of {}", operation.label, package.name));
            } else {
                let _ = write!(source, "\n{}\n", block.text.trim_end());
            }
        }
    }
    Some(Candidate { source, how: "planned anew", left_out })
}

/// Every package's text, in order.
fn joined(history: &Loaded, stretch: &Stretch, header: &Header) -> Candidate {
    let (from, to) = (short(&stretch.from), &header.to);
    let from = header.from.as_ref().unwrap_or(&from);
    let mut source = format!("-- migration: {}\n-- from: {from}   to: {to}\n", header.name.replace('\n', " "));
    if stretch.packages(history).any(|package| package.manifest.transaction == TransactionMode::Statement) {
        source.push_str("-- @transaction statement\n");
    }
    for package in stretch.packages(history) {
        let _ = write!(source, "\n-- What {} did.\n\n{}\n", package.name, body(&package.source).trim());
    }
    Candidate { source, how: "every step in order", left_out: Vec::new() }
}

/// A text without the lines that say what the whole package is.
fn body(source: &str) -> String {
    let is_head = |line: &str| {
        let line = line.trim_start();
        ["-- migration:", "-- from:", "-- @transaction"].iter().any(|head| line.starts_with(head))
    };
    source.lines().filter(|line| !is_head(line)).collect::<Vec<_>>().join("\n")
}

/// A block of a text, from its directive to its `-- @end`.
struct Block<'a> {
    text: &'a str,
    is_raw: bool,
}

/// The transforms and raw operations of a text, in order. What this cannot tell apart, compiling and the proof do.
fn blocks(source: &str) -> impl Iterator<Item = Block<'_>> {
    let mut at = 0;
    let mut open: Option<(usize, bool)> = None;
    source.split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at += line.len();
        let directive = line.trim_start().strip_prefix("--").map(str::trim_start).unwrap_or_default();
        if open.is_none() && (directive.starts_with("@transform") || directive.starts_with("@raw")) {
            open = Some((start, directive.starts_with("@raw")));
        }
        if directive.starts_with("@end") {
            let (begin, is_raw) = open.take()?;
            return Some(Block { text: source.get(begin..at)?, is_raw });
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_from_their_directive_to_their_end() {
        let source = "-- migration: x\n\nALTER TABLE t ADD a int;\n\n-- @transform fill\n-- @check\nSELECT 1 FROM t;\n-- @run\n\
                      UPDATE t SET a = 1;\n-- @end\n\n-- @raw data odd\nDO 1;\n-- @end\n";
        let found: Vec<(String, bool)> = blocks(source)
            .map(|block| (block.text.lines().next().unwrap_or_default().to_owned(), block.is_raw))
            .collect();
        assert_eq!(found, [("-- @transform fill".to_owned(), false), ("-- @raw data odd".to_owned(), true)]);
    }

    #[test]
    fn a_body_has_no_head() {
        assert_eq!(
            body("-- migration: x\n-- from: a   to: b\n-- @transaction statement\n\nSELECT 1;").trim(),
            "SELECT 1;"
        );
    }
}
