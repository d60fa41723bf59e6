//! `novate status`: where everything stands, and what to do next.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use novate_contract::json;
use novate_history::{Node, PackageName, Route};
use novate_runner::{Marker, Standing, standing};
use serde_json::{Value, json};

use super::migrate::is_about_routes;
use super::migration_emit::node_json;
use super::{graph, migrate, plan};
use crate::cli::Status;
use crate::every::{Failure, in_each};
use crate::lanes::goal_of;
use crate::picture::newest_first;
use crate::problem::Problem;
use crate::progress::count;
use crate::project::{Context, Outline, Project, short};
use crate::spaces::{orphans, unknown_here};
use crate::ui::{Report, Symbol};

/// Shows the contract, the history, the refs and, unless told not to, the database, of every space unless one was named.
pub(crate) async fn run(context: &Context, args: &Status) -> Result<Report, Problem> {
    let signed = RefCell::new(BTreeMap::new());
    let mut report = in_each(context, Failure::Stops, async |one| {
        let project = one.project()?;
        let to = goal_of(&project, context, args.to.as_deref())?;
        let args = Status { to: to.map(str::to_owned), ..args.clone() };
        of_space(&project, &args, &signed).await
    })
    .await?;
    let orphans = orphans(&unknown_here(&context.project()?.config, signed.into_inner()));
    for orphan in &orphans {
        report.text = format!("{}\n{} {}", report.text, Symbol::Warning.text(), orphan.summary);
    }
    if let (false, Some(map)) = (orphans.is_empty(), report.json.as_object_mut()) {
        map.insert("orphans".to_owned(), orphans.iter().map(|orphan| orphan.meta.clone()).collect());
    }
    Ok(report)
}

async fn of_space(
    project: &Project<'_>,
    args: &Status,
    signed: &RefCell<BTreeMap<String, String>>,
) -> Result<Report, Problem> {
    let history = project.outline()?;
    let sources = project.sources()?;
    let hash = json::storage_hash(&sources.contract);
    let node: Node = Some(hash.clone());
    let planned = history.graph.contains(&node)
        || (history.graph.edges().is_empty() && sources.contract == history.contract(&None)?);
    let heads = history.graph.heads();
    let refs = graph::refs(&history)?;

    let mut lines = vec![
        format!("contract   {} ({})", hash.short(), if planned { "planned" } else { "not planned" }),
        format!(
            "history    {}, {} {}",
            count(history.graph.edges().len(), "package"),
            if heads.len() == 1 { "head" } else { "heads" },
            heads.iter().map(short).collect::<Vec<_>>().join(", ")
        ),
    ];
    for (node, names) in &refs {
        let package = history.graph.leads_to(node).map_or(String::new(), |edge| format!(" ({})", edge.package));
        for name in names {
            lines.push(format!("ref        {name} at {}{package}", short(node)));
        }
    }
    let names = history.graph.edges().iter().map(|edge| &edge.package);
    let unready: Vec<&str> =
        names.filter(|name| history.store.check_runnable(name).is_err()).map(PackageName::as_str).collect();
    for name in &unready {
        lines.push(format!("{} {name} must be filled in or emitted before it can run", Symbol::Warning.text()));
    }
    let mut json = json!({
        "contract": { "hash": hash.as_str(), "planned": planned },
        "history": { "packages": history.graph.edges().len(),
                     "heads": heads.iter().map(|head| node_json(head.as_ref())).collect::<Vec<_>>() },
        "refs": refs.iter().flat_map(|(node, names)| names.iter().map(move |name| (name.clone(), node_json(node.as_ref()))))
            .collect::<serde_json::Map<String, Value>>(),
        "notReady": unready,
    });

    let mut next = if planned {
        unready.first().map(|name| format!("novate migration emit {name}"))
    } else {
        Some("novate plan".to_owned())
    };
    if heads.len() > 1 {
        next = next.map(|_| "novate plan --merge joins the heads".to_owned());
    }
    if let Some(database) = database(project, args).await? {
        signed.replace(database.spaces.clone());
        let (text, value, then) = against(project, &history, args, &database, planned)?;
        lines.extend(text);
        next = next.or(then);
        if let Some(map) = json.as_object_mut() {
            map.insert("database".to_owned(), value);
        }
    } else if let Some(to) = &args.to {
        // The same without a database: what such a goal asks of every one.
        let (goal, described) = migrate::goal(project, &history, Some(to))?;
        lines.push(format!("goal       {described}, {}", short(&goal.node)));
        let (text, invariants) = required(&history, &goal.invariants, &BTreeSet::new());
        lines.extend(text);
        if let Some(map) = json.as_object_mut() {
            map.insert("goal".to_owned(), json!({ "at": node_json(goal.node.as_ref()), "required": invariants }));
        }
    }
    let mut report = Report::new(lines.join("\n"), json);
    report.next = next;
    Ok(report)
}

