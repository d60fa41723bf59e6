//! `novate postgres`: servers for throwaway databases.

use novate_scratch::{Installation, Major, Request};
use serde_json::{Value, json};

use crate::cli::{Postgres, PostgresInstall};
use crate::problem::Problem;
use crate::project::Context;
use crate::ui::{Report, Symbol};

/// Lists, fetches or finds a server.
pub(crate) fn run(context: &Context, args: &Postgres) -> Result<Report, Problem> {
    match args {
        Postgres::List => Ok(list()),
        Postgres::Install(args) => install(context, args),
        Postgres::Path(args) => path(args),
    }
}

fn list() -> Report {
    let found = novate_scratch::list();
    let installable: Vec<String> = novate_scratch::installable().iter().map(ToString::to_string).collect();
    let mut lines: Vec<String> = found
        .iter()
        .map(|one| format!("{:<8} {:<12} {}", one.version.to_string(), one.origin.describe(), one.bin))
        .collect();
    if lines.is_empty() {
        lines.push("No PostgreSQL was found on this machine.".to_owned());
    }
    let report = Report::new(
        lines.join("\n"),
        json!({ "servers": found.iter().map(to_json).collect::<Vec<_>>(), "installable": installable }),
    );
    if found.is_empty() { report.next("novate postgres install") } else { report }
}

fn install(context: &Context, args: &PostgresInstall) -> Result<Report, Problem> {
    context.ui.note(Symbol::Info, "fetching PostgreSQL through this machine's package client");
    let installed = novate_scratch::install(args.major.map(Major), &args.with)?;
    Ok(Report::new(
        format!("{} PostgreSQL {} is in {}", Symbol::Done.text(), installed.version, installed.bin),
        to_json(&installed),
    ))
}

fn path(args: &PostgresInstall) -> Result<Report, Problem> {
    let request = Request { major: args.major.map(Major), extensions: args.with.clone(), ..Request::default() };
    let found = novate_scratch::find(&request)?;
    Ok(Report::new(found.bin.as_str(), to_json(&found)))
}

fn to_json(one: &Installation) -> Value {
    json!({ "version": one.version.to_string(), "origin": one.origin.describe(), "bin": one.bin })
}
