//! Which user servers run as: the caller, or an unprivileged one when the caller is root, because PostgreSQL refuses to
//! run as root.

use std::process::Command;

use camino::Utf8Path;

use crate::error::ScratchError;

/// The user that root hands its servers to.
#[cfg(unix)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unprivileged {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// The user for servers when the caller is root: `postgres` where it exists, else `nobody`.
#[cfg(unix)]
pub(crate) fn unprivileged() -> Option<Unprivileged> {
    if !is_root() {
        return None;
    }
    let passwd = fs_err::read_to_string("/etc/passwd").unwrap_or_default();
    Some(
        account(&passwd, "postgres")
            .or_else(|| account(&passwd, "nobody"))
            .unwrap_or(Unprivileged { uid: 65534, gid: 65534 }),
    )
}

#[cfg(unix)]
fn account(passwd: &str, name: &str) -> Option<Unprivileged> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name)).then_some(())?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Unprivileged { uid, gid })
    })
}

/// Makes a command run as the unprivileged user when the caller is root.
#[cfg(unix)]
pub(crate) fn drop_privileges(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    if let Some(user) = unprivileged() {
        command.gid(user.gid).uid(user.uid);
    }
}

/// Gives a file or folder to the user that servers run as.
#[cfg(unix)]
pub(crate) fn give(path: &Utf8Path, user: Option<Unprivileged>) -> Result<(), ScratchError> {
    let Some(user) = user else { return Ok(()) };
    std::os::unix::fs::lchown(path, Some(user.uid), Some(user.gid))
        .map_err(ScratchError::io(format!("give {path} to the user that runs PostgreSQL")))
}

/// The first folder on the way to `path` that the unprivileged user may not pass, if there is one.
#[cfg(unix)]
pub(crate) fn barrier(path: &Utf8Path) -> Option<&Utf8Path> {
    use std::os::unix::fs::MetadataExt as _;
    let user = unprivileged()?;
    path.ancestors().find(|dir| {
        dir.metadata().is_ok_and(|meta| {
            let bit = if meta.uid() == user.uid {
                0o100
            } else if meta.gid() == user.gid {
                0o010
            } else {
                0o001
            };
            meta.is_dir() && meta.mode() & bit == 0
        })
    })
}

/// Refuses a folder that the unprivileged user cannot reach.
#[cfg(unix)]
pub(crate) fn check_reachable(dir: &Utf8Path) -> Result<(), ScratchError> {
    let Some(barrier) = barrier(dir) else { return Ok(()) };
    let reason = format!("the unprivileged user that runs PostgreSQL for root may not enter {barrier}");
    let reason = std::io::Error::new(std::io::ErrorKind::PermissionDenied, reason);
    Err(ScratchError::io(format!("use the folder {dir}"))(reason))
}

/// Refuses a cache that somebody else prepared: programs are run from it.
#[cfg(unix)]
pub(crate) fn check_owner(dir: &Utf8Path) -> Result<(), ScratchError> {
    use std::os::unix::fs::MetadataExt as _;
    let doing = || format!("use the cache folder {dir}");
    let meta = fs_err::metadata(dir).map_err(ScratchError::io(doing()))?;
    if meta.uid() == rustix::process::geteuid().as_raw() || is_root() {
        return Ok(());
    }
    let reason = std::io::Error::new(std::io::ErrorKind::PermissionDenied, "it belongs to another user");
    Err(ScratchError::io(doing())(reason))
}

/// Lets the unprivileged user pass folders of root's cache, whatever root's umask is.
#[cfg(unix)]
pub(crate) fn let_enter(dirs: &[&Utf8Path]) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if is_root() {
        for dir in dirs {
            fs_err::set_permissions(dir, std::fs::Permissions::from_mode(0o755))?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
pub(crate) fn let_enter(_dirs: &[&Utf8Path]) -> std::io::Result<()> {
    Ok(())
}

#[cfg(unix)]
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A short text that tells users of one machine apart.
#[cfg(unix)]
pub(crate) fn user_tag() -> String {
    rustix::process::geteuid().as_raw().to_string()
}

#[cfg(not(unix))]
pub(crate) fn is_root() -> bool {
    false
}

#[cfg(not(unix))]
pub(crate) fn user_tag() -> String {
    std::env::var("USERNAME").unwrap_or_default()
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
pub(crate) fn check_owner(_dir: &Utf8Path) -> Result<(), ScratchError> {
    Ok(())
}

/// Removes what would change how PostgreSQL's programs behave from the environment they inherit.
pub(crate) fn plain_environment(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("PG") || name.starts_with("LC_") || name == "LANG" || name == "LANGUAGE" {
            command.env_remove(name.as_ref());
        }
    }
    command.env("LC_ALL", "C");
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read_from_passwd_lines() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(account(passwd, "postgres"), Some(Unprivileged { uid: 101, gid: 104 }));
        assert_eq!(account(passwd, "nobody"), None);
    }
}
