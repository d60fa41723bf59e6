//! A comment for a pull request.

use std::collections::BTreeSet;

use novate_planner::{HazardCode, TransactionMode};

use super::{Gate, glossary};
use crate::exit::Exit;
use crate::problem::{Problem, Severity};
use crate::progress::count;
use crate::project::short;
use crate::review::Reviewed;

/// More than this a host may cut off in the middle of the table (GitHub takes 65,536 characters).
const MAX_SQL_BYTES: usize = 40_000;

/// What is pending, what its hazards mean, what is wrong, and the verdict.
pub(super) fn text(gate: &Gate) -> String {
    let mut blocks = vec!["## novate check".to_owned(), pending_line(gate)];
    let mut room = MAX_SQL_BYTES;
    for package in &gate.pending {
        blocks.push(heading(package));
        blocks.push(table(package));
        blocks.push(sql(package, &mut room));
    }
    let hazards: BTreeSet<HazardCode> = gate
        .pending
        .iter()
        .flat_map(|package| &package.operations)
        .flat_map(|operation| &operation.hazards)
        .map(|hazard| hazard.code)
        .collect();
    if !hazards.is_empty() {
        blocks.push("### What the hazards mean".to_owned());
        let line = |code: &HazardCode| format!("- **{}**: {}", code.as_str(), glossary::meaning(*code));
        blocks.push(hazards.iter().map(line).collect::<Vec<_>>().join("\n"));
    }
    if !gate.problems.is_empty() {
        blocks.push("### Problems".to_owned());
        blocks.push(problems(gate));
    }
    let symbol = if gate.exit() == Exit::Done { "✔" } else { "✖" };
    blocks.push(format!("**{symbol} {}**", cell(&gate.verdict())));
    blocks.join("\n\n")
}

fn pending_line(gate: &Gate) -> String {
    let since = gate.base.as_ref().map(|base| format!(" that {} does not have", code(base))).unwrap_or_default();
    match gate.pending.len() {
        0 if gate.base.is_some() => format!("No packages{since}."),
        0 => "No packages.".to_owned(),
        more => format!("{}{since}.", count(more, "package")),
    }
}

fn heading(package: &Reviewed) -> String {
    let mode = match package.mode {
        TransactionMode::Package => "one transaction",
        TransactionMode::Statement => "each operation commits by itself, and can be resumed",
    };
    format!(
        "### {}\n\nFrom {} to {}; {mode}.",
        code(package.name.as_str()),
        code(&short(&package.from)),
        code(&short(&package.to))
    )
}

fn table(package: &Reviewed) -> String {
    let mut rows = vec!["| class | operation | hazards |".to_owned(), "|---|---|---|".to_owned()];
    for operation in &package.operations {
        let mut hazards: Vec<String> = operation
            .hazards
            .iter()
            .map(|hazard| format!("**{}**: {}", hazard.code.as_str(), cell(&hazard.message)))
            .collect();
        let allowed = package.allowed.iter().filter(|allow| allow.operation == operation.id);
        hazards.extend(allowed.map(|allow| format!("_allowed {}: {}_", allow.hazard.as_str(), cell(&allow.reason))));
        rows.push(format!("| {} | {} | {} |", operation.class, cell(&operation.label), hazards.join("<br>")));
    }
    if package.operations.is_empty() {
        rows.push("| | nothing runs: the contract is reached as it is | |".to_owned());
    }
    rows.join("\n")
}

/// The source, folded away, as far as there is room.
fn sql(package: &Reviewed, room: &mut usize) -> String {
    let source = package.source.trim_end();
    let Some(left) = room.checked_sub(source.len()) else {
        return format!("The SQL is too long to be shown here: {}", code(package.path.as_str()));
    };
    *room = left;
    // A fence longer than any in the text.
    let longest = source.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(3.max(longest + 1));
    format!("<details><summary>SQL</summary>\n\n{fence}sql\n{source}\n{fence}\n\n</details>")
}

fn problems(gate: &Gate) -> String {
    let mut rows = vec!["| | problem | place | fix |".to_owned(), "|---|---|---|---|".to_owned()];
    rows.extend(gate.problems.iter().map(row));
    rows.join("\n")
}

fn row(problem: &Problem) -> String {
    let symbol = match problem.severity {
        Severity::Error => "✖",
        Severity::Warning => "⚠",
    };
    let place = problem.place.as_ref().map(|place| match place.at {
        Some(at) => code(&format!("{}:{}:{}", place.path, at.line, at.column)),
        None => code(place.path.as_str()),
    });
    let mut what = format!("{}<br>{}", code(problem.code), cell(&problem.summary));
    if let Some(why) = &problem.why {
        what.push_str(&format!("<br>{}", cell(why)));
    }
    let fix = problem.fix.as_deref().map(cell).unwrap_or_default();
    format!("| {symbol} | {what} | {} | {fix} |", place.unwrap_or_default())
}

/// Text in a cell: nothing of it is markup, and it stays on its line.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' => out.push_str("<br>"),
            '\r' => {}
            // A mention would call somebody.
            '@' => out.push_str("&#64;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '#' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A short text as code, in a cell or elsewhere.
fn code(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() || c == '`' { ' ' } else { c }).collect();
    format!("`{}`", plain.replace('|', "\\|"))
}
