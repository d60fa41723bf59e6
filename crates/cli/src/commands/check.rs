//! `novate check`: the gate for CI. Nothing here needs a database, but for `--prove-replay`, which has its own.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use novate_contract::{Contract, json};
use novate_history::{Graph, HistoryError, Node, Package, PackageName, Store};
use serde_json::json;

use crate::config::FILE;
use crate::emitted::Emitted;
use crate::gate::replay::replay;
use crate::gate::{self, Base, Format, Gate};
use crate::policy::Policy;
use crate::problem::{Place, Problem, Severity};
use crate::progress::count;
use crate::project::{Context, Loaded, Project, Scope};
use crate::review::Reviewer;
use crate::seeds::Seeds;
use crate::sources;
use crate::ui::{Report, Symbol, err, width};

/// `novate check`
#[derive(Debug, Args, Default)]
pub(crate) struct Check {
    /// Classes and hazards that fail: destructive,rewrite,blocks-writes
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub(crate) deny: Vec<String>,
    /// Classes and hazards to warn of
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub(crate) warn: Vec<String>,
    /// How findings are written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
    /// A git commit: packages that are as they are there were reviewed, and policy is for the others
    #[arg(long, value_name = "COMMIT")]
    pub(crate) base: Option<String>,
    /// Apply every package on a throwaway server, and compare what each leaves with its snapshot
    #[arg(long)]
    pub(crate) prove_replay: bool,
    /// An object of a kind that is not modelled is an error
    #[arg(long)]
    pub(crate) strict_coverage: bool,
}

/// Checks hashes, graph, placeholders, staleness, refs, names, the emitted contract and policy.
pub(crate) async fn run(context: &Context, args: &Check) -> Result<Report, Problem> {
    let format = if context.ui.json { Format::Json } else { args.format };
    let found = every(context, args).await;
    if format == Format::Text {
        return text(context, &found?);
    }
    // What keeps everything else from being checked is a finding too, where findings are read by programs.
    let mut gate = found.unwrap_or_else(Gate::of);
    let exit = gate.exit();
    let text = gate.write(format, &context.here, gate::repository(&context.here));
    let mut report = Report::new(text, gate.to_json());
    report.exit = Some(exit);
    Ok(report)
}

/// Everything that is found in each space that is meant.
async fn every(context: &Context, args: &Check) -> Result<Gate, Problem> {
    let mut all: Option<Gate> = None;
    for one in context.each()? {
        let mut gate = offline(&one, args)?;
        if args.prove_replay {
            prove(&one, args, &mut gate).await?;
        }
        all = Some(match all {
            Some(before) => before.and(gate),
            None => gate,
        });
    }
    let mut gate = all.unwrap_or_default();
    let project = context.project()?;
    if context.scope == Scope::All
        && let Err(problem) = project.others()
    {
        gate.problems.extend(problem.flatten().into_iter().filter(|it| it.code == "SPACE.OWNED_TWICE"));
    }
    Ok(gate)
}

/// Replays the history, where it is whole.
async fn prove(context: &Context, args: &Check, gate: &mut Gate) -> Result<(), Problem> {
    let project = context.project()?;
    let mut problems = Vec::new();
    let (history, mut whole) = read(project.store()?, &mut problems)?;
    whole &= snapshot_problems(&history)?.is_empty();
    let runnable = history.packages.values().all(|package| package.check_runnable().is_ok());
    if !whole || !runnable {
        context.ui.note(Symbol::Warning, "nothing was replayed: a history with the problems below cannot be");
        return Ok(());
    }
    let replayed = replay(&project, &history, &gate.pending, args.strict_coverage).await?;
    gate.replayed = Some(replayed.packages);
    gate.problems.extend(replayed.problems);
    Ok(())
}

/// For people: warnings, then everything that fails or the good news.
pub(crate) fn text(context: &Context, gate: &Gate) -> Result<Report, Problem> {
    if !context.ui.json {
        gate.warnings().for_each(|warning| err(warning.to_text(width()).trim_end_matches('\n')));
    }
    match Problem::join(gate.errors().cloned().collect()) {
        Some(problem) => Err(problem),
        None => Ok(Report::new(format!("{} {}", Symbol::Done.text(), gate.verdict()), gate.to_json())),
    }
}

