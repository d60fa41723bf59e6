//! A database in the state that a file describes.

use std::io::Write as _;
use std::process::{Command, Stdio};

use camino::Utf8Path;
use novate_scratch::{Database, ScratchError, Server};

use crate::failure::Failure;

/// How many roles a file may name that the server does not have.
const ROLES: usize = 20;

/// Makes a database and executes a file there. Roles that the file names and the server lacks are made.
pub(crate) fn set(server: &Server, file: &Utf8Path) -> Result<Database, Failure> {
    let text = sql(&fs_err::read_to_string(file)?);
    for _ in 0..ROLES {
        let database = server.database("corpus")?;
        match database.execute(&text) {
            Ok(_) => return Ok(database),
            Err(error) => match missing_role(&error) {
                Some(role) => make_role(&database, &role)?,
                None => return Err(Failure::new(format!("{file}: {error}"), "mend the file")),
            },
        }
    }
    Err(Failure::new(format!("{file} names more than {ROLES} roles"), "make them on the server first"))
}

/// Applies a script; what was refused, where something was. With psql each statement commits by itself, as when a person
/// runs the script; without it all of it is one transaction.
pub(crate) fn apply(psql: Option<&Utf8Path>, database: &Database, script: &str) -> Result<Option<String>, Failure> {
    let Some(psql) = psql else { return Ok(database.execute(script).err().map(|error| error.to_string())) };
    let flags = ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname"];
    let mut command = Command::new(psql);
    command.args(flags).arg(database.conninfo()).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // A psql that stopped at an error does not read the rest; its exit status tells.
        let _ = input.write_all(script.as_bytes());
    }
    let output = child.wait_with_output()?;
    Ok((!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// The text without the lines that only psql understands.
fn sql(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"));
    lines.collect::<Vec<_>>().join("\n")
}

fn missing_role(error: &ScratchError) -> Option<String> {
    let ScratchError::Sql { message, .. } = error else { return None };
    let (role, rest) = message.split_once("role \"")?.1.split_once('"')?;
    rest.starts_with(" does not exist").then(|| role.to_owned())
}

/// Another thread may be quicker: then it is there, which is what matters.
fn make_role(database: &Database, role: &str) -> Result<(), Failure> {
    match database.execute(&format!("CREATE ROLE \"{}\"", role.replace('"', "\"\""))) {
        Ok(_) => Ok(()),
        Err(ScratchError::Sql { sqlstate, .. }) if ["42710", "23505", "XX000"].contains(&sqlstate.as_str()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
