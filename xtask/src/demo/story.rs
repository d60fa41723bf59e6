//! The story of the demonstration: each step says what happens, shows the command, and checks what came of it.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use novate_scratch::Database;

use crate::failure::Failure;
use crate::process::{capture, run as run_process};
use crate::say;

/// The application's contract.
const CONTRACT: &str = "contracts/app/product.sql";
/// What the platform keeps, as the contract of its space declares it.
const PLATFORM: &str = "spaces/auth/contracts/auth.sql";
/// After this line of the contract the demonstration adds a column.
const ANCHOR: &str = "    name text NOT NULL UNIQUE,\n";
/// The column.
const COLUMN: &str = "    currency text NOT NULL,\n";
/// What existing rows get: the answer to the placeholder.
const ANSWER: &str = "UPDATE public.plans SET currency = 'EUR' WHERE currency IS NULL;";
/// What the platform does to its own table in a later version.
const UPGRADE: &str = "ALTER TABLE auth.users ADD COLUMN phone text";
/// The same, in the declaration.
const DECLARED: &str = "    email text\n";

/// Where the story plays.
pub(crate) struct Stage<'a> {
    pub(crate) program: &'a Utf8Path,
    pub(crate) folder: &'a Utf8Path,
    pub(crate) database: &'a Database,
}

/// Tells it from start to end.
pub(crate) fn tell(stage: &Stage<'_>) -> Result<(), Failure> {
    say::heading("1. the contract and its history agree; planning needs no database");
    stage.novate(&["plan"])?;
    stage.must_say(&["plan", "--dry-run", "--json"], "\"planned\": false")?;
    stage.novate(&["migration", "graph"])?;

    say::heading("2. an empty database goes through every package");
    stage.database.execute(&fs_err::read_to_string(stage.folder.join(PLATFORM))?)?;
    say::note("the platform's own table, auth.users, is there: it is referred to and never touched");
    stage.novate(&["migrate"])?;
    stage.novate(&["status"])?;

    say::heading("3. the live schema is what the contract says, nothing else");
    stage.novate(&["db", "verify", "--strict"])?;
    stage.novate(&["db", "sign"])?;

    say::heading("4. the contract gains a NOT NULL column while rows exist");
    stage.database.execute("INSERT INTO plans (name, tier) VALUES ('Starter', 'free')")?;
    say::note("one plan is in the database");
    stage.edit_contract()?;
    println!("  {CONTRACT}  + {}", COLUMN.trim());
    let before = stage.packages()?;
    stage.novate(&["plan", "--name", "plans have a currency"])?;
    let package = stage
        .packages()?
        .into_iter()
        .find(|name| !before.contains(name))
        .ok_or_else(|| Failure::new("novate plan wrote no package", "look at what it says above"))?;
    stage.show_source(&package)?;

    say::heading("5. what only a person can know is a placeholder; unfilled, nothing runs");
    stage.must_fail(&["migrate"], "MIGRATION.UNFILLED_PLACEHOLDER")?;
    let question = stage.answer(&package)?;
    println!("  migration.sql  - {question}");
    println!("  migration.sql  + {ANSWER}");
    stage.novate(&["migration", "emit", &package])?;
    stage.novate(&["check"])?;

    say::heading("6. one transaction, which commits only if the result is the contract");
    stage.novate(&["migrate"])?;
    let rows = stage.database.execute("SELECT name, currency FROM plans")?;
    if !format!("{rows:?}").contains("EUR") {
        return Err(Failure::new(format!("the plan has no currency: {rows:?}"), "look at what migrate says above"));
    }
    say::done("the plan that was there before has a currency now");
    stage.novate(&["db", "verify", "--strict"])?;

    say::heading("7. somebody changes the database by hand, and that does not go unseen");
    stage.database.execute("ALTER TABLE plans ALTER COLUMN currency DROP NOT NULL")?;
    println!("  ALTER TABLE plans ALTER COLUMN currency DROP NOT NULL;");
    stage.must_fail(&["db", "verify"], "currency")?;
    stage.database.execute("ALTER TABLE plans ALTER COLUMN currency SET NOT NULL")?;
    println!("  ALTER TABLE plans ALTER COLUMN currency SET NOT NULL;");
    stage.novate(&["db", "verify", "--strict"])?;

    say::heading("8. what others keep is in spaces of its own: the platform's accounts, and pgvector");
    stage.novate(&["space", "list"])?;
    stage.database.execute(UPGRADE)?;
    println!("  {UPGRADE};");
    say::note("a column more is the platform's own affair");
    stage.novate(&["db", "verify", "--strict"])?;
    stage.declare()?;
    println!("  {PLATFORM}  + phone text");
    stage.novate(&["-C", "spaces/auth", "plan", "--name", "users have a phone"])?;
    stage.novate(&["space", "add", "spaces/auth"])?;
    stage.must_say(&["plan", "--dry-run", "--json"], "\"planned\": false")?;
    say::done("the application refers to auth.users.id, and has nothing to plan");
    stage.novate(&["migrate"])?;
    stage.novate(&["db", "verify", "--strict"])
}

