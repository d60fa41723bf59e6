//! `--prove-replay`: the whole history on a scratch server, from the empty database over every edge.

use std::collections::{BTreeSet, VecDeque};

use novate_catalog::Finding;
use novate_contract::{Constraint, ConstraintKind, Contract, Control, ObjectId, Table};
use novate_history::{Edge, Graph, Node};
use novate_planner::PlanOptions;
use novate_runner::connection::{ConnectEnv, ConnectionString};
use novate_runner::{Goal, History, Home, Mode, RunError, Session, Settings, Strictness, migrate, verify};
use novate_scratch::{Database, Major, Request, Server};
use serde_json::json;

use crate::exit::Exit;
use crate::extensions;
use crate::findings;
use crate::problem::{Place, Problem};
use crate::progress::count;
use crate::project::{Context, Loaded, Project, short};
use crate::review::Reviewed;
use crate::ui::Symbol;

/// What a replay found.
pub(crate) struct Replayed {
    /// How many packages were applied and led where they should.
    pub(crate) packages: usize,
    /// What did not.
    pub(crate) problems: Vec<Problem>,
}

/// A database of the scratch server, and what stands in it for objects of others.
struct Stage {
    database: Database,
    stubs: Contract,
}

/// Applies every package once, each to a database that stands where it starts, and holds what comes of it against the
/// snapshot of where it ends. `packages` tell where operations stand.
pub(crate) async fn replay(
    project: &Project<'_>,
    history: &Loaded,
    packages: &[Reviewed],
    strict_coverage: bool,
) -> Result<Replayed, Problem> {
    let context = project.context;
    let prefer = project.config.postgres_major.map(Major);
    let targets = history.packages.values().map(|package| history.contract(&Some(package.manifest.to.clone())));
    let extensions = extensions::of(&targets.collect::<Result<Vec<Contract>, _>>()?);
    let server = Server::open(&Request { prefer, extensions, ..Request::default() })?;
    context.ui.note(Symbol::Info, &format!("replaying on PostgreSQL {}", server.version()));
    let run = Run { context, history, packages, strict_coverage, server: &server };
    let start = Stage { database: server.database("replay")?, stubs: Contract::empty(context.space.clone()) };
    let mut found = Replayed { packages: 0, problems: Vec::new() };
    let mut seen: BTreeSet<Node> = BTreeSet::from([None]);
    let mut tried: BTreeSet<&str> = BTreeSet::new();
    let mut open: VecDeque<(Node, Stage)> = VecDeque::from([(None, start)]);
    while let Some((node, stage)) = open.pop_front() {
        let edges: Vec<&Edge> = history.graph.leaving(&node).collect();
        // The last edge takes the database itself: a history without branches needs one.
        let mut own = Some(stage);
        for (at, edge) in edges.iter().enumerate() {
            tried.insert(edge.package.as_str());
            let stage =
                if at + 1 == edges.len() { own.take() } else { own.as_ref().map(|own| run.copy(own)).transpose()? };
            let Some(mut stage) = stage else { continue };
            match run.step(&mut stage, edge).await? {
                Step::Wrong(problem) => found.problems.push(*problem),
                // It stays where it is, and no route asks for what it provides.
                Step::Idle => {}
                Step::Held => {
                    found.packages += 1;
                    if seen.insert(edge.target()) {
                        open.push_back((edge.target(), stage));
                    }
                }
            }
        }
    }
    let beyond = history.graph.edges().iter().filter(|edge| !tried.contains(edge.package.as_str()));
    let beyond: Vec<&str> = beyond.map(|edge| edge.package.as_str()).collect();
    if let (Some(first), false) = (found.problems.first_mut(), beyond.is_empty()) {
        let more = format!("{} behind it could not be replayed: {}", count(beyond.len(), "package"), beyond.join(", "));
        first.why = Some(first.why.take().map_or_else(|| more.clone(), |why| format!("{why}\n{more}")));
    }
    Ok(found)
}

/// How a package came out.
enum Step {
    /// It ran, and led where it should.
    Held,
    /// Nothing ran.
    Idle,
    /// It did not run through, or led elsewhere.
    Wrong(Box<Problem>),
}

struct Run<'a> {
    context: &'a Context,
    history: &'a Loaded,
    packages: &'a [Reviewed],
    strict_coverage: bool,
    server: &'a Server,
}

