//! Servers and databases on a real PostgreSQL, the one that `find` finds.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use novate_scratch::{Options, Request, Server, find};
use tokio_postgres::{NoTls, SimpleQueryMessage};

fn start(options: &Options) -> Server {
    Server::start(&find(&Request::default()).unwrap(), options).unwrap()
}

/// The rows of an answer that another client than the crate's own is given.
fn ask(database: &str, sql: &str) -> Result<String, tokio_postgres::Error> {
    let config: tokio_postgres::Config = database.parse()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        let messages = client.simple_query(sql).await?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|at| row.get(at).unwrap_or_default()).collect::<Vec<_>>().join("|"))
            }
            _ => None,
        });
        Ok(rows.collect::<Vec<_>>().join("\n"))
    })
}

fn one(server: &Server, database: &str, sql: &str) -> String {
    ask(database, sql).unwrap_or_else(|error| panic!("{}: {error}", server.version()))
}

#[test]
fn a_database_is_empty_its_own_and_gone_afterwards() {
    let server = Server::shared().unwrap();
    let first = server.database("first").unwrap();
    let second = server.database("First of all; '\"").unwrap();
    first.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (NULL)").unwrap();
    assert_eq!(first.execute("SELECT a, 'x' FROM t ORDER BY a").unwrap()[0], [Some("1".into()), Some("x".into())]);
    assert_eq!(first.execute("SELECT a FROM t WHERE a IS NULL").unwrap(), [[None]]);
    let error = second.execute("SELECT * FROM t").unwrap_err();
    assert!(error.to_string().contains("(42P01): relation \"t\" does not exist"), "{error}");

    let copy = server.database_from("copy", &first).unwrap();
    assert_eq!(copy.execute("SELECT count(*) FROM t").unwrap(), [[Some("2".to_owned())]]);

    let gone = first.name().to_owned();
    drop(first);
    let names = second.execute("SELECT datname FROM pg_database").unwrap();
    assert!(!names.contains(&vec![Some(gone)]), "{names:?}");
}

#[test]
fn a_database_with_a_session_in_it_is_dropped_all_the_same() {
    let server = Server::shared().unwrap();
    let database = server.database("busy").unwrap();
    let name = database.name().to_owned();
    let url = database.url();
    let busy = thread::spawn(move || ask(&url, "SELECT pg_sleep(60)"));
    let other = server.database("other").unwrap();
    let sessions = format!("SELECT 1 FROM pg_stat_activity WHERE datname = '{name}' AND query ~ '^SELECT pg_sleep'");
    while other.execute(&sessions).unwrap().is_empty() {
        thread::yield_now();
    }
    drop(database);
    busy.join().unwrap().unwrap_err();
    assert!(other.execute(&format!("SELECT 1 FROM pg_database WHERE datname = '{name}'")).unwrap().is_empty());
}

#[test]
fn other_clients_connect_with_both_strings() {
    let server = Server::shared().unwrap();
    let database = server.database("it's").unwrap();
    for text in [database.url(), database.conninfo()] {
        assert_eq!(
            one(server, &text, "SELECT current_user, current_database()"),
            format!("postgres|{}", database.name())
        );
    }
}

#[test]
fn many_threads_make_databases_at_once() {
    let server = Server::shared().unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let database = server.database("parallel").unwrap();
                database.execute("CREATE TABLE t ()").unwrap();
            });
        }
    });
}

#[test]
fn ending_every_other_session_does_not_stop_databases_from_being_made() {
    let server = start(&Options::default());
    let database = server.database("victim").unwrap();
    database
        .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")
        .unwrap();
    server.database("next").unwrap();
}

#[test]
fn a_throwaway_server_leaves_nothing() {
    let server = start(&Options::default());
    let database = server.database("last").unwrap();
    let folder = server.folder().unwrap().to_owned();
    let pid = postmaster(&folder.join("data"));
    assert!(folder.exists());
    drop(server);
    assert!(database.execute("SELECT 1").is_ok(), "a database keeps its server running");
    drop(database);
    assert!(!folder.exists());
    assert!(!runs(&pid));
}