/// Everything that is found without a server.
pub(crate) fn offline(context: &Context, args: &Check) -> Result<Gate, Problem> {
    let project = context.project()?;
    let policy = policy(&project, args)?;
    let store = project.store()?;
    let base = match &args.base {
        Some(commit) => Some(Base::read(&project.config.root, store.folder(), commit)?),
        None => None,
    };
    let settings = project.config.root.join(FILE);
    let mut gate = Gate { base: args.base.clone(), settings, ..Gate::default() };
    let (history, mut whole) = read(store, &mut gate.problems)?;
    gate.packages = history.packages.len();
    gate.snapshots = history.store.snapshots()?.len();
    let snapshots = snapshot_problems(&history)?;
    whole &= snapshots.is_empty();
    gate.problems.extend(snapshots);
    gate.problems.extend(history.packages.values().flat_map(package_problems));
    gate.problems.extend(ref_problems(&history, whole)?);
    if whole {
        gate.problems.extend(graph_problems(&project, &history));
    }
    match project.sources() {
        Err(problem) => gate.problems.extend(problem.flatten()),
        Ok(sources) => {
            gate.unsupported = sources::unsupported_json(&sources.contract);
            let coverage = sources::check_coverage(&sources.contract, args.strict_coverage);
            gate.problems.extend(contract_problems(&project, &history, &sources.contract, whole)?);
            gate.problems.extend(coverage.err());
            if let Err(problem) = Seeds::check(&project, &sources.contract) {
                gate.problems.extend(problem.flatten());
            }
            gate.problems.extend(sources.warnings(context.ui));
        }
    }
    let mut reviewer = Reviewer::new(&history);
    let new = |package: &&Package| !base.as_ref().is_some_and(|base| base.has(&package.name));
    for package in in_order(&history).into_iter().filter(new) {
        // A snapshot that cannot be read was reported.
        let Ok((reviewed, problems)) = reviewer.review(package) else { continue };
        gate.problems.extend(problems);
        gate.problems.extend(reviewed.policy_problems(&policy));
        gate.pending.push(reviewed);
    }
    Ok(gate)
}

/// What `novate.toml` says for the project, for the chosen environment or else for every one, and the flags.
fn policy(project: &Project<'_>, args: &Check) -> Result<Policy, Problem> {
    let environments: Vec<&str> = match project.environment()? {
        Some((name, _)) => vec![name],
        None => project.config.environments.keys().map(String::as_str).collect(),
    };
    let mut policy = Policy::of(&project.config, &environments)?;
    policy.add(&args.deny, Severity::Error, "--deny")?;
    policy.add(&args.warn, Severity::Warning, "--warn")?;
    Ok(policy)
}

/// `novate migration check`: only the packages.
pub(crate) fn integrity(context: &Context) -> Result<Report, Problem> {
    let project = context.project()?;
    let mut problems = Vec::new();
    let (history, _) = read(project.store()?, &mut problems)?;
    problems.extend(snapshot_problems(&history)?);
    problems.extend(history.packages.values().flat_map(package_problems));
    if let Some(problem) = Problem::join(problems) {
        return Err(problem);
    }
    Ok(Report::new(
        format!("{} {} in order", Symbol::Done.text(), count(history.packages.len(), "package")),
        json!({ "packages": history.packages.len() }),
    ))
}

/// Reads what can be read, and says whether that is all.
fn read(store: Store, problems: &mut Vec<Problem>) -> Result<(Loaded, bool), Problem> {
    let mut packages: BTreeMap<PackageName, Package> = BTreeMap::new();
    let before = problems.len();
    for name in store.package_names()? {
        match store.read_package(&name) {
            Ok(package) => {
                packages.insert(name, package);
            }
            Err(error) => problems.push(error.into()),
        }
    }
    let graph = Graph::new(packages.values().map(novate_history::Edge::of).collect());
    Ok((Loaded::new(store, graph, packages), problems.len() == before))
}

