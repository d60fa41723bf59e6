//! Ways to log in, with and without TLS, bound to the connection or not.

use std::sync::OnceLock;

use rcgen::{PKCS_ECDSA_P384_SHA384, PKCS_ED25519};

use crate::pki::Authority;
use crate::support::{Outcome, PASSWORD, Stage, Table, ask, open};
use Outcome::{Fails, Plain, Secure};

/// Each role is let in by the method of its name.
const HBA: &str = "local all known peer map=known
local all stranger peer
local all all reject
host all trusting all trust
host all clear all password
host all old all md5
host all unwanted all reject
hostnossl all nowhere all trust
host all all all scram-sha-256";

fn server() -> &'static Stage {
    static SERVER: OnceLock<Stage> = OnceLock::new();
    SERVER.get_or_init(|| {
        let pair = Authority::new("novate test authority").issue(&["db.test"]);
        let stage =
            Stage::start_with(HBA, Some(&pair), &[], &[("pg_ident.conf", &format!("known {} known\n", whoami()))]);
        roles(&stage);
        stage
    })
}

fn roles(stage: &Stage) {
    stage.execute(&format!(
        "CREATE ROLE trusting LOGIN; CREATE ROLE known LOGIN; CREATE ROLE stranger LOGIN; CREATE ROLE unwanted LOGIN; \
         SET password_encryption = 'md5'; CREATE ROLE old LOGIN PASSWORD '{PASSWORD}'; \
         SET password_encryption = 'scram-sha-256'; CREATE ROLE clear LOGIN PASSWORD '{PASSWORD}'; \
         CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'; CREATE ROLE group_role PASSWORD '{PASSWORD}'; \
         CREATE ROLE crowded LOGIN CONNECTION LIMIT 0 PASSWORD '{PASSWORD}'; CREATE ROLE blank LOGIN; \
         CREATE ROLE past LOGIN PASSWORD '{PASSWORD}' VALID UNTIL '2001-01-01'; CREATE ROLE slow LOGIN PASSWORD \
         '{PASSWORD}'"
    ));
}