/// The database's standing; `None` where it is not looked at or none was named.
async fn database(project: &Project<'_>, args: &Status) -> Result<Option<Standing>, Problem> {
    if args.offline {
        return Ok(None);
    }
    match project.connection_string() {
        Err(problem) if problem.code == "CONFIG.NO_DATABASE" && project.context.env.is_none() => {
            project.context.note_once(Symbol::Info, "no database was named, so none is looked at");
            Ok(None)
        }
        Err(problem) => Err(problem),
        Ok(_) => {
            let mut session = project.connect().await?;
            let found = standing(&mut session, &project.context.space).await?;
            session.close().await;
            Ok(Some(found))
        }
    }
}

type Lines = (Vec<String>, Value, Option<String>);

fn against(
    project: &Project<'_>,
    history: &Outline,
    args: &Status,
    database: &Standing,
    planned: bool,
) -> Result<Lines, Problem> {
    let at = database.node();
    let mut lines = Vec::new();
    match &database.marker {
        Some(marker) => lines.push(format!(
            "database   at {}, signed {} by novate {}",
            marker.hash.short(),
            marker.updated_at,
            marker.version
        )),
        None => lines.push("database   not under novate's control (no marker)".to_owned()),
    }
    let mut value = json!({
        "at": node_json(at.as_ref()),
        "invariants": database.marker.as_ref().map(|marker| marker.invariants.clone()).unwrap_or_default(),
        "inTransit": database.in_transit,
    });
    if let Some((text, near)) = database.marker.as_ref().and_then(|marker| nearest(history, marker)) {
        lines.push(text);
        if let Some(map) = value.as_object_mut() {
            map.insert("nearest".to_owned(), near);
        }
    }
    if let Some(transit) = &database.in_transit {
        lines.push(format!(
            "{} in transit: {} stands at operation {} ({})",
            Symbol::Warning.text(),
            transit.package,
            transit.operation + 1,
            transit.operation_id
        ));
        return Ok((lines, value, Some("novate migrate resumes it".to_owned())));
    }
    let have = database.marker.as_ref().map(|marker| marker.invariants.clone()).unwrap_or_default();
    if !have.is_empty() {
        lines.push(format!("           provided with {}", have.iter().cloned().collect::<Vec<_>>().join(", ")));
    }
    if args.to.is_none() && !planned {
        // Whatever is planned next: a database that no package knows is not on its way there.
        let unknown = at.is_some() && !history.graph.contains(&at);
        let problem = unknown.then(|| history.graph.route(&at, &None, &have, &have).err()).flatten();
        let then = problem.map(|error| no_route(error.into(), &mut lines, &mut value));
        return Ok((lines, value, then.flatten()));
    }
    let (goal, described) = migrate::goal(project, history, args.to.as_deref())?;
    let (text, invariants) = required(history, &goal.invariants, &have);
    lines.extend(text);
    if let Some(map) = value.as_object_mut() {
        map.insert("required".to_owned(), invariants);
    }
    match history.graph.route(&at, &goal.node, &goal.invariants, &have) {
        Ok(Route { edges }) if edges.is_empty() => {
            lines.push(match &database.marker {
                Some(_) => format!(
                    "{} by its marker, the database is at {described}; novate db verify looks at the schema",
                    Symbol::Done.text()
                ),
                None => format!("{} nothing to apply", Symbol::Info.text()),
            });
            if let Some(map) = value.as_object_mut() {
                map.insert("pending".to_owned(), json!([]));
            }
            Ok((lines, value, None))
        }
        Ok(Route { edges }) => {
            lines.push(format!(
                "{} {} to apply to reach {described}",
                Symbol::Next.text(),
                count(edges.len(), "package")
            ));
            lines.extend(edges.iter().map(|edge| format!("             {}", edge.package)));
            if let Some(map) = value.as_object_mut() {
                let names: Vec<&str> = edges.iter().map(|edge| edge.package.as_str()).collect();
                map.insert("pending".to_owned(), json!(names));
            }
            let command = match (&args.to, &database.marker) {
                (Some(to), _) => format!("novate migrate --to {to}"),
                (None, Some(_)) => "novate migrate".to_owned(),
                (None, None) => "novate db init".to_owned(),
            };
            Ok((lines, value, Some(command)))
        }
        Err(error) if is_about_routes(&error) => {
            let then = no_route(error.into(), &mut lines, &mut value);
            Ok((lines, value, then))
        }
        Err(error) => Err(error.into()),
    }
}

