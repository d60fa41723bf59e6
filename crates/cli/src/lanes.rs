//! What a run of one space or of several needs: read and checked before any connection is made.

use novate_contract::{Contract, Space};
use novate_history::{Graph, RefName};
use novate_runner::{Goal, History, Home, Lane};
use serde_json::{Value, json};

use crate::commands::migrate::{Ready, ready};
use crate::problem::Problem;
use crate::project::{Context, Project};

/// A space's part of a run.
pub(crate) struct Part<'a> {
    /// The project, as this space sees it.
    pub(crate) project: Project<'a>,
    /// What was read of it.
    pub(crate) ready: Ready,
    /// What the other spaces have.
    others: Vec<Contract>,
}

/// The parts of a run, in the order in which they are applied; never none.
pub(crate) struct Parts<'a> {
    parts: Vec<Part<'a>>,
    main: usize,
}

impl<'a> Parts<'a> {
    /// Reads what a run needs of each of `contexts`. `to` is where the space goes that `context` is about; another space
    /// goes to a ref of that name where it has one, else to its contract.
    pub(crate) fn read(context: &Context, contexts: &'a [Context], to: Option<&str>) -> Result<Self, Problem> {
        let mut parts = Vec::with_capacity(contexts.len());
        for one in contexts {
            let project = one.project()?;
            let to = goal_of(&project, context, to)?;
            let ready = ready(&project, to).map_err(|problem| of_space(problem, &project, contexts.len()))?;
            let others = project.others()?;
            parts.push(Part { project, ready, others });
        }
        let main = parts.iter().position(|part| part.project.context.space == context.space);
        main.map(|main| Self { parts, main }).ok_or_else(|| crate::spaces::unknown(&context.space))
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[Part<'a>] {
        &self.parts
    }

    /// The one that the command is about: the application's, unless another was named.
    pub(crate) fn main(&self) -> &Part<'a> {
        &self.parts[self.main]
    }

    /// The place of that one among all.
    pub(crate) fn main_index(&self) -> usize {
        self.main
    }

    /// See [`Self::all`].
    pub(crate) fn all_mut(&mut self) -> &mut [Part<'a>] {
        &mut self.parts
    }

    /// That of a space.
    pub(crate) fn of(&self, space: &Space) -> Option<&Part<'a>> {
        self.parts.iter().find(|part| part.project.context.space == *space)
    }

    /// Whether there are several.
    pub(crate) fn are_several(&self) -> bool {
        self.parts.len() > 1
    }

    /// What a runner is given.
    pub(crate) fn lanes(&self) -> Vec<Lane<'_>> {
        self.parts.iter().map(|part| part.lane(&part.ready.history.graph)).collect()
    }
}

impl Part<'_> {
    /// The space among its neighbours.
    pub(crate) fn home(&self) -> Home<'_> {
        Home { space: &self.project.context.space, others: &self.others }
    }

    /// What a runner is given, with the part of the graph that may be used.
    pub(crate) fn lane<'p>(&'p self, graph: &'p Graph) -> Lane<'p> {
        let history = &self.ready.history;
        let history = History { home: self.home(), graph, packages: &history.packages, contracts: history };
        let Goal { node, invariants } = &self.ready.goal;
        Lane { history, goal: Goal { node: node.clone(), invariants: invariants.clone() } }
    }
}

/// Where a space goes when the space that `context` is about goes to `to`: to a ref of that name where it has one, else to
/// its contract.
pub(crate) fn goal_of<'t>(
    project: &Project<'_>,
    context: &Context,
    to: Option<&'t str>,
) -> Result<Option<&'t str>, Problem> {
    match to {
        Some(to) if project.context.space != context.space && !has_ref(project, to)? => Ok(None),
        to => Ok(to),
    }
}

/// Whether a space has a ref of this name.
pub(crate) fn has_ref(project: &Project<'_>, name: &str) -> Result<bool, Problem> {
    let Ok(name) = RefName::parse(name) else { return Ok(false) };
    Ok(project.store()?.ref_names()?.contains(&name))
}

/// A problem that says which space it is about, unless it says so already.
pub(crate) fn label(mut problem: Problem, space: &Space) -> Problem {
    if problem.meta.get("space").is_some() {
        return problem;
    }
    let why = problem.why.take().map(|why| format!("{why}\n")).unwrap_or_default();
    problem.why = Some(format!("{why}in the space {space}"));
    if problem.meta.is_null() {
        problem.meta = json!({});
    }
    if let Value::Object(meta) = &mut problem.meta {
        meta.insert("space".to_owned(), space.as_str().into());
    }
    problem
}

/// The same where there are several spaces; and what cannot be mended here is said to be others'.
pub(crate) fn of_space(problem: Problem, project: &Project<'_>, spaces: usize) -> Problem {
    if spaces < 2 {
        return problem;
    }
    let space = &project.context.space;
    let mut problem = label(problem, space);
    if let Some(installed) = project.config.spaces.get(space).and_then(|space| space.installed.as_ref())
        && problem.code == "MIGRATION.NOT_PLANNED"
    {
        problem.fix = crate::spaces::installed(space, installed).fix;
    }
    problem
}
