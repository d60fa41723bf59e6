//! Commands that do the same for one space and for several.

use novate_contract::Space;
use serde_json::Value;

use crate::lanes::of_space;
use crate::problem::Problem;
use crate::project::Context;
use crate::ui::Report;

/// What becomes of the other spaces when something is wrong with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Nothing is done for those that come after it.
    Stops,
    /// They have their turn all the same.
    IsOneOfMany,
}

/// Does something for each space that is meant, in the order in which they are applied, and makes one report of it: that
/// of the space that `context` is about, with the others beside it under `spaces`.
pub(crate) async fn in_each(
    context: &Context,
    failure: Failure,
    act: impl AsyncFn(&Context) -> Result<Report, Problem>,
) -> Result<Report, Problem> {
    let contexts = context.each()?;
    if let [only] = contexts.as_slice() {
        return act(only).await;
    }
    let mut reports: Vec<(&Context, Report)> = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    for one in &contexts {
        match act(one).await {
            Ok(report) => reports.push((one, report)),
            Err(problem) => {
                let project = one.project()?;
                let problem = of_space(problem, &project, contexts.len());
                // A contract that cannot be read is in the way of every space, and is told once.
                let same =
                    |it: &Problem| (it.code, &it.summary, &it.why) == (problem.code, &problem.summary, &problem.why);
                if !problems.iter().any(same) {
                    problems.push(problem);
                }
                if failure == Failure::Stops {
                    break;
                }
            }
        }
    }
    match Problem::join(problems) {
        Some(problem) => Err(problem),
        None => Ok(together(context, reports)),
    }
}

/// A value for programs that says which space it is about.
pub(crate) fn named(space: &Space, mut value: Value) -> Value {
    if let Value::Object(map) = &mut value {
        map.insert("space".to_owned(), space.as_str().into());
    }
    value
}

fn together(context: &Context, reports: Vec<(&Context, Report)>) -> Report {
    let text = |(one, report): &(&Context, Report)| {
        let lines: Vec<String> = report.text.lines().map(|line| format!("  {line}")).collect();
        format!("{}\n{}", one.space, lines.join("\n"))
    };
    let text = reports.iter().map(text).collect::<Vec<_>>().join("\n");
    let spaces: Value = reports.iter().map(|(one, report)| named(&one.space, report.json.clone())).collect();
    let next = reports.iter().find_map(|(_, report)| report.next.clone());
    let exit = reports.iter().find_map(|(_, report)| report.exit);
    let own = reports.into_iter().find(|(one, _)| one.space == context.space);
    let mut json = own.map(|(_, report)| report.json).unwrap_or_default();
    if let Value::Object(map) = &mut json {
        map.insert("spaces".to_owned(), spaces);
    }
    let mut report = Report::new(text, json);
    (report.next, report.exit) = (next, exit);
    report
}
