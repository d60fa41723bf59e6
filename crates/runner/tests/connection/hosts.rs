//! Several hosts, addresses of both families, and the kind of server that is wanted.

use std::sync::OnceLock;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::support::{Outcome, PASSWORD, Stage, Table, ask, open};
use Outcome::{Fails, Plain};

const HBA: &str = "host all app all trust\nhost all guarded all scram-sha-256\nhost all postgres all trust";

fn primary() -> &'static Stage {
    static SERVER: OnceLock<Stage> = OnceLock::new();
    SERVER.get_or_init(|| {
        let stage = Stage::start(HBA, None, &[]);
        stage.execute(&format!("CREATE ROLE app LOGIN; CREATE ROLE guarded LOGIN PASSWORD '{PASSWORD}'"));
        stage
    })
}

/// A server that only follows: it recovers for ever, and lets readers in meanwhile.
fn standby() -> &'static Stage {
    static SERVER: OnceLock<Stage> = OnceLock::new();
    SERVER.get_or_init(|| {
        let settings = [("wal_level", "replica"), ("max_wal_senders", "10"), ("hot_standby", "on")];
        Stage::start_with(HBA, None, &settings, &[("standby.signal", "")])
    })
}

fn port(stage: &Stage) -> u16 {
    stage.server.port()
}

/// A port that nobody listens on.
async fn dead() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

/// Somebody who listens and never says a word.
async fn silent() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            kept.push(stream);
        }
    });
    port
}

#[tokio::test]
async fn the_first_that_answers_is_taken() {
    let (alive, dead, silent) = (port(primary()), dead().await, silent().await);
    let user = "user=app dbname=postgres connect_timeout=1";
    let mut table = Table::new();
    for (text, expected) in [
        (format!("host=127.0.0.1,127.0.0.1 port={dead},{alive} {user}"), Plain),
        (format!("host=127.0.0.1,127.0.0.1 port={alive},{dead} {user}"), Plain),
        (format!("host=no.invalid,127.0.0.1 port={alive} {user}"), Plain),
        (format!("host=127.0.0.1,127.0.0.1 port={silent},{alive} {user}"), Plain),
        (format!("host=/nowhere,127.0.0.1 port={alive} {user}"), Plain),
        (format!("host=a.test,b.test hostaddr=127.0.0.1,127.0.0.1 port={dead},{alive} {user}"), Plain),
        (format!("postgresql://app@127.0.0.1:{dead},127.0.0.1:{alive}/postgres"), Plain),
        (format!("postgresql://app@127.0.0.1:{dead},127.0.0.1:{alive}/postgres?load_balance_hosts=random"), Plain),
        (
            format!("host=127.0.0.1,no.invalid,127.0.0.1 port={dead},1,{silent} {user}"),
            Fails(
                "CONNECTION.NO_HOST_AVAILABLE",
                "refuses connections; the host `no.invalid` cannot be found; 127.0.0.1",
            ),
        ),
        (format!("host=127.0.0.1 port={silent} {user}"), Fails("CONNECTION.TIMEOUT", "did not answer within 1 s")),
        (format!("host=127.0.0.1 port={dead} {user}"), Fails("CONNECTION.REFUSED", "refuses connections")),
    ] {
        table.row(&text, expected).await;
    }
    // A server that says no to the user is not passed over for another that may say yes.
    let text = format!("host=127.0.0.1,127.0.0.1 port={alive} user=guarded password=nonsense dbname=postgres");
    table.row(&text, Fails("CONNECTION.AUTH_FAILED", "password authentication failed")).await;
    let text = format!("host=127.0.0.1,127.0.0.1 port={alive} user=app dbname=not_there");
    table.row(&text, Fails("CONNECTION.DATABASE_MISSING", "`not_there`")).await;
}

