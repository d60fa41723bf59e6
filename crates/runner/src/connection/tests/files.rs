//! Services, password files and default certificates, from a home directory of the test's own.

use std::path::Path;

use fs_err as fs;
use tempfile::TempDir;

use super::super::{ConnectEnv, ConnectionError, ConnectionString, Host, RootCert, SslMode, Verification};

fn home(files: &[(&str, &str)]) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        chmod(&path, 0o600);
    }
    home
}

#[cfg(unix)]
fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn chmod(_path: &Path, _mode: u32) {}

fn parse(text: &str, home: &TempDir, variables: &[(&str, &str)]) -> Result<ConnectionString, ConnectionError> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mut env = ConnectEnv::new(variables, Some(home.path().to_owned()), Some("me".to_owned()));
    env.socket_dirs = vec![home.path().join("run")];
    ConnectionString::parse(text, &env)
}

fn password(string: &ConnectionString) -> Option<&str> {
    string.hosts.first().unwrap().password.as_ref().map(super::super::Secret::expose)
}

const SERVICES: &str = "[shop]\nhost=db\ndbname=shop\nsslmode=require\n[broken]\nhots=x\n";

#[test]
fn a_service_fills_in_what_the_string_leaves_open() {
    let home = home(&[(".pg_service.conf", SERVICES)]);
    let string = parse("service=shop user=app sslmode=disable", &home, &[("PGHOST", "no")]).unwrap();
    assert_eq!(string.redacted(), "postgresql://app@db:5432/shop?sslmode=disable");
    assert_eq!(string.service.as_deref(), Some("shop"));
    let string = parse("postgresql://?service=shop", &home, &[]).unwrap();
    assert_eq!(string.redacted(), "postgresql://me@db:5432/shop?sslmode=require");
    let string = parse("", &home, &[("PGSERVICE", "shop")]).unwrap();
    assert_eq!(string.dbname, "shop");
}

#[test]
fn a_service_may_be_in_other_files() {
    let home = home(&[("mine", "[a]\nhost=x\n"), ("etc/pg_service.conf", "[b]\nhost=y\n")]);
    let mine = home.path().join("mine").display().to_string();
    let etc = home.path().join("etc").display().to_string();
    let variables = [("PGSERVICEFILE", mine.as_str()), ("PGSYSCONFDIR", etc.as_str())];
    for (service, host) in [("a", "x"), ("b", "y")] {
        let string = parse(&format!("service={service}"), &home, &variables).unwrap();
        assert_eq!(string.hosts.first().unwrap().host, Host::Tcp(host.to_owned()));
    }
    let error = parse("service=c", &home, &variables).unwrap_err();
    assert_eq!(error.code(), "CONNECTION.SERVICE_NOT_FOUND");
    assert!(error.why().contains("mine") && error.why().contains("etc"), "{}", error.why());
}

#[test]
fn a_service_that_is_wrong_is_an_error() {
    let home = home(&[(".pg_service.conf", SERVICES)]);
    assert_eq!(parse("service=nobody", &home, &[]).unwrap_err().code(), "CONNECTION.SERVICE_NOT_FOUND");
    let error = parse("service=broken", &home, &[]).unwrap_err();
    assert_eq!(error.code(), "CONNECTION.SERVICE_FILE_INVALID");
    assert!(error.to_string().contains("`hots`"), "{error}");
}

#[test]
fn passwords_come_from_the_password_file_last() {
    let home =
        home(&[(".pgpass", "a:5432:*:me:one\nb:5433:*:me:two\nlocalhost:*:*:*:sock\n"), ("other", "*:*:*:*:three\n")]);
    let other = home.path().join("other").display().to_string();
    assert_eq!(password(&parse("host=a", &home, &[]).unwrap()), Some("one"));
    assert_eq!(password(&parse("host=a password=x", &home, &[]).unwrap()), Some("x"));
    assert_eq!(password(&parse("host=a", &home, &[("PGPASSWORD", "y")]).unwrap()), Some("y"));
    assert_eq!(password(&parse("host=c", &home, &[]).unwrap()), None);
    assert_eq!(password(&parse(&format!("host=c passfile={other}"), &home, &[]).unwrap()), Some("three"));
    assert_eq!(password(&parse("host=c", &home, &[("PGPASSFILE", &other)]).unwrap()), Some("three"));
    assert_eq!(password(&parse("host=c passfile=/dev/null", &home, &[]).unwrap()), None);

    let both = parse("host=a,b port=5432,5433", &home, &[]).unwrap();
    let found: Vec<_> = both.hosts.iter().map(|host| host.password.as_ref().unwrap().expose()).collect();
    assert_eq!(found, ["one", "two"], "each server has its own password");

    let socket = home.path().join("run");
    fs::create_dir(&socket).unwrap();
    assert_eq!(password(&parse(&format!("host={}", socket.display()), &home, &[]).unwrap()), Some("sock"));
}

#[test]
fn what_was_named_must_be_usable() {
    let home = home(&[]);
    let missing = home.path().join("missing").display().to_string();
    let error = parse(&format!("host=a passfile={missing}"), &home, &[]).unwrap_err();
    assert_eq!(error.code(), "CONNECTION.PASSFILE_UNREADABLE");
}

#[cfg(unix)]
#[test]
fn password_files_that_others_can_read_are_not_used() {
    let home = home(&[(".pgpass", "*:*:*:*:one\n")]);
    let path = home.path().join(".pgpass");
    chmod(&path, 0o644);
    let string = parse("host=a", &home, &[]).unwrap();
    assert_eq!(password(&string), None);
    assert_eq!(string.notes, ["`~/.pgpass` can be read by others and is ignored"]);
    let error = parse(&format!("host=a passfile={}", path.display()), &home, &[]).unwrap_err();
    assert_eq!(error.code(), "CONNECTION.PASSFILE_PERMISSIONS");
}

#[test]
fn certificates_at_the_usual_place_are_used() {
    let home = home(&[(".postgresql/root.crt", "x"), (".postgresql/postgresql.crt", "x")]);
    let tls = parse("host=a sslmode=require", &home, &[]).unwrap().tls;
    assert_eq!(tls.sslrootcert, Some(RootCert::Path(home.path().join(".postgresql/root.crt"))));
    assert_eq!(tls.verification(), Verification::Authority);
    assert_eq!(tls.sslmode, SslMode::Require);
    assert_eq!(tls.sslcert, Some(home.path().join(".postgresql/postgresql.crt")));
    assert_eq!(tls.sslkey, None);
}

#[test]
fn without_a_host_the_usual_sockets_are_looked_at() {
    let home = home(&[("run/.s.PGSQL.5433", "")]);
    let host = |text| parse(text, &home, &[]).unwrap().hosts.first().unwrap().host.clone();
    assert_eq!(host("port=5433"), Host::Unix(home.path().join("run")));
    assert_eq!(host(""), Host::Tcp("localhost".to_owned()));
}
