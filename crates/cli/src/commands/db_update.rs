//! `novate db update`: a development database follows the contract without a package.

use dialoguer::Confirm;
use novate_contract::{Contract, Control, ObjectId};
use novate_planner::{Item, Operation, OperationClass, PlanOptions};
use novate_runner::{Home, RunError, Session, Settings, standing, update};
use serde_json::json;

use crate::cli::DbUpdate;
use crate::every::{Failure, in_each};
use crate::exit::Exit;
use crate::operations;
use crate::problem::Problem;
use crate::progress::{Progress, count};
use crate::project::{Context, denied};
use crate::renames;
use crate::sources::Sources;
use crate::spaces;
use crate::ui::{Report, Symbol, Ui, err};

/// Plans from the live schema to the contract, asks, applies, verifies and signs; space by space, unless one was named.
pub(crate) async fn run(context: &Context, args: &DbUpdate) -> Result<Report, Problem> {
    in_each(context, Failure::Stops, async |one| update_space(one, args).await).await
}

async fn update_space(context: &Context, args: &DbUpdate) -> Result<Report, Problem> {
    let project = context.project()?;
    if let Some((name, environment)) = project.environment()?.filter(|(_, environment)| environment.protected) {
        let _ = environment;
        return Err(denied("POLICY.PROTECTED", format!("the environment {name} is protected"))
            .why("db update changes a database without a package that somebody reviewed")
            .fix("novate plan, then novate migrate"));
    }
    let sources = project.sources()?;
    sources.print_notes(context.ui);
    let mut session = project.connect().await?;
    let others = project.others()?;
    let home = Home { space: &context.space, others: &others };
    let next = difference(context.ui, home, sources, &args.rename, Externals::Theirs, &mut session).await?;
    let operations = &next.operations;
    let mut text = operations::lines(operations);
    let json = json!({ "operations": operations::json(operations), "dryRun": args.dry_run });
    if args.dry_run {
        session.close().await;
        if operations.is_empty() {
            text = format!("{} Nothing to do", Symbol::Done.text());
        }
        return Ok(Report::new(text, json));
    }
    consent(context, args, operations)?;
    apply(context.ui, home, &next, &mut session, &project.settings()).await?;
    session.close().await;
    let text = if operations.is_empty() {
        format!("{} Nothing to do: the database is what the contract says, and is signed", Symbol::Done.text())
    } else {
        format!("{} {} applied, verified and signed", Symbol::Done.text(), count(operations.len(), "operation"))
    };
    Ok(Report::new(text, json))
}

/// What an operation fails with, whose next step usually is about its package.
const OF_AN_OPERATION: [&str; 3] =
    ["MIGRATION.STATEMENT_FAILED", "MIGRATION.PRECHECK_FAILED", "MIGRATION.POSTCHECK_FAILED"];

/// What leads from a live schema to the contract.
pub(crate) struct Difference {
    /// The contract.
    pub(crate) to: Contract,
    /// The operations, in order.
    pub(crate) operations: Vec<Operation>,
}

/// Who makes what the contract leaves to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Externals {
    /// They do.
    Theirs,
    /// We do, as it is declared: on a server of our own there is nobody else.
    Ours,
}

/// Plans from the live schema to the contract; refuses what only a package can hold.
pub(crate) async fn difference(
    ui: Ui,
    home: Home<'_>,
    sources: Sources,
    rename: &[String],
    externals: Externals,
    session: &mut Session,
) -> Result<Difference, Problem> {
    let contract = sources.contract;
    let to = match externals {
        Externals::Theirs => contract.clone(),
        Externals::Ours => adopted(&contract, home.others),
    };
    let mut now = standing(session, home.space).await?;
    if let Some(transit) = now.in_transit {
        return Err(RunError::InTransit { transit: Box::new(transit) }.into());
    }
    // What is a forgotten space's would be taken for nobody's, and dropped.
    let known = |name: &String| home.space.as_str() == name || home.others.iter().any(|it| it.space.as_str() == name);
    now.spaces.retain(|name, _| !known(name));
    if let Some(orphan) = spaces::orphans(&now.spaces).pop() {
        return Err(orphan);
    }
    let mut live = novate_runner::read_towards(session, home, &to).await?;
    live.space = home.space.clone();
    let options = PlanOptions {
        renames: renames::collect(rename, sources.hints, &live, &to)?,
        value_renames: renames::values(sources.value_hints, &live),
        target_major: u16::try_from(session.connected().server_version.major()).unwrap_or(15),
        ..PlanOptions::default()
    };
    let plan = novate_planner::plan(&live, &to, &options)?;
    operations::print_findings(ui, &plan.findings);
    refuse_transforms(&plan)?;
    let operations = if plan.is_empty() { Vec::new() } else { compile(&plan, &live, &to)? };
    Ok(Difference { to: contract, operations })
}

