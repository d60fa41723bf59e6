//! A stretch of the history as one package: what it would say, and the proof that it leads to the same.

mod external;
mod proof;
mod source;
mod transaction;

use std::collections::BTreeSet;

use novate_contract::Contract;
use novate_history::{Edge, Graph, Manifest, MigrationHash, NewPackage, Node, Package, PackageName};
use novate_planner::Compiled;

use crate::commands::manifest;
use crate::extensions;
use crate::problem::Problem;
use crate::progress::count;
use crate::project::{Context, Loaded, Project, short};

/// The packages that are to become one.
pub(crate) struct Stretch {
    /// Where it starts.
    pub(crate) from: Node,
    /// Where it ends.
    pub(crate) to: Node,
    /// The packages, in order.
    pub(crate) edges: Vec<Edge>,
}

/// The package that replaces a stretch, proven.
pub(crate) struct Squashed {
    /// `migration.sql`.
    pub(crate) source: String,
    /// What it compiles to.
    pub(crate) compiled: Compiled,
    /// How it was put together, for people.
    pub(crate) how: &'static str,
    /// The transforms that were left out, and why that is certain.
    pub(crate) left_out: Vec<String>,
    /// Tables whose rows were compared.
    pub(crate) tables: usize,
}

impl Stretch {
    /// The stretch between two nodes: the route that a database takes to which every invariant on the way matters.
    pub(crate) fn find(history: &Loaded, from: Node, to: Node) -> Result<Self, Problem> {
        let none = BTreeSet::new();
        let shortest = history.graph.route(&from, &to, &none, &none)?.edges;
        let on_the_way: BTreeSet<Node> = shortest.iter().map(Edge::target).collect();
        let beside = history.graph.edges().iter().filter(|edge| edge.from == edge.target());
        let beside = beside.filter(|edge| edge.from != from && on_the_way.contains(&edge.from));
        let provided = shortest.iter().chain(beside).flat_map(|edge| edge.provides.clone()).collect();
        let edges = history.graph.route(&from, &to, &provided, &none)?.edges;
        for edge in &edges {
            if let Some(package) = history.packages.get(&edge.package) {
                package.check_runnable()?;
            }
        }
        if edges.len() < 2 {
            let why = format!("from {} to {} it is {}", short(&from), short(&to), count(edges.len(), "package"));
            return Err(refused("there is nothing to squash").why(why));
        }
        Ok(Self { from, to, edges })
    }

    fn packages<'a>(&'a self, history: &'a Loaded) -> impl Iterator<Item = &'a Package> {
        self.edges.iter().filter_map(|edge| history.packages.get(&edge.package))
    }
}

/// An error about a stretch that stays as it is.
fn refused(summary: &str) -> Problem {
    Problem::input("MIGRATION.SQUASH_REFUSED", summary)
        .fix("novate migration graph shows the history; give another stretch: novate migration squash FROM..TO")
}

/// Puts the package together and proves it: on a throwaway server one new database goes the long way and another the
/// short one, and both must end in the same schema with the same rows.
pub(crate) async fn squash(
    context: &Context,
    project: &Project<'_>,
    history: &Loaded,
    stretch: &Stretch,
    title: &str,
) -> Result<Squashed, Problem> {
    let (before, after) = (history.contract(&stretch.from)?, history.contract(&stretch.to)?);
    transaction::check(history, stretch, [&before, &after])?;
    let extensions = extensions::of([&before, &after]);
    let request = novate_scratch::Request { extensions, ..novate_scratch::Request::default() };
    let server = novate_scratch::Server::open(&request)?;
    let rehearsal = proof::Rehearsal { context, project, history, server: &server, after: &after };
    let none = BTreeSet::new();
    let mut long = history.graph.route(&None, &stretch.from, &none, &none)?.edges;
    let approach = long.clone();
    long.extend(stretch.edges.iter().cloned());
    let done = rehearsal.run(&long, None).await?;

    let mut last = None;
    for candidate in source::candidates(history, stretch, &before, &after, &done.applied, title, project) {
        match attempt(&rehearsal, &approach, &done, stretch, (&before, &after), candidate).await {
            Ok(squashed) => return Ok(squashed),
            Err(problem) => last = Some(problem),
        }
    }
    Err(last.unwrap_or_else(|| refused("the packages cannot be put together")))
}

