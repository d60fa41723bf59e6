//! Packages as reviewers see them: what they run, where in `migration.sql`, and what was excused.

use novate_contract::Contract;
use novate_history::{Node, Package, PackageName};
use novate_planner::{Allow, Batch, Compiled, Operation, TransactionMode};
use novate_sql::Span;

use crate::operations;
use crate::policy::{Policy, Verdict};
use crate::problem::{Place, Problem, Severity};
use crate::project::{Loaded, denied};

/// A package with what its source says beside what runs.
#[derive(Debug, Clone)]
pub(crate) struct Reviewed {
    /// Its folder's name.
    pub(crate) name: PackageName,
    /// Where `migration.sql` is.
    pub(crate) path: camino::Utf8PathBuf,
    /// That text.
    pub(crate) source: String,
    /// Where it starts.
    pub(crate) from: Node,
    /// Where it ends.
    pub(crate) to: Node,
    /// How it is applied.
    pub(crate) mode: TransactionMode,
    /// What runs.
    pub(crate) operations: Vec<Operation>,
    /// Where the operations stand in the source; empty where it does not say the same as what runs.
    pub(crate) places: Vec<Span>,
    /// The reviewed exceptions; none where the source does not say the same as what runs.
    pub(crate) allowed: Vec<Allow>,
}

/// Reads packages as reviewers see them. Where one begins the one before usually ended: that contract is kept.
pub(crate) struct Reviewer<'a> {
    history: &'a Loaded,
    last: Option<(Node, Contract)>,
}

impl<'a> Reviewer<'a> {
    /// One who has seen nothing yet.
    pub(crate) fn new(history: &'a Loaded) -> Self {
        Self { history, last: None }
    }

    /// A package, and what is wrong between its source and what runs.
    pub(crate) fn review(&mut self, package: &Package) -> Result<(Reviewed, Vec<Problem>), Problem> {
        let mut reviewed = Reviewed {
            name: package.name.clone(),
            path: package.source_path(),
            // A checkout may have other line endings; lines and columns stay what they are.
            source: unix(&package.source),
            from: package.manifest.from.clone(),
            to: Some(package.manifest.to.clone()),
            mode: package.manifest.transaction,
            operations: package.operations.clone(),
            places: Vec::new(),
            allowed: Vec::new(),
        };
        if package.is_stale() {
            return Ok((reviewed, Vec::new()));
        }
        let from = match self.last.take() {
            Some((node, contract)) if node == reviewed.from => contract,
            _ => self.history.contract(&reviewed.from)?,
        };
        let to = self.history.contract(&reviewed.to)?;
        // The exceptions stand in the source alone: what runs is in ops.json, and nothing there depends on them.
        let problems = match novate_planner::compile(&reviewed.source, &from, &to) {
            Ok(compiled) if same(&compiled, package) => {
                reviewed.places.clone_from(&compiled.places);
                reviewed.allowed = allowed(compiled, package);
                Vec::new()
            }
            Ok(_) => vec![
                Problem::input(
                    "MIGRATION.OPS_DIFFER",
                    format!("ops.json of {} is not what its migration.sql says", package.name),
                )
                .why("what would run is not what people read; its hash is right, so it was written like that")
                .fix(format!("look at ops.json, then: novate migration emit {}", package.name))
                .at(Place::file(&reviewed.path)),
            ],
            // Another version may have understood it.
            Err(errors) => errors
                .iter()
                .map(|error| operations::compile_error(reviewed.path.as_str(), &reviewed.source, error).warning())
                .collect(),
        };
        self.last = Some((reviewed.to.clone(), to));
        Ok((reviewed, problems))
    }
}

/// Whether both run the same statements, in the same way. Names, hazards and checks are the compiler's words, and a newer
/// one may have better.
fn same(compiled: &Compiled, package: &Package) -> bool {
    let runs = |operation: &Operation| -> (Vec<String>, Option<Batch>, Option<String>) {
        let statements = operation.execute.iter().map(|statement| unix(&statement.sql)).collect();
        (statements, operation.batch, operation.invariant.clone())
    };
    compiled.transaction == package.manifest.transaction
        && compiled.operations.iter().map(runs).eq(package.operations.iter().map(runs))
}

fn unix(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// The exceptions, each for the operation as the package names it.
fn allowed(compiled: Compiled, package: &Package) -> Vec<Allow> {
    let named = |mut allow: Allow| {
        let at = compiled.operations.iter().position(|operation| operation.id == allow.operation)?;
        allow.operation.clone_from(&package.operations.get(at)?.id);
        Some(allow)
    };
    compiled.allowed.into_iter().filter_map(named).collect()
}

impl Reviewed {
    /// Where an operation stands.
    pub(crate) fn place(&self, at: usize) -> Place {
        match self.places.get(at) {
            Some(span) => Place::span(&self.path, &self.source, *span),
            None => Place::file(&self.path),
        }
    }

    /// What a policy says of each operation that it says anything of.
    pub(crate) fn verdicts(&self, policy: &Policy) -> Vec<(usize, &Operation, Verdict)> {
        let judged = |(at, operation)| {
            policy.judge(operation, &self.allowed).into_iter().map(move |verdict| (at, operation, verdict))
        };
        self.operations.iter().enumerate().flat_map(judged).collect()
    }

    /// What a policy says, as problems.
    pub(crate) fn policy_problems(&self, policy: &Policy) -> Vec<Problem> {
        self.verdicts(policy)
            .into_iter()
            .map(|(at, operation, verdict)| self.problem(at, operation, &verdict))
            .collect()
    }

    fn problem(&self, at: usize, operation: &Operation, verdict: &Verdict) -> Problem {
        let is = if verdict.severity == Severity::Error { "denied" } else { "warned of" };
        let (words, by) = (verdict.words(), verdict.by.join(", "));
        let excuses = verdict.excuses(operation);
        let fix = if excuses.is_empty() {
            format!("plan it otherwise, or take {words} from what {by} names")
        } else {
            let lines = excuses.join("\n");
            format!("plan it otherwise, or excuse it before its statement in migration.sql, and emit:\n{lines}")
        };
        let mut why = vec![format!("{by} names {words}")];
        why.extend(operation.hazards.iter().map(|hazard| format!("{}: {}", hazard.code.as_str(), hazard.message)));
        if self.places.is_empty() {
            why.push(
                "exceptions in its migration.sql do not count: it does not compile to what runs (novate check)"
                    .to_owned(),
            );
        }
        let meta = serde_json::json!({
            "package": self.name.as_str(),
            "operation": operation.id,
            "words": verdict.words.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "by": verdict.by,
        });
        let (code, is_warning) = match verdict.severity {
            Severity::Error => ("POLICY.DENIED", false),
            Severity::Warning => ("POLICY.WARNED", true),
        };
        let problem = denied(code, format!("{words} is {is}: {} ({})", operation.label, self.name))
            .why(why.join("\n"))
            .fix(fix)
            .meta(meta)
            .at(self.place(at));
        if is_warning { problem.warning() } else { problem }
    }
}
