//! `novate migrate`: for deploy pipelines.

use novate_contract::{Contract, StorageHash, json};
use novate_history::{Edge, Graph, HistoryError, Node};
use novate_runner::{Goal, Lane, Migrated, Outcome, Session, Standing, migrate_all, standing};
use serde_json::{Value, json};

use super::advance::Advance;
use super::migration_emit::node_json;
use super::rehearse::{self, CopyArgs};
use crate::cli::Migrate;
use crate::every::named;
use crate::lanes::{Part, Parts, has_ref};
use crate::operations;
use crate::permit::Rules;
use crate::problem::Problem;
use crate::progress::{Progress, count, shown};
use crate::project::{Context, Loaded, Project, shell_word, short};
use crate::seeds::{self, Seeds};
use crate::states;
use crate::ui::{Report, Symbol};

/// Applies the packages that lead to the goal, or shows them: those of every space, unless one was named.
pub(crate) async fn run(context: &Context, args: &Migrate) -> Result<Report, Problem> {
    let contexts = context.each()?;
    let mut parts = Parts::read(context, &contexts, args.to.as_deref())?;
    // What the ref requires is rehearsed too.
    let mut advances = match &args.advance_ref {
        Some(name) => advances(&mut parts, name)?,
        None => Vec::new(),
    };
    rehearsed(&parts, args).await?;
    let Part { project, ready: Ready { history, goal, described }, .. } = parts.main();
    let seeds = match &goal.node {
        Some(hash) if args.seed => Some((Seeds::read(project, &history.contract(&goal.node)?)?, hash.clone())),
        _ => None,
    };
    let mut session = project.connect().await?;
    if args.plan {
        let report = show_routes(&parts, &mut session, args).await?;
        session.close().await;
        return Ok(report);
    }
    let mut graphs = Vec::with_capacity(contexts.len());
    for part in parts.all() {
        graphs.push(permitted(part, &mut session, args).await?);
    }
    let whole = parts.all().iter().map(|part| &part.ready.history.graph);
    let lanes: Vec<Lane<'_>> = parts
        .all()
        .iter()
        .zip(graphs.iter().zip(whole))
        .map(|(part, (permitted, whole))| part.lane(permitted.as_ref().unwrap_or(whole)))
        .collect();
    let mut settings = project.settings();
    settings.dry_run = args.dry_run;
    let mut progress = Progress::new(context.ui);
    let outcome = migrate_all(&mut session, &lanes, &settings, &mut |event| progress.on(&event)).await;
    drop(progress);
    let done = outcome?;
    for note in done.iter().flat_map(|done| &done.notes) {
        context.ui.note(Symbol::Info, note);
    }
    let mut report = report_all(&done, &parts, described, args);
    for (index, advance) in advances.drain(..) {
        if let Some(Part { ready: Ready { history, goal, .. }, .. }) = parts.all().get(index) {
            advance.write(history, goal, &mut report)?;
        }
    }
    if let Some((seeds, at)) = seeds {
        let before = report.text.lines().next().unwrap_or_default().trim_start_matches("✔ ").to_owned();
        let seeded = seeds.run(context, &mut session, &at, &settings).await.map_err(|mut problem| {
            problem.why =
                Some(problem.why.iter().map(String::as_str).chain([before.as_str()]).collect::<Vec<_>>().join("\n"));
            problem
        })?;
        report.text = format!("{}\n{}", report.text, seeds::text(&seeded, &settings));
        if let Value::Object(map) = &mut report.json {
            map.insert("seeds".to_owned(), seeds::json(&seeded));
        }
    }
    session.close().await;
    Ok(report)
}

/// The refs to move along: that of the space that the run is about, which may be new, and those of the same name that other
/// spaces of the project have; that one last, which is told to programs.
fn advances(parts: &mut Parts<'_>, name: &str) -> Result<Vec<(usize, Advance)>, Problem> {
    let main = parts.main_index();
    let mut advances = Vec::new();
    for (index, part) in parts.all_mut().iter_mut().enumerate() {
        if index != main && (part.project.check_own().is_err() || !has_ref(&part.project, name)?) {
            continue;
        }
        part.project.check_own()?;
        let Ready { history, goal, .. } = &mut part.ready;
        advances.push((index, Advance::prepare(history, name, goal)?));
    }
    advances.sort_by_key(|(index, _)| *index == main);
    Ok(advances)
}

