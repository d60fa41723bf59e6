//! One file a command. Each takes what it needs from the project and gives back a report.

mod advance;
pub(crate) mod check;
mod completions;
mod contract;
mod db_init;
mod db_schema;
mod db_sign;
mod db_update;
mod db_verify;
pub(crate) mod dev;
mod diff;
pub(crate) mod env;
mod explain;
pub(crate) mod graph;
mod init;
#[cfg(test)]
mod integrity;
pub(crate) mod migrate;
mod migration_archive;
mod migration_emit;
mod migration_list;
mod migration_log;
mod migration_new;
mod migration_show;
mod migration_squash;
pub(crate) mod plan;
mod plan_merge;
mod postgres;
mod refs;
pub(crate) mod rehearse;
pub(crate) mod seed;
pub(crate) mod space;
mod status;

pub(crate) use migration_emit::node_json;

use camino::Utf8PathBuf;
use novate_contract::Space;
use novate_runner::Interrupt;

pub(crate) use migration_archive::Archive;
pub(crate) use migration_list::List;
pub(crate) use migration_squash::Squash;
pub(crate) use plan::manifest;

use crate::cli::{Arguments, Command, Contract, Db, Migration};
use crate::problem::Problem;
use crate::project::{Context, Said, Scope};
use crate::ui::Report;

/// Runs the command that was given.
pub(crate) async fn run(arguments: Arguments) -> Result<Report, Problem> {
    let context = context(&arguments)?;
    crate::signals::listen(&context.interrupt);
    match arguments.command {
        Command::Init(args) => init::run(&context, &args).await,
        Command::Contract(Contract::Emit(args)) => contract::emit(&context, &args).await,
        Command::Contract(Contract::Infer(args)) => contract::infer(&context, &args).await,
        Command::Plan(args) | Command::Migration(Migration::Plan(args)) => plan::run(&context, &args),
        Command::Migration(Migration::New(args)) => migration_new::run(&context, &args),
        Command::Migration(Migration::Emit(args)) => migration_emit::run(&context, &args),
        Command::Migration(Migration::Show(args)) => migration_show::run(&context, &args),
        Command::Migration(Migration::List(args)) => migration_list::run(&context, &args).await,
        Command::Migration(Migration::Graph(args)) => graph::run(&context, &args).await,
        Command::Migration(Migration::Log(args)) => migration_log::run(&context, &args).await,
        Command::Migration(Migration::Check) => check::integrity(&context),
        Command::Migration(Migration::Squash(args)) => migration_squash::run(&context, &args).await,
        Command::Migration(Migration::Archive(args)) => migration_archive::run(&context, &args),
        Command::Migrate(args) => migrate::run(&context, &args).await,
        Command::Rehearse(args) => rehearse::run(&context, &args).await,
        Command::Status(args) => status::run(&context, &args).await,
        Command::Db(Db::Init(args)) => db_init::run(&context, &args).await,
        Command::Db(Db::Update(args)) => db_update::run(&context, &args).await,
        Command::Db(Db::Verify(args)) => db_verify::run(&context, &args).await,
        Command::Db(Db::Sign(args)) => db_sign::run(&context, &args).await,
        Command::Db(Db::Schema) => db_schema::run(&context).await,
        Command::Dev(args) => dev::run(&context, &args).await,
        Command::Diff(args) => diff::run(&context, &args).await,
        Command::Ref(args) => refs::run(&context, &args),
        Command::Check(args) => check::run(&context, &args).await,
        Command::Env(args) => env::run(&context, &args),
        Command::Seed(args) => seed::run(&context, &args).await,
        Command::Space(args) => space::run(&context, &args).await,
        Command::Explain(args) => explain::run(&args),
        Command::Postgres(args) => postgres::run(&context, &args),
        Command::Completions(args) => Ok(completions::run(&args)),
    }
}

fn context(arguments: &Arguments) -> Result<Context, Problem> {
    let here = std::env::current_dir()
        .map_err(|error| Problem::input("CONFIG.UNREADABLE", "the working directory is gone").why(error.to_string()))?;
    let here = Utf8PathBuf::from_path_buf(here).map_err(|path| {
        Problem::input("CONFIG.UNREADABLE", format!("the path {} is not UTF-8", path.display()))
            .fix("work in a folder whose path is UTF-8")
    })?;
    let here = match &arguments.directory {
        Some(directory) => here.join(directory),
        None => here,
    };
    if !here.is_dir() {
        return Err(Problem::input("CONFIG.UNREADABLE", format!("{here} is not a folder"))
            .fix("give -C a folder that is there"));
    }
    let (space, scope) = match &arguments.space {
        None => (crate::spaces::by_default(&here), Scope::All),
        Some(name) => {
            let space = Space::new(name).ok_or_else(|| {
                Problem::input("CONFIG.UNKNOWN_SPACE", format!("{name:?} cannot be the name of a space"))
                    .fix("use lower-case letters, digits, '-' and '_'")
            })?;
            (space, Scope::One)
        }
    };
    Ok(Context {
        ui: arguments.ui(),
        here,
        db: arguments.db.clone(),
        env: arguments.env.clone(),
        space,
        scope,
        said: Said::default(),
        interrupt: Interrupt::default(),
    })
}
