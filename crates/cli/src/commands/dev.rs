//! `novate dev`: a server of the project's own that follows the contract as it is edited.

use std::time::Duration;

use dialoguer::Confirm;
use novate_contract::json;
use novate_runner::connection::ConnectEnv;
use novate_runner::{Home, RunError, Session};
use serde_json::json;

use super::db_update::{self, Externals, data_loss};
use crate::dev_server::{self, DevServer};
use crate::operations;
use crate::problem::{Problem, shorten};
use crate::progress::count;
use crate::project::Context;
use crate::seeds::{self, Seeds};
use crate::ui::{Report, Symbol, Ui, out};
use crate::watch;

/// `novate dev`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print the URL of the one that runs in this project, and nothing else
    #[arg(long, conflicts_with_all = ["once", "accept_data_loss"])]
    pub(crate) url: bool,
    /// Apply the contract once and stop, instead of watching it
    #[arg(long)]
    pub(crate) once: bool,
    /// Consent to the operations that lose data
    #[arg(long)]
    pub(crate) accept_data_loss: bool,
}

/// How long between two looks at the files.
const PAUSE: Duration = Duration::from_millis(500);
/// How long files must stay as they are: editors and checkouts write several.
const QUIET: Duration = Duration::from_millis(100);

/// Starts the server, follows the contract until somebody asks to stop, and stops the server; its data stays.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Report, Problem> {
    if context.db.is_some() {
        return Err(Problem::input("USAGE", "novate dev has a database of its own, and --db names another")
            .fix("leave --db out; novate db update works on any database"));
    }
    let config = context.project()?.config;
    if args.url {
        let url = dev_server::url_of_running(&config)?;
        return Ok(Report::new(url.clone(), json!({ "url": url })).verbatim());
    }
    let server = DevServer::start(&config)?;
    let ui = context.ui;
    ui.note(Symbol::Done, &format!("PostgreSQL {} runs; its data is in {}", server.version(), dev_server::FOLDER));
    if let Some(port) = server.lost_port {
        ui.note(Symbol::Warning, &format!("another program has port {port}, so that the URL is another one now"));
    }
    if !ui.json {
        out(&server.url);
    }
    let outcome = if args.once { round(context, args, &server).await } else { follow(context, args, &server).await };
    let url = server.url.clone();
    // Waits for the server to stop.
    drop(server);
    ui.note(Symbol::Info, &format!("PostgreSQL is stopped; its data stays in {}", dev_server::FOLDER));
    outcome?;
    Ok(Report::new("", json!({ "url": url, "stopped": true })).verbatim())
}

/// A round for each change, until somebody asks to stop.
async fn follow(context: &Context, args: &Args, server: &DevServer) -> Result<(), Problem> {
    let mut last = None;
    while !context.interrupt.is_set() {
        let now = watch::state(context);
        if last != Some(now) {
            if last.is_some() && !settled(context, now).await {
                continue;
            }
            let first = last.replace(now).is_none();
            match round(context, args, server).await {
                Ok(()) => {}
                Err(_) if context.interrupt.is_set() => break,
                // Not as JSON: there is one object, at the end.
                Err(problem) => Ui { json: false, ..context.ui }.problem(&problem),
            }
            if first {
                let contract = context.project().and_then(|project| Ok(project.space_config()?.contract.clone()));
                let what = contract.map_or_else(|_| "the contract".to_owned(), |path| shorten(path).into_string());
                context.ui.note(Symbol::Next, &format!("watching {what} and the seeds; Ctrl-C stops"));
            }
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = context.interrupt.wait() => {}
        }
    }
    Ok(())
}

/// Whether nothing changes for a moment.
async fn settled(context: &Context, seen: u64) -> bool {
    tokio::time::sleep(QUIET).await;
    watch::state(context) == seen
}

/// Brings the database to the contracts as they are in the files, and runs the seeds.
async fn round(context: &Context, args: &Args, server: &DevServer) -> Result<(), Problem> {
    for one in context.each()? {
        round_of(&one, args, server).await?;
    }
    Ok(())
}

async fn round_of(context: &Context, args: &Args, server: &DevServer) -> Result<(), Problem> {
    let project = context.project()?;
    let sources = project.sources()?;
    sources.print_notes(context.ui);
    let seeds = Seeds::read(&project, &sources.contract)?;
    let string = novate_runner::connection::ConnectionString::parse(
        &server.own_url(),
        &ConnectEnv::new(std::collections::BTreeMap::new(), None, None),
    )?;
    let mut session = tokio::select! {
        session = Session::open(&string, "novate dev", context.interrupt.clone()) => session?,
        () = context.interrupt.wait() => return Err(RunError::Interrupted.into()),
    };
    let others = project.others()?;
    let home = Home { space: &context.space, others: &others };
    let ui = context.ui;
    let next = db_update::difference(ui, home, sources, &[], Externals::Ours, &mut session).await?;
    let settings = project.settings();
    if !next.operations.is_empty() {
        ui.note(Symbol::Next, &operations::lines(&next.operations));
    }
    if !args.accept_data_loss
        && let Some(problem) = data_loss(&next.operations)
    {
        consent(ui, problem)?;
    }
    db_update::apply(ui, home, &next, &mut session, &settings).await?;
    let done = match next.operations.len() {
        0 if others.is_empty() => "the database is what the contract says".to_owned(),
        0 => format!("the space {} is what its contract says", context.space),
        many => format!("{} applied, verified and signed", count(many, "operation")),
    };
    ui.note(Symbol::Done, &done);
    let at = json::storage_hash(&next.to);
    let seeded = seeds.run(context, &mut session, &at, &settings).await?;
    for seed in seeded.iter().filter(|seed| seed.ran()) {
        ui.note(Symbol::Done, &seeds::line(seed, &settings));
    }
    session.close().await;
    Ok(())
}

/// Asks where somebody can be asked.
fn consent(ui: Ui, problem: Problem) -> Result<(), Problem> {
    let problem = problem.fix(
        "keep it in the contract, say what it is now called (-- @renamed_from), or run novate dev --accept-data-loss",
    );
    if !ui.can_ask() {
        return Err(problem);
    }
    let prompt = format!("{}. Apply this?", problem.summary);
    let yes = Confirm::new().with_prompt(prompt).default(false).interact().unwrap_or(false);
    if yes { Ok(()) } else { Err(problem) }
}