impl Run<'_> {
    fn copy(&self, stage: &Stage) -> Result<Stage, Problem> {
        Ok(Stage { database: self.server.database_from("replay", &stage.database)?, stubs: stage.stubs.clone() })
    }

    /// Applies one package and compares. Errors are those of this machine.
    async fn step(&self, stage: &mut Stage, edge: &Edge) -> Result<Step, Problem> {
        let to = self.history.contract(&edge.target())?;
        // What its tables still refer to goes only once the package has let go of it.
        let both = beside(&stage.stubs, &others(&to));
        if let Err(why) = self.put_stubs(stage, both) {
            let problem = self.failed(edge, "what belongs to others cannot be put there before it", &why);
            return Ok(Step::Wrong(Box::new(problem)));
        }
        let string = ConnectionString::parse(&stage.database.url(), &ConnectEnv::default())?;
        let mut session = Session::open(&string, "novate", self.context.interrupt.clone()).await?;
        let outcome = self.apply(&mut session, stage, edge, &to).await;
        session.close().await;
        outcome
    }

    async fn apply(
        &self,
        session: &mut Session,
        stage: &mut Stage,
        edge: &Edge,
        to: &Contract,
    ) -> Result<Step, Problem> {
        let graph = Graph::new(vec![edge.clone()]);
        let home = Home::alone(&self.context.space);
        let source = History { home, graph: &graph, packages: &self.history.packages, contracts: self.history };
        // A package that stays where it is runs for what it provides.
        let goal = Goal { node: edge.target(), invariants: edge.provides.clone() };
        let done = match migrate(session, &source, &goal, &Settings::default(), &mut |_| ()).await {
            Ok(done) => done,
            Err(failed) => {
                return match *failed.error {
                    error @ (RunError::Interrupted | RunError::ConnectionLost { .. }) => Err(error.into()),
                    error => Ok(Step::Wrong(Box::new(self.refused(edge, error.into())))),
                };
            }
        };
        if done.applied.is_empty() {
            return Ok(Step::Idle);
        }
        if let Err(why) = self.put_stubs(stage, others(to)) {
            let problem = self.failed(edge, "what belongs to others cannot be taken away after it", &why);
            return Ok(Step::Wrong(Box::new(problem)));
        }
        let strictness = Strictness { extras: true, coverage: self.strict_coverage };
        let found = verify(session, home, to, Mode::Full, strictness).await?;
        if found.holds() {
            return Ok(Step::Held);
        }
        let errors: Vec<Finding> = found.findings.into_iter().filter(Finding::is_error).collect();
        let meta = json!({ "package": edge.package.as_str(), "findings": findings::json(&errors) });
        let problem = self.failed(edge, "what it leaves is not what its snapshot says", &findings::text(&errors));
        Ok(Step::Wrong(Box::new(problem.meta(meta))))
    }

    /// Makes what somebody else owns; the text of what went wrong where it cannot.
    fn put_stubs(&self, stage: &mut Stage, wanted: Contract) -> Result<(), String> {
        if wanted == stage.stubs {
            return Ok(());
        }
        let major = self.server.major().0;
        let options = PlanOptions { target_major: major, ..PlanOptions::default() };
        let plan = novate_planner::plan(&stage.stubs, &wanted, &options).map_err(|error| error.to_string())?;
        stage.database.execute(&novate_planner::script(&plan)).map_err(|error| error.to_string())?;
        stage.stubs = wanted;
        Ok(())
    }

    /// A package that did not run through.
    fn refused(&self, edge: &Edge, cause: Problem) -> Problem {
        let operation = cause.meta.get("operation").and_then(|id| id.as_str()).map(str::to_owned);
        let mut problem = self.failed(edge, &cause.summary, cause.why.as_deref().unwrap_or_default());
        let package = self.packages.iter().find(|package| package.name == edge.package);
        let at = operation.as_ref().and_then(|id| package?.operations.iter().position(|known| known.id == *id));
        if let (Some(package), Some(at)) = (package, at) {
            problem.place = Some(package.place(at));
        }
        let mut meta = cause.meta;
        if let Some(map) = meta.as_object_mut() {
            map.insert("package".to_owned(), edge.package.as_str().into());
            map.insert("cause".to_owned(), cause.code.into());
        }
        problem.meta(meta)
    }

    fn failed(&self, edge: &Edge, what: &str, why: &str) -> Problem {
        let problem = Problem::input("REPLAY.FAILED", format!("{} does not replay: {what}", edge.package))
            .fix(format!(
                "correct its migration.sql and emit it, or, where databases have it already, plan what is missing: novate \
                 migration show {}",
                edge.package
            ))
            .exit(Exit::Differences)
            .at(Place::file(self.history.store.source_path(&edge.package)));
        let way = format!("on the way from {} to {}", short(&edge.from), short(&edge.target()));
        problem.why(if why.is_empty() { way } else { format!("{why}\n{way}") })
    }
}

