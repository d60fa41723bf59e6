//! `novate env`: what each environment would use, without connecting.

use novate_runner::connection::{ConnectionString, Host};
use serde_json::{Value, json};

use crate::config::Environment;
use crate::problem::Problem;
use crate::project::{Context, Project, parse_connection};
use crate::ui::{Report, Symbol};

/// `novate env`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this environment; `default` is the one without a name
    pub(crate) name: Option<String>,
}

/// What the environment without a name is called here.
const DEFAULT: &str = "default";

/// What one environment would use.
struct Entry<'a> {
    name: &'a str,
    environment: Option<&'a Environment>,
    /// Whether a command with the same flags would use it.
    chosen: bool,
    used: Result<Used, Problem>,
}

/// A connection string and where it is from.
struct Used {
    string: ConnectionString,
    origin: String,
}

/// Lists the environments of `novate.toml` and the default one.
pub(crate) fn run(context: &Context, args: &Args) -> Result<Report, Problem> {
    let project = context.project()?;
    let chosen = project.environment()?.map(|(name, _)| name);
    let named = project.config.environments.iter().map(|(name, environment)| (name.as_str(), Some(environment)));
    let all: Vec<_> = std::iter::once((DEFAULT, None)).chain(named).collect();
    if let Some(name) = args.name.as_deref().filter(|name| !all.iter().any(|(known, _)| known == name)) {
        let known: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        return Err(Problem::input("CONFIG.UNKNOWN_ENV", format!("novate.toml has no environment {name}"))
            .why(format!("there is {}", known.join(", ")))
            .fix(format!("add [env.{name}] with a url")));
    }
    let entries: Vec<Entry<'_>> = all
        .into_iter()
        .filter(|(name, _)| args.name.as_deref().is_none_or(|wanted| wanted == *name))
        .map(|(name, environment)| {
            let chosen = environment.map(|_| name) == chosen;
            Entry { name, environment, chosen, used: used(&project, name, environment, chosen) }
        })
        .collect();
    let text: Vec<String> = entries.iter().map(Entry::text).collect();
    let values: Vec<Value> = entries.iter().map(Entry::json).collect();
    Ok(Report::new(text.join("\n\n"), json!({ "environments": values })))
}

fn used(project: &Project<'_>, name: &str, environment: Option<&Environment>, chosen: bool) -> Result<Used, Problem> {
    let (text, origin) = match project.context.db.as_ref().filter(|_| chosen) {
        Some(url) => (url.clone(), "--db".to_owned()),
        None => project.configured(environment.map(|environment| (name, environment)))?,
    };
    Ok(Used { string: parse_connection(&text, &project.variables)?, origin })
}

impl Entry<'_> {
    fn text(&self) -> String {
        let mut head = self.name.to_owned();
        if self.environment.is_none() {
            head.push_str(" (no --env)");
        }
        if self.chosen {
            head.push_str(", used here");
        }
        let mut rows: Vec<(&str, String)> = Vec::new();
        match &self.used {
            Ok(used) => rows.extend(used.rows()),
            Err(problem) => {
                let why = problem.why.iter().map(|why| format!("\n{why}"));
                let fix = problem.fix.iter().map(|fix| format!("\n{} {fix}", Symbol::Next.text()));
                let rest: String = why.chain(fix).collect();
                rows.push(("missing", format!("{} {}{rest}", problem.summary, problem.code)));
            }
        }
        if let Some(environment) = self.environment {
            rows.push(("protected", if environment.protected { "yes" } else { "no" }.to_owned()));
            rows.push((
                "denies",
                match environment.deny.as_slice() {
                    [] => "nothing".to_owned(),
                    deny => deny.join(", "),
                },
            ));
        }
        let rows =
            rows.into_iter().map(|(name, value)| format!("\n  {name:<10} {}", value.replace('\n', "\n             ")));
        head + &rows.collect::<String>()
    }

    fn json(&self) -> Value {
        let mut value = json!({
            "name": self.name,
            "default": self.environment.is_none(),
            "chosen": self.chosen,
            "protected": self.environment.is_some_and(|environment| environment.protected),
            "deny": self.environment.map(|environment| environment.deny.clone()).unwrap_or_default(),
            "database": null,
            "missing": null,
        });
        let (key, rest) = match &self.used {
            Ok(used) => ("database", used.json()),
            Err(problem) => (
                "missing",
                json!({
                    "code": problem.code, "summary": problem.summary, "why": problem.why, "fix": problem.fix,
                }),
            ),
        };
        if let Some(map) = value.as_object_mut() {
            map.insert(key.to_owned(), rest);
        }
        value
    }
}

/// Where the password of the first server comes from; never the password.
fn password(string: &ConnectionString) -> Option<&'static str> {
    match (&string.password, string.hosts.iter().any(|host| host.password.is_some())) {
        (Some(_), _) => Some("connection string, service or PGPASSWORD"),
        (None, true) => Some("password file"),
        (None, false) => None,
    }
}

fn host(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(path) => path.display().to_string(),
    }
}

impl Used {
    fn rows(&self) -> Vec<(&'static str, String)> {
        let string = &self.string;
        let places: Vec<String> = string.hosts.iter().map(|host| host.place().to_string()).collect();
        let mut rows = vec![
            ("url", self.origin.clone()),
            ("host", places.join(", ")),
            ("database", string.dbname.clone()),
            ("user", string.user.clone()),
            ("password", password(string).map_or("not set".to_owned(), |from| format!("set ({from})"))),
            ("sslmode", string.tls.sslmode.name().to_owned()),
        ];
        if let Some(pooler) = string.pooler {
            let past = string.past_the_pooler().map(|direct| format!("; past it: {direct}"));
            rows.push(("pooler", format!("{}{}", pooler.name(), past.unwrap_or_default())));
        }
        rows.extend(string.notes.iter().map(|note| ("note", note.clone())));
        rows
    }

    fn json(&self) -> Value {
        let string = &self.string;
        json!({
            "from": self.origin,
            "hosts": string.hosts.iter().map(|at| json!({ "host": host(&at.host), "port": at.port })).collect::<Vec<_>>(),
            "database": string.dbname,
            "user": string.user,
            "password": password(string).is_some(),
            "passwordFrom": password(string),
            "sslmode": string.tls.sslmode.name(),
            "pooler": string.pooler.map(novate_runner::connection::Pooler::name),
            "pastThePooler": string.past_the_pooler(),
            "notes": string.notes,
        })
    }
}
