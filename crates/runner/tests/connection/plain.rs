use std::time::Duration;

use novate_runner::connection::{Notice, unnamed};
use novate_scratch::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_postgres::types::Type;

use crate::support::{Outcome, PASSWORD, Table, ask, open};

#[tokio::test]
async fn a_session_opens_and_closes() {
    let server = Server::shared().unwrap();
    let database = server.database("connection").unwrap();
    for text in [database.url(), database.conninfo()] {
        let connected = open(&text).await.unwrap();
        assert_eq!(connected.server_version.major().to_string(), server.major().to_string());
        assert_eq!(ask(&connected, "SELECT current_database()").await, database.name());
        assert_eq!(ask(&connected, "SHOW application_name").await, "novate-test");
        assert!(!connected.in_recovery);
        connected.close().await.unwrap();
    }
    let named = open(&format!("{} application_name=mine", database.conninfo())).await.unwrap();
    assert_eq!(ask(&named, "SHOW application_name").await, "mine");
}

#[tokio::test]
async fn notices_arrive() {
    let database = Server::shared().unwrap().database("connection").unwrap();
    let mut connected = open(&database.url()).await.unwrap();
    let sql = "DO $$ BEGIN RAISE NOTICE 'half way' USING DETAIL = '50 of 100', HINT = 'wait'; END $$";
    unnamed::batch(&connected.client, sql).await.unwrap();
    let notice = connected.notices.recv().await.unwrap();
    let expected = Notice {
        severity: "NOTICE".to_owned(),
        code: "00000".to_owned(),
        message: "half way".to_owned(),
        detail: Some("50 of 100".to_owned()),
        hint: Some("wait".to_owned()),
    };
    assert_eq!(notice, expected);
}

#[tokio::test]
async fn options_reach_the_server() {
    let database = Server::shared().unwrap().database("connection").unwrap();
    let connected = open(&format!("{} options='-c search_path=a,b'", database.conninfo())).await.unwrap();
    assert_eq!(ask(&connected, "SHOW search_path").await, "a,b");
}

#[tokio::test]
async fn queries_leave_no_statement_behind() {
    let database = Server::shared().unwrap().database("connection").unwrap();
    let connected = open(&database.url()).await.unwrap();
    let client = &connected.client;
    unnamed::batch(client, "CREATE TABLE t (id bigint, name text)").await.unwrap();
    let insert = "INSERT INTO t VALUES ($1, $2)";
    let count = unnamed::execute(client, insert, &[(&7_i64, Type::INT8), (&"x", Type::TEXT)]).await.unwrap();
    assert_eq!(count, 1);
    let rows = unnamed::query(client, "SELECT name FROM t WHERE id = $1", &[(&7_i64, Type::INT8)]).await.unwrap();
    assert_eq!(rows.first().unwrap().get::<_, String>(0), "x");
    let none = unnamed::query_opt(client, "SELECT 1 FROM t WHERE id = $1", &[(&8_i64, Type::INT8)]).await.unwrap();
    assert!(none.is_none());
    assert_eq!(ask(&connected, "SELECT count(*) FROM pg_prepared_statements").await, "0");
}

#[tokio::test]
async fn a_statement_can_be_cancelled() {
    let database = Server::shared().unwrap().database("connection").unwrap();
    let connected = open(&database.url()).await.unwrap();
    let canceller = connected.canceller.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        canceller.cancel().await.unwrap();
    });
    let error = unnamed::batch(&connected.client, "SELECT pg_sleep(30)").await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "57014");
}

#[tokio::test]
async fn the_last_words_of_a_server_are_kept() {
    let database = Server::shared().unwrap().database("connection").unwrap();
    let connected = open(&database.url()).await.unwrap();
    let pid = ask(&connected, "SELECT pg_backend_pid()").await;
    let other = open(&database.url()).await.unwrap();
    unnamed::batch(&other.client, &format!("SELECT pg_terminate_backend({pid})")).await.unwrap();
    while !connected.client.is_closed() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let error = connected.close().await.unwrap_err();
    assert_eq!(error.code(), "CONNECTION.LOST");
    assert!(error.to_string().ends_with("terminating connection due to administrator command"), "{error}");
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let server = Server::shared().unwrap();
    let error = open(&server.url("nothing_here")).await.unwrap_err();
    assert_eq!(error.code(), "CONNECTION.DATABASE_MISSING", "{error}");

    let error = open(&format!("{} user=nobody_here", server.conninfo("postgres"))).await.unwrap_err();
    assert_eq!(error.code(), "CONNECTION.AUTH_FAILED", "{error}");

    for text in ["postgresql://127.0.0.1:1/x", "host=/nowhere"] {
        let error = open(text).await.unwrap_err();
        assert_eq!(error.code(), "CONNECTION.REFUSED", "{error}");
    }
    let error = open("postgresql://nothing.invalid/x").await.unwrap_err();
    assert_eq!(error.code(), "CONNECTION.HOST_NOT_FOUND", "{error}");
}

