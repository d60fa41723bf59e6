//! Client certificates and their keys, and files of certificates that are of no use.

use std::sync::OnceLock;

use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384};

use crate::pki::{Authority, Pair, Period};
use crate::support::{Outcome, PASSWORD, Stage, Table, env_of};
use Outcome::{Fails, Secure};

/// `guest` needs a certificate of that name; `twofold` a certificate and a password.
const HBA: &str = "hostssl all guest all cert
hostssl all twofold all scram-sha-256 clientcert=verify-ca
hostssl all all all scram-sha-256";

struct Clients {
    stage: Stage,
    authority: Authority,
    guest: Pair,
    root: String,
}

fn clients() -> &'static Clients {
    static SERVER: OnceLock<Clients> = OnceLock::new();
    SERVER.get_or_init(|| {
        let authority = Authority::new("novate test authority");
        let pair = authority.issue(&["db.test"]);
        let files = [("root.crt", authority.pem.as_str())];
        let stage = Stage::start_with(HBA, Some(&pair), &[("ssl_ca_file", "root.crt")], &files);
        stage.execute(&format!(
            "CREATE ROLE guest LOGIN; CREATE ROLE twofold LOGIN PASSWORD '{PASSWORD}'; CREATE ROLE app LOGIN PASSWORD \
             '{PASSWORD}'"
        ));
        let root = stage.file("root.crt", &authority.pem);
        Clients { guest: authority.issue(&["guest"]), stage, authority, root }
    })
}

impl Clients {
    fn to(&self, user: &str, rest: &str) -> String {
        format!(
            "{} host=db.test user={user} password={PASSWORD} dbname=postgres sslmode=require {rest}",
            self.stage.address()
        )
    }

    /// Files of a certificate and its key, as parameters.
    fn parameters(&self, name: &str, pair: &Pair) -> String {
        let certificate = self.stage.file(&format!("{name}.crt"), &pair.certificate);
        let key = self.stage.file(&format!("{name}.key"), &pair.key);
        format!("sslcert={certificate} sslkey={key}")
    }
}

#[tokio::test]
async fn the_server_decides_whom_it_believes() {
    let server = clients();
    let guest = server.parameters("guest", &server.guest);
    let foreign = server.parameters("foreign", &Authority::new("another authority").issue(&["guest"]));
    let late = server.parameters("late", &server.authority.issue_for(&["guest"], Period::Past));
    let somebody = server.parameters("somebody", &server.authority.issue(&["somebody"]));
    let needs = Fails("CONNECTION.AUTH_FAILED", "sslcert");
    let not_believed = Fails("CONNECTION.TLS_FAILED", "the server does not accept the certificate of `sslcert`");
    let mut table = Table::new();
    for (user, rest, expected) in [
        ("guest", guest.as_str(), Secure),
        ("guest", "", needs.clone()),
        ("guest", &somebody, needs.clone()),
        ("guest", &foreign, not_believed.clone()),
        ("guest", &late, not_believed.clone()),
        ("twofold", &guest, Secure),
        ("twofold", &somebody, Secure),
        ("twofold", "", needs),
        (
            "twofold",
            &format!("{guest} password=wrong"),
            Fails("CONNECTION.AUTH_FAILED", "password authentication failed"),
        ),
        // Whoever needs none may show one, and is believed by the password; a wrong one still ends the handshake.
        ("app", &guest, Secure),
        ("app", "", Secure),
        ("app", &foreign, not_believed.clone()),
        ("app", &format!("{foreign} ssl_max_protocol_version=TLSv1.2"), not_believed),
    ] {
        table.row(&server.to(user, rest), expected).await;
    }
}

