//! `novate.toml`: found upwards from the working directory, read strictly.

use std::collections::BTreeMap;
use std::time::Duration;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use novate_contract::{Control, Space};
use serde::Deserialize;

use crate::files::{self, MAX_SETTINGS_BYTES, Unreadable};
use crate::problem::{Place, Problem, shorten};
use crate::spaces;

/// The name of the configuration file.
pub(crate) const FILE: &str = "novate.toml";

/// A project's configuration, defaults filled in.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// The folder that holds `novate.toml`; every path in it starts there.
    pub(crate) root: Utf8PathBuf,
    /// The database of no particular environment.
    pub(crate) database: Database,
    /// The spaces by name; `app` where nothing is said.
    pub(crate) spaces: BTreeMap<Space, SpaceConfig>,
    /// The environments by name.
    pub(crate) environments: BTreeMap<String, Environment>,
    /// What is forbidden, or warned of, everywhere.
    pub(crate) policy: PolicyLists,
    /// The major version of PostgreSQL to plan for.
    pub(crate) postgres_major: Option<u16>,
}

/// `[database]`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Database {
    /// A URL, or `env:NAME`.
    pub(crate) url: Option<String>,
    /// Seconds that one statement waits for a lock.
    pub(crate) lock_timeout: Option<f64>,
    /// Seconds that locks are tried for in all.
    pub(crate) lock_budget: Option<f64>,
    /// Seconds that one statement may run.
    pub(crate) statement_timeout: Option<f64>,
}

/// `[space.NAME]`.
#[derive(Debug, Clone)]
pub(crate) struct SpaceConfig {
    /// The contract: a file or a folder.
    pub(crate) contract: Utf8PathBuf,
    /// Its packages.
    pub(crate) migrations: Utf8PathBuf,
    /// The schema of names without one.
    pub(crate) default_schema: String,
    /// Its seeds: files and folders, in order; `None` for the usual folder, which need not be there.
    pub(crate) seeds: Option<Vec<Utf8PathBuf>>,
    /// The folder that it was installed in, where somebody else keeps it: it is applied, never written to.
    pub(crate) installed: Option<Utf8PathBuf>,
    /// Whether nothing is written of it: the application's space, where `novate.toml` does not have it.
    pub(crate) implied: bool,
    /// The spaces that it may refer to, and that are applied before it; `None` where nothing is said.
    pub(crate) needs: Option<Vec<Space>>,
    /// Policies for what novate may touch of it.
    pub(crate) control: Vec<(String, Control)>,
}

/// `[policy]`: classes and hazards of operations.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct PolicyLists {
    /// What `check` and `migrate` refuse.
    #[serde(default)]
    pub(crate) deny: Vec<String>,
    /// What they warn of.
    #[serde(default)]
    pub(crate) warn: Vec<String>,
}

/// What a protected environment takes for consent to destruction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Consent {
    /// Somebody says so as it happens: at a prompt, or by naming the operation.
    #[default]
    Asked,
    /// `-- @allow` in the package is enough.
    Reviewed,
}

/// `[env.NAME]`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Environment {
    /// A URL, or `env:NAME`.
    pub(crate) url: Option<String>,
    /// Whether `db update` is refused, and destruction needs consent.
    #[serde(default)]
    pub(crate) protected: bool,
    /// What that consent is.
    #[serde(default)]
    pub(crate) consent: Consent,
    /// Classes and hazards that `migrate` refuses.
    #[serde(default)]
    pub(crate) deny: Vec<String>,
    /// Seeds of this environment, after those of the space.
    #[serde(default)]
    pub(crate) seeds: Vec<Utf8PathBuf>,
    /// Classes and hazards that it warns of.
    #[serde(default)]
    pub(crate) warn: Vec<String>,
}

#[derive(Deserialize)]
struct ConfigFile {
    #[serde(default)]
    database: Database,
    #[serde(default)]
    space: BTreeMap<String, SpaceFile>,
    #[serde(default)]
    env: BTreeMap<String, Environment>,
    #[serde(default)]
    policy: PolicyLists,
    #[serde(default)]
    control: BTreeMap<String, String>,
    #[serde(default)]
    postgres: PostgresFile,
}

