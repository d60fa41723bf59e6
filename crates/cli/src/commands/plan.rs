//! `novate plan`: from the head of the history to the contract.

use std::mem::ManuallyDrop;

use novate_contract::{Contract, json};
use novate_history::{Edge, Manifest, NewPackage, Node, PackageName, Placeholder, SourceDigest};
use novate_planner::{Compiled, Header, Plan as Planned, PlanOptions};
use novate_source::{RenameHint, ValueHint};
use serde_json::{Value, json};

use super::contract::write_emitted;
use super::plan_merge;
use crate::cli::Plan;
use crate::problem::{Problem, shorten};
use crate::progress::count;
use crate::project::{Context, Outline, Project, shell_word, short};
use crate::sources::{self, Statements};
use crate::ui::{Report, Symbol};
use crate::{operations, renames, states};

/// Works out a migration and writes it as a package, or says that there is nothing to do.
pub(crate) fn run(context: &Context, args: &Plan) -> Result<Report, Problem> {
    if args.merge {
        return plan_merge::run(context, args);
    }
    let project = context.project()?;
    project.check_own()?;
    let aim = match &args.to {
        Some(text) => Ok(Aim::State(text)),
        None => project.statements().map(Aim::Contract),
    };
    // Statements are read on every core, what they mean is worked out on one: the past has the others.
    let (past, goal) = beside(|| past(&project, args), || aim.and_then(|aim| goal(&project, aim)));
    let Past { history, start: known } = past?;
    let Goal { contract: to, hints, value_hints } = goal?;
    let (from, before) = match known {
        Some(known) => known,
        None => start(&project, &history, args, &to)?,
    };
    // The program ends after this, and taking large contracts apart piece by piece is a wait for nothing.
    let (mut before, to) = (ManuallyDrop::new(before), ManuallyDrop::new(to));
    before.share_equal(&to);
    sources::check_coverage(&to, args.strict_coverage)?;
    let options = options(&project, args, hints, value_hints, &before, &to)?;
    let (target, plan) = beside(|| json::storage_hash(&to), || novate_planner::plan(&before, &to, &options));
    let plan = plan?;
    operations::print_findings(context.ui, &plan.findings);
    if from.as_ref() == Some(&target) || (from.is_none() && plan.is_empty() && to == before) {
        return Ok(nothing(&from));
    }
    if let Some(edge) = history.graph.leaving(&from).find(|edge| edge.to == target) {
        return Ok(planned_already(&edge.package, &from));
    }
    let title = args.name.clone().unwrap_or_else(|| operations::title(&plan));
    let header = Header {
        name: title.clone(),
        from: from.as_ref().map(|hash| hash.as_str().to_owned()),
        to: target.as_str().to_owned(),
    };
    let source = novate_planner::render(&plan, &header)?;
    let compiled = novate_planner::compile(&source, &before, &to)
        .map_err(|errors| operations::compile_problem("the plan", &source, errors))?;
    let text = operations::table(&compiled);
    if args.dry_run {
        let sql = if args.sql { format!("{text}\n\n{}", novate_planner::script(&plan)) } else { text };
        return Ok(Report::new(sql, to_json(&compiled, None, &plan)));
    }
    write_emitted_if_current(&project, args, &to)?;
    let name = write(&project, &history, &title, from, &before, &to, &source, &compiled)?;
    let migrate = match &args.to {
        Some(to) => format!("novate migrate --to {}", shell_word(to)),
        None => "novate migrate".to_owned(),
    };
    Ok(report(&history, &name, &compiled, &plan, args.sql, text, &migrate))
}

/// How to plan between two contracts.
pub(super) fn options(
    project: &Project<'_>,
    args: &Plan,
    hints: Vec<RenameHint>,
    value_hints: Vec<ValueHint>,
    before: &Contract,
    to: &Contract,
) -> Result<PlanOptions, Problem> {
    Ok(PlanOptions {
        renames: renames::collect(&args.rename, hints, before, to)?,
        value_renames: renames::values(value_hints, before),
        online: args.online,
        target_major: project.config.postgres_major.unwrap_or(PlanOptions::default().target_major),
        script: false,
    })
}

