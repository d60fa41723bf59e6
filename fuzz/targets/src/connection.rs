//! Connection strings, service files and password files.
//!
//! The parts of an input are the string, a service file and a password file.

use std::path::{Path, PathBuf};

use novate_runner::connection::{ConnectEnv, ConnectionString, Host, Secret};

use crate::text::{ensure, parts};

/// What a planted password begins and ends with.
const PLANTED: &str = "hunter2";
/// Shorter passwords stand in every text by chance.
const LONG_ENOUGH: usize = 6;

pub(crate) fn run(input: &str) -> Result<(), String> {
    let parts = parts(input);
    let text = parts.first().map_or("", String::as_str);
    let home = match parts.get(1..) {
        Some(files) if !files.is_empty() => Some(home(files).map_err(|error| error.to_string())?),
        _ => None,
    };
    let env = env(home.as_deref());
    match ConnectionString::parse(text, &env) {
        Ok(string) => {
            hides_passwords(&string)?;
            reads_again(&string)?;
        }
        Err(error) => {
            let shown = format!("{error} {error:?} {} {} {}", error.why(), error.fix(), error.code());
            std::hint::black_box(&shown);
        }
    }
    planted(text.trim_end_matches('\n'))
}

fn env(home: Option<&Path>) -> ConnectEnv {
    let mut env = ConnectEnv::new([], home.map(Path::to_owned), Some("me".to_owned()));
    // Whether there is a server on this machine changes nothing.
    env.socket_dirs.clear();
    env
}

/// A home directory with these files; the same one for every input of a process.
fn home(files: &[String]) -> std::io::Result<PathBuf> {
    thread_local! {
        static HOME: std::io::Result<tempfile::TempDir> = tempfile::tempdir();
    }
    let home = HOME.with(|home| match home {
        Ok(home) => Ok(home.path().to_owned()),
        Err(error) => Err(std::io::Error::from(error.kind())),
    })?;
    for (index, name) in [".pg_service.conf", ".pgpass"].iter().enumerate() {
        let path = home.join(name);
        fs_err::write(&path, files.get(index).map_or("", String::as_str))?;
        #[cfg(unix)]
        fs_err::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    }
    Ok(home)
}

/// Whatever else holds a password, what is shown does not, unless what has to be shown is the same text.
fn hides_passwords(string: &ConnectionString) -> Result<(), String> {
    let passwords = string.password.iter().chain(string.hosts.iter().filter_map(|host| host.password.as_ref()));
    let shown = |string: &ConnectionString| {
        format!("{string} {string:?} {} {:?} {:?}", string.safe_summary(), string.hosts, string.password)
    };
    // What is shown of the same string with other passwords does not come from the passwords.
    let mut other = string.clone();
    let secret = Secret::new("");
    other.password = other.password.map(|_| secret.clone());
    other.hosts.iter_mut().for_each(|host| host.password = host.password.as_ref().map(|_| secret.clone()));
    let (shown, without) = (shown(string), shown(&other));
    for password in passwords.map(Secret::expose) {
        if password.len() < LONG_ENOUGH || password.starts_with('*') || without.contains(password) {
            continue;
        }
        ensure(!shown.contains(password), || format!("{password:?} is shown: {shown}"))?;
    }
    Ok(())
}

/// What is shown can be used again, but for the password: it leads to the same servers.
fn reads_again(string: &ConnectionString) -> Result<(), String> {
    let shown = string.redacted();
    let again = match ConnectionString::parse(&shown, &env(None)) {
        Ok(again) => again,
        Err(error) => return Err(format!("what is shown is refused: {error}\n{shown}")),
    };
    let place = |string: &ConnectionString| {
        let hosts = string.hosts.iter().map(|host| (host.host.clone(), host.port)).collect::<Vec<(Host, u16)>>();
        (hosts, string.user.clone(), string.dbname.clone())
    };
    ensure(place(&again) == place(string), || format!("what is shown leads elsewhere\n{shown}\n{}", again.redacted()))
}

/// A password with anything in its middle never shows its ends, unless it ended earlier.
fn planted(middle: &str) -> Result<(), String> {
    let torn = format!("{PLANTED}{middle}{PLANTED}");
    // After the end of a password, `name=value` is a parameter like any other, and may have to be named.
    let ends = |c: char| c.is_whitespace() || matches!(c, '\'' | '@' | '/' | '?' | '&' | '#');
    if torn.matches(PLANTED).count() > 2 || middle.contains('=') && middle.contains(ends) {
        return Ok(());
    }
    for text in [
        format!("postgresql://app:{torn}@db/shop"),
        format!("postgresql://app@db/shop?password={torn}"),
        format!("host=db password={torn} user=app"),
        format!("host=db user=app password='{torn}'"),
    ] {
        let shown = match ConnectionString::parse(&text, &env(None)) {
            Ok(string) if string.password.as_ref().is_some_and(|password| password.expose() == torn) => {
                format!("{string} {string:?} {} {}", string.safe_summary(), string.notes.join("\n"))
            }
            Ok(_) => continue,
            Err(error) => format!("{error} {error:?} {} {}", error.why(), error.fix()),
        };
        ensure(!shown.contains(PLANTED), || format!("the password of {text:?} is shown: {shown}"))?;
    }
    Ok(())
}
