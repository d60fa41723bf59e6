//! Every `sslmode` against servers with and without TLS, and certificates of every kind.

use std::sync::OnceLock;
use std::time::Duration;

use novate_runner::connection::unnamed;

use crate::pki::{Authority, Pair, Period, self_signed};
use crate::support::{Outcome, PASSWORD, Stage, Table, ask, open};
use Outcome::{Fails, Plain, Secure};

/// `app` may come in either way, `locked` only with TLS and `plain` only without.
const HBA: &str = "host all app all scram-sha-256
hostssl all locked all scram-sha-256
hostnossl all plain all scram-sha-256";

/// A server, and who vouches for it.
struct Named {
    stage: Stage,
    ca: String,
    other: String,
}

impl Named {
    fn start(authority: &Authority, pair: &Pair) -> Self {
        let stage = Stage::start(HBA, Some(pair), &[]);
        roles(&stage);
        let ca = stage.file("ca.crt", &authority.pem);
        let other = stage.file("other.crt", &Authority::new("another authority").pem);
        Self { stage, ca, other }
    }

    /// A connection string for a user, with more parameters.
    fn to(&self, user: &str, rest: &str) -> String {
        format!("{} user={user} password={PASSWORD} dbname=postgres {rest}", self.stage.address())
    }
}

fn roles(stage: &Stage) {
    let roles = ["app", "locked", "plain"].map(|role| format!("CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'"));
    stage.execute(&roles.join("; "));
}

/// With a certificate for `db.test`.
fn named() -> &'static Named {
    static SERVER: OnceLock<Named> = OnceLock::new();
    SERVER.get_or_init(|| {
        let authority = Authority::new("novate test authority");
        Named::start(&authority, &authority.issue(&["db.test"]))
    })
}

const UNKNOWN: Outcome = Fails("CONNECTION.TLS_FAILED", "not from a trusted authority");
const EXPIRED: Outcome = Fails("CONNECTION.TLS_FAILED", "has expired or is not valid yet");
const NO_TLS: Outcome = Fails("CONNECTION.TLS_FAILED", "the server does not offer TLS");
const NO_ENCRYPTION: Outcome = Fails("CONNECTION.AUTH_FAILED", "Use `sslmode=require`");

#[tokio::test]
async fn every_mode_with_tls() {
    let server = named();
    let (ca, other) = (&server.ca, &server.other);
    let wrong_host = Fails("CONNECTION.TLS_FAILED", "the server's certificate is not for `other.test`");
    let wrong_address = Fails("CONNECTION.TLS_FAILED", "the server's certificate is not for `127.0.0.1`");
    let needs_ca = Fails("CONNECTION.INVALID_URL", "needs the certificate to verify against");
    let mut table = Table::new();
    for (rest, expected) in [
        ("sslmode=disable".to_owned(), Plain),
        ("sslmode=allow".to_owned(), Plain),
        (String::new(), Secure),
        ("sslmode=prefer".to_owned(), Secure),
        ("sslmode=require".to_owned(), Secure),
        ("sslmode=verify-ca".to_owned(), needs_ca),
        // A certificate to verify against is used in every mode, as in libpq; the weak ones can do without TLS.
        (format!("sslmode=disable sslrootcert={other}"), Plain),
        (format!("sslmode=allow sslrootcert={other}"), Plain),
        (format!("sslmode=prefer sslrootcert={ca}"), Secure),
        (format!("sslmode=prefer sslrootcert={other}"), Plain),
        (format!("sslmode=require sslrootcert={ca}"), Secure),
        (format!("sslmode=require sslrootcert={other}"), UNKNOWN),
        (format!("host=other.test sslmode=require sslrootcert={ca}"), Secure),
        (format!("sslmode=verify-ca sslrootcert={ca}"), Secure),
        (format!("host=other.test sslmode=verify-ca sslrootcert={ca}"), Secure),
        (format!("host=db.test sslmode=verify-ca sslrootcert={other}"), UNKNOWN),
        (format!("host=db.test sslmode=verify-full sslrootcert={ca}"), Secure),
        (format!("host=DB.test sslmode=verify-full sslrootcert={ca}"), Secure),
        (format!("host=db.test sslsni=0 sslmode=verify-full sslrootcert={ca}"), Secure),
        (format!("host=other.test sslmode=verify-full sslrootcert={ca}"), wrong_host),
        (format!("sslmode=verify-full sslrootcert={ca}"), wrong_address),
        (format!("host=db.test sslmode=verify-full sslrootcert={other}"), UNKNOWN),
        (format!("host=db.test sslmode=verify-full sslrootcert={ca} ssl_min_protocol_version=TLSv1.3"), Secure),
        (format!("host=db.test sslmode=verify-full sslrootcert={ca} ssl_max_protocol_version=TLSv1.2"), Secure),
    ] {
        table.row(&server.to("app", &rest), expected).await;
    }
}