impl Stage<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.program);
        command.args(arguments).current_dir(self.folder);
        command.env("DATABASE_URL", self.database.url()).env_remove("NOVATE_ENV");
        command
    }

    /// Shows a command and what it says, and fails where it does.
    fn novate(&self, arguments: &[&str]) -> Result<(), Failure> {
        show(arguments);
        run_process(&mut self.command(arguments))
    }

    /// Shows a command that must be refused, and what it says.
    fn must_fail(&self, arguments: &[&str], expected: &str) -> Result<(), Failure> {
        show(arguments);
        let output = capture(&mut self.command(arguments))?;
        print!("{}{}", output.stdout, output.stderr);
        if output.ok || !(output.stdout + &output.stderr).contains(expected) {
            return Err(Failure::new(
                format!("that should have been refused with {expected}"),
                "this is a bug: report it",
            ));
        }
        say::done("refused, as it should be");
        Ok(())
    }

    /// Checks what a command says without showing it.
    fn must_say(&self, arguments: &[&str], expected: &str) -> Result<(), Failure> {
        let output = capture(&mut self.command(arguments))?;
        if output.ok && output.stdout.contains(expected) {
            return Ok(());
        }
        Err(Failure::new(
            format!("novate {} should have said {expected}; it said {}", arguments.join(" "), output.stdout),
            "the example's contract was edited: novate plan, and commit the package",
        ))
    }

    fn edit_contract(&self) -> Result<(), Failure> {
        let path = self.folder.join(CONTRACT);
        let text = fs_err::read_to_string(&path)?;
        if !text.contains(ANCHOR) {
            return Err(Failure::new("the example's plans have no name", "correct ANCHOR in xtask/src/demo/story.rs"));
        }
        Ok(fs_err::write(&path, text.replacen(ANCHOR, &format!("{ANCHOR}{COLUMN}"), 1))?)
    }

    /// Declares what the platform has now.
    fn declare(&self) -> Result<(), Failure> {
        let path = self.folder.join(PLATFORM);
        let text = fs_err::read_to_string(&path)?;
        if !text.contains(DECLARED) {
            return Err(Failure::new(
                "the platform's users have no email",
                "correct DECLARED in xtask/src/demo/story.rs",
            ));
        }
        Ok(fs_err::write(&path, text.replacen(DECLARED, "    email text,\n    phone text\n", 1))?)
    }

    /// Shows a package as people review it.
    fn show_source(&self, package: &str) -> Result<(), Failure> {
        let path = self.source(package);
        println!("\n$ cat {}", path.strip_prefix(self.folder).unwrap_or(&path));
        println!("{}", fs_err::read_to_string(&path)?.trim_end());
        Ok(())
    }

    fn source(&self, package: &str) -> Utf8PathBuf {
        self.folder.join("migrations/app").join(package).join("migration.sql")
    }

    /// Puts the answer in place of the placeholder, and gives the question back.
    fn answer(&self, package: &str) -> Result<String, Failure> {
        let path = self.source(package);
        let text = fs_err::read_to_string(&path)?;
        let question = text
            .lines()
            .find(|line| line.contains("@placeholder"))
            .ok_or_else(|| Failure::new("the package asks no question", "look at what plan says above"))?;
        fs_err::write(&path, text.replace(question, ANSWER))?;
        Ok(question.trim().to_owned())
    }

    fn packages(&self) -> Result<Vec<String>, Failure> {
        let mut names = Vec::new();
        for entry in self.folder.join("migrations/app").read_dir_utf8()? {
            let entry = entry?;
            if entry.path().join("migration.json").is_file() {
                names.push(entry.file_name().to_owned());
            }
        }
        Ok(names)
    }
}

fn show(arguments: &[&str]) {
    let words =
        arguments.iter().map(|word| if word.contains(' ') { format!("\"{word}\"") } else { (*word).to_owned() });
    println!("\n$ novate {}", words.collect::<Vec<_>>().join(" "));
}