#[derive(Default, Deserialize)]
struct SpaceFile {
    contract: Option<Utf8PathBuf>,
    migrations: Option<Utf8PathBuf>,
    default_schema: Option<String>,
    seeds: Option<Vec<Utf8PathBuf>>,
    from: Option<Utf8PathBuf>,
    needs: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
struct PostgresFile {
    major: Option<u16>,
}

/// Every key that is known, for suggestions.
const KEYS: &[&str] = &[
    "database",
    "database.url",
    "database.lock_timeout",
    "database.lock_budget",
    "database.statement_timeout",
    "space",
    "space.app",
    "contract",
    "migrations",
    "default_schema",
    "seeds",
    "from",
    "needs",
    "env",
    "url",
    "protected",
    "consent",
    "policy",
    "deny",
    "warn",
    "control",
    "postgres",
    "postgres.major",
    "lock_timeout",
    "lock_budget",
    "statement_timeout",
    "major",
];

impl SpaceConfig {
    /// The spaces that it may refer to.
    pub(crate) fn needs(&self) -> &[Space] {
        self.needs.as_deref().unwrap_or_default()
    }
}

impl Config {
    /// Finds and reads the configuration for `start`.
    pub(crate) fn find(start: &Utf8Path) -> Result<Self, Problem> {
        for folder in start.ancestors() {
            let path = folder.join(FILE);
            match files::read(&path, MAX_SETTINGS_BYTES) {
                Ok(text) => return spaces::with_installed(Self::parse(folder, &path, &text)?),
                Err(Unreadable::Missing) => {}
                // A project's file that is passed over would make the one above it the project.
                Err(error) => {
                    return Err(Problem::input("CONFIG.UNREADABLE", format!("{path} cannot be read"))
                        .why(error.to_string())
                        .fix("check that it is a text file in UTF-8 that this user may read")
                        .at(Place::file(&path)));
                }
            }
        }
        Err(Problem::input("CONFIG.MISSING", format!("there is no {FILE} here or in any folder above"))
            .why(format!("looked in {start} and upwards"))
            .fix("novate init"))
    }

    pub(crate) fn parse(root: &Utf8Path, path: &Utf8Path, text: &str) -> Result<Self, Problem> {
        Self::understand(root, path, text).map_err(|mut problem| {
            problem.summary = without_addresses(&problem.summary);
            problem.why = problem.why.as_deref().map(without_addresses);
            problem
        })
    }

    fn understand(root: &Utf8Path, path: &Utf8Path, text: &str) -> Result<Self, Problem> {
        let invalid = |error: &toml::de::Error| {
            let mut problem = Problem::input("CONFIG.INVALID", format!("{path} cannot be understood"))
                .why(without_values(error.message()))
                .fix("novate explain configuration shows every key");
            problem.place = Some(match error.span() {
                Some(span) => without_secrets(Place::span(path, text, novate_sql::Span::new(span.start, span.end))),
                None => Place::file(path),
            });
            problem
        };
        let deserializer = toml::Deserializer::parse(text).map_err(|error| invalid(&error))?;
        let mut unknown = Vec::new();
        let file: ConfigFile = serde_ignored::deserialize(deserializer, |key| unknown.push(key.to_string()))
            .map_err(|error| invalid(&error))?;
        if let Some(key) = unknown.first() {
            return Err(unknown_key(path, text, key));
        }
        let control = policies(file.control).map_err(|problem| problem.at(Place::file(path)))?;
        let mut spaces = BTreeMap::new();
        for (name, space) in file.space {
            let space_name = space_name(&name).map_err(|problem| problem.at(Place::file(path)))?;
            let config =
                space_config(root, &space_name, space, &control).map_err(|problem| problem.at(Place::file(path)))?;
            let folders = [&config.contract, &config.migrations].into_iter().chain(&config.installed);
            for named in folders.chain(config.seeds.iter().flatten()) {
                if !plain(named).starts_with(plain(root)) {
                    return Err(outside(root, named).at(Place::file(path)));
                }
            }
            spaces.insert(space_name, config);
        }
        let app = space_config(root, &Space::app(), SpaceFile::default(), &control)?;
        spaces.entry(Space::app()).or_insert(SpaceConfig { implied: true, ..app });
        let mut environments = file.env;
        for named in environments.values_mut().flat_map(|environment| &mut environment.seeds) {
            *named = root.join(&named);
            if !plain(named).starts_with(plain(root)) {
                return Err(outside(root, named).at(Place::file(path)));
            }
        }
        Ok(Self {
            root: root.to_owned(),
            database: file.database,
            spaces,
            environments,
            policy: file.policy,
            postgres_major: file.postgres.major,
        })
    }

