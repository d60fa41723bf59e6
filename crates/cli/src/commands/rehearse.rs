//! `novate rehearse`: the pending route on a copy, and what it does there.

use clap::Args;
use novate_contract::{Contract, Space};
use novate_neon::{ApiKey, ProjectId};
use novate_rehearse::{Copy, Left, NeonProject, OperationSeen, PackageSeen, Rehearsal, SpaceSeen};
use novate_runner::connection::{ConnectionString, is_connection_string};
use novate_runner::{Goal, Outcome, Verification};
use novate_scratch::{Major, Request};
use serde_json::{Value, json};

use super::migration_emit::node_json;
use crate::exit::Exit;
use crate::extensions;
use crate::findings;
use crate::lanes::{Part, Parts};
use crate::problem::Problem;
use crate::progress::{Progress, count, shown};
use crate::project::{Context, Project, parse_connection, short};
use crate::ui::{Report, Symbol};

/// `novate rehearse`
#[derive(Debug, Args)]
pub(crate) struct Rehearse {
    /// Where to go: a ref, hash, package or package^; the current contract by default
    #[arg(long, value_name = "STATE")]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) copy: CopyArgs,
}

/// Which copy, and what becomes of it.
#[derive(Debug, Args, Default)]
pub(crate) struct CopyArgs {
    /// On what copy: scratch (a server of its own with the live schema), template (a copy on the same server), neon (a
    /// branch of the project that NEON_API_KEY and NEON_PROJECT_ID name), or the URL of a copy that you have made
    #[arg(long, value_name = "COPY", default_value = "scratch")]
    pub(crate) on: String,
    /// On a scratch server: so many rows of every table, and those that they refer to
    #[arg(long, value_name = "N")]
    pub(crate) sample: Option<u32>,
    /// Leave the copy where it is
    #[arg(long)]
    pub(crate) keep: bool,
}

/// Rehearses, and tells what happened.
pub(crate) async fn run(context: &Context, args: &Rehearse) -> Result<Report, Problem> {
    let contexts = context.each()?;
    let parts = Parts::read(context, &contexts, args.to.as_deref())?;
    let done = on_copy(&parts, &args.copy).await?;
    done.report(&parts.main().ready.goal, args.to.as_deref())
}

/// A rehearsal, and what became of its copy.
pub(crate) struct Done {
    rehearsal: Rehearsal,
    /// The space that the command is about.
    main: Space,
    lacks: Vec<String>,
    left: Left,
}

/// Makes a copy, runs on it what is pending, and removes it.
pub(crate) async fn on_copy(parts: &Parts<'_>, args: &CopyArgs) -> Result<Done, Problem> {
    let project = &parts.main().project;
    let context = project.context;
    let copy = make(parts, args).await?;
    let lacks = copy.lacks.clone();
    let mut progress = Progress::new(context.ui);
    let (settings, interrupt) = (project.settings(), context.interrupt.clone());
    let rehearsed =
        novate_rehearse::rehearse(&copy, &parts.lanes(), &settings, interrupt, &mut |event| progress.on(event)).await;
    drop(progress);
    // The copy goes whatever came of it.
    let left = if args.keep { Ok(copy.keep()) } else { copy.remove().await };
    let main = context.space.clone();
    Ok(Done { rehearsal: rehearsed?, main, lacks, left: left? })
}

