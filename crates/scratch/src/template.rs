//! Data directories: initialised once per build of PostgreSQL, copied for every server after that.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest as _, Sha256};

use crate::cache;
use crate::error::ScratchError;
use crate::find::{Installation, program_path};
use crate::identity::{self, Unprivileged};

/// Small WAL segments make the copy small: 1 MB rather than 16.
const INITDB: &[&str] = &["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--wal-segsize=1"];
/// The first that the system knows is used.
const LOCALES: &[&str] = &["--locale=C.UTF-8", "--locale=C"];
/// Read last by every server, so that what it says wins.
pub(crate) const SETTINGS_FILE: &str = "novate.conf";

/// The initialised data directory of an installation, made now if this is the first use.
pub(crate) fn prepared(installation: &Installation) -> Result<Utf8PathBuf, ScratchError> {
    let templates = cache::folder("templates")?;
    let template = templates.join(name(installation)?);
    if is_complete(&template) {
        return Ok(template);
    }
    cache::locked(&template.with_extension("lock"), || {
        if !is_complete(&template) {
            let growing = template.with_extension("new");
            initialise(installation, &growing)?;
            fs_err::rename(&growing, &template).map_err(ScratchError::io(format!("move {growing} to {template}")))?;
        }
        Ok(template.clone())
    })
}

fn is_complete(template: &Utf8Path) -> bool {
    template.join("PG_VERSION").is_file()
}

/// A name that changes with anything that could change what `initdb` writes.
fn name(installation: &Installation) -> Result<String, ScratchError> {
    let program = program_path(&installation.bin, "postgres");
    let meta = fs_err::metadata(&program).map_err(ScratchError::io(format!("look at {program}")))?;
    let identity = format!(
        "1\n{}\n{program}\n{}\n{}\n{}\n{INITDB:?}{LOCALES:?}",
        installation.version.text,
        meta.len(),
        meta.mtime(),
        identity::user_tag(),
    );
    let digest = hex::encode(Sha256::digest(identity));
    // No dot after the number: what follows one would be taken for an extension.
    Ok(format!("{}-{}", installation.version.number().replace('.', "_"), &digest[..16]))
}

fn initialise(installation: &Installation, dir: &Utf8Path) -> Result<(), ScratchError> {
    let user = identity::unprivileged();
    let mut last = String::new();
    for locale in LOCALES {
        let _ = std::fs::remove_dir_all(dir);
        new_dir(dir, user)?;
        identity::check_reachable(dir)?;
        let mut command = installation.command("initdb");
        command.args(INITDB).arg(locale).arg("-D").arg(dir).current_dir(dir);
        identity::drop_privileges(&mut command);
        let output = command.output().map_err(ScratchError::io("run initdb"))?;
        if output.status.success() {
            let doing = || format!("write {dir}/postgresql.conf");
            let mut conf = fs_err::OpenOptions::new()
                .append(true)
                .open(dir.join("postgresql.conf"))
                .map_err(ScratchError::io(doing()))?;
            return writeln!(conf, "include '{SETTINGS_FILE}'").map_err(ScratchError::io(doing()));
        }
        last = format!("{}\n{}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    let _ = std::fs::remove_dir_all(dir);
    Err(ScratchError::InitFailed { version: installation.version.to_string(), output: last })
}

fn new_dir(dir: &Utf8Path, user: Option<Unprivileged>) -> Result<(), ScratchError> {
    std::fs::DirBuilder::new().mode(0o700).create(dir).map_err(ScratchError::io(format!("create the folder {dir}")))?;
    identity::give(dir, user)
}

/// Copies a data directory; `to` must not exist.
pub(crate) fn copy(from: &Utf8Path, to: &Utf8Path) -> Result<(), ScratchError> {
    copy_folder(from, to, identity::unprivileged())
}

fn copy_folder(from: &Utf8Path, to: &Utf8Path, user: Option<Unprivileged>) -> Result<(), ScratchError> {
    new_dir(to, user)?;
    let doing = || format!("copy {from} to {to}");
    for entry in from.read_dir_utf8().map_err(ScratchError::io(doing()))? {
        let entry = entry.map_err(ScratchError::io(doing()))?;
        let target = to.join(entry.file_name());
        if entry.file_type().map_err(ScratchError::io(doing()))?.is_dir() {
            copy_folder(entry.path(), &target, user)?;
        } else {
            std::fs::copy(entry.path(), &target).map_err(ScratchError::io(doing()))?;
            identity::give(&target, user)?;
        }
    }
    Ok(())
}
