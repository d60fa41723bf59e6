//! A project's seeds: which files they are, what is wrong with them, and running them.

use camino::{Utf8Path, Utf8PathBuf};
use novate_contract::{Contract, Space, StorageHash};
use novate_history::SourceDigest;
use novate_planner::compile_seed;
use novate_runner::{Event, RunError, Seed, SeedError, Seeded, Session, Settings, seed};
use novate_sql::Span;
use serde_json::{Value, json};

use crate::config::{Config, Environment};
use crate::files::{self, Unreadable};
use crate::operations;
use crate::problem::{Place, Problem, shorten};
use crate::progress::{Progress, count, shown};
use crate::project::{Context, Project, denied};
use crate::ui::Symbol;

/// Where seeds are where nothing is said.
const FOLDER: &str = "seeds";
/// The most that a seed may hold.
const MAX_SEED_BYTES: usize = 16 << 20;

/// Seeds, read and compiled.
#[derive(Debug, Default)]
pub(crate) struct Seeds {
    seeds: Vec<Seed>,
    /// Each one's file and text.
    sources: Vec<(Utf8PathBuf, String)>,
}

/// A file that was found, with its name in the ledger.
struct Found {
    path: Utf8PathBuf,
    name: String,
}

impl Seeds {
    /// The seeds of the chosen environment, each checked against a contract: its form, and the tables and columns that
    /// it names. Nothing is connected to.
    pub(crate) fn read(project: &Project<'_>, contract: &Contract) -> Result<Self, Problem> {
        let environment = project.environment()?;
        let seeds = Self::compile(&of(project, environment)?, contract)?;
        let Some((name, environment)) = environment else { return Ok(seeds) };
        operations::check_policy(&environment.deny)?;
        let found = seeds.seeds.iter().find_map(|seed| {
            let found = operations::denied(&seed.operations, &environment.deny);
            found.first().map(|(_, word)| (seed, word.clone()))
        });
        match found {
            Some((seed, word)) => Err(denied(
                "POLICY.DENIED",
                format!("the environment {name} denies {word}, and {} changes rows", seed.name),
            )
            .why("nothing ran")
            .fix(format!("take {word} from deny in [env.{name}]"))),
            None => Ok(seeds),
        }
    }

    /// Checks the seeds of every environment against a contract; gives how many files there are.
    pub(crate) fn check(project: &Project<'_>, contract: &Contract) -> Result<usize, Problem> {
        let mut all = of(project, None)?;
        for (name, environment) in &project.config.environments {
            for found in of(project, Some((name, environment)))? {
                if !all.iter().any(|known| known.name == found.name) {
                    all.push(found);
                }
            }
        }
        Self::compile(&all, contract)?;
        Ok(all.len())
    }