/// The contract with nothing left to others, but to the other spaces.
fn adopted(contract: &Contract, others: &[Contract]) -> Contract {
    let mut ours = contract.clone();
    let free = |id: ObjectId| !others.iter().any(|other| other.has(&id));
    let schemas = ours.schemas.iter_mut().filter(|(name, _)| free(ObjectId::Schema((*name).clone())));
    let schemas = schemas.map(|(_, schema)| &mut schema.control);
    let extensions = ours.extensions.iter_mut().filter(|(name, _)| free(ObjectId::Extension((*name).clone())));
    let extensions = extensions.map(|(_, extension)| &mut extension.control);
    let enums = ours.enums.iter_mut().filter(|(name, _)| free(ObjectId::Enum((*name).clone())));
    let enums = enums.map(|(_, kind)| &mut kind.control);
    let sequences = ours.sequences.iter_mut().filter(|(name, _)| free(ObjectId::Sequence((*name).clone())));
    let sequences = sequences.map(|(_, sequence)| &mut sequence.control);
    let adopt = |control: &mut Control| {
        if *control == Control::External {
            *control = Control::Managed;
        }
    };
    schemas.chain(extensions).chain(enums).chain(sequences).for_each(adopt);
    let external = contract.tables.keys().filter(|name| contract.tables[*name].control == Control::External);
    for name in external.filter(|name| free(ObjectId::Table((*name).clone()))) {
        if let Some(table) = ours.tables.get_mut(name) {
            table.control = Control::Managed;
        }
    }
    ours
}

/// Applies a difference, verifies the result and signs it, in one transaction.
pub(crate) async fn apply(
    ui: Ui,
    home: Home<'_>,
    next: &Difference,
    session: &mut Session,
    settings: &Settings,
) -> Result<(), Problem> {
    let mut progress = Progress::new(ui);
    let mut on = |event| progress.on(&event);
    update(session, home, &next.operations, &next.to, settings, &mut on).await.map_err(|error| {
        let mut problem = Problem::from(error);
        // There is no package to edit and no migration to run again.
        if OF_AN_OPERATION.contains(&problem.code) {
            problem.fix = Some("mend the cause or the contract; nothing was changed".to_owned());
        }
        problem
    })
}

/// Only a package can hold a change to rows, because only people know what rows should become.
fn refuse_transforms(plan: &novate_planner::Plan) -> Result<(), Problem> {
    let object = plan.items.iter().find_map(|item| match item {
        Item::Transform(transform) => transform.objects.first().map(ToString::to_string),
        Item::Statement(statement) if statement.placeholder.is_some() => {
            statement.objects.first().map(ToString::to_string)
        }
        _ => None,
    });
    match object {
        Some(object) => Err(RunError::NeedsTransform { object }.into()),
        None => Ok(()),
    }
}

fn compile(plan: &novate_planner::Plan, live: &Contract, to: &Contract) -> Result<Vec<Operation>, Problem> {
    let header = novate_planner::Header {
        name: "db update".to_owned(),
        from: None,
        to: novate_contract::json::storage_hash(to).as_str().to_owned(),
    };
    let source = novate_planner::render(plan, &header)?;
    let compiled = novate_planner::compile(&source, live, to)
        .map_err(|errors| operations::compile_problem("the plan", &source, errors))?;
    Ok(compiled.operations)
}

/// Shows what will be done and asks. Destruction needs its own flag, whoever says yes to the rest.
fn consent(context: &Context, args: &DbUpdate, operations: &[Operation]) -> Result<(), Problem> {
    if !args.accept_data_loss
        && let Some(problem) = data_loss(operations)
    {
        return Err(
            problem.fix("keep what is dropped in the contract, name a rename with --rename, or add --accept-data-loss")
        );
    }
    if operations.is_empty() || args.yes {
        return Ok(());
    }
    if !context.ui.can_ask() {
        return Err(Problem::input("DB.CONSENT_NEEDED", "nobody can be asked here")
            .why(format!("{} would be applied", count(operations.len(), "operation")))
            .fix("look at it with --dry-run, then add --yes")
            .exit(Exit::Declined));
    }
    err(&operations::lines(operations));
    let yes = Confirm::new().with_prompt("Apply this?").default(false).interact().unwrap_or(false);
    if yes { Ok(()) } else { Err(Problem::input("DB.DECLINED", "nothing was changed").exit(Exit::Declined)) }
}

/// The error for operations that lose data, where there are any; without its next step.
pub(crate) fn data_loss(operations: &[Operation]) -> Option<Problem> {
    let destructive: Vec<&Operation> =
        operations.iter().filter(|operation| operation.class == OperationClass::Destructive).collect();
    if destructive.is_empty() {
        return None;
    }
    let labels: Vec<&str> = destructive.iter().map(|operation| operation.label.as_str()).collect();
    let problem = denied("DB.DATA_LOSS", format!("{} would lose data", count(destructive.len(), "operation")))
        .why(labels.join("\n"))
        .meta(json!({ "operations": destructive.iter().map(|op| json!({
            "id": op.id, "label": op.label,
        })).collect::<Vec<_>>() }));
    Some(problem)
}
