//! `novate check`: the gate for CI. Nothing here needs a database.

use novate_contract::json;
use novate_history::{HistoryError, Node};
use novate_planner::{HazardCode, Operation, OperationClass};
use serde_json::json;

use crate::cli::Check;
use crate::emitted::Emitted;
use crate::operations;
use crate::problem::{Place, Problem};
use crate::progress::count;
use crate::project::{Context, Loaded, Project, denied};
use crate::sources;
use crate::ui::{Report, Symbol};

/// Checks hashes, graph, placeholders, staleness, refs, the emitted contract and policy.
pub(crate) fn run(context: &Context, args: &Check) -> Result<Report, Problem> {
    let project = context.project()?;
    operations::check_policy(&args.deny)?;
    let sources = project.sources()?;
    sources.print_notes(context.ui);
    sources::check_coverage(&sources.contract, args.strict_coverage)?;
    let history = project.whole_history()?;
    let mut problems = package_problems(&history);
    problems.extend(snapshot_problems(&history)?);
    problems.extend(graph_problems(&project, &history)?);

    let path = project.emitted_path()?;
    match Emitted::find(&path, &sources.contract) {
        Ok(found) => problems.extend(found.problem(&path)),
        Err(problem) => problems.push(problem),
    }
    let node: Node = Some(json::storage_hash(&sources.contract));
    let untouched = history.graph.edges().is_empty() && sources.contract == history.contract(&None)?;
    if !untouched && !history.graph.contains(&node) {
        problems.push(Problem::input("MIGRATION.NOT_PLANNED", "no package leads to the contract").fix("novate plan"));
    }
    problems.extend(policy_problems(&history, &args.deny)?);
    if let Some(problem) = Problem::join(problems) {
        return Err(problem);
    }
    Ok(Report::new(
        format!(
            "{} {} and {} are in order",
            Symbol::Done.text(),
            count(history.packages.len(), "package"),
            count(history.store.snapshots()?.len(), "snapshot")
        ),
        json!({ "packages": history.packages.len(), "snapshots": history.store.snapshots()?.len(),
                "unsupported": sources::unsupported_json(&sources.contract) }),
    ))
}

/// `novate migration check`: only the packages.
pub(crate) fn integrity(context: &Context) -> Result<Report, Problem> {
    let project = context.project()?;
    let history = project.whole_history()?;
    let mut problems = package_problems(&history);
    problems.extend(snapshot_problems(&history)?);
    if let Some(problem) = Problem::join(problems) {
        return Err(problem);
    }
    Ok(Report::new(
        format!("{} {} in order", Symbol::Done.text(), count(history.packages.len(), "package")),
        json!({ "packages": history.packages.len() }),
    ))
}

/// Packages that were edited since, have placeholders, or would compile to something else.
fn package_problems(history: &Loaded) -> Vec<Problem> {
    let mut problems = Vec::new();
    for package in history.packages.values() {
        if let Err(error) = package.check_runnable() {
            problems.push(error.into());
        }
    }
    problems
}

/// Snapshots that no package needs, and that are not what they should be. The others were read with the packages.
fn snapshot_problems(history: &Loaded) -> Result<Vec<Problem>, Problem> {
    let others = history.store.snapshots()?.into_iter().map(Some).filter(|node| !history.graph.contains(node));
    Ok(others.filter_map(|node| history.contract(&node).err().map(Problem::from)).collect())
}

fn graph_problems(project: &Project<'_>, history: &Loaded) -> Result<Vec<Problem>, Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    if let Err(error @ HistoryError::Diverged { .. }) = history.graph.head(project.context.space.as_str()) {
        problems.push(error.into());
    }
    for name in history.store.ref_names()? {
        let checked = history.store.read_ref(&name).and_then(|found| history.graph.check_ref(&name, &found));
        problems.extend(checked.err().map(Problem::from));
    }
    let reachable = history.graph.reachable(&None);
    for edge in history.graph.edges() {
        if !reachable.contains_key(&edge.from) {
            problems.push(
                Problem::input(
                    "MIGRATION.ORPHAN",
                    format!("no route from the empty database leads to {}", edge.package),
                )
                .why(format!("it starts at {}, which no package leads to", crate::project::short(&edge.from)))
                .fix("bring the missing package back (git log -- migrations), or delete this one"),
            );
        }
    }
    Ok(problems)
}

/// Operations that the policy forbids and that no `@allow` in their package excuses.
fn policy_problems(history: &Loaded, deny: &[String]) -> Result<Vec<Problem>, Problem> {
    let mut problems = Vec::new();
    for package in history.packages.values() {
        let found = operations::denied(&package.operations, deny);
        if found.is_empty() {
            continue;
        }
        // The reviewed exceptions stand in the source alone; what runs is in ops.json, and nothing depends on them there.
        let from = history.contract(&package.manifest.from)?;
        let to = history.contract(&Some(package.manifest.to.clone()))?;
        let allowed =
            novate_planner::compile(&package.source, &from, &to).map(|compiled| compiled.allowed).unwrap_or_default();
        for (operation, word) in found {
            let excused =
                allowed.iter().any(|allow| allow.operation == operation.id && excuses(allow.hazard, operation, &word));
            if !excused {
                let hazard = match HazardCode::parse(&word) {
                    Some(hazard) => Some(hazard),
                    None => operation.hazards.first().map(|hazard| hazard.code),
                };
                let fix = match hazard {
                    Some(hazard) => format!(
                        "plan it otherwise, or excuse it before its statement in migration.sql, and emit: -- @allow {}: \
                         reason",
                        hazard.as_str()
                    ),
                    None => "plan it otherwise, or take the word from what is denied".to_owned(),
                };
                problems.push(
                    denied("POLICY.DENIED", format!("{word} is denied: {} ({})", operation.label, package.name))
                        .fix(fix)
                        .at(Place::file(package.source_path())),
                );
            }
        }
    }
    Ok(problems)
}

/// Whether an exception for a hazard covers a denied word: the hazard itself, or a class that the operation has for
/// that hazard.
fn excuses(hazard: HazardCode, operation: &Operation, word: &str) -> bool {
    hazard.as_str() == word
        || (OperationClass::parse(word).is_some() && operation.hazards.iter().any(|found| found.code == hazard))
}