/// Does one thing on a thread of its own while another is done.
fn beside<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), other)
    })
}

/// The history, and where the plan starts where that does not depend on the contract.
struct Past {
    history: Outline,
    start: Option<(Node, Contract)>,
}

fn past(project: &Project<'_>, args: &Plan) -> Result<Past, Problem> {
    let history = project.outline()?;
    if args.from.is_some() {
        return Ok(Past { history, start: None });
    }
    let head = history.graph.head(project.context.space.as_str())?;
    let start = match ways_back(&history, &head).next() {
        Some(_) => None,
        None => Some((head.clone(), history.contract(&head)?)),
    };
    Ok(Past { history, start })
}

fn ways_back<'a>(history: &'a Outline, head: &'a Node) -> impl Iterator<Item = &'a Edge> {
    history.graph.leaving(head).filter(|edge| history.graph.is_rollback(edge))
}

/// Where the plan starts: what was asked for, else the one head. Where a way back leads from the head, the contract
/// may go on from its end instead: it starts at the one from which less changes.
fn start(project: &Project<'_>, history: &Outline, args: &Plan, to: &Contract) -> Result<(Node, Contract), Problem> {
    if let Some(text) = &args.from {
        let node = states::find(project.context, text)?.node;
        let contract = history.contract(&node)?;
        return Ok((node, contract));
    }
    let head = history.graph.head(project.context.space.as_str())?;
    let contract = history.contract(&head)?;
    let mut least = changes(&contract, to);
    let mut best = (head.clone(), contract);
    for edge in ways_back(history, &head) {
        let contract = history.contract(&edge.target())?;
        let count = changes(&contract, to);
        if count < least {
            least = count;
            best = (edge.target(), contract);
            let text = format!("planned from {}, where {} leads back to", edge.to.short(), edge.package);
            project.context.ui.note(Symbol::Info, &text);
        }
    }
    Ok(best)
}

/// How many objects differ between two contracts.
pub(super) fn changes(from: &Contract, to: &Contract) -> usize {
    let (before, after) = (from.objects_unlike(to), to.objects_unlike(from));
    let gone = before.keys().filter(|id| !after.contains_key(id)).count();
    let new = after.iter().filter(|(id, object)| !before.get(id).is_some_and(|old| old.same(object))).count();
    gone + new
}

/// What the plan leads to, before it is worked out.
enum Aim<'a> {
    /// A state that was named.
    State(&'a str),
    Contract(Statements),
}

/// Where the plan ends. A hint says what was planned once: afterwards its source is gone from the start, and it has no
/// effect.
struct Goal {
    contract: Contract,
    hints: Vec<RenameHint>,
    value_hints: Vec<ValueHint>,
}

fn goal(project: &Project<'_>, aim: Aim<'_>) -> Result<Goal, Problem> {
    match aim {
        Aim::State(text) => {
            let state = states::find(project.context, text)?;
            if state.node.is_none() {
                return Err(Problem::input("STATE.UNKNOWN", "a package cannot lead to the empty database")
                    .why("the empty database is where a history begins; it has no contract")
                    .fix("plan to a contract file without objects, or drop them one by one"));
            }
            Ok(Goal { contract: state.contract, hints: state.hints, value_hints: state.value_hints })
        }
        Aim::Contract(statements) => {
            let sources = statements.read()?;
            sources.print_notes(project.context.ui);
            Ok(Goal { contract: sources.contract, hints: sources.hints, value_hints: sources.value_hints })
        }
    }
}

fn nothing(from: &Node) -> Report {
    Report::new(
        format!("{} Nothing to do: the history ends in the contract ({})", Symbol::Done.text(), short(from)),
        json!({ "planned": false, "from": from.as_ref().map(novate_contract::StorageHash::as_str),
                "to": from.as_ref().map(novate_contract::StorageHash::as_str), "operations": [] }),
    )
}

