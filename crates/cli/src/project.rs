//! A project as commands see it: configuration, variables, contract, history, database.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use camino::Utf8PathBuf;
use novate_contract::{Contract, Space, StorageHash};
use novate_history::{Graph, HistoryError, Node, Package, PackageName, PackageStamp, Store};
use novate_runner::connection::ConnectionString;
use novate_runner::{Contracts, Interrupt, Session};

use crate::config::{Config, Environment, FILE, SpaceConfig};
use crate::emitted::Emitted;
use crate::exit::Exit;
use crate::problem::{Place, Problem};
use crate::sources::{self, Sources, Statements};
use crate::spaces;
use crate::ui::{Symbol, Ui};
use crate::variables::Variables;

/// What every command is given.
pub(crate) struct Context {
    /// How to speak.
    pub(crate) ui: Ui,
    /// Where it was called.
    pub(crate) here: Utf8PathBuf,
    /// `--db`.
    pub(crate) db: Option<String>,
    /// `--env`.
    pub(crate) env: Option<String>,
    /// `--space`, or the one that a command has come to of several.
    pub(crate) space: Space,
    /// Which spaces a command is for that can do several.
    pub(crate) scope: Scope,
    /// What was said already, and is not said again for another space.
    pub(crate) said: Said,
    /// Set by signals.
    pub(crate) interrupt: Interrupt,
}

/// Lines that are said once in a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said(Arc<Mutex<BTreeSet<String>>>);

/// Which spaces a command is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The one that was named.
    One,
    /// None was named: all of them, where the command can.
    All,
}

/// A project that was found.
pub(crate) struct Project<'a> {
    /// What the command was given.
    pub(crate) context: &'a Context,
    /// `novate.toml`.
    pub(crate) config: Config,
    /// The variables.
    pub(crate) variables: Variables,
}

/// The history of a space, read and checked.
pub(crate) struct Loaded<P = BTreeMap<PackageName, Package>> {
    /// The store.
    pub(crate) store: Store,
    /// The graph.
    pub(crate) graph: Graph,
    /// Every package.
    pub(crate) packages: P,
    /// A contract that was read with them, kept because a run is likely to end there.
    latest: Option<(StorageHash, Contract)>,
}

/// The history of a space as its manifests draw it, without what the packages run.
pub(crate) type Outline = Loaded<()>;

impl Context {
    /// The same for one space.
    pub(crate) fn of(&self, space: &Space) -> Self {
        Self {
            ui: self.ui,
            here: self.here.clone(),
            db: self.db.clone(),
            env: self.env.clone(),
            space: space.clone(),
            scope: Scope::One,
            said: self.said.clone(),
            interrupt: self.interrupt.clone(),
        }
    }

    /// A line on the way, unless it was said before.
    pub(crate) fn note_once(&self, symbol: Symbol, text: &str) {
        // A list that another thread left half-written only says something twice.
        let mut said = self.said.0.lock().unwrap_or_else(PoisonError::into_inner);
        if said.insert(text.to_owned()) {
            self.ui.note(symbol, text);
        }
    }

    /// The same for each space that is meant, in the order in which they are applied.
    pub(crate) fn each(&self) -> Result<Vec<Self>, Problem> {
        match self.scope {
            Scope::One => Ok(vec![self.of(&self.space)]),
            Scope::All => {
                let config = Config::find(&self.here)?;
                Ok(spaces::order(&config)?.iter().map(|space| self.of(space)).collect())
            }
        }
    }

    /// Finds the project.
    pub(crate) fn project(&self) -> Result<Project<'_>, Problem> {
        let config = Config::find(&self.here)?;
        let variables = Variables::read(Some(&config.root))?;
        Ok(Project { context: self, config, variables })
    }
}

