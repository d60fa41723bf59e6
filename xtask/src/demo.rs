//! `cargo xtask demo`: what novate does, on a copy of this repository's example and a server of its own.

mod story;

use std::time::{Instant, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use novate_scratch::{Options, Server};

use crate::failure::Failure;
use crate::workspace::{Profile, novate, root};
use crate::{postgres, say};

/// What of the repository is the example.
const EXAMPLE: &[&str] = &["novate.toml", "contracts", "migrations", "seeds", "spaces"];

/// Sets everything up, tells the story, and leaves nothing behind.
pub(crate) fn run() -> Result<(), Failure> {
    let began = Instant::now();
    say::heading("what is needed: PostgreSQL with pgvector, novate, a copy of the example");
    let server = Server::start(&postgres::provide_vector()?, &Options::default())?;
    let database = server.database("demo")?;
    say::done("an empty database on a server of its own, which ends with this program");
    say::note("building novate (a few minutes the first time)");
    let program = novate(Profile::Dev)?;
    let copy = Copy::make()?;
    say::done(&format!("the example of this repository, copied to {}", copy.0));

    story::tell(&story::Stage { program: &program, folder: &copy.0, database: &database })?;

    say::heading(&format!("that was it ({})", say::time(began.elapsed())));
    say::done(
        "planned without a database, reviewed as a file, applied and proven in one transaction, verified, signed",
    );
    say::next("README.md: the first steps with a project of your own");
    say::next("contracts/app, migrations/app and spaces: the example itself");
    say::next("cargo run --package novate -- --help");
    Ok(())
}

/// A temporary copy of the example, removed with the value.
struct Copy(Utf8PathBuf);

impl Copy {
    fn make() -> Result<Self, Failure> {
        let copy = Self(temporary("novate-demo")?);
        for name in EXAMPLE {
            copy_all(&root().join(name), &copy.0.join(name))?;
        }
        Ok(copy)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // What is left in the temporary folder is the system's to clean up.
        let _ = fs_err::remove_dir_all(&self.0);
    }
}

fn copy_all(from: &Utf8Path, to: &Utf8Path) -> Result<(), Failure> {
    if from.is_dir() {
        fs_err::create_dir_all(to)?;
        for entry in from.read_dir_utf8()? {
            let entry = entry?;
            copy_all(entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    fs_err::copy(from, to)?;
    Ok(())
}

/// A new folder below the system's temporary one.
pub(crate) fn temporary(prefix: &str) -> Result<Utf8PathBuf, Failure> {
    let base = Utf8PathBuf::from_path_buf(std::env::temp_dir())
        .map_err(|path| Failure::new(format!("{} is not UTF-8", path.display()), "set TMPDIR to a folder that is"))?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let folder = base.join(format!("{prefix}-{}-{:x}", std::process::id(), now.as_micros()));
    fs_err::create_dir(&folder)?;
    Ok(folder)
}