    fn compile(found: &[Found], contract: &Contract) -> Result<Self, Problem> {
        let mut all = Self::default();
        let mut problems = Vec::new();
        for Found { path, name } in found {
            let text = match files::read(path, MAX_SEED_BYTES) {
                Ok(text) => text,
                Err(error) => {
                    problems.push(unreadable(path, &error));
                    continue;
                }
            };
            let stem = path.file_stem().unwrap_or_default();
            match compile_seed(&text, stem, contract) {
                Ok(operations) => {
                    let digest = SourceDigest::of(&text).as_str().to_owned();
                    all.seeds.push(Seed { name: name.clone(), digest, operations });
                    all.sources.push((path.clone(), text));
                }
                Err(errors) => problems.push(operations::compile_problem(path.as_str(), &text, errors)),
            }
        }
        match Problem::join(problems) {
            Some(problem) => Err(problem),
            None => Ok(all),
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.seeds.is_empty()
    }

    /// Runs them on a database that is at the contract `at`.
    pub(crate) async fn run(
        &self,
        context: &Context,
        session: &mut Session,
        at: &StorageHash,
        settings: &Settings,
    ) -> Result<Vec<Seeded>, Problem> {
        let mut progress = Progress::new(context.ui);
        let mut on = |event: Event| progress.on(&event);
        let outcome = seed(session, &context.space, &self.seeds, at, settings, &mut on).await;
        drop(progress);
        outcome.map_err(|failed| self.problem(failed, settings))
    }

    /// A failure with the place of the statement in its file.
    fn problem(&self, failed: SeedError, settings: &Settings) -> Problem {
        let at = self.seeds.iter().position(|seed| Some(&seed.name) == failed.seed.as_ref());
        let source = at.and_then(|at| self.sources.get(at));
        let statement = match &*failed.error {
            RunError::StatementFailed { statement, .. } => statement.clone(),
            _ => None,
        };
        let about_rows = matches!(
            *failed.error,
            RunError::StatementFailed { .. } | RunError::PostcheckFailed { .. } | RunError::PrecheckFailed { .. }
        );
        let mut problem = Problem::from(*failed.error);
        if let (Some((path, text)), true) = (source, about_rows) {
            problem.place = Some(place(path, text, statement.as_deref()));
            if problem.code.starts_with("MIGRATION.") {
                problem.fix =
                    Some("mend the seed, or the rows that are in its way, and run novate seed again".to_owned());
            }
        }
        let done: Vec<&str> = failed.done.iter().filter(|seed| seed.ran()).map(|seed| seed.name.as_str()).collect();
        let left = match (&failed.seed, done.as_slice()) {
            _ if settings.dry_run => "It was a dry run: nothing was changed.".to_owned(),
            (Some(seed), []) => format!("{seed} was rolled back; no other seed ran."),
            (Some(seed), done) => format!("{seed} was rolled back; done before it: {}.", done.join(", ")),
            (None, _) => return problem,
        };
        problem.why = Some(match problem.why.take() {
            Some(why) => format!("{why}\n{left}"),
            None => left,
        });
        problem
    }
}

/// The seeds of the chosen environment as texts, to see whether they change.
pub(crate) fn texts(project: &Project<'_>) -> Result<Vec<(String, Option<String>)>, Problem> {
    let found = of(project, project.environment()?)?;
    Ok(found.into_iter().map(|Found { path, name }| (name, files::read(&path, MAX_SEED_BYTES).ok())).collect())
}

fn place(path: &Utf8Path, text: &str, statement: Option<&str>) -> Place {
    let found = statement.and_then(|statement| text.find(statement).map(|at| Span::new(at, at + statement.len())));
    match found {
        Some(span) => Place::span(path, text, span),
        None => Place::file(path),
    }
}

/// The files of an environment, in order: what the space has, then what the environment adds.
fn of(project: &Project<'_>, chosen: Option<(&str, &Environment)>) -> Result<Vec<Found>, Problem> {
    let config = &project.config;
    let space = project.space_config()?;
    let environment = chosen.map(|(name, _)| name);
    let mut found = Vec::new();
    match &space.seeds {
        Some(named) => named.iter().try_for_each(|path| add(config, path, environment, &mut found))?,
        None if project.context.space == Space::app() => {
            let folder = config.root.join(FOLDER);
            if folder.is_dir() {
                add(config, &folder, environment, &mut found)?;
            }
        }
        None => {}
    }
    for path in chosen.iter().flat_map(|(_, environment)| &environment.seeds) {
        add(config, path, None, &mut found)?;
    }
    Ok(found)
}

/// A file, or the `.sql` files of a folder by name and then those of its subfolder for the environment.
fn add(config: &Config, path: &Utf8Path, environment: Option<&str>, found: &mut Vec<Found>) -> Result<(), Problem> {
    config.check_within(path)?;
    if !path.is_dir() {
        push(config, path, found);
        return Ok(());
    }
    for file in sql_files(path)? {
        config.check_within(&file)?;
        push(config, &file, found);
    }
    match environment.map(|name| path.join(name)).filter(|folder| folder.is_dir()) {
        Some(folder) => add(config, &folder, None, found),
        None => Ok(()),
    }
}

fn push(config: &Config, path: &Utf8Path, found: &mut Vec<Found>) {
    let name = path.strip_prefix(&config.root).unwrap_or(path).as_str().replace('\\', "/");
    if !found.iter().any(|known| known.name == name) {
        found.push(Found { path: path.to_owned(), name });
    }
}

fn sql_files(folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, Problem> {
    let unreadable = |error: std::io::Error| unreadable(folder, &Unreadable::Io(error));
    let mut files = Vec::new();
    for entry in folder.read_dir_utf8().map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.into_path();
        if path.extension() == Some("sql") && !path.is_dir() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn unreadable(path: &Utf8Path, error: &Unreadable) -> Problem {
    Problem::input("SEED.UNREADABLE", format!("the seed {} cannot be read", shorten(path.to_owned())))
        .why(error.to_string())
        .fix("check the list of seeds in novate.toml, and that each is a text file in UTF-8 that this user may read")
        .at(Place::file(path))
}

/// What became of seeds, a line each.
pub(crate) fn text(seeded: &[Seeded], settings: &Settings) -> String {
    if seeded.is_empty() {
        return format!("{} No seeds", Symbol::Info.text());
    }
    let lines: Vec<String> =
        seeded.iter().map(|seed| format!("{} {}", Symbol::Done.text(), line(seed, settings))).collect();
    lines.join("\n")
}

/// What became of a seed.
pub(crate) fn line(seed: &Seeded, settings: &Settings) -> String {
    let what = if seed.ran() {
        let rows = count(usize::try_from(seed.rows()).unwrap_or(usize::MAX), "row");
        let took = if seed.took.as_secs() >= 1 { format!(", {}", shown(seed.took)) } else { String::new() };
        format!("{} {rows}{took}", if settings.dry_run { "would change" } else { "ran," })
    } else {
        "nothing to do".to_owned()
    };
    let changed = seed
        .changed_since
        .as_ref()
        .map(|when| format!("\n  its text has changed since it ran ({when}); its check alone decided"));
    format!("{}: {what}{}", seed.name, changed.unwrap_or_default())
}

/// What became of seeds, for programs.
pub(crate) fn json(seeded: &[Seeded]) -> Value {
    seeded
        .iter()
        .map(|seed| {
            json!({
                "seed": seed.name,
                "outcome": if seed.ran() { "ran" } else { "skipped" },
                "rows": seed.rows(),
                "ms": u64::try_from(seed.took.as_millis()).unwrap_or(u64::MAX),
                "changedSince": seed.changed_since,
            })
        })
        .collect()
}
