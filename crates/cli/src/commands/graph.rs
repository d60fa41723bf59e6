//! `novate migration graph`: the history as a picture.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use novate_contract::json;
use novate_history::Node;
use novate_runner::standing;
use serde_json::json;

use super::migration_emit::node_json;
use crate::picture::{self, Mark, Picture};
use crate::problem::Problem;
use crate::project::{Context, Loaded, Outline, short};
use crate::ui::{Report, Symbol};

/// `novate migration graph`
#[derive(Debug, Args)]
pub(crate) struct Graph {
    /// How it is drawn
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
    /// Show where the database of this environment stands; may be repeated. --db and --env are shown too
    #[arg(long, value_name = "NAME")]
    pub(crate) at: Vec<String>,
}

/// `--format`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Lanes for a terminal.
    Text,
    /// A flowchart that Markdown shows.
    Mermaid,
    /// For Graphviz.
    Dot,
    /// Lanes as a vector image.
    Svg,
}

/// Draws contracts, newest first, with the packages that lead to them and what stands there.
pub(crate) async fn run(context: &Context, args: &Graph) -> Result<Report, Problem> {
    let project = context.project()?;
    let history = project.outline()?;
    let refs = refs(&history)?;
    if history.graph.edges().is_empty() {
        return Ok(Report::new("No packages yet.", json!({ "nodes": [], "edges": [] })).next("novate plan"));
    }
    let databases = databases(context, args).await?;
    let mut marks: BTreeMap<Node, Vec<Mark>> = BTreeMap::new();
    // A contract that cannot be read is another command's to tell.
    let contract = project.sources().ok().map(|sources| Some(json::storage_hash(&sources.contract)));
    if let Some(contract) = &contract {
        marks.entry(contract.clone()).or_default().push(Mark::Contract);
    }
    for (node, names) in &refs {
        marks.entry(node.clone()).or_default().extend(names.iter().cloned().map(Mark::Ref));
    }
    for (name, node) in &databases {
        marks.entry(node.clone()).or_default().push(Mark::Database(name.clone()));
        if !history.graph.contains(node) {
            let place = short(node);
            context
                .ui
                .note(Symbol::Warning, &format!("the database {name} is at {place}, which no package here knows"));
        }
    }
    let picture = Picture::of(&history.graph, &marks);
    let drawn = match args.format {
        Format::Text => picture::text(&picture),
        Format::Mermaid => picture::mermaid(&picture),
        Format::Dot => picture::dot(&picture),
        Format::Svg => picture::svg(&picture),
    };
    let mut json = to_json(&history, &refs, contract.as_ref(), &databases);
    if let (true, Some(map)) = (args.format != Format::Text, json.as_object_mut()) {
        map.insert("picture".to_owned(), drawn.as_str().into());
    }
    let report = Report::new(drawn, json);
    // What other programs read holds names and hashes alone, and must reach them as it is.
    Ok(if args.format == Format::Text { report } else { report.verbatim() })
}

fn to_json(
    history: &Outline,
    refs: &BTreeMap<Node, Vec<String>>,
    contract: Option<&Node>,
    databases: &[(String, Node)],
) -> serde_json::Value {
    let edges: Vec<_> = history
        .graph
        .edges()
        .iter()
        .map(|edge| {
            json!({ "package": edge.package.as_str(), "from": node_json(edge.from.as_ref()), "to": edge.to.as_str(),
                    "rollback": history.graph.is_rollback(edge), "invariants": edge.provides })
        })
        .collect();
    let nodes: Vec<_> = history
        .graph
        .nodes()
        .iter()
        .map(|node| json!({ "hash": node_json(node.as_ref()), "refs": refs.get(node).cloned().unwrap_or_default() }))
        .collect();
    let databases: Vec<_> =
        databases.iter().map(|(name, node)| json!({ "name": name, "at": node_json(node.as_ref()) })).collect();
    json!({ "nodes": nodes, "edges": edges, "contract": contract.map(|node| node_json(node.as_ref())),
            "databases": databases })
}

/// Where the databases stand that were named on the command line; nowhere is connected to but there.
async fn databases(context: &Context, args: &Graph) -> Result<Vec<(String, Node)>, Problem> {
    let mut wanted: Vec<(String, Option<String>, Option<String>)> = Vec::new();
    if context.db.is_some() {
        wanted.push(("--db".to_owned(), context.db.clone(), None));
    }
    for name in context.env.iter().chain(&args.at) {
        wanted.push((name.clone(), None, Some(name.clone())));
    }
    let mut found = Vec::new();
    for (name, db, env) in wanted {
        let there = Context { db, env, ..context.of(&context.space) };
        let project = there.project()?;
        let mut session = project.connect().await?;
        let at = standing(&mut session, &context.space).await?;
        session.close().await;
        found.push((name, at.node()));
    }
    Ok(found)
}

/// Names of refs by the contract that they point at.
pub(crate) fn refs<P>(history: &Loaded<P>) -> Result<BTreeMap<Node, Vec<String>>, Problem> {
    let mut refs: BTreeMap<Node, Vec<String>> = BTreeMap::new();
    for name in history.store.ref_names()? {
        let reference = history.store.read_ref(&name)?;
        refs.entry(Some(reference.hash)).or_default().push(name.to_string());
    }
    Ok(refs)
}