/// Rehearses where that was asked for. Anything but a clean rehearsal is an error.
async fn rehearsed(parts: &Parts<'_>, args: &Migrate) -> Result<(), Problem> {
    let Some(on) = &args.rehearse else { return Ok(()) };
    let copy = CopyArgs { on: on.clone(), sample: args.sample, keep: false };
    let Part { project, ready, .. } = parts.main();
    let report = rehearse::on_copy(parts, &copy).await?.report(&ready.goal, None)?;
    report.text.lines().for_each(|line| project.context.ui.note(Symbol::Next, line));
    Ok(())
}

/// The routes of a run, for who only looks.
async fn show_routes(parts: &Parts<'_>, session: &mut Session, args: &Migrate) -> Result<Report, Problem> {
    let mut shown: Vec<(&Part<'_>, Report)> = Vec::new();
    for part in parts.all() {
        let Part { project, ready: Ready { history, goal, .. }, .. } = part;
        let at = standing(session, &project.context.space).await?;
        let have = at.marker.as_ref().map(|marker| marker.invariants.clone()).unwrap_or_default();
        let route = history.graph.route(&at.node(), &goal.node, &goal.invariants, &have)?;
        let needed = say_what_is_needed(project, history, &at, &route.edges, args)?;
        let mut report = show_route(history, &at.node(), &goal.node, &route.edges, args.to.as_deref());
        if let (Value::Object(into), Value::Object(from)) = (&mut report.json, needed) {
            into.extend(from);
        }
        shown.push((part, report));
    }
    let text = |(part, report): &(&Part<'_>, Report)| {
        let heading = if parts.are_several() { format!("{}\n", part.project.context.space) } else { String::new() };
        format!("{heading}{}", report.text)
    };
    let texts: Vec<String> = shown.iter().map(text).collect();
    let next = shown.iter().find_map(|(_, report)| report.next.clone());
    let main = |part: &Part<'_>| std::ptr::eq(part, parts.main());
    let mut json = shown.iter().find(|(part, _)| main(part)).map(|(_, it)| it.json.clone()).unwrap_or_default();
    if let (true, Value::Object(map)) = (parts.are_several(), &mut json) {
        map.insert("spaces".to_owned(), by_space(shown.iter().map(|(part, report)| (*part, report.json.clone()))));
    }
    let mut report = Report::new(texts.join("\n"), json);
    report.next = next;
    Ok(report)
}

/// A value for each space, for programs.
fn by_space<'p, 'a: 'p>(values: impl Iterator<Item = (&'p Part<'a>, Value)>) -> Value {
    values.map(|(part, value)| named(&part.project.context.space, value)).collect()
}

/// What a run needs and what was checked of it before any connection is made.
pub(crate) struct Ready {
    /// The history, every hash checked.
    pub(crate) history: Loaded,
    /// Where to go.
    pub(crate) goal: Goal,
    /// How that was named.
    pub(crate) described: String,
}

/// Reads everything that a run needs from disk, and refuses what must not run.
pub(crate) fn ready(project: &Project<'_>, to: Option<&str>) -> Result<Ready, Problem> {
    let (history, contract) = std::thread::scope(|scope| {
        let history = scope.spawn(|| project.whole_history());
        let contract = to.is_none().then(|| checked_contract(project));
        (history.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), contract)
    });
    let history = history?;
    let (goal, described) = match contract {
        Some(contract) => goal_of(&history, &contract?)?,
        None => goal(project, &history, to)?,
    };
    history.check_runnable(&goal.node)?;
    Ok(Ready { history, goal, described })
}

/// Where to go: what was asked for, else the contract, which a package must lead to.
pub(crate) fn goal<P>(project: &Project<'_>, history: &Loaded<P>, to: Option<&str>) -> Result<(Goal, String), Problem> {
    if let Some(text) = to {
        let state = states::find(project.context, text)?;
        if let Some((name, reference)) = &state.reference {
            history.graph.check_ref(name, reference)?;
        }
        return Ok((Goal { node: state.node, invariants: state.invariants }, state.described));
    }
    goal_of(history, &checked_contract(project)?)
}