/// Says why there is no route; the next step.
fn no_route(problem: Problem, lines: &mut Vec<String>, value: &mut Value) -> Option<String> {
    lines.push(format!("{} {} ({})", Symbol::Warning.text(), problem.summary, problem.code));
    if let Some(why) = &problem.why {
        lines.push(format!("             {why}"));
    }
    if let Some(map) = value.as_object_mut() {
        map.insert("problem".to_owned(), problem.to_json());
    }
    problem.fix
}

/// What the goal requires: each invariant, whether the database has it, and who provides it.
fn required(history: &Outline, required: &BTreeSet<String>, have: &BTreeSet<String>) -> (Vec<String>, Value) {
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    for (at, invariant) in required.iter().enumerate() {
        let by = history.graph.providers(invariant).next().map(|edge| edge.package.as_str());
        let provided = have.contains(invariant);
        let state = match (provided, by) {
            (true, _) => "provided".to_owned(),
            (false, Some(package)) => format!("missing, {package} provides it"),
            (false, None) => "missing, no package provides it".to_owned(),
        };
        let lead = if at == 0 { "required" } else { "" };
        lines.push(format!("{lead:<10} {invariant} ({state})"));
        rows.push(json!({ "invariant": invariant, "provided": provided, "by": by }));
    }
    (lines, rows.into())
}

/// The contract that is most like the one that a database is at, where no package knows that one.
fn nearest(history: &Outline, marker: &Marker) -> Option<(String, Value)> {
    /// Of a long history the newest will do.
    const COMPARED: usize = 30;
    if history.graph.contains(&Some(marker.hash.clone())) {
        return None;
    }
    let unlike = |node: Node| Some((plan::changes(&marker.contract, &history.contract(&node).ok()?), node));
    let (count_unlike, node) =
        newest_first(&history.graph).into_iter().take(COMPARED).filter_map(unlike).min_by_key(|(unlike, _)| *unlike)?;
    let package = history.graph.leads_to(&node).map(|edge| edge.package.as_str());
    let place = package.map_or_else(|| short(&node), |package| format!("{} ({package})", short(&node)));
    let text = format!("           most like {place}: {} unlike", count(count_unlike, "object"));
    Some((text, json!({ "at": node_json(node.as_ref()), "package": package, "objectsUnlike": count_unlike })))
}