/// There is a package for it, a rollback perhaps: another one would only be a parallel edge.
fn planned_already(package: &PackageName, from: &Node) -> Report {
    Report::new(
        format!("{} Nothing to do: {package} leads from {} to the contract", Symbol::Done.text(), short(from)),
        json!({ "planned": false, "package": package.as_str(), "operations": [] }),
    )
    .next("novate migrate")
}

/// The committed JSON follows the sources; a plan to another state leaves it alone.
fn write_emitted_if_current(project: &Project<'_>, args: &Plan, to: &Contract) -> Result<(), Problem> {
    if args.to.is_none() { write_emitted(project, to) } else { Ok(()) }
}

/// Writes snapshots and the package.
#[allow(clippy::too_many_arguments)]
pub(crate) fn write(
    project: &Project<'_>,
    history: &Outline,
    title: &str,
    from: Node,
    before: &Contract,
    to: &Contract,
    source: &str,
    compiled: &Compiled,
) -> Result<PackageName, Problem> {
    let stamp = project.stamp()?;
    if from.is_some() {
        history.store.write_snapshot(before)?;
    }
    let hash = history.store.write_snapshot(to)?;
    let new = NewPackage {
        manifest: manifest(project, from, hash, stamp.created_at(), source, compiled),
        operations: compiled.operations.clone(),
        source: source.to_owned(),
    };
    let (name, _) = history.store.write_package(&stamp, title, &new)?;
    Ok(name)
}

/// What a package says of itself.
pub(crate) fn manifest(
    project: &Project<'_>,
    from: Node,
    to: novate_contract::StorageHash,
    created_at: String,
    source: &str,
    compiled: &Compiled,
) -> Manifest {
    Manifest {
        from,
        to,
        space: project.context.space.clone(),
        transaction: compiled.transaction,
        provided_invariants: compiled.invariants.clone(),
        placeholders: compiled
            .placeholders
            .iter()
            .map(|p| Placeholder { question: p.question.clone(), line: p.line })
            .collect(),
        created_at,
        source_digest: SourceDigest::of(source),
    }
}

fn report(
    history: &Outline,
    name: &PackageName,
    compiled: &Compiled,
    plan: &Planned,
    sql: bool,
    table: String,
    migrate: &str,
) -> Report {
    let path = shorten(history.store.source_path(name));
    let mut text = table;
    if sql {
        text = format!("{text}\n\n{}", novate_planner::script(plan));
    }
    text = format!("{text}\n\n{} {name}: {}", Symbol::Done.text(), count(compiled.operations.len(), "operation"));
    let folder = path.parent().map(ToString::to_string).unwrap_or_default();
    text = format!("{text} written to {folder}");
    let next = if compiled.placeholders.is_empty() {
        migrate.to_owned()
    } else {
        for placeholder in &compiled.placeholders {
            text = format!(
                "{text}\n{} {path}:{} asks: {}",
                Symbol::Warning.text(),
                placeholder.line,
                placeholder.question
            );
        }
        format!("fill in {path}, then: novate migration emit {name}")
    };
    Report::new(text, to_json(compiled, Some((name, path.as_str())), plan)).next(next)
}

fn to_json(compiled: &Compiled, package: Option<(&PackageName, &str)>, plan: &Planned) -> Value {
    json!({
        "planned": true,
        "package": package.map(|(name, _)| name.as_str()),
        "source": package.map(|(_, path)| path),
        "transaction": compiled.transaction.as_str(),
        "operations": operations::json(&compiled.operations),
        "placeholders": compiled.placeholders.iter()
            .map(|p| json!({ "line": p.line, "question": p.question })).collect::<Vec<_>>(),
        "findings": operations::findings_json(&plan.findings),
        "sql": novate_planner::script(plan),
    })
}
