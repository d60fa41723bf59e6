//! What members of the team type: `git` and `novate`, in their own clone.

use std::io::Write as _;
use std::process::Command;

use serde_json::Value;

use super::team::{Base, Member};
use super::world::World;
use crate::failure::Failure;
use crate::program::{BOUND, Ran, Running};

/// Variables of this process that say where PostgreSQL is found, or what is fetched.
const HANDED_ON: &[&str] =
    &["PATH", "TMPDIR", novate_scratch::URL_VARIABLE, novate_scratch::BIN_VARIABLE, novate_scratch::CACHE_VARIABLE];

impl World {
    /// `git`, which must succeed; arguments are split at white space, and `'...'` keeps some together.
    pub(crate) fn git(&mut self, who: Member, arguments: &str) -> Result<Ran, Failure> {
        self.git_ends(who, arguments)?.ok()
    }

    /// `git`, however it ends.
    pub(crate) fn git_ends(&mut self, who: Member, arguments: &str) -> Result<Ran, Failure> {
        let mut command = Command::new("git");
        command.args(words(arguments));
        let running = self.start(who, &mut command, &format!("git {arguments}"))?;
        self.finish(running)
    }

    /// `novate`, which must succeed.
    pub(crate) fn novate(&mut self, who: Member, arguments: &str) -> Result<Ran, Failure> {
        self.novate_ends(who, arguments)?.ok()
    }

    /// `novate`, which must be refused with this exit code and error.
    pub(crate) fn refused(&mut self, who: Member, arguments: &str, code: i32, error: &str) -> Result<Ran, Failure> {
        self.novate_ends(who, arguments)?.fails(code, error)
    }

    /// `novate`, however it ends.
    pub(crate) fn novate_ends(&mut self, who: Member, arguments: &str) -> Result<Ran, Failure> {
        let running = self.novate_starts(who, arguments)?;
        self.finish(running)
    }

    /// `novate`, which goes on while something else happens.
    pub(crate) fn novate_starts(&mut self, who: Member, arguments: &str) -> Result<Running, Failure> {
        let mut command = Command::new(&self.program);
        command.args(words(arguments));
        self.start(who, &mut command, &format!("novate {}", arguments.trim()))
    }

    /// `novate migrate`, and keeps what it says that it applied.
    pub(crate) fn migrate(&mut self, who: Member, base: Base, more: &str) -> Result<usize, Failure> {
        let ran = self.novate(who, &format!("migrate --json{}{}{more}", base.chosen(), spaced(more)))?;
        self.applied(base, &ran)
    }

    /// Keeps the packages that a run with `--json` says it applied; how many they are.
    pub(crate) fn applied(&mut self, base: Base, ran: &Ran) -> Result<usize, Failure> {
        let report = json(ran)?;
        let names: Vec<String> = report["applied"]
            .as_array()
            .ok_or_else(|| ran.wrong("should have said what it applied"))?
            .iter()
            .filter_map(|one| one["package"].as_str().map(str::to_owned))
            .collect();
        let count = names.len();
        self.held_mut(base)?.applied.extend(names);
        Ok(count)
    }

    fn start(&mut self, who: Member, command: &mut Command, shown: &str) -> Result<Running, Failure> {
        let clock = self.tick().to_string();
        self.commands += 1;
        let folder = self.clone_of(who);
        let there = if folder.is_dir() { folder } else { self.folder.clone() };
        command.current_dir(there).env_clear();
        for name in HANDED_ON {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        if let Some(installation) = &self.installation {
            command.env(novate_scratch::BIN_VARIABLE, &installation.bin);
        }
        let date = format!("@{clock} +0000");
        let email = format!("{}@example.org", who.folder());
        command
            .env("HOME", &self.folder)
            .env("SOURCE_DATE_EPOCH", &clock)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", who.name())
            .env("GIT_AUTHOR_EMAIL", &email)
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_NAME", who.name())
            .env("GIT_COMMITTER_EMAIL", &email)
            .env("GIT_COMMITTER_DATE", &date)
            // A merge is not talked over.
            .env("GIT_EDITOR", "true");
        let output = self.folder.join(format!("said-{}", self.commands));
        Running::of(command, format!("{}: {shown}", who.name()), output)
    }

    /// Waits for its end, and keeps what it said.
    pub(crate) fn finish(&mut self, running: Running) -> Result<Ran, Failure> {
        let ran = running.wait(BOUND)?;
        self.note(&ran)?;
        if ran.shown().contains(": novate ") && ran.said.to_lowercase().contains("reset") {
            return Err(ran.wrong("must tell nobody to reset anything"));
        }
        Ok(ran)
    }

    /// Writes what ran and what it said into the transcript.
    pub(crate) fn note(&self, ran: &Ran) -> Result<(), Failure> {
        if self.verbose {
            println!("{}", indented(&ran.to_string()));
        }
        let path = self.transcript();
        let mut file = fs_err::OpenOptions::new().create(true).append(true).open(path)?;
        Ok(writeln!(file, "{ran}\n")?)
    }
}

/// The object that a run with `--json` printed.
pub(crate) fn json(ran: &Ran) -> Result<Value, Failure> {
    let text = ran.said.find('{').and_then(|at| ran.said.get(at..)).unwrap_or_default();
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => Ok(value),
        _ => Err(ran.wrong("should have printed JSON")),
    }
}

fn spaced(more: &str) -> &'static str {
    if more.is_empty() { "" } else { " " }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("      {line}")).collect::<Vec<_>>().join("\n")
}

fn words(arguments: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for c in arguments.chars() {
        match c {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            c if c.is_whitespace() && !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_split_as_people_mean_them() {
        assert_eq!(words("plan  --name 'users have names' ''"), ["plan", "--name", "users have names", ""]);
    }
}
