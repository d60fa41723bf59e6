//! Odd characters in every part, however it is said, and where else passwords come from.

use std::sync::OnceLock;

use novate_runner::connection::{ConnectEnv, ConnectionString};

use crate::support::{Outcome, PASSWORD, Stage, Table, ask, env, env_of, open_in};
use Outcome::{Fails, Plain};

/// Everything that separates something from something else in one form or the other.
const ODD: &str = "o dd @/:%?#&=+'\"\\ [x],;$~ Zoë 名";

fn server() -> &'static Stage {
    static SERVER: OnceLock<Stage> = OnceLock::new();
    SERVER.get_or_init(|| {
        let stage = Stage::start("host all all all scram-sha-256", None, &[]);
        let (name, password) = (ODD.replace('"', "\"\""), secret().replace('\'', "''"));
        stage.execute(&format!("CREATE ROLE \"{name}\" LOGIN PASSWORD '{password}'"));
        stage.execute(&format!("CREATE DATABASE \"{name}\""));
        stage.execute(&format!("CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'"));
        stage
    })
}

/// A password of odd characters.
fn secret() -> String {
    format!("{PASSWORD} {ODD}")
}

fn percent(text: &str) -> String {
    text.bytes().flat_map(|byte| format!("%{byte:02x}").into_bytes()).map(char::from).collect()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Who is connected to what.
async fn check(text: &str, env: &ConnectEnv) {
    let connected = open_in(text, env).await.unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(ask(&connected, "SELECT current_user").await, ODD, "{text}");
    assert_eq!(ask(&connected, "SELECT current_database()").await, ODD, "{text}");
    let string = ConnectionString::parse(text, env).unwrap();
    let shown = format!("{string} {string:?} {}", string.safe_summary());
    assert!(!shown.contains(PASSWORD) && !shown.contains(&percent(PASSWORD)), "{shown}");
}

#[tokio::test]
async fn in_urls() {
    let port = server().server.port();
    let (name, password) = (percent(ODD), percent(&secret()));
    check(&format!("postgresql://{name}:{password}@127.0.0.1:{port}/{name}"), &env()).await;
    check(&format!("postgres://127.0.0.1/?port={port}&user={name}&password={password}&dbname={name}"), &env()).await;
    // What need not be encoded.
    let error = open_in(&format!("postgresql://a b+'=,Zoë@127.0.0.1:{port}/x"), &env()).await.unwrap_err();
    assert_eq!(error.code(), "CONNECTION.PASSWORD_MISSING");
    assert!(error.to_string().contains("`a b+'=,Zoë`"), "{error}");
}

#[tokio::test]
async fn in_pairs() {
    let port = server().server.port();
    let (name, password) = (quoted(ODD), quoted(&secret()));
    check(&format!("host=127.0.0.1 port={port} user={name} password={password} dbname={name}"), &env()).await;
    check(&format!("host = 127.0.0.1\n port={port}\tuser={name} password={password} dbname={name} "), &env()).await;
}

#[tokio::test]
async fn in_variables() {
    let port = server().server.port().to_string();
    let password = secret();
    let variables = [
        ("PGHOST", "127.0.0.1"),
        ("PGPORT", port.as_str()),
        ("PGUSER", ODD),
        ("PGPASSWORD", &password),
        ("PGDATABASE", ODD),
    ];
    check("", &env_of(&variables, None)).await;
    check("postgresql://", &env_of(&variables, None)).await;
}

#[tokio::test]
async fn in_services() {
    let stage = server();
    let port = stage.server.port();
    let file = format!(
        "# ours\n[other]\nhost=nowhere.invalid\n\n[o dd]\nhost=127.0.0.1\nport={port}\nuser={ODD}\ndbname={ODD}\n\
         password={}\n[app]\nhost=127.0.0.1\nport={port}\nuser=app\ndbname=postgres\n",
        secret()
    );
    let path = stage.file("services/.pg_service.conf", &file);
    let home = env_of(&[], Some(&stage.path("services")));
    check("service='o dd'", &home).await;
    check("postgresql:///?service=o%20dd", &home).await;
    check("", &env_of(&[("PGSERVICE", "o dd"), ("PGSERVICEFILE", &path)], None)).await;
    check("service='o dd' host=127.0.0.1", &env_of(&[("PGSERVICEFILE", &path), ("PGHOST", "no.invalid")], None)).await;
    let mut table = Table::within(home);
    table.row(&format!("service=app password={PASSWORD}"), Plain).await;
    table.row("service=app", Fails("CONNECTION.PASSWORD_MISSING", "asks for a password for `app`")).await;
    table.row("service=none", Fails("CONNECTION.SERVICE_NOT_FOUND", "`none` is not defined")).await;
}

/// A field of a password file.
fn field(text: &str) -> String {
    text.replace('\\', "\\\\").replace(':', "\\:")
}

#[tokio::test]
async fn in_password_files() {
    let stage = server();
    let port = stage.server.port();
    let (name, password) = (field(ODD), field(&secret()));
    let to = format!("host=127.0.0.1 port={port} user={} dbname={}", quoted(ODD), quoted(ODD));
    for (at, line) in [
        format!("127.0.0.1:{port}:{name}:{name}:{password}"),
        format!("*:*:*:{name}:{password}"),
        format!("*:*:*:*:{password}"),
        format!("# a remark\n\nlocalhost:*:*:*:wrong\n127.0.0.1:1:*:*:wrong\n*:{port}:*:*:{password}\n*:*:*:*:wrong"),
        format!("127.0.0.1:{port}:{name}:{name}:{password}\r"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = stage.file(&format!("passfiles/{at}/.pgpass"), &format!("{line}\n"));
        check(&format!("{to} passfile={}", quoted(&path)), &env()).await;
        check(&to, &env_of(&[("PGPASSFILE", &path)], None)).await;
        check(&to, &env_of(&[], Some(&stage.path(&format!("passfiles/{at}"))))).await;
    }
}

#[tokio::test]
async fn which_password_counts() {
    let stage = server();
    let port = stage.server.port();
    let right = stage.file("right", &format!("*:*:*:app:{PASSWORD}\n"));
    let wrong = stage.file("wrong", "*:*:*:app:nonsense\n");
    let none = stage.file("none", "other.host:*:*:*:nonsense\n");
    let to = format!("host=127.0.0.1 port={port} user=app dbname=postgres");
    let refused = || Fails("CONNECTION.AUTH_FAILED", "where it comes from");
    let missing = || Fails("CONNECTION.PASSWORD_MISSING", "no password file has a line for it");
    let file = |path: &str| format!("{to} passfile={path}");
    let mut table = Table::new();
    table.row(&file(&right), Plain).await;
    table.row(&file(&wrong), refused()).await;
    table.row(&file(&none), missing()).await;
    table.row(&format!("{} password={PASSWORD}", file(&wrong)), Plain).await;
    table.row(&file("/dev/null"), missing()).await;
    drop(table);
    let mut table = Table::within(env_of(&[("PGPASSWORD", PASSWORD)], None));
    table.row(&file(&wrong), Plain).await;
    table.row(&format!("{to} password=nonsense"), refused()).await;
    // An empty variable is an absent one.
    drop(table);
    let mut table = Table::within(env_of(&[("PGPASSWORD", ""), ("PGPASSFILE", &right)], None));
    table.row(&to, Plain).await;
}

#[cfg(unix)]
#[tokio::test]
async fn password_files_that_others_can_read() {
    let stage = server();
    let to = format!("host=127.0.0.1 port={} user=app dbname=postgres", stage.server.port());
    let line = format!("*:*:*:app:{PASSWORD}\n");
    for mode in [0o644, 0o640, 0o604, 0o666] {
        let path = stage.file_with_mode(&format!("open{mode:o}/.pgpass"), &line, mode);
        let mut table = Table::new();
        table.row(&format!("{to} passfile={path}"), Fails("CONNECTION.PASSFILE_PERMISSIONS", "chmod 600")).await;
        // At the usual place it is left alone, and the error says so.
        let mut table = Table::within(env_of(&[], Some(&stage.path(&format!("open{mode:o}")))));
        table.row(&to, Fails("CONNECTION.PASSWORD_MISSING", "can be read by others")).await;
    }
    for mode in [0o600, 0o400] {
        let path = stage.file_with_mode(&format!("closed{mode:o}"), &line, mode);
        Table::new().row(&format!("{to} passfile={path}"), Plain).await;
    }
}