    /// A space's configuration.
    pub(crate) fn space(&self, space: &Space) -> Result<&SpaceConfig, Problem> {
        self.spaces.get(space).ok_or_else(|| {
            Problem::input("CONFIG.UNKNOWN_SPACE", format!("{FILE} has no space {space}"))
                .why(format!("it has {}", self.spaces.keys().map(Space::as_str).collect::<Vec<_>>().join(", ")))
                .fix(format!("add [space.{space}] to {FILE}"))
        })
    }

    /// Refuses a folder that lies outside of the project because a link leads there. One that is not there yet is
    /// judged by the nearest folder above it that is.
    pub(crate) fn check_within(&self, folder: &Utf8Path) -> Result<(), Problem> {
        let real = folder.ancestors().find_map(|above| above.canonicalize().ok());
        match (real, self.root.canonicalize()) {
            (Some(real), Ok(root)) if real.starts_with(&root) => Ok(()),
            _ => Err(outside(&self.root, folder)),
        }
    }

    /// How runs behave.
    pub(crate) fn settings(&self) -> novate_runner::Settings {
        let mut settings = novate_runner::Settings::default();
        let seconds = |value: Option<f64>| value.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        if let Some(limit) = seconds(self.database.lock_timeout) {
            settings.lock_timeout = limit;
        }
        if let Some(limit) = seconds(self.database.lock_budget) {
            settings.lock_budget = limit;
        }
        settings.statement_timeout = seconds(self.database.statement_timeout);
        settings
    }
}

/// A path without `.` and `..`.
fn plain(path: &Utf8Path) -> Utf8PathBuf {
    let mut plain = Utf8PathBuf::new();
    for part in path.components() {
        match part {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

fn outside(root: &Utf8Path, path: &Utf8Path) -> Problem {
    Problem::input("CONFIG.OUTSIDE_PROJECT", format!("{} lies outside of the project", shorten(path.to_owned())))
        .why(format!("the project is the folder of {FILE}, {root}; another checkout would not have the rest"))
        .fix(format!("move it into the project, or {FILE} into a folder above both"))
}

fn space_name(name: &str) -> Result<Space, Problem> {
    Space::new(name).ok_or_else(|| {
        Problem::input("CONFIG.INVALID", format!("{name:?} cannot be the name of a space"))
            .fix("use lower-case letters, digits, '-' and '_'")
    })
}

/// `[control]`.
fn policies(written: BTreeMap<String, String>) -> Result<Vec<(String, Control)>, Problem> {
    let policy = |(pattern, policy): (String, String)| {
        let policy = match policy.as_str() {
            "managed" => Control::Managed,
            "tolerated" => Control::Tolerated,
            "observed" => Control::Observed,
            "external" => Control::External,
            other => {
                return Err(Problem::input("CONFIG.INVALID", format!("{other:?} is no control policy"))
                    .why(format!("[control] says so for {pattern}"))
                    .fix("use managed, tolerated, observed or external"));
            }
        };
        Ok((pattern, policy))
    };
    written.into_iter().map(policy).collect()
}

fn space_config(
    root: &Utf8Path,
    space: &Space,
    file: SpaceFile,
    control: &[(String, Control)],
) -> Result<SpaceConfig, Problem> {
    let others = file.contract.is_some() || file.migrations.is_some() || file.default_schema.is_some();
    if file.from.is_some() && (others || file.seeds.is_some()) {
        return Err(Problem::input(
            "CONFIG.INVALID",
            format!("the space {space} is installed and says more than from"),
        )
        .why(format!("contract, migrations, default_schema and seeds are what {FILE} in its folder says"))
        .fix(format!("leave only from (and needs) in [space.{space}]")));
    }
    let contract = file.contract.unwrap_or_else(|| format!("contracts/{space}.sql").into());
    let migrations = file.migrations.unwrap_or_else(|| format!("migrations/{space}").into());
    let needs = |names: Vec<String>| names.iter().map(|name| space_name(name)).collect::<Result<_, _>>();
    let needs = file.needs.map(needs).transpose()?;
    Ok(SpaceConfig {
        contract: root.join(contract),
        migrations: root.join(migrations),
        default_schema: file.default_schema.unwrap_or_else(|| "public".to_owned()),
        seeds: file.seeds.map(|seeds| seeds.into_iter().map(|path| root.join(path)).collect()),
        installed: file.from.map(|folder| root.join(folder)),
        implied: false,
        needs,
        control: control.to_vec(),
    })
}

/// Any value may be a password, or a part of one: its place is shown, and its key; a number or a word that TOML knows
/// is no secret.
fn without_secrets(mut place: Place) -> Place {
    let plain = |value: &str| {
        value.chars().all(|c| c.is_ascii_digit() || " _.+-".contains(c)) || ["true", "false"].contains(&value)
    };
    place.line = place.line.and_then(|line| match line.split_once('=') {
        Some((key, value)) if plain(value.trim()) => Some(format!("{key}={value}")),
        Some((key, _)) => Some(format!("{key}= …")),
        None if line.trim_start().starts_with('[') => Some(line),
        // A value that goes over several lines.
        None => None,
    });
    place
}

/// What the parser says, without the value that it quotes; a quote inside of the value does not end it.
fn without_values(message: &str) -> String {
    match message.split_once('"').and_then(|(before, rest)| Some((before, rest.rsplit_once('"')?.1))) {
        Some((before, after)) => format!("{before}\"…\"{after}"),
        None => message.to_owned(),
    }
}

/// A text that repeats what stands in the file, without what may be an address with a password: one that was written
/// where something else belongs.
fn without_addresses(text: &str) -> String {
    let secret = |text: &str| text.contains("://") || text.to_ascii_lowercase().contains("password=");
    if !secret(text) {
        return text.to_owned();
    }
    let left = without_values(text);
    if secret(&left) {
        "what stands there looks like the address of a database, and is not repeated".to_owned()
    } else {
        left
    }
}

fn unknown_key(path: &Utf8Path, text: &str, key: &str) -> Problem {
    let last = key.rsplit('.').next().unwrap_or(key);
    let near = KEYS
        .iter()
        .map(|known| (strsim::damerau_levenshtein(known.rsplit('.').next().unwrap_or(known), last), *known))
        .min()
        .filter(|(distance, known)| *distance <= known.len() / 2);
    let mut problem = Problem::input("CONFIG.UNKNOWN_KEY", format!("{FILE} has an unknown key {key}"))
        .fix("novate explain configuration shows every key");
    if let Some((_, known)) = near {
        problem = problem.why(format!("did you mean {}?", known.rsplit('.').next().unwrap_or(known)));
    }
    let line = text.lines().position(|line| line.trim_start().trim_start_matches('[').contains(last));
    problem.at(match line {
        Some(at) => without_secrets(Place::line(path, at + 1)),
        None => Place::file(path),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, Problem> {
        Config::parse(Utf8Path::new("/p"), Utf8Path::new("/p/novate.toml"), text)
    }

    #[test]
    fn an_empty_file_has_the_space_app() {
        let config = parse("").unwrap();
        let space = config.space(&Space::app()).unwrap();
        assert_eq!(space.contract, "/p/contracts/app.sql");
        assert_eq!(space.migrations, "/p/migrations/app");
    }

    #[test]
    fn an_unknown_key_gets_a_suggestion() {
        let problem = parse("[database]\nurll = \"x\"\n").unwrap_err();
        assert_eq!((problem.code, problem.why.as_deref()), ("CONFIG.UNKNOWN_KEY", Some("did you mean url?")));
    }

    #[test]
    fn an_address_in_the_wrong_place_keeps_its_password() {
        let cases = [
            (
                "[database]\nlock_timeout = \"postgres://app:hunter2@db/shop\"",
                "invalid type: string \"…\", expected f64",
            ),
            (
                "[env]\nproduction = \"postgres://app:hun\\\"ter2@db\"",
                "invalid type: string \"…\", expected struct Environment",
            ),
            ("[control]\n\"x\" = \"host=db password=hunter2\"", "[control] says so for x"),
            (
                "[control]\n\"postgres://app:hunter2@db\" = \"mine\"",
                "what stands there looks like the address of a database, and is not repeated",
            ),
            ("\"postgres://app:hunter2@db\" = 1", ""),
        ];
        for (text, why) in cases {
            let problem = parse(text).unwrap_err();
            assert!(!problem.to_text(80).contains("ter2"), "{}", problem.to_text(80));
            assert_eq!(problem.why.as_deref().unwrap_or_default(), why, "{text}");
        }
        // A key is no secret.
        assert!(parse("[database]\npassword = 1").unwrap_err().summary.contains("database.password"));
    }

    #[test]
    fn broken_toml_is_shown_with_its_place() {
        let problem = parse("[database\nurl = 1\n").unwrap_err();
        assert_eq!(problem.code, "CONFIG.INVALID");
        assert!(problem.place.unwrap().at.is_some());
    }
}