async fn make(parts: &Parts<'_>, args: &CopyArgs) -> Result<Copy, Problem> {
    let project = &parts.main().project;
    let ui = project.context.ui;
    if is_connection_string(&args.on) {
        let string = parse_connection(&args.on, &project.variables)?;
        refuse_originals(project, &string).await?;
        ui.note(Symbol::Info, &format!("rehearsing on {}: it is changed for good", string.safe_summary()));
        return Ok(Copy::given(string));
    }
    let (source, origin) = project.connection_string()?;
    let shown = source.safe_summary();
    match args.on.as_str() {
        "scratch" => {
            if args.keep {
                return Err(Problem::input("REHEARSE.CANNOT_KEEP", "a scratch server ends with the rehearsal")
                    .fix("leave --keep out, or rehearse --on template"));
            }
            let (major, live) = live(project).await?;
            let goal = |part: &Part<'_>| part.ready.history.contract(&part.ready.goal.node);
            let goals: Vec<Contract> = parts.all().iter().map(goal).collect::<Result<_, _>>()?;
            let installation = novate_scratch::find(&Request {
                prefer: Some(Major(major)),
                extensions: extensions::of(goals.iter().chain([&live])),
                install_if_missing: true,
                ..Request::default()
            })?;
            let rows = args.sample.map_or("no rows".to_owned(), |rows| format!("{rows} rows a table"));
            let on = format!("PostgreSQL {}", installation.version);
            ui.note(
                Symbol::Info,
                &format!("copying {shown} ({origin}) to a scratch server, {on}: its schema and {rows}"),
            );
            let copy = novate_rehearse::on_scratch(&source, &installation, args.sample).await?;
            if !copy.lacks.is_empty() {
                let lacks = copy.lacks.join(", ");
                ui.note(Symbol::Warning, &format!("not on the copy, since they are not modelled: {lacks}"));
            }
            Ok(copy)
        }
        "template" => {
            if args.sample.is_some() {
                return Err(Problem::input("REHEARSE.CANNOT_SAMPLE", "a copy on the same server has every row")
                    .fix("leave --sample out, or rehearse --on scratch"));
            }
            let older = novate_rehearse::left_over(&source).await?;
            if !older.is_empty() {
                let names = older.join(", ");
                ui.note(Symbol::Warning, &format!("copies of other rehearsals are on the server: {names}"));
            }
            ui.note(Symbol::Info, &format!("copying {shown} ({origin}) on its server"));
            Ok(novate_rehearse::on_server(&source, &stamp(project)?).await?)
        }
        "neon" => on_neon(project, args, &source).await,
        other => Err(Problem::input("REHEARSE.UNKNOWN_COPY", format!("{other:?} is no kind of copy"))
            .fix("--on scratch, --on template, --on neon, or --on with the URL of a copy")),
    }
}

/// A copy is changed for good, so that it must not be a database of the project: the one that is to be migrated, or that
/// of any environment.
async fn refuse_originals(project: &Project<'_>, copy: &ConnectionString) -> Result<(), Problem> {
    let environments = project.config.environments.values().filter_map(|environment| environment.url.as_ref());
    let named = environments.filter_map(|url| project.value_of(url));
    let mut originals: Vec<ConnectionString> = Vec::new();
    for text in named {
        originals.extend(parse_connection(&text, &project.variables).ok());
    }
    match project.connection_string() {
        Ok((string, _)) => originals.push(string),
        // Without a database to migrate there is none to mistake for a copy.
        Err(problem) if matches!(problem.code, "CONFIG.NO_DATABASE" | "CONFIG.NO_URL") => {}
        Err(problem) => return Err(problem),
    }
    for original in originals {
        // One that cannot be reached is not the one that can.
        if novate_rehearse::is_same(&original, copy).await.unwrap_or(false) {
            return Err(Problem::input("REHEARSE.NOT_A_COPY", "that is the database itself, and no copy of it")
                .why(format!("{} leads to a database of this project", copy.safe_summary()))
                .fix("make a copy first, or rehearse --on template or --on scratch"));
        }
    }
    Ok(())
}

/// A branch of the project that the variables name.
async fn on_neon(project: &Project<'_>, args: &CopyArgs, source: &ConnectionString) -> Result<Copy, Problem> {
    let ui = project.context.ui;
    if args.sample.is_some() {
        return Err(Problem::input("REHEARSE.CANNOT_SAMPLE", "a branch has every row")
            .fix("leave --sample out, or rehearse --on scratch"));
    }
    let value = |name: &str| {
        project.variables.get(name).map(|(value, _)| value).ok_or_else(|| {
            Problem::input("REHEARSE.NO_NEON", format!("a branch needs {name}"))
                .why(format!("looked for it in {}", project.variables.searched(name)))
                .fix("set NEON_API_KEY and NEON_PROJECT_ID: Neon's console has both")
        })
    };
    let place = NeonProject {
        key: ApiKey::new(&value("NEON_API_KEY")?),
        id: ProjectId::new(value("NEON_PROJECT_ID")?),
        base_url: project.variables.get("NEON_API_URL").map(|(value, _)| value),
    };
    let name = format!("novate-rehearse-{}", stamp(project)?.replace('_', "-"));
    ui.note(Symbol::Info, &format!("making the branch {name} of the Neon project {}", place.id));
    let on = move |event: &novate_neon::Event| ui.note(Symbol::Info, &told(event));
    Ok(novate_rehearse::on_neon(source, place, &name, on).await?)
}

/// What Neon is doing.
fn told(event: &novate_neon::Event) -> String {
    use novate_neon::{Event, Reason};
    match event {
        Event::Made { branch } => format!("the branch is there: {branch}"),
        Event::Waiting { reason, attempt, delay } => {
            let what = match reason {
                Reason::Locked => "other operations run on the project".to_owned(),
                Reason::RateLimited => "there were too many requests".to_owned(),
                Reason::Unavailable => "Neon was not reached".to_owned(),
                Reason::Operation { action } => format!("Neon is at {action}"),
                Reason::Endpoint => "the branch's compute is coming up".to_owned(),
                _ => "Neon is busy".to_owned(),
            };
            format!("{what}; request {} in {}", attempt + 1, shown(*delay))
        }
        _ => "Neon is busy".to_owned(),
    }
}