async fn attempt(
    rehearsal: &proof::Rehearsal<'_>,
    approach: &[Edge],
    done: &proof::Rehearsed,
    stretch: &Stretch,
    (before, after): (&Contract, &Contract),
    candidate: source::Candidate,
) -> Result<Squashed, Problem> {
    let source::Candidate { source, how, left_out } = candidate;
    let compiled = novate_planner::compile(&source, before, after)
        .map_err(|errors| crate::operations::compile_problem("the squashed package", &source, errors))?;
    check_heads(rehearsal.history, stretch, &compiled)?;
    let (edge, package) = provisional(rehearsal.project, stretch, &source, &compiled)?;
    let mut short = approach.to_vec();
    short.push(edge);
    let other = rehearsal.run(&short, Some(package)).await?;
    let tables = proof::compare(done, &other)?;
    Ok(Squashed { source, compiled, how, left_out, tables })
}

/// A way that is shorter can make another look like one that leads back; then the history would end elsewhere.
fn check_heads(history: &Loaded, stretch: &Stretch, compiled: &Compiled) -> Result<(), Problem> {
    let Some(to) = stretch.to.clone() else { return Ok(()) };
    let Some(last) = history.graph.edges().last() else { return Ok(()) };
    let mut edges = history.graph.edges().to_vec();
    edges.push(Edge {
        from: stretch.from.clone(),
        to,
        provides: compiled.invariants.iter().cloned().collect(),
        ..last.clone()
    });
    let (before, after) = (history.graph.heads(), Graph::new(edges).heads());
    if before == after {
        return Ok(());
    }
    let names = |heads: &[Node]| heads.iter().map(short).collect::<Vec<_>>().join(" and ");
    let touches =
        |edge: &&Edge| stretch.edges.iter().any(|step| [&step.from, &step.target()].contains(&&edge.target()));
    let mut rollbacks = history.graph.edges().iter().filter(|edge| history.graph.is_rollback(edge));
    let back = rollbacks.find(touches);
    let which = back.map_or_else(|| "a package".to_owned(), |edge| edge.package.to_string());
    let problem = refused("the history would end somewhere else").why(format!(
        "it ends in {}, and with a shorter way it would seem to end in {}: {which} leads back into the stretch",
        names(&before),
        names(&after)
    ));
    Err(match back {
        Some(edge) if edge.target() != stretch.from => problem.fix(format!(
            "end the stretch where it leads: novate migration squash {}..{}",
            short(&stretch.from),
            edge.to.short()
        )),
        _ => problem,
    })
}

/// The package as it would be, for a run that nobody keeps.
fn provisional(
    project: &Project<'_>,
    stretch: &Stretch,
    source: &str,
    compiled: &Compiled,
) -> Result<(Edge, Package), Problem> {
    let Some(to) = stretch.to.clone() else { return Err(refused("the stretch ends in the empty database")) };
    let name = PackageName::parse("squashed")?;
    let folder = camino::Utf8PathBuf::from(name.as_str());
    let manifest: Manifest =
        manifest(project, stretch.from.clone(), to, project.stamp()?.created_at(), source, compiled);
    let new = NewPackage { manifest, operations: compiled.operations.clone(), source: source.to_owned() };
    let (_, hash): (_, MigrationHash) = novate_history::PackageFiles::of(&folder, &new)?;
    let package = Package {
        name: name.clone(),
        folder,
        manifest: new.manifest,
        hash: hash.clone(),
        operations: new.operations,
        source: new.source,
    };
    Ok((Edge::new(name, hash, &package.manifest), package))
}