/// What is there and what is to be there, the latter where they differ.
fn beside(now: &Contract, then: &Contract) -> Contract {
    let mut both = then.clone();
    for (name, table) in &now.tables {
        match both.tables.get_mut(name) {
            None => drop(both.tables.insert(name.clone(), table.clone())),
            Some(both) => keep(both, table),
        }
    }
    for (name, schema) in &now.schemas {
        both.schemas.entry(name.clone()).or_insert_with(|| schema.clone());
    }
    for (name, extension) in &now.extensions {
        both.extensions.entry(name.clone()).or_insert_with(|| extension.clone());
    }
    for (name, sequence) in &now.sequences {
        both.sequences.entry(name.clone()).or_insert_with(|| sequence.clone());
    }
    for (name, payload) in &now.enums {
        both.enums.entry(name.clone()).or_insert_with(|| payload.clone());
    }
    both
}

/// Adds to a table what an earlier declaration of it has beside.
fn keep(table: &mut Table, earlier: &Table) {
    let is_primary = |constraint: &Constraint| matches!(constraint.kind, ConstraintKind::PrimaryKey(_));
    let has_primary = table.constraints.values().any(is_primary);
    for (name, column) in &earlier.columns {
        table.columns.entry(name.clone()).or_insert_with(|| column.clone());
    }
    for (name, constraint) in earlier.constraints.iter().filter(|(_, it)| !(has_primary && is_primary(it))) {
        table.constraints.entry(name.clone()).or_insert_with(|| constraint.clone());
    }
    for (name, index) in &earlier.indexes {
        table.indexes.entry(name.clone()).or_insert_with(|| index.clone());
    }
}

/// What a contract declares and novate does not make, as if it were ours.
fn others(contract: &Contract) -> Contract {
    let mut others = Contract::empty(contract.space.clone());
    let theirs = |id: &ObjectId| matches!(contract.control(id), Control::External | Control::Observed);
    let mut schemas: BTreeSet<_> =
        contract.schemas.keys().filter(|name| theirs(&ObjectId::Schema((*name).clone()))).collect();
    for (name, extension) in &contract.extensions {
        if theirs(&ObjectId::Extension(name.clone())) {
            let mut extension = extension.clone();
            extension.control = Control::Managed;
            others.extensions.insert(name.clone(), extension);
        }
    }
    for (name, one) in &contract.enums {
        if theirs(&ObjectId::Enum(name.clone())) {
            let mut one = one.clone();
            one.control = Control::Managed;
            schemas.insert(&name.schema);
            others.enums.insert(name.clone(), one);
        }
    }
    for (name, one) in &contract.sequences {
        if theirs(&ObjectId::Sequence(name.clone())) {
            let mut one = one.clone();
            one.control = Control::Managed;
            schemas.insert(&name.schema);
            others.sequences.insert(name.clone(), one);
        }
    }
    for name in contract.tables.keys().filter(|name| theirs(&ObjectId::Table((*name).clone()))) {
        if let Some(table) = contract.tables.get(name) {
            let mut table = table.clone();
            table.control = Control::Managed;
            // What theirs refers to of ours is not there yet, and is not ours to check.
            table.constraints.retain(|_, constraint| match &constraint.kind {
                ConstraintKind::ForeignKey(key) => theirs(&ObjectId::Table(key.references.clone())),
                _ => true,
            });
            schemas.insert(&name.schema);
            others.tables.insert(name.clone(), table);
        }
    }
    // One of ours that holds theirs is there before its package comes, which then has nothing to do.
    for name in schemas {
        if let Some(schema) = contract.schemas.get(name) {
            let mut schema = schema.clone();
            schema.control = Control::Managed;
            others.schemas.insert(name.clone(), schema);
        }
    }
    others
}