/// What makes the name of a copy its own.
fn stamp(project: &Project<'_>) -> Result<String, Problem> {
    let moment = project.stamp()?.created_at();
    let digits: String = moment.chars().filter(char::is_ascii_digit).collect();
    Ok(format!("{digits}_{}", std::process::id()))
}

/// The major version of the server that is to be copied.
async fn live(project: &Project<'_>) -> Result<(u16, Contract), Problem> {
    let mut session = project.connect().await?;
    let major = session.server_major();
    let live = novate_runner::read_live(&mut session).await?;
    session.close().await;
    Ok((u16::try_from(major).unwrap_or(u16::MAX), live.contract))
}

impl Done {
    /// Whether the same can be expected to go well on the database.
    pub(crate) fn is_clean(&self) -> bool {
        self.rehearsal.is_clean()
    }

    /// What happened. A failure on the copy is the command's own.
    pub(crate) fn report(self, goal: &Goal, to: Option<&str>) -> Result<Report, Problem> {
        let text = self.text();
        let clean = self.is_clean();
        let meta = self.json(goal);
        if let Some(failed) = self.rehearsal.failed {
            let mut problem = Problem::from(failed);
            let code = std::mem::replace(&mut problem.code, "REHEARSE.FAILED");
            let why = problem.why.take().unwrap_or_default();
            problem.summary = format!("the rehearsal failed: {}", problem.summary);
            problem.why = Some(format!("{code}, on the copy; nothing was done to the database itself\n{why}\n{text}"));
            problem.meta = json!({ "cause": code, "details": problem.meta, "rehearsal": meta });
            return Err(problem);
        }
        if !clean {
            let found: Vec<String> = self.verifications().map(|(_, it)| findings::text(&it.findings)).collect();
            let found = found.join("");
            return Err(Problem::input("DB.DRIFT", "after the rehearsal the copy is not what its contract says")
                .why(format!("{found}\n{text}"))
                .fix("mend what differs, in the packages or in the database, and rehearse again")
                .meta(json!({ "rehearsal": meta }))
                .exit(Exit::Differences));
        }
        let from = self.seen().and_then(|seen| seen.from.clone());
        let ran = self.rehearsal.packages.len();
        if ran == 0 {
            let text = format!("{} Nothing to rehearse: the database is at {}", Symbol::Done.text(), short(&goal.node));
            return Ok(Report::new(text, meta));
        }
        let summary = format!(
            "{} The rehearsal is clean: {} from {} to {}",
            Symbol::Done.text(),
            count(ran, "package"),
            short(&from),
            short(&goal.node),
        );
        let command = to.map_or("novate migrate".to_owned(), |to| {
            format!("novate migrate --to {}", crate::project::shell_word(to))
        });
        Ok(Report::new(format!("{text}\n\n{summary}"), meta).next(command))
    }

    /// What was seen of the space that the command is about.
    fn seen(&self) -> Option<&SpaceSeen> {
        self.rehearsal.spaces.iter().find(|seen| seen.space == self.main)
    }

    /// What each space was then.
    fn verifications(&self) -> impl Iterator<Item = (&Space, &Verification)> {
        self.rehearsal.spaces.iter().filter_map(|seen| Some((&seen.space, seen.verification.as_ref()?)))
    }

    fn text(&self) -> String {
        let mut lines = Vec::new();
        let several = self.rehearsal.spaces.len() > 1;
        for package in &self.rehearsal.packages {
            let took = package.took.map_or("failed".to_owned(), shown);
            let space = if several { format!("{}: ", package.space) } else { String::new() };
            lines.push(format!("{} {space}{} ({took})", Symbol::Next.text(), package.package));
            for operation in &package.operations {
                lines.extend(operation_lines(operation));
            }
        }
        for wait in &self.rehearsal.waits {
            let what = wait.operation.clone().unwrap_or_else(|| "the lock of the space".to_owned());
            let holders: Vec<String> = wait.holders.iter().map(ToString::to_string).collect();
            lines.push(format!("{} {what} waited for {}", Symbol::Warning.text(), holders.join(", ")));
        }
        for key in &self.rehearsal.remaining.keys {
            let rows = count(usize::try_from(key.orphans).unwrap_or(usize::MAX), "row");
            lines.push(format!(
                "{} the foreign key {} is not validated; {rows} of it refer to nothing",
                Symbol::Warning.text(),
                key.name
            ));
        }
        for index in &self.rehearsal.remaining.indexes {
            lines.push(format!("{} the index {index} is not valid", Symbol::Warning.text()));
        }
        if !self.lacks.is_empty() {
            let lacks = self.lacks.join(", ");
            lines.push(format!("{} the copy did not have: {lacks}", Symbol::Warning.text()));
        }
        lines.push(match &self.left {
            Left::Removed => format!("{} the copy is removed", Symbol::Info.text()),
            Left::Kept(place) => format!("{} the copy is left at {place}", Symbol::Info.text()),
        });
        lines.join("\n")
    }