impl Project<'_> {
    /// The space's part of the configuration.
    pub(crate) fn space_config(&self) -> Result<&SpaceConfig, Problem> {
        self.config.space(&self.context.space)
    }

    /// The space's packages.
    pub(crate) fn store(&self) -> Result<Store, Problem> {
        let folder = &self.space_config()?.migrations;
        self.config.check_within(folder)?;
        Ok(Store::new(self.context.space.clone(), folder.clone()))
    }

    /// The contracts of the other spaces.
    pub(crate) fn others(&self) -> Result<Vec<Contract>, Problem> {
        spaces::others(&self.config, &self.context.space)
    }

    /// Refuses to write to a space that was installed.
    pub(crate) fn check_own(&self) -> Result<(), Problem> {
        match &self.space_config()?.installed {
            Some(folder) => Err(spaces::installed(&self.context.space, folder)),
            None => Ok(()),
        }
    }

    /// Reads the contract's sources.
    pub(crate) fn sources(&self) -> Result<Sources, Problem> {
        sources::read(&self.context.space, &self.config)
    }

    /// Reads the statements of the contract's sources, and not yet what they say.
    pub(crate) fn statements(&self) -> Result<Statements, Problem> {
        Statements::of(&self.context.space, &self.config)
    }

    /// Reads the graph, every package's hash checked, and every snapshot's too: for what is about to run, and for who
    /// asks whether all is well.
    pub(crate) fn whole_history(&self) -> Result<Loaded, Problem> {
        let mut history = self.history()?;
        history.latest = history.store.check_snapshots(history.packages.values())?;
        Ok(history)
    }

    /// Reads the graph alone, for what runs nothing.
    pub(crate) fn outline(&self) -> Result<Outline, Problem> {
        let store = self.store()?;
        let graph = store.outline()?;
        Ok(Loaded { store, graph, packages: (), latest: None })
    }

    /// Reads the graph, every package's hash checked.
    pub(crate) fn history(&self) -> Result<Loaded, Problem> {
        let store = self.store()?;
        let (graph, packages) = store.graph()?;
        let packages = packages.into_iter().map(|package| (package.name.clone(), package)).collect();
        Ok(Loaded { store, graph, packages, latest: None })
    }

    /// Where the emitted contract is.
    pub(crate) fn emitted_path(&self) -> Result<Utf8PathBuf, Problem> {
        let contract = &self.space_config()?.contract;
        let folder = contract.parent().unwrap_or(&self.config.root);
        Ok(folder.join(format!("{}.contract.json", self.context.space)))
    }

    /// Refuses an emitted contract that was edited by hand. One that is stale is only noted: the sources are what
    /// counts.
    pub(crate) fn check_emitted(&self, contract: &Contract, hash: &StorageHash) -> Result<(), Problem> {
        let path = self.emitted_path()?;
        if let Some(problem) = Emitted::find_with_hash(&path, contract, hash)?.problem(&path) {
            let text = format!("{}; {}", problem.summary, problem.fix.unwrap_or_default());
            self.context.ui.note(Symbol::Warning, &text);
        }
        Ok(())
    }

    /// The chosen environment, where one was chosen.
    pub(crate) fn environment(&self) -> Result<Option<(&str, &Environment)>, Problem> {
        let name = match &self.context.env {
            Some(name) => name.as_str(),
            None => match self.variables.process("NOVATE_ENV") {
                Some(name) => name,
                None => return Ok(None),
            },
        };
        match self.config.environments.get_key_value(name) {
            Some((name, environment)) => Ok(Some((name.as_str(), environment))),
            None => {
                let known: Vec<&str> = self.config.environments.keys().map(String::as_str).collect();
                Err(Problem::input("CONFIG.UNKNOWN_ENV", format!("novate.toml has no environment {name}"))
                    .why(if known.is_empty() { "it has none".into() } else { format!("it has {}", known.join(", ")) })
                    .fix(format!("add [env.{name}] with a url"))
                    .at(Place::file(self.config.root.join(FILE))))
            }
        }
    }

    /// The database to use: `--db`, the environment, `novate.toml`, then `DATABASE_URL`.
    pub(crate) fn connection_string(&self) -> Result<(ConnectionString, String), Problem> {
        let (text, origin) = match &self.context.db {
            Some(url) => (url.clone(), "--db".to_owned()),
            None => self.configured(self.environment()?)?,
        };
        let string = parse_connection(&text, &self.variables)?;
        Ok((string, origin))
    }

    /// The connection string of an environment, or of none, as it is written, and where it is from. `--db` is not
    /// looked at.
    pub(crate) fn configured(&self, chosen: Option<(&str, &Environment)>) -> Result<(String, String), Problem> {
        if let Some((name, environment)) = chosen {
            let Some(url) = &environment.url else {
                return Err(Problem::input("CONFIG.NO_URL", format!("the environment {name} has no url"))
                    .why(format!(
                        "looked at --db (not given), then url in [env.{name}] of {FILE} (not set);\nan environment never \
                         falls back to another database"
                    ))
                    .fix(format!(
                        "add url = \"env:{variable}\" to [env.{name}] of {FILE},\nand {variable}=postgresql://... to \
                         .env.local",
                        variable = variable_for(name)
                    )));
            };
            return self.value(url, &format!("[env.{name}]"));
        }
        if let Some(url) = &self.config.database.url {
            return self.value(url, "[database]");
        }
        let name = "DATABASE_URL";
        match self.variables.get(name) {
            Some((value, origin)) => Ok((value, format!("{name} from {origin}"))),
            None => Err(no_database(
                &format!("no environment was chosen (--env, NOVATE_ENV), url in [database] of {FILE} is not set"),
                name,
                &self.variables,
            )),
        }
    }

    /// Every database that the project knows of, by what names it: the one of no environment, then the environments'.
    pub(crate) fn databases(&self) -> Vec<(String, Result<ConnectionString, Problem>)> {
        let parse = |found: Result<(String, String), Problem>| {
            found.and_then(|(text, _)| parse_connection(&text, &self.variables))
        };
        let own = match (&self.config.database.url, self.variables.get("DATABASE_URL")) {
            (Some(url), _) => Some(parse(self.value(url, "[database]"))),
            (None, Some((url, _))) => Some(parse_connection(&url, &self.variables)),
            (None, None) => None,
        };
        let named = self.config.environments.iter().filter_map(|(name, environment)| {
            let url = environment.url.as_ref()?;
            Some((format!("[env.{name}]"), parse(self.value(url, &format!("[env.{name}]")))))
        });
        own.map(|own| ("[database]".to_owned(), own)).into_iter().chain(named).collect()
    }

    /// A configured value: itself, or that of the variable that `env:NAME` names.
    fn value(&self, text: &str, section: &str) -> Result<(String, String), Problem> {
        let Some(name) = text.strip_prefix("env:") else {
            return Ok((text.to_owned(), format!("{section} of novate.toml")));
        };
        match self.variables.get(name) {
            Some((value, origin)) => Ok((value, format!("{name} from {origin}"))),
            None => Err(no_database(&format!("{section} of novate.toml says env:{name}"), name, &self.variables)),
        }
    }

    /// A configured connection string, where it has a value.
    pub(crate) fn value_of(&self, text: &str) -> Option<String> {
        self.value(text, "").ok().map(|(value, _)| value)
    }

    /// Connects to the database.
    pub(crate) async fn connect(&self) -> Result<Session, Problem> {
        let (string, origin) = self.connection_string()?;
        self.say_where(&string, &origin);
        let interrupt = &self.context.interrupt;
        tokio::select! {
            session = Session::open(&string, "novate", interrupt.clone()) => Ok(session?),
            () = interrupt.wait() => Err(novate_runner::RunError::Interrupted.into()),
        }
    }

    /// Which database it is, and what of the connection string is not what it seems.
    fn say_where(&self, string: &ConnectionString, origin: &str) {
        let mut line = format!("database {} ({origin})", string.safe_summary());
        if let Some(pooler) = string.pooler {
            line.push_str(&format!(", through {}", pooler.name()));
            if let Some(direct) = string.past_the_pooler() {
                line.push_str(&format!("; past it: {direct}"));
            }
        }
        self.context.note_once(Symbol::Info, &line);
        for note in &string.notes {
            self.context.note_once(Symbol::Info, note);
        }
        let default = self.space_config().map(|space| space.default_schema.as_str()).unwrap_or_default();
        if let Some(schema) = string.schema.as_deref().filter(|schema| *schema != default) {
            let what = format!("`schema={schema}` of the connection string is not used");
            self.context.note_once(
                Symbol::Warning,
                &format!("{what}: default_schema of the space {} is {default}", self.context.space),
            );
        }
    }

    /// How runs behave.
    pub(crate) fn settings(&self) -> novate_runner::Settings {
        let mut settings = self.config.settings();
        settings.app_tag = self.variables.get("NOVATE_APP_TAG").map(|(value, _)| value);
        settings
    }

    /// The time that packages are stamped with.
    pub(crate) fn stamp(&self) -> Result<PackageStamp, Problem> {
        let seconds = match self.variables.process("SOURCE_DATE_EPOCH") {
            Some(text) => text.trim().parse().ok(),
            None => Some(jiff::Timestamp::now().as_second()),
        };
        seconds.and_then(PackageStamp::from_unix).ok_or_else(|| {
            Problem::input("CONFIG.INVALID", "SOURCE_DATE_EPOCH is not a number of seconds since 1970")
                .fix("unset it, or set it to what date +%s prints")
        })
    }
}