/// Who runs the tests.
fn whoami() -> String {
    let output = std::process::Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn to(stage: &Stage, user: &str, rest: &str) -> String {
    format!("{} host=db.test user={user} dbname=postgres {rest}", stage.address())
}

const UNBOUND: Outcome = Fails("CONNECTION.CHANNEL_BINDING_FAILED", "channel_binding=require");

#[tokio::test]
async fn every_method_and_channel_binding() {
    let stage = server();
    let mut table = Table::new();
    for (user, sslmode, binding, expected) in [
        ("app", "require", "disable", Secure),
        ("app", "require", "prefer", Secure),
        ("app", "require", "require", Secure),
        ("app", "prefer", "require", Secure),
        ("app", "disable", "disable", Plain),
        ("app", "disable", "prefer", Plain),
        ("app", "disable", "require", Fails("CONNECTION.INVALID_URL", "needs TLS")),
        ("old", "require", "disable", Secure),
        ("old", "require", "prefer", Secure),
        ("old", "require", "require", UNBOUND),
        ("old", "disable", "prefer", Plain),
        ("clear", "require", "prefer", Secure),
        ("clear", "require", "require", UNBOUND),
        ("clear", "disable", "prefer", Plain),
        ("trusting", "require", "prefer", Secure),
        ("trusting", "require", "require", UNBOUND),
        ("trusting", "disable", "prefer", Plain),
    ] {
        let rest = format!("password={PASSWORD} sslmode={sslmode} channel_binding={binding}");
        table.row(&to(stage, user, &rest), expected).await;
    }
}

#[tokio::test]
async fn passwords_that_are_wrong_or_missing() {
    let stage = server();
    let wrong = Fails("CONNECTION.AUTH_FAILED", "Check the password");
    let missing = Fails("CONNECTION.PASSWORD_MISSING", "PGPASSWORD");
    let mut table = Table::new();
    for user in ["app", "old", "clear"] {
        for sslmode in ["require", "disable"] {
            let say = |rest: &str| to(stage, user, &format!("sslmode={sslmode} {rest}"));
            table.row(&say("password=nonsense"), wrong.clone()).await;
            table.row(&say(""), missing.clone()).await;
            table.row(&say("password=''"), missing.clone()).await;
        }
    }
    table.row(&to(stage, "app", "sslmode=require channel_binding=require password=nonsense"), wrong).await;
}

#[tokio::test]
async fn roles_that_may_not_come_in() {
    let stage = server();
    let fails = |code: &'static str, text: &'static str| Fails(code, text);
    let mut table = Table::new();
    for (user, rest, expected) in [
        ("nobody_here", "", fails("CONNECTION.AUTH_FAILED", "Check the password")),
        ("blank", "", fails("CONNECTION.AUTH_FAILED", "Check the password")),
        ("past", "", fails("CONNECTION.AUTH_FAILED", "Check the password")),
        ("group_role", "", fails("CONNECTION.AUTH_FAILED", "ALTER ROLE group_role LOGIN")),
        ("crowded", "", fails("CONNECTION.TOO_MANY_CONNECTIONS", "too many connections")),
        ("unwanted", "", fails("CONNECTION.AUTH_FAILED", "pg_hba.conf")),
        ("nowhere", "sslmode=require", fails("CONNECTION.AUTH_FAILED", "pg_hba.conf")),
        ("app", "dbname=not_there", fails("CONNECTION.DATABASE_MISSING", "CREATE DATABASE not_there;")),
        ("app", "dbname='not there'", fails("CONNECTION.DATABASE_MISSING", "CREATE DATABASE \"not there\";")),
    ] {
        table.row(&to(stage, user, &format!("password={PASSWORD} {rest}")), expected).await;
    }
}

#[tokio::test]
async fn a_database_that_may_not_be_connected_to() {
    let stage = server();
    let database = stage.server.database("closed").unwrap();
    let name = database.name();
    stage.execute(&format!("REVOKE CONNECT ON DATABASE {name} FROM PUBLIC"));
    let text = to(stage, "app", &format!("password={PASSWORD} dbname={name}"));
    let error = open(&text).await.unwrap_err();
    assert_eq!(error.code(), "CONNECTION.NOT_PERMITTED", "{error}");
    assert!(error.fix().contains(&format!("GRANT CONNECT ON DATABASE {name} TO app")), "{}", error.fix());
    stage.execute(&format!("GRANT CONNECT ON DATABASE {name} TO app"));
    open(&text).await.unwrap().close().await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn sockets_and_their_peers() {
    let stage = server();
    let socket = format!("host={} port={}", stage.server.folder().unwrap(), stage.server.port());
    let mut table = Table::new();
    for (rest, expected) in [
        ("user=known dbname=postgres", Plain),
        // What runs through a socket does not leave the machine: TLS is not asked for, as in libpq.
        ("user=known dbname=postgres sslmode=verify-full", Plain),
        ("user=known dbname=postgres channel_binding=require", UNBOUND),
        ("user=stranger dbname=postgres", Fails("CONNECTION.AUTH_FAILED", "Run as the system user")),
        ("user=app dbname=postgres", Fails("CONNECTION.AUTH_FAILED", "pg_hba.conf")),
    ] {
        table.row(&format!("{socket} {rest}"), expected).await;
    }
    let url = format!("postgresql://known@{}:{}/postgres", encoded(&stage.server), stage.server.port());
    table.row(&url, Plain).await;
}

#[cfg(unix)]
fn encoded(server: &novate_scratch::Server) -> String {
    server.folder().unwrap().as_str().replace('/', "%2F")
}

/// The digest that a login is bound by depends on how the certificate is signed.
#[tokio::test]
async fn certificates_that_a_login_can_be_bound_to() {
    let mut table = Table::new();
    for (algorithm, bound) in [(&PKCS_ECDSA_P384_SHA384, Secure), (&PKCS_ED25519, UNBOUND)] {
        let pair = Authority::signing_with("novate test authority", algorithm).issue(&["db.test"]);
        let stage = Stage::start("host all all all scram-sha-256", Some(&pair), &[]);
        stage.execute(&format!("CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'"));
        let login = format!("password={PASSWORD} sslmode=require");
        table.row(&to(&stage, "app", &login), Secure).await;
        table.row(&to(&stage, "app", &format!("{login} channel_binding=require")), bound).await;
    }
}

#[tokio::test]
async fn what_a_session_says_of_itself() {
    let stage = server();
    let connected = open(&to(stage, "trusting", "")).await.unwrap();
    assert_eq!(ask(&connected, "SHOW application_name").await, "novate-test");
    assert_eq!(ask(&connected, "SHOW client_encoding").await, "UTF8");
    let named = open(&to(stage, "trusting", "application_name='my app'")).await.unwrap();
    assert_eq!(ask(&named, "SHOW application_name").await, "my app");
}