    fn json(&self, goal: &Goal) -> Value {
        let it = &self.rehearsal;
        json!({
            "from": node_json(self.seen().and_then(|seen| seen.from.as_ref())),
            "to": node_json(goal.node.as_ref()),
            "clean": self.is_clean(),
            "packages": it.packages.iter().map(package_json).collect::<Vec<_>>(),
            "waits": it.waits.iter().map(|wait| json!({
                "operation": wait.operation,
                "holders": wait.holders.iter().map(ToString::to_string).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "verified": self.seen().and_then(|seen| seen.verification.as_ref()).map(Verification::holds),
            "findings": self.seen().and_then(|seen| seen.verification.as_ref()).map(|it| findings::json(&it.findings)),
            "spaces": it.spaces.iter().map(|seen| json!({
                "space": seen.space.as_str(),
                "from": node_json(seen.from.as_ref()),
                "verified": seen.verification.as_ref().map(Verification::holds),
                "findings": seen.verification.as_ref().map(|found| findings::json(&found.findings)),
            })).collect::<Vec<_>>(),
            "invalidKeys": it.remaining.keys.iter()
                .map(|key| json!({ "name": key.name, "orphans": key.orphans })).collect::<Vec<_>>(),
            "invalidIndexes": it.remaining.indexes,
            "notOnTheCopy": self.lacks,
            "left": match &self.left { Left::Removed => Value::Null, Left::Kept(place) => json!(place) },
        })
    }
}

/// An operation on one line, and what it did to tables below.
fn operation_lines(operation: &OperationSeen) -> Vec<String> {
    let (symbol, fact) = match &operation.outcome {
        None => (Symbol::Failed, "failed".to_owned()),
        Some(Outcome::Skipped) => (Symbol::Done, "there already".to_owned()),
        Some(Outcome::Executed { rows, took }) => {
            let rows = if *rows > 0 {
                format!(", {}", count(usize::try_from(*rows).unwrap_or(usize::MAX), "row"))
            } else {
                String::new()
            };
            (Symbol::Done, format!("{}{rows}", shown(*took)))
        }
    };
    let mut lines = vec![format!("  {} {} ({fact})", symbol.text(), operation.label)];
    let Some(seen) = &operation.observation else { return lines };
    let mut locks: std::collections::BTreeMap<&str, Vec<&str>> = std::collections::BTreeMap::new();
    for lock in &seen.locks {
        locks.entry(&lock.mode).or_default().push(&lock.table);
    }
    lines.extend(locks.iter().map(|(mode, tables)| format!("      locks     {} in {mode}", tables.join(", "))));
    if !seen.rewritten.is_empty() {
        lines.push(format!("      rewrites  {}", seen.rewritten.join(", ")));
    }
    if !seen.rebuilt.is_empty() {
        lines.push(format!("      rebuilds  {}", seen.rebuilt.join(", ")));
    }
    lines
}

fn package_json(package: &PackageSeen) -> Value {
    let operation = |it: &OperationSeen| {
        let (outcome, rows, took) = match &it.outcome {
            None => ("failed", None, None),
            Some(Outcome::Skipped) => ("skipped", None, None),
            Some(Outcome::Executed { rows, took }) => ("executed", Some(*rows), Some(took.as_millis())),
        };
        json!({
            "label": it.label,
            "outcome": outcome,
            "rows": rows,
            "ms": took.map(|ms| u64::try_from(ms).unwrap_or(u64::MAX)),
            "locks": it.observation.as_ref().map(|seen| seen.locks.iter()
                .map(|lock| json!({ "table": lock.table, "mode": lock.mode })).collect::<Vec<_>>()),
            "rewritten": it.observation.as_ref().map(|seen| &seen.rewritten),
            "rebuilt": it.observation.as_ref().map(|seen| &seen.rebuilt),
        })
    };
    json!({
        "space": package.space.as_str(),
        "package": package.package.as_str(),
        "ms": package.took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
        "operations": package.operations.iter().map(operation).collect::<Vec<_>>(),
    })
}