#[tokio::test]
async fn keys_that_cannot_be_used_are_named() {
    let server = clients();
    let stage = &server.stage;
    let certificate = stage.file("c.crt", &server.guest.certificate);
    let good = stage.file("c.key", &server.guest.key);
    let other = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap().serialize_pem();
    let other = stage.file("other.key", &other);
    let encrypted = stage.file("encrypted.key", &server.guest.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
    let old = server
        .guest
        .key
        .replace("BEGIN PRIVATE KEY-----", "BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES,00\n")
        .replace("END PRIVATE KEY", "END RSA PRIVATE KEY");
    let old = stage.file("old.key", &old);
    let empty = stage.file("empty.key", "");
    let missing = stage.path("missing.key").display().to_string();
    let folder = stage.path("").display().to_string();
    let unusable = |text: &'static str| Fails("CONNECTION.CERTIFICATE_UNUSABLE", text);
    let mut table = Table::new();
    for (key, expected) in [
        (good.as_str(), Secure),
        (&other, unusable("`sslcert` cannot be used: it does not go with the key of `sslkey`")),
        (&encrypted, unusable("openssl pkey -in")),
        (&old, unusable("openssl pkey -in")),
        (&certificate, unusable("holds no private key")),
        (&empty, unusable("holds no private key")),
        (&missing, unusable("missing.key")),
        (&folder, unusable("`sslkey` cannot be used")),
    ] {
        table.row(&server.to("guest", &format!("sslcert={certificate} sslkey={key}")), expected).await;
    }
    table.row(&server.to("guest", &format!("sslcert={certificate}")), unusable("`sslcert` needs its key")).await;
    let password = format!("sslcert={certificate} sslkey={encrypted} sslpassword={PASSWORD}");
    table.row(&server.to("guest", &password), Fails("CONNECTION.UNSUPPORTED_PARAMETER", "openssl pkey")).await;
}

#[cfg(unix)]
#[tokio::test]
async fn keys_that_others_can_read_are_not_used() {
    let server = clients();
    let certificate = server.stage.file("p.crt", &server.guest.certificate);
    let mut table = Table::new();
    for (mode, works) in [(0o600, true), (0o400, true), (0o644, false), (0o604, false), (0o660, false)] {
        let key = server.stage.file_with_mode(&format!("p{mode:o}.key"), &server.guest.key, mode);
        let expected = if works { Secure } else { Fails("CONNECTION.CERTIFICATE_UNUSABLE", "chmod 600") };
        table.row(&server.to("guest", &format!("sslcert={certificate} sslkey={key}")), expected).await;
    }
}

#[tokio::test]
async fn certificates_that_cannot_be_used_are_named() {
    let server = clients();
    let stage = &server.stage;
    let key = stage.file("u.key", &server.guest.key);
    let empty = stage.file("u_empty.crt", "# nothing yet\n");
    let torn = stage.file("u_torn.crt", &server.guest.certificate[..200]);
    let garbled = stage.file("u_garbled.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let missing = stage.path("u_missing.crt").display().to_string();
    let unusable = |text: &'static str| Fails("CONNECTION.CERTIFICATE_UNUSABLE", text);
    let mut table = Table::new();
    for (rest, expected) in [
        (format!("sslcert={missing} sslkey={key}"), unusable("`sslcert` cannot be used")),
        (format!("sslcert={empty} sslkey={key}"), unusable("u_empty.crt holds no certificate")),
        (format!("sslcert={torn} sslkey={key}"), unusable("u_torn.crt is not valid PEM")),
        (format!("sslcert={garbled} sslkey={key}"), unusable("`sslcert` cannot be used")),
        (format!("sslcert={key} sslkey={key}"), unusable("u.key holds no certificate")),
        (format!("sslrootcert={missing}"), unusable("`sslrootcert` cannot be used")),
        (format!("sslrootcert={empty}"), unusable("u_empty.crt holds no certificate")),
        (format!("sslrootcert={garbled}"), unusable("`sslrootcert` cannot be used")),
        (format!("sslmode=verify-full sslrootcert={missing}"), unusable("u_missing.crt")),
    ] {
        table.row(&server.to("app", &rest), expected).await;
    }
    // Nothing is read that is not needed.
    let socket = format!("host={} port={}", stage.server.folder().unwrap(), stage.server.port());
    table.row(&format!("{socket} user=postgres sslrootcert={missing} sslcert={missing}"), Outcome::Plain).await;
}

#[tokio::test]
async fn files_at_the_usual_place() {
    let server = clients();
    let stage = &server.stage;
    stage.file("home/.postgresql/root.crt", &server.authority.pem);
    stage.file("home/.postgresql/postgresql.crt", &server.guest.certificate);
    stage.file("home/.postgresql/postgresql.key", &server.guest.key);
    let home = stage.path("home");
    let mut table = Table::within(env_of(&[], Some(&home)));
    table.row(&server.to("guest", "sslmode=verify-full"), Secure).await;
    table.row(&server.to("guest", "sslmode=verify-ca"), Secure).await;
    table
        .row(&server.to("guest", "host=other.test sslmode=verify-full"), Fails("CONNECTION.TLS_FAILED", "not for"))
        .await;
    stage.file("wrong/.postgresql/root.crt", &Authority::new("another authority").pem);
    let mut table = Table::within(env_of(&[], Some(&stage.path("wrong"))));
    table.row(&server.to("app", ""), Fails("CONNECTION.TLS_FAILED", "not from a trusted authority")).await;
    // Variables say the same as parameters.
    let (certificate, key) = (stage.file("v.crt", &server.guest.certificate), stage.file("v.key", &server.guest.key));
    let variables = [
        ("PGSSLMODE", "verify-full"),
        ("PGSSLROOTCERT", server.root.as_str()),
        ("PGSSLCERT", &certificate),
        ("PGSSLKEY", &key),
    ];
    let mut table = Table::within(env_of(&variables, None));
    table.row(&format!("{} host=db.test user=guest dbname=postgres", stage.address()), Secure).await;
}