/// Something that listens and is not PostgreSQL.
async fn impostor(answer: Option<&'static [u8]>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            if let Some(answer) = answer {
                let _ = stream.read(&mut [0; 64]).await;
                let _ = stream.write_all(answer).await;
            } else {
                kept.push(stream);
            }
        }
    });
    port
}

#[tokio::test]
async fn what_is_not_postgresql_is_told_apart() {
    let silent = impostor(None).await;
    let error = open(&format!("postgresql://127.0.0.1:{silent}/x?connect_timeout=1")).await.unwrap_err();
    assert_eq!(error.code(), "CONNECTION.TIMEOUT", "{error}");

    let without_tls = impostor(Some(b"N")).await;
    let error = open(&format!("postgresql://127.0.0.1:{without_tls}/x?sslmode=require")).await.unwrap_err();
    assert_eq!(error.code(), "CONNECTION.TLS_FAILED");
    assert!(error.to_string().ends_with("the server does not offer TLS"), "{error}");

    let web = impostor(Some(b"HTTP/1.1 400 Bad Request\r\n\r\n")).await;
    for (query, codes) in [
        ("sslmode=require", ["CONNECTION.TLS_FAILED"].as_slice()),
        ("sslmode=disable", &["CONNECTION.NOT_POSTGRES", "CONNECTION.CLOSED"]),
        ("", &["CONNECTION.NOT_POSTGRES", "CONNECTION.CLOSED"]),
    ] {
        let error = open(&format!("postgresql://127.0.0.1:{web}/x?connect_timeout=5&{query}")).await.unwrap_err();
        assert!(codes.contains(&error.code()), "{query}: {error}");
    }
}

/// What a server or a pooler says before it hangs up.
fn refusal(sqlstate: &str, message: &str) -> &'static [u8] {
    let fields = format!("SFATAL\0VFATAL\0C{sqlstate}\0M{message}\0\0");
    let mut bytes = vec![b'E'];
    bytes.extend(u32::try_from(fields.len() + 4).unwrap().to_be_bytes());
    bytes.extend(fields.into_bytes());
    bytes.leak()
}

#[tokio::test]
async fn poolers_have_words_of_their_own() {
    let mut table = Table::new();
    for (sqlstate, message, code, text) in [
        ("08P01", "no such database: shop", "CONNECTION.DATABASE_MISSING", "`shop`"),
        ("08P01", "database \"shop\" does not exist", "CONNECTION.DATABASE_MISSING", "`shop`"),
        ("08P01", "no such user: app", "CONNECTION.AUTH_FAILED", "Check the password"),
        ("08P01", "SASL authentication failed", "CONNECTION.AUTH_FAILED", "Check the password"),
        ("08P01", "\"trust\" authentication failed", "CONNECTION.AUTH_FAILED", "Check the password"),
        ("XX000", "Tenant or user not found", "CONNECTION.AUTH_FAILED", "Check the password"),
        ("08P01", "pgbouncer cannot connect to server", "CONNECTION.NOT_READY", "Try again in a moment"),
        ("57P03", "the database system is starting up", "CONNECTION.NOT_READY", "starting up"),
        (
            "08P01",
            "no more connections allowed (max_client_conn)",
            "CONNECTION.TOO_MANY_CONNECTIONS",
            "Close connections",
        ),
        ("53300", "sorry, too many clients already", "CONNECTION.TOO_MANY_CONNECTIONS", "Close connections"),
        ("XX000", "Max client connections reached", "CONNECTION.TOO_MANY_CONNECTIONS", "Close connections"),
        ("08P01", "unsupported startup parameter: options", "CONNECTION.REJECTED", "remove `options`"),
        ("XX000", "something else", "CONNECTION.REJECTED", "something else (SQLSTATE XX000)"),
    ] {
        let port = impostor(Some(refusal(sqlstate, message))).await;
        let text_of = format!("postgresql://app:{PASSWORD}@127.0.0.1:{port}/shop?sslmode=disable");
        table.row(&text_of, Outcome::Fails(code, text)).await;
    }
    // Where the host says whose pooler it is, the way past it is named.
    let port = impostor(Some(refusal("08P01", "unsupported startup parameter in options: search_path"))).await;
    let neon = format!("postgresql://app@ep-x-pooler.eu.neon.tech:{port}/shop?hostaddr=127.0.0.1&sslmode=disable");
    let past = "connect to ep-x.eu.neon.tech";
    table.row(&neon, Outcome::Fails("CONNECTION.REJECTED", past)).await;
}

#[tokio::test]
async fn a_session_of_ones_own_is_known() {
    let database = Server::shared().unwrap().database("connection").unwrap();
    let connected = open(&database.url()).await.unwrap();
    assert!(connected.is_direct());
    assert_eq!(ask(&connected, "SELECT pg_backend_pid()").await, connected.pid.to_string());
}