#[test]
fn a_server_whose_supervisor_was_killed_is_ended_all_the_same() {
    let server = start(&Options::default());
    let folder = server.folder().unwrap().to_owned();
    let pid = postmaster(&folder.join("data"));
    let supervisor = Command::new("ps").args(["-o", "ppid=", "-p", &pid]).output().unwrap();
    let supervisor = String::from_utf8(supervisor.stdout).unwrap().trim().to_owned();
    assert!(Command::new("kill").args(["-KILL", &supervisor]).status().unwrap().success());
    drop(server);
    assert!(!folder.exists());
    let began = Instant::now();
    while runs(&pid) {
        assert!(began.elapsed() < Duration::from_secs(5), "process {pid} is still there");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_throwaway_server_has_no_network_and_no_safety() {
    let server = Server::shared().unwrap();
    let database = server.database("settings").unwrap();
    let show = |name: &str| database.execute(&format!("SHOW {name}")).unwrap()[0][0].clone().unwrap();
    assert_eq!(show("listen_addresses"), "");
    assert_eq!(show("fsync"), "off");
    assert_eq!(show("autovacuum"), "off");
    assert_eq!(show("server_encoding"), "UTF8");
    assert_eq!(show("timezone"), "UTC");
    assert!(server.offers_extension("plpgsql").unwrap());
    assert!(!server.offers_extension("no_such_extension").unwrap());
}

#[test]
fn settings_of_the_caller_win_and_wrong_ones_are_reported_from_the_log() {
    let settings =
        |name: &str, value: &str| Options { settings: vec![(name.to_owned(), value.to_owned())], ..Options::default() };
    let server = start(&settings("max_connections", "7"));
    assert_eq!(one(&server, &server.url("postgres"), "SHOW max_connections"), "7");

    let installation = find(&Request::default()).unwrap();
    let error = Server::start(&installation, &settings("no_such_setting", "1")).unwrap_err();
    assert_eq!(error.code(), "SCRATCH.START_FAILED");
    assert!(error.to_string().contains("unrecognized configuration parameter \"no_such_setting\""), "{error}");
}

#[test]
fn a_durable_server_keeps_its_data_and_syncs() {
    let home = tempfile::Builder::new().prefix("scratch-durable-").tempdir().unwrap();
    let home = Utf8Path::from_path(home.path()).unwrap();
    open_to_all(home);
    let options = Options { durable: Some(home.join("dev/data")), ..Options::default() };
    let server = start(&options);
    assert_eq!(one(&server, &server.url("postgres"), "SHOW fsync"), "on");
    one(&server, &server.url("postgres"), "CREATE TABLE kept AS SELECT 1 AS a");
    let left = server.database("left").unwrap();
    left.execute("CREATE TABLE kept AS SELECT 2 AS a").unwrap();
    let left = left.keep();
    let folder = server.folder().unwrap().to_owned();
    drop(server);
    assert!(!folder.exists());
    let server = start(&options);
    assert_eq!(one(&server, &server.url("postgres"), "SELECT a FROM kept"), "1");
    assert_eq!(server.adopt(&left).execute("SELECT a FROM kept").unwrap(), [[Some("2".to_owned())]]);
    let databases = one(&server, &server.url("postgres"), "SELECT string_agg(datname, ',') FROM pg_database");
    assert!(!databases.contains(&left), "an adopted one is dropped with its value: {databases}");

    let second = Server::start(&find(&Request::default()).unwrap(), &options).unwrap_err();
    assert!(second.to_string().contains("postmaster.pid"), "{second}");
    assert_eq!(one(&server, &server.url("postgres"), "SELECT a FROM kept"), "1", "the first is left alone");
    drop(server);

    fs_err::write(home.join("dev/data/PG_VERSION"), "9\n").unwrap();
    let other = Server::start(&find(&Request::default()).unwrap(), &options).unwrap_err();
    assert!(other.to_string().contains("holds data of PostgreSQL 9"), "{other}");
}

#[test]
fn a_server_named_by_a_url_gets_databases_of_its_own_with_any_password_method() {
    for method in ["trust", "password", "md5", "scram-sha-256"] {
        let encryption = if method == "md5" { "md5" } else { "scram-sha-256" };
        let server = start(&Options {
            settings: vec![("password_encryption".to_owned(), encryption.to_owned())],
            ..Options::default()
        });
        one(&server, &server.url("postgres"), "CREATE ROLE maker LOGIN CREATEDB PASSWORD 's3cret''@'");
        let data = server.folder().unwrap().join("data");
        fs_err::write(data.join("pg_hba.conf"), format!("local all postgres trust\nlocal all all {method}\n")).unwrap();
        one(&server, &server.url("postgres"), "SELECT pg_reload_conf()");

        let url = server.url("postgres").replace("//postgres@", "//maker:s3cret%27%40@");
        let borrowed = Server::connect(&url).unwrap_or_else(|error| panic!("{method}: {error}"));
        let database = borrowed.database("borrowed").unwrap();
        assert_eq!(database.execute("SELECT current_user").unwrap(), [[Some("maker".to_owned())]]);
        let name = database.name().to_owned();
        drop(database);
        let left = one(&server, &server.url("postgres"), "SELECT datname FROM pg_database");
        assert!(!left.contains(&name), "{left}");

        if method != "trust" {
            let wrong = Server::connect(&url.replace("s3cret", "wrong")).unwrap_err();
            assert_eq!(wrong.code(), "SCRATCH.CONNECT_FAILED");
            assert!(wrong.to_string().contains("28P01"), "{wrong}");
            let none = Server::connect(&url.replace(":s3cret%27%40@", "@")).unwrap_err();
            assert!(none.to_string().contains("asks for a password"), "{none}");
        }
    }
}

fn postmaster(data: &Utf8Path) -> String {
    fs_err::read_to_string(data.join("postmaster.pid")).unwrap().lines().next().unwrap().to_owned()
}

fn runs(pid: &str) -> bool {
    Command::new("kill").args(["-0", pid]).output().unwrap().status.success()
}

/// The unprivileged user that runs servers for root must be able to enter.
fn open_to_all(dir: &Utf8Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = Utf8PathBuf::from(dir);
    fs_err::set_permissions(dir, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_server_can_listen_on_a_port_with_files_of_its_own() {
    let hba = "local all postgres trust\nhost all all all password\n";
    let server =
        start(&Options { files: vec![("pg_hba.conf".to_owned(), hba.to_owned())], tcp: true, ..Options::default() });
    let database = server.database("tcp").unwrap();
    assert!(database.url().contains(&format!("port={}", server.port())), "{}", database.url());
    assert_eq!(one(&server, &database.url(), "SELECT 1"), "1");
    let hosts = "SELECT string_agg(type || ' ' || auth_method, ',' ORDER BY line_number) FROM pg_hba_file_rules";
    assert_eq!(database.execute(hosts).unwrap(), [[Some("local trust,host password".to_owned())]]);
    std::net::TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    let other = start(&Options { tcp: true, port: Some(server.port()), ..Options::default() });
    assert_ne!(server.port(), other.port());
}