#[tokio::test]
async fn both_families() {
    let alive = port(primary());
    let there = std::net::TcpStream::connect(("::1", alive)).is_ok();
    // A machine without IPv6 says so.
    let expected = || if there { Plain } else { Fails("CONNECTION.", "[::1]") };
    for text in [
        format!("postgresql://app@[::1]:{alive}/postgres"),
        format!("host=::1 port={alive} user=app dbname=postgres"),
        format!("host=db.test hostaddr=::1 port={alive} user=app dbname=postgres"),
        format!("postgresql://app@/postgres?hostaddr=::1&port={alive}"),
    ] {
        let outcome = open(&text).await;
        match (outcome, expected()) {
            (Ok(connected), Plain) => assert_eq!(ask(&connected, "SELECT host(inet_server_addr())").await, "::1"),
            (Err(error), Fails(code, shown)) => {
                assert!(error.code().starts_with(code) && error.to_string().contains(shown), "{error}");
            }
            (outcome, expected) => panic!("{text}: {outcome:?}, not {expected:?}"),
        }
    }
    // A name of both: whichever answers.
    Table::new().row(&format!("host=localhost port={alive} user=app dbname=postgres"), Plain).await;
}

#[tokio::test]
async fn the_kind_of_server() {
    let (first, second) = (port(primary()), port(standby()));
    let read_only = "options='-c default_transaction_read_only=on'";
    let not = || Fails("CONNECTION.TARGET_SESSION", "target_session_attrs");
    let none = || Fails("CONNECTION.NO_HOST_AVAILABLE", "is not what `target_session_attrs");
    let mut table = Table::new();
    for (ports, wanted, rest, expected) in [
        (format!("{first}"), "any", "", Ok(false)),
        (format!("{first}"), "read-write", "", Ok(false)),
        (format!("{first}"), "primary", "", Ok(false)),
        (format!("{first}"), "prefer-standby", "", Ok(false)),
        (format!("{first}"), "standby", "", Err(not())),
        (format!("{first}"), "read-only", "", Err(not())),
        (format!("{first}"), "read-only", read_only, Ok(false)),
        (format!("{first}"), "read-write", read_only, Err(not())),
        (format!("{first}"), "primary", read_only, Ok(false)),
        (format!("{second}"), "any", "", Ok(true)),
        (format!("{second}"), "read-only", "", Ok(true)),
        (format!("{second}"), "standby", "", Ok(true)),
        (format!("{second}"), "read-write", "", Err(not())),
        (format!("{second}"), "primary", "", Err(not())),
        (format!("{second},{first}"), "any", "", Ok(true)),
        (format!("{second},{first}"), "read-write", "", Ok(false)),
        (format!("{second},{first}"), "primary", "", Ok(false)),
        (format!("{first},{second}"), "standby", "", Ok(true)),
        (format!("{first},{second}"), "read-only", "", Ok(true)),
        (format!("{first},{second}"), "prefer-standby", "", Ok(true)),
        (format!("{first},{first}"), "prefer-standby", "", Ok(false)),
        (format!("{first},{first}"), "standby", "", Err(none())),
    ] {
        let hosts = ports.split(',').map(|_| "127.0.0.1").collect::<Vec<_>>().join(",");
        let text =
            format!("host={hosts} port={ports} user=postgres dbname=postgres target_session_attrs={wanted} {rest}");
        match expected {
            Err(fails) => table.row(&text, fails).await,
            Ok(recovers) => {
                let connected = open(&text).await.unwrap_or_else(|error| panic!("{text}: {error}"));
                assert_eq!(connected.in_recovery, recovers, "{text}");
                assert_eq!(ask(&connected, "SELECT pg_is_in_recovery()").await == "t", recovers, "{text}");
            }
        }
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_midway() {
    // It takes the connection and the question for TLS, and never answers the handshake.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"S").await;
            kept.push(stream);
        }
    });
    let began = std::time::Instant::now();
    let text = format!("host=127.0.0.1 port={port} user=app sslmode=require connect_timeout=1");
    Table::new().row(&text, Fails("CONNECTION.TIMEOUT", "1 s")).await;
    assert!(began.elapsed() >= Duration::from_secs(1));
}