/// The contract and its hash, of its files, compared with what was emitted of them.
fn checked_contract(project: &Project<'_>) -> Result<(Contract, StorageHash), Problem> {
    let contract = project.sources()?.contract;
    let hash = json::storage_hash(&contract);
    project.check_emitted(&contract, &hash)?;
    Ok((contract, hash))
}

/// The contract as where to go.
fn goal_of<P>(history: &Loaded<P>, (contract, hash): &(Contract, StorageHash)) -> Result<(Goal, String), Problem> {
    let node = Some(hash.clone());
    let empty = history.graph.edges().is_empty() && *contract == history.contract(&None)?;
    if empty {
        return Ok((Goal { node: None, invariants: std::collections::BTreeSet::new() }, "the contract".to_owned()));
    }
    if !history.graph.contains(&node) {
        let heads: Vec<String> = history.graph.heads().iter().map(short).collect();
        return Err(Problem::input("MIGRATION.NOT_PLANNED", "no package leads to the contract")
            .why(format!("the contract is {}, and the history ends in {}", hash.short(), heads.join(" and ")))
            .fix(if heads.len() > 1 { "novate plan --merge" } else { "novate plan" }));
    }
    Ok((Goal { node, invariants: std::collections::BTreeSet::new() }, "the contract".to_owned()))
}

/// The graph that may be used, where rules hold: what they deny is refused here, and what they ask for is asked.
async fn permitted(part: &Part<'_>, session: &mut Session, args: &Migrate) -> Result<Option<Graph>, Problem> {
    let Part { project, ready: Ready { history, goal, .. }, .. } = part;
    let rules = Rules::of(project)?;
    if rules.are_none() {
        return Ok(None);
    }
    let at = standing(session, &project.context.space).await?;
    let have = at.marker.as_ref().map(|marker| marker.invariants.clone()).unwrap_or_default();
    let route = history.graph.route(&at.node(), &goal.node, &goal.invariants, &have)?;
    let packages = rules.concerned(history, &at, &route.edges)?;
    rules.refuse_denied(project, &packages)?;
    if args.dry_run {
        rules.note_consent(project, &packages, &args.allow_destructive);
    } else {
        rules.consent(project, &packages, &args.allow_destructive, args.to.as_deref())?;
    }
    Ok(Some(rules.judged(history, &at, &route.edges)))
}

/// What would keep the route from being applied, said, and for programs.
fn say_what_is_needed(
    project: &Project<'_>,
    history: &Loaded,
    at: &Standing,
    route: &[Edge],
    args: &Migrate,
) -> Result<Value, Problem> {
    let rules = Rules::of(project)?;
    let packages = rules.concerned(history, at, route)?;
    let problems = rules.problems(&packages);
    for problem in &problems {
        project.context.ui.note(Symbol::Warning, &problem.summary);
    }
    let consent = rules.note_consent(project, &packages, &args.allow_destructive);
    Ok(json!({ "policy": problems.iter().map(Problem::to_json).collect::<Vec<_>>(), "needsConsent": consent }))
}

fn show_route(history: &Loaded, at: &Node, goal: &Node, edges: &[Edge], to: Option<&str>) -> Report {
    let mut lines = vec![format!("From {} to {}: {}", short(at), short(goal), count(edges.len(), "package"))];
    let mut rows = Vec::new();
    for edge in edges {
        lines.push(format!("{} {}", Symbol::Next.text(), edge.package));
        let Some(package) = history.packages.get(&edge.package) else { continue };
        lines.push(operations::lines(&package.operations));
        rows.push(json!({ "package": edge.package.as_str(), "to": edge.to.as_str(),
                          "operations": operations::json(&package.operations) }));
    }
    let report = Report::new(
        lines.join("\n"),
        json!({ "from": node_json(at.as_ref()), "to": node_json(goal.as_ref()), "route": rows }),
    );
    if edges.is_empty() { report } else { report.next(with_goal("novate migrate", to)) }
}

