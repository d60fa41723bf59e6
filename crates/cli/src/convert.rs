//! The errors of the crates below, as [`Problem`]s. People's text is put together here and nowhere else.

use std::collections::BTreeMap;

use novate_contract::Space;
use novate_history::{Edge, Graph, HistoryError, Landmark, Uncovered};
use novate_runner::connection::ConnectionError;
use novate_runner::{LeftBehind, MigrateError, MissingRight, RunError};
use serde_json::{Value, json};

use crate::commands::node_json;
use crate::exit::Exit;
use crate::findings;
use crate::picture::{self, Picture};
use crate::problem::{Place, Problem};

/// The errors that are code, message, why and fix and nothing more.
macro_rules! plain {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for Problem {
            fn from(error: $error) -> Self {
                let mut problem = Self::input(error.code(), error.to_string());
                problem.why = error.why();
                problem.fix = error.fix();
                problem
            }
        }
    )*};
}

plain!(novate_planner::PlanError, novate_source::FileError, novate_neon::NeonError);

impl From<novate_scratch::ScratchError> for Problem {
    fn from(error: novate_scratch::ScratchError) -> Self {
        Self::input(error.code(), error.to_string()).fix(error.fix())
    }
}

impl From<novate_rehearse::RehearseError> for Problem {
    fn from(error: novate_rehearse::RehearseError) -> Self {
        match error {
            novate_rehearse::RehearseError::Run(error) => error.into(),
            novate_rehearse::RehearseError::Connection(error) => error.into(),
            novate_rehearse::RehearseError::Scratch(error) => error.into(),
            novate_rehearse::RehearseError::Neon(error) => error.into(),
            error => {
                let mut problem = Self::input(error.code(), error.to_string()).fix(error.fix());
                problem.why = error.why();
                problem
            }
        }
    }
}

impl From<novate_planner::RenderError> for Problem {
    fn from(error: novate_planner::RenderError) -> Self {
        Self::input(error.code(), error.to_string()).exit(Exit::Bug)
    }
}

impl From<HistoryError> for Problem {
    fn from(error: HistoryError) -> Self {
        let mut problem = Self::input(error.code(), error.to_string());
        problem.why = error.why();
        problem.fix = error.fix();
        problem.place = error.place().map(|(path, line)| match line {
            Some(line) => Place::line(path, line),
            None => Place::file(path),
        });
        problem.meta = about_routes(&error);
        if let HistoryError::Diverged { branches, .. } = error {
            let picture = branches_shown(branches);
            problem.why = Some(problem.why.map_or_else(|| picture.clone(), |why| format!("{why}\n{picture}")));
        }
        problem
    }
}

/// What is near where no route leads, for programs.
fn about_routes(error: &HistoryError) -> Value {
    let landmarks = |landmarks: &[Landmark]| -> Vec<Value> {
        let one =
            |at: &Landmark| json!({ "at": node_json(at.node.as_ref()), "package": at.package, "steps": at.steps });
        landmarks.iter().map(one).collect()
    };
    match error {
        HistoryError::Unreachable { reachable, back, .. } => json!({ "reachable": landmarks(reachable), "past": back }),
        HistoryError::UnknownMarker { heads, .. } => json!({ "heads": landmarks(heads) }),
        HistoryError::InvariantsUncovered { missing, .. } => {
            let providers = |uncovered: &Uncovered| {
                uncovered.providers.iter().map(|(package, ..)| package.clone()).collect::<Vec<_>>()
            };
            let one =
                |uncovered: &Uncovered| json!({ "invariant": uncovered.invariant, "providers": providers(uncovered) });
            json!({ "missing": missing.iter().map(one).collect::<Vec<_>>() })
        }
        _ => Value::Null,
    }
}

/// The branches of a history as lanes, from where they part.
fn branches_shown(mut branches: Vec<Edge>) -> String {
    /// Longer pictures are `novate migration graph`'s.
    const MOST_LINES: usize = 24;
    branches.sort_by(|a, b| a.hash.cmp(&b.hash));
    branches.dedup_by(|a, b| a.hash == b.hash);
    let text = picture::text(&Picture::of(&Graph::new(branches), &BTreeMap::new()));
    let more = text.lines().count().saturating_sub(MOST_LINES);
    let mut lines: Vec<String> = text.lines().take(MOST_LINES).map(str::to_owned).collect();
    if more > 0 {
        lines.push(format!("... {more} more lines: novate migration graph"));
    }
    lines.join("\n")
}