/// A variable that should hold a connection string and does not: where it was looked for, and where it belongs.
fn no_database(before: &str, name: &str, variables: &Variables) -> Problem {
    Problem::input("CONFIG.NO_DATABASE", "no database was named")
        .why(format!("--db is not given, {before};\nlooked for {name} in {}", variables.searched(name)))
        .fix(format!(
            "add {name}=postgresql://... to .env.local (this machine's own; keep it out of git), set it in the \
             environment,\nor give --db postgresql://..."
        ))
        .meta(serde_json::json!({ "variable": name }))
}

/// The variable that would hold the connection string of an environment: `PRODUCTION_URL`.
fn variable_for(environment: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("{}_URL", environment.chars().map(plain).collect::<String>())
}

/// Reads a connection string with what libpq would take from the environment.
pub(crate) fn parse_connection(text: &str, variables: &Variables) -> Result<ConnectionString, Problem> {
    Ok(ConnectionString::parse(text, &variables.connect_env())?)
}

impl<P> Loaded<P> {
    /// What was read.
    pub(crate) fn new(store: Store, graph: Graph, packages: P) -> Self {
        Self { store, graph, packages, latest: None }
    }

    /// The same without what the packages run.
    pub(crate) fn outline(&self) -> Outline {
        Loaded { store: self.store.clone(), graph: self.graph.clone(), packages: (), latest: None }
    }