#[tokio::test]
async fn every_mode_without_tls() {
    let stage = Stage::start(HBA, None, &[]);
    roles(&stage);
    let ca = stage.file("ca.crt", &Authority::new("an authority").pem);
    let mut table = Table::new();
    for (user, rest, expected) in [
        ("app", "sslmode=disable".to_owned(), Plain),
        ("app", "sslmode=allow".to_owned(), Plain),
        ("app", "sslmode=prefer".to_owned(), Plain),
        ("app", format!("sslmode=prefer sslrootcert={ca}"), Plain),
        ("app", "sslmode=require".to_owned(), NO_TLS),
        ("app", format!("sslmode=verify-ca sslrootcert={ca}"), NO_TLS),
        ("app", format!("sslmode=verify-full sslrootcert={ca}"), NO_TLS),
        ("app", "sslaccept=strict".to_owned(), NO_TLS),
        ("app", "ssl=true".to_owned(), NO_TLS),
        ("plain", "sslmode=prefer".to_owned(), Plain),
        ("locked", "sslmode=prefer".to_owned(), NO_ENCRYPTION),
        ("locked", "sslmode=allow".to_owned(), NO_ENCRYPTION),
    ] {
        let text = format!("{} user={user} password={PASSWORD} dbname=postgres {rest}", stage.address());
        table.row(&text, expected).await;
    }
}

#[tokio::test]
async fn weak_modes_fall_back() {
    let server = named();
    let other = &server.other;
    let refused = Fails("CONNECTION.AUTH_FAILED", "pg_hba.conf");
    let mut table = Table::new();
    for (user, rest, expected) in [
        ("locked", "sslmode=disable".to_owned(), NO_ENCRYPTION),
        ("locked", "sslmode=allow".to_owned(), Secure),
        ("locked", "sslmode=prefer".to_owned(), Secure),
        ("locked", "sslmode=require".to_owned(), Secure),
        ("locked", format!("sslmode=prefer sslrootcert={other}"), UNKNOWN),
        ("plain", "sslmode=disable".to_owned(), Plain),
        ("plain", "sslmode=allow".to_owned(), Plain),
        ("plain", "sslmode=prefer".to_owned(), Plain),
        ("plain", "sslmode=require".to_owned(), refused),
    ] {
        table.row(&server.to(user, &rest), expected).await;
    }
}

#[tokio::test]
async fn certificates_out_of_their_time() {
    let authority = Authority::new("novate test authority");
    let mut table = Table::new();
    for period in [Period::Past, Period::Future] {
        let server = Named::start(&authority, &authority.issue_for(&["db.test"], period));
        let ca = &server.ca;
        table.row(&server.to("app", "host=db.test sslmode=require"), Secure).await;
        for mode in ["require", "verify-ca", "verify-full"] {
            table.row(&server.to("app", &format!("host=db.test sslmode={mode} sslrootcert={ca}")), EXPIRED).await;
        }
    }
}