/// A command with the goal that was asked for.
fn with_goal(command: &str, to: Option<&str>) -> String {
    match to {
        Some(to) => format!("{command} --to {}", shell_word(to)),
        None => command.to_owned(),
    }
}

/// What a run did: as of one space, with the others beside it.
fn report_all(done: &[Migrated], parts: &Parts<'_>, described: &str, args: &Migrate) -> Report {
    let reports: Vec<(&Part<'_>, &Migrated, Report)> = parts
        .all()
        .iter()
        .zip(done)
        .map(|(part, done)| (part, done, report(done, &part.ready.goal, &part.ready.described, args)))
        .collect();
    let main = |part: &Part<'_>| std::ptr::eq(part, parts.main());
    let Some(own) = reports.iter().find(|(part, ..)| main(part)) else {
        return Report::new(format!("{} Nothing to do: {described}", Symbol::Done.text()), json!({}));
    };
    if !parts.are_several() {
        let mut report = Report::new(own.2.text.clone(), own.2.json.clone());
        report.next.clone_from(&own.2.next);
        return report;
    }
    let did = |(_, done, _): &&(&Part<'_>, &Migrated, Report)| !done.applied.is_empty();
    let texts: Vec<String> = reports
        .iter()
        .filter(did)
        .map(|(part, _, report)| {
            let text = report.text.trim_start_matches("✔ ");
            format!("{} {}: {text}", Symbol::Done.text(), part.project.context.space)
        })
        .collect();
    let text = if texts.is_empty() {
        format!("{} Nothing to do: every space is where it should be", Symbol::Done.text())
    } else {
        texts.join("\n")
    };
    let mut json = own.2.json.clone();
    if let Value::Object(map) = &mut json {
        map.insert("spaces".to_owned(), by_space(reports.iter().map(|(part, _, it)| (*part, it.json.clone()))));
    }
    let mut report = Report::new(text, json);
    report.next = reports.iter().find_map(|(.., report)| report.next.clone());
    report
}

fn report(done: &Migrated, goal: &Goal, described: &str, args: &Migrate) -> Report {
    let dry_run = args.dry_run;
    let json = json!({
        "from": node_json(done.from.as_ref()),
        "to": node_json(goal.node.as_ref()),
        "dryRun": dry_run,
        "applied": applied_json(done),
        "notes": done.notes,
    });
    if done.applied.is_empty() {
        let text =
            format!("{} Nothing to do: the database is at {} ({})", Symbol::Done.text(), described, short(&goal.node));
        return Report::new(text, json);
    }
    let took: std::time::Duration = done.applied.iter().map(|applied| applied.took).sum();
    let what = count(done.applied.len(), "package");
    let text = if dry_run {
        format!("{} {what} applied and rolled back in {}: the dry run is clean", Symbol::Done.text(), shown(took))
    } else {
        format!(
            "{} {what} applied in {}: the database went from {} to {}",
            Symbol::Done.text(),
            shown(took),
            short(&done.from),
            short(&goal.node)
        )
    };
    let next = if dry_run { "novate migrate" } else { "novate db verify" };
    Report::new(text, json).next(with_goal(next, args.to.as_deref()))
}

pub(crate) fn applied_json(done: &Migrated) -> Value {
    done.applied
        .iter()
        .map(|applied| {
            let outcomes: Vec<Value> = applied
                .outcomes
                .iter()
                .map(|outcome| match outcome {
                    Some(Outcome::Skipped) => json!({ "outcome": "skipped" }),
                    Some(Outcome::Executed { rows, took }) => json!({
                        "outcome": "executed", "rows": rows,
                        "ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                    }),
                    None => json!({ "outcome": "unknown" }),
                })
                .collect();
            json!({
                "package": applied.package.as_str(),
                "ms": u64::try_from(applied.took.as_millis()).unwrap_or(u64::MAX),
                "operations": outcomes,
            })
        })
        .collect()
}

/// The errors of the graph that a status shows instead of failing.
pub(crate) fn is_about_routes(error: &HistoryError) -> bool {
    matches!(
        error,
        HistoryError::Unreachable { .. }
            | HistoryError::UnknownMarker { .. }
            | HistoryError::InvariantsUncovered { .. }
    )
}