    /// The contract at a node.
    pub(crate) fn contract(&self, node: &Node) -> Result<Contract, HistoryError> {
        match &self.latest {
            Some((hash, contract)) if node.as_ref() == Some(hash) => Ok(contract.clone()),
            _ => self.store.contract(node, "the graph"),
        }
    }
}

impl Contracts for Loaded {
    fn at(&self, node: &Node) -> Result<Contract, HistoryError> {
        self.contract(node)
    }
}

impl Loaded {
    /// Refuses what must not run before any connection is made: packages edited since they were compiled, and
    /// placeholders on a way to `goal`.
    pub(crate) fn check_runnable(&self, goal: &Node) -> Result<(), Problem> {
        let mut problems = Vec::new();
        let on_the_way = self.graph.leading_to(goal);
        for package in self.packages.values() {
            let leads_there = on_the_way.contains_key(&Some(package.manifest.to.clone()));
            match package.check_runnable() {
                Err(HistoryError::UnfilledPlaceholder { .. }) if !leads_there => {}
                Err(error) => problems.push(Problem::from(error)),
                Ok(()) => {}
            }
        }
        Problem::join(problems).map_or(Ok(()), Err)
    }
}

/// A contract's hash as people see it.
pub(crate) fn short(node: &Node) -> String {
    node.as_ref().map_or_else(|| "empty".to_owned(), |hash: &StorageHash| hash.short().to_string())
}

/// A word as a shell takes it.
pub(crate) fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./^:=@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// The error for something that a policy forbids.
pub(crate) fn denied(code: &'static str, summary: impl Into<String>) -> Problem {
    Problem::input(code, summary).exit(Exit::Denied)
}