impl From<ConnectionError> for Problem {
    fn from(error: ConnectionError) -> Self {
        Self::input(error.code(), error.to_string()).why(error.why()).fix(error.fix())
    }
}

impl From<RunError> for Problem {
    fn from(error: RunError) -> Self {
        let error = match error {
            RunError::History(error) => return error.into(),
            RunError::Connection(error) => return error.into(),
            other => other,
        };
        let mut problem = Self::input(error.code(), error.to_string()).exit(exit_of(&error));
        problem.why = error.why();
        problem.fix = error.fix();
        match &error {
            RunError::ResultMismatch { findings, .. }
            | RunError::NotSatisfied { findings, .. }
            | RunError::Drift { findings, .. } => {
                problem.why = Some(findings::text(findings));
                problem.fix = problem.fix.map(|own| findings::advice(findings, &own));
                problem.meta = json!({ "findings": findings::json(findings) });
            }
            RunError::StatementFailed { at, sqlstate, message, detail, hint, statement, missing, .. } => {
                problem.meta = json!({
                    "package": at.package, "operation": at.operation, "sqlstate": sqlstate, "message": message,
                    "detail": detail, "hint": hint, "statement": statement, "missing": right(missing.as_ref()),
                });
            }
            RunError::Refused { sqlstate, missing, .. } => {
                problem.meta = json!({ "sqlstate": sqlstate, "missing": right(missing.as_ref()) });
            }
            RunError::PrecheckFailed { at, description, sql, .. }
            | RunError::PostcheckFailed { at, description, sql, .. } => {
                problem.meta = json!({
                    "package": at.package, "operation": at.operation, "check": description, "sql": sql,
                });
            }
            RunError::Locked { holders, waited, .. } => {
                problem.meta = json!({
                    "waitedSeconds": waited.as_secs(),
                    "holders": holders.iter().map(|holder| json!({
                        "pid": holder.pid, "application": holder.application, "user": holder.user,
                        "state": holder.state, "query": holder.query, "since": holder.since,
                    })).collect::<Vec<_>>(),
                });
            }
            _ => {}
        }
        problem
    }
}

fn right(missing: Option<&MissingRight>) -> Value {
    missing
        .map_or(Value::Null, |missing| json!({ "role": missing.role, "right": missing.right, "grant": missing.grant }))
}

fn exit_of(error: &RunError) -> Exit {
    match error {
        RunError::NotSatisfied { .. }
        | RunError::Drift { .. }
        | RunError::MarkerMissing { .. }
        | RunError::MarkerCorrupt { .. } => Exit::Differences,
        RunError::PrecheckFailed { .. }
        | RunError::PostcheckFailed { .. }
        | RunError::StatementFailed { .. }
        | RunError::ResultMismatch { .. }
        | RunError::Locked { .. }
        | RunError::MarkerMoved
        | RunError::ConnectionLost { .. }
        | RunError::CommitUnknown { .. } => Exit::RolledBack,
        // A constraint that is deferred to the COMMIT.
        RunError::Refused { sqlstate, .. } if sqlstate.starts_with("23") => Exit::RolledBack,
        RunError::InTransit { .. } => Exit::InTransit,
        RunError::Interrupted => Exit::Interrupted,
        _ => Exit::Input,
    }
}

impl From<MigrateError> for Problem {
    fn from(failed: MigrateError) -> Self {
        let mut problem = Self::from(*failed.error);
        let space =
            if failed.space == Space::app() { String::new() } else { format!("in the space {}\n", failed.space) };
        let state = match failed.left {
            LeftBehind::Nothing => "The database is as it was before.".to_owned(),
            LeftBehind::EarlierPackages(count) => {
                let names: Vec<&str> = failed.applied.iter().map(|applied| applied.package.as_str()).collect();
                format!(
                    "{count} earlier {} applied ({}); the failing one left nothing.",
                    if count == 1 { "package is" } else { "packages are" },
                    names.join(", ")
                )
            }
            LeftBehind::InTransit => {
                if problem.exit != Exit::Interrupted {
                    problem.exit = Exit::InTransit;
                }
                "The package is in transit: what it did is committed, and novate migrate resumes it.".to_owned()
            }
            LeftBehind::Unknown => "Whether the last COMMIT took place is not known; novate status tells.".to_owned(),
        };
        problem.why = Some(match problem.why.take() {
            Some(why) => format!("{why}\n{space}{state}"),
            None => format!("{space}{state}"),
        });
        problem
    }
}