/// The packages in the order in which they were planned.
fn in_order(history: &Loaded) -> Vec<&Package> {
    history.graph.edges().iter().filter_map(|edge| history.packages.get(&edge.package)).collect()
}

/// What keeps a package from running: edited since, or placeholders, each with its line.
fn package_problems(package: &Package) -> Vec<Problem> {
    match package.check_runnable() {
        Ok(()) => Vec::new(),
        Err(HistoryError::UnfilledPlaceholder { package, path, placeholders }) => placeholders
            .into_iter()
            .map(|one| {
                let (package, path, placeholders) = (package.clone(), path.clone(), vec![one]);
                HistoryError::UnfilledPlaceholder { package, path, placeholders }.into()
            })
            .collect(),
        Err(error) => vec![error.into()],
    }
}

/// Snapshots that are missing or not what they should be, those that no package needs too.
fn snapshot_problems(history: &Loaded) -> Result<Vec<Problem>, Problem> {
    let mut seen: BTreeSet<Node> = BTreeSet::new();
    let mut problems = Vec::new();
    for edge in history.graph.edges() {
        for node in [edge.from.clone(), edge.target()] {
            if seen.insert(node.clone()) {
                problems.extend(history.store.contract(&node, edge.package.as_str()).err().map(Problem::from));
            }
        }
    }
    let others = history.store.snapshots()?.into_iter().map(Some).filter(|node| !seen.contains(node));
    problems.extend(others.filter_map(|node| history.contract(&node).err().map(Problem::from)));
    Ok(problems)
}

/// Refs that are not as they were written, and, where the whole graph is known, those that lead nowhere.
fn ref_problems(history: &Loaded, whole: bool) -> Result<Vec<Problem>, Problem> {
    let mut problems = Vec::new();
    for name in history.store.ref_names()? {
        let checked = history
            .store
            .read_ref(&name)
            .and_then(|found| if whole { history.graph.check_ref(&name, &found) } else { Ok(()) });
        problems.extend(checked.err().map(|error| {
            let mut problem = Problem::from(error);
            let file = history.store.folder().join("refs").join(format!("{name}.json"));
            problem.place.get_or_insert_with(|| Place::file(file));
            problem
        }));
    }
    Ok(problems)
}

fn graph_problems(project: &Project<'_>, history: &Loaded) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    if let Err(error @ HistoryError::Diverged { .. }) = history.graph.head(project.context.space.as_str()) {
        problems.push(Problem::from(error).at(Place::file(history.store.folder())));
    }
    let reachable = history.graph.reachable(&None);
    for package in in_order(history).into_iter().filter(|package| !reachable.contains_key(&package.manifest.from)) {
        problems.push(
            Problem::input("MIGRATION.ORPHAN", format!("no route from the empty database leads to {}", package.name))
                .why(format!(
                    "it starts at {}, which no package leads to",
                    crate::project::short(&package.manifest.from)
                ))
                .fix("bring the missing package back (git log -- migrations), or delete this one")
                .at(Place::file(package.source_path())),
        );
    }
    problems
}

/// The emitted contract, and whether a package leads to the contract.
fn contract_problems(
    project: &Project<'_>,
    history: &Loaded,
    contract: &Contract,
    whole: bool,
) -> Result<Vec<Problem>, Problem> {
    let mut problems = Vec::new();
    let path = project.emitted_path()?;
    let untouched = history.graph.edges().is_empty() && *contract == history.contract(&None)?;
    match Emitted::find(&path, contract) {
        // A project that has just begun: the first plan emits it.
        Ok(Emitted::Missing) if untouched => {}
        Ok(found) => problems.extend(found.problem(&path)),
        Err(problem) => problems.push(problem),
    }
    let node: Node = Some(json::storage_hash(contract));
    if whole && !untouched && !history.graph.contains(&node) {
        problems.push(
            Problem::input("MIGRATION.NOT_PLANNED", "no package leads to the contract")
                .fix(if history.graph.heads().len() > 1 { "novate plan --merge" } else { "novate plan" })
                .at(Place::file(&project.space_config()?.contract)),
        );
    }
    Ok(problems)
}