#[tokio::test]
async fn names_and_addresses() {
    let authority = Authority::new("novate test authority");
    let server = Named::start(&authority, &authority.issue(&["127.0.0.1", "*.wild.test"]));
    let verify = format!("sslmode=verify-full sslrootcert={}", server.ca);
    let mut table = Table::new();
    for (host, expected) in [
        ("", Secure),
        ("host=127.0.0.1", Secure),
        ("host=a.wild.test", Secure),
        ("host=a.b.wild.test", Fails("CONNECTION.TLS_FAILED", "not for `a.b.wild.test`")),
        ("host=wild.test", Fails("CONNECTION.TLS_FAILED", "not for `wild.test`")),
        ("host=127.0.0.2", Fails("CONNECTION.TLS_FAILED", "not for `127.0.0.2`")),
        ("host='no name'", Fails("CONNECTION.TLS_FAILED", "no certificate can be for `no name`")),
    ] {
        table.row(&server.to("app", &format!("{host} {verify}")), expected).await;
    }
    // What is not verified need not be a name that a certificate can hold.
    table.row(&server.to("app", "host='no name' sslmode=require"), Secure).await;
}

#[tokio::test]
async fn chains() {
    let root = Authority::new("novate test root");
    let intermediate = root.intermediate("novate test intermediate");
    let leaf = intermediate.issue(&["db.test"]);
    let whole = Pair { certificate: format!("{}{}", leaf.certificate, intermediate.pem), key: leaf.key.clone() };
    let mut table = Table::new();
    let server = Named::start(&root, &whole);
    let verify = |ca: &str| format!("host=db.test sslmode=verify-full sslrootcert={ca}");
    table.row(&server.to("app", &verify(&server.ca)), Secure).await;
    table.row(&server.to("app", &verify(&server.other)), UNKNOWN).await;
    // A file of several authorities, the right one last, with a remark in between.
    let bundle = format!("{}# ours\n{}", Authority::new("another").pem, root.pem);
    let bundle = server.stage.file("bundle.crt", &bundle);
    table.row(&server.to("app", &verify(&bundle)), Secure).await;

    let alone = Named::start(&root, &leaf);
    table.row(&alone.to("app", &verify(&alone.ca)), UNKNOWN).await;
    let both = alone.stage.file("both.crt", &format!("{}{}", intermediate.pem, root.pem));
    table.row(&alone.to("app", &verify(&both)), Secure).await;
}

#[tokio::test]
async fn a_certificate_that_is_its_own_authority() {
    let mut table = Table::new();
    for says_so in [true, false] {
        let pair = self_signed("own.test", says_so);
        let authority = Authority::new("another authority");
        let server = Named::start(&authority, &pair);
        let pinned = server.stage.file("pinned.crt", &pair.certificate);
        let other = server.stage.file("other_own.crt", &self_signed("own.test", says_so).certificate);
        let wrong = Fails("CONNECTION.TLS_FAILED", "not for `db.test`");
        for (rest, expected) in [
            (format!("host=own.test sslmode=verify-full sslrootcert={pinned}"), Secure),
            (format!("host=db.test sslmode=verify-full sslrootcert={pinned}"), wrong),
            (format!("host=own.test sslmode=verify-ca sslrootcert={other}"), UNKNOWN),
            (format!("host=own.test sslmode=verify-ca sslrootcert={}", server.ca), UNKNOWN),
        ] {
            table.row(&server.to("app", &rest), expected).await;
        }
    }
}

#[tokio::test]
async fn a_handshake_without_asking_first() {
    let server = named();
    let rest = format!("host=db.test sslmode=verify-full sslrootcert={} sslnegotiation=direct", server.ca);
    let expected = if server.stage.server.major().to_string().parse::<u16>().unwrap() >= 17 {
        Secure
    } else {
        Fails("CONNECTION.TLS_FAILED", "sslnegotiation=postgres")
    };
    Table::new().row(&server.to("app", &rest), expected).await;
}

#[tokio::test]
async fn statements_can_be_cancelled_over_tls() {
    let server = named();
    let connected = open(&server.to("app", "host=db.test sslmode=require")).await.unwrap();
    assert!(connected.is_direct());
    let canceller = connected.canceller.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        canceller.cancel().await.unwrap();
    });
    let error = unnamed::batch(&connected.client, "SELECT pg_sleep(30)").await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "57014");
    assert_eq!(ask(&connected, "SELECT 1").await, "1");
}
