//! Annotations of a GitHub workflow: a command a line, on stdout.

use super::Gate;
use crate::problem::{Problem, Severity};

/// One command for each problem, then the verdict.
pub(super) fn text(gate: &Gate) -> String {
    let mut lines: Vec<String> = gate.problems.iter().map(command).collect();
    lines.push(format!("novate check: {}", one_line(&gate.verdict())));
    lines.join("\n")
}

fn command(problem: &Problem) -> String {
    let name = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut properties = Vec::new();
    if let Some(place) = &problem.place {
        properties.push(format!("file={}", property(place.path.as_str())));
        if let Some(at) = place.at {
            properties.push(format!("line={},col={}", at.line, at.column));
        }
    }
    properties.push(format!("title={}", property(problem.code)));
    let parts = [Some(problem.summary.as_str()), problem.why.as_deref()].into_iter().flatten().map(str::to_owned);
    let fix = problem.fix.as_ref().map(|fix| format!("Fix: {fix}"));
    let message: Vec<String> = parts.chain(fix).collect();
    format!("::{name} {}::{}", properties.join(","), data(&message.join("\n")))
}

/// A message: a line end would end the command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property, which a comma or a colon would end besides.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A line that GitHub takes for no command.
fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}
