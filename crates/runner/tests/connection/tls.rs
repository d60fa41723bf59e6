//! A server with TLS, on a loopback address of its own: only Linux has a whole network of them.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use fs_err as fs;
use novate_runner::connection::{Connected, ConnectionError, unnamed};
use novate_scratch::{Options, Request, Server, find};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::support::{ask, open};

struct TlsServer {
    server: Server,
    address: String,
}

const PASSWORD: &str = "planted-password";

/// `app` and `locked` come in only with TLS, `plain` only without it, and `guest` only with a client certificate.
const HBA: &str = "local all all trust
hostssl all app all scram-sha-256
hostssl all locked all scram-sha-256
hostssl all guest all cert
hostnossl all plain all scram-sha-256
";

fn server() -> &'static TlsServer {
    static SERVER: OnceLock<TlsServer> = OnceLock::new();
    SERVER.get_or_init(|| TlsServer::start(64))
}

impl TlsServer {
    /// Every test process has loopback addresses of its own; `network` tells its servers apart.
    fn start(network: u8) -> Self {
        let [.., high, low] = std::process::id().to_be_bytes();
        let address = format!("127.{}.{high}.{}", network + low / 8, 1 + low % 8);
        let settings = vec![("listen_addresses".to_owned(), address.clone())];
        let installation = find(&Request::default()).unwrap();
        let server = Server::start(&installation, &Options { settings, ..Options::default() }).unwrap();
        let this = Self { server, address };
        this.set_up();
        this
    }

    fn folder(&self) -> PathBuf {
        self.server.folder().unwrap().as_std_path().to_owned()
    }

    fn path(&self, name: &str) -> String {
        self.folder().join(name).display().to_string()
    }

    fn set_up(&self) {
        let (ca, issuer) = authority("novate test authority");
        let (other, _) = authority("another authority");
        let (certificate, key) = issue(&issuer, "db.test");
        let (client, client_key) = issue(&issuer, "guest");
        for (name, text) in [
            ("ca.crt", &ca),
            ("other.crt", &other),
            ("server.crt", &certificate),
            ("server.key", &key),
            ("client.crt", &client),
            ("client.key", &client_key),
            ("data/pg_hba.conf", &HBA.to_owned()),
        ] {
            write(&self.folder().join(name), text, &self.folder());
        }
        let database = self.server.database("tls").unwrap();
        for sql in [
            &format!("CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'"),
            &format!("CREATE ROLE plain LOGIN PASSWORD '{PASSWORD}'"),
            &format!("CREATE ROLE locked LOGIN PASSWORD '{PASSWORD}'"),
            "CREATE ROLE guest LOGIN",
            &format!("ALTER SYSTEM SET ssl_cert_file = '{}'", self.path("server.crt")),
            &format!("ALTER SYSTEM SET ssl_key_file = '{}'", self.path("server.key")),
            &format!("ALTER SYSTEM SET ssl_ca_file = '{}'", self.path("ca.crt")),
            "ALTER SYSTEM SET ssl = on",
            "SELECT pg_reload_conf()",
        ] {
            database.execute(sql).unwrap();
        }
        // The server reads its settings some time after it was told to; new sessions start from what it has read.
        for _ in 0..500 {
            let fresh = self.server.database("reloaded").unwrap();
            let rows = fresh.execute("SELECT 1 FROM pg_settings WHERE name = 'ssl' AND setting = 'on'").unwrap();
            if !rows.is_empty() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the server did not turn TLS on");
    }

    async fn open(&self, user: &str, rest: &str) -> Result<Connected, ConnectionError> {
        let address = &self.address;
        open(&format!("hostaddr={address} user={user} password={PASSWORD} dbname=postgres {rest}")).await
    }

    /// Opens as `app` and gives the error's code, or whether the connection is encrypted.
    async fn outcome(&self, rest: &str) -> Result<bool, (&'static str, String)> {
        outcome(self.open("app", rest).await).await
    }
}

async fn outcome(connected: Result<Connected, ConnectionError>) -> Result<bool, (&'static str, String)> {
    match connected {
        Ok(connected) => Ok(encrypted(&connected).await),
        Err(error) => {
            let shown = format!("{error} {error:?} {} {}", error.why(), error.fix());
            assert!(!shown.contains(PASSWORD), "{shown}");
            Err((error.code(), error.to_string()))
        }
    }
}

async fn encrypted(connected: &Connected) -> bool {
    ask(connected, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").await == "t"
}

fn authority(name: &str) -> (String, Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).unwrap();
    (certificate.pem(), Issuer::new(params, key))
}

fn issue(issuer: &Issuer<'static, KeyPair>, name: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    (params.signed_by(&key, issuer).unwrap().pem(), key.serialize_pem())
}

/// Writes a file as whoever owns the server, which may run as another user than the test.
fn write(path: &Path, text: &str, like: &Path) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let owner = fs::metadata(like).unwrap();
    chown(path, Some(owner.uid()), Some(owner.gid())).unwrap();
}

#[tokio::test]
async fn sslmode_decides_what_is_verified() {
    let server = server();
    let (ca, other) = (server.path("ca.crt"), server.path("other.crt"));
    let unknown = "the server's certificate is not from a trusted authority";
    let wrong = "the server's certificate is not for `other.test`";
    for (rest, expected) in [
        ("host=db.test sslmode=prefer".to_owned(), Ok(())),
        ("host=db.test sslmode=require".to_owned(), Ok(())),
        ("sslmode=require".to_owned(), Ok(())),
        (format!("host=db.test sslmode=require sslrootcert={ca}"), Ok(())),
        (format!("host=db.test sslmode=require sslrootcert={other}"), Err(unknown)),
        (format!("host=other.test sslmode=verify-ca sslrootcert={ca}"), Ok(())),
        (format!("host=db.test sslmode=verify-ca sslrootcert={other}"), Err(unknown)),
        (format!("host=db.test sslmode=verify-full sslrootcert={ca}"), Ok(())),
        (format!("host=other.test sslmode=verify-full sslrootcert={ca}"), Err(wrong)),
        (format!("host=db.test sslmode=verify-full sslrootcert={other}"), Err(unknown)),
        (format!("host=db.test sslmode=verify-full sslrootcert={ca} ssl_min_protocol_version=TLSv1.3"), Ok(())),
        (format!("host=db.test sslmode=verify-full sslrootcert={ca} ssl_max_protocol_version=TLSv1.2"), Ok(())),
    ] {
        match (server.outcome(&rest).await, expected) {
            (Ok(encrypted), Ok(())) => assert!(encrypted, "{rest}"),
            (Err((code, message)), Err(expected)) => {
                assert_eq!(code, "CONNECTION.TLS_FAILED", "{rest}");
                assert!(message.ends_with(expected), "{rest}: {message}");
            }
            (outcome, _) => panic!("{rest}: {outcome:?}"),
        }
    }
}

#[tokio::test]
async fn a_certificate_that_is_its_own_authority_can_be_named() {
    // As in PostgreSQL's documentation: one certificate, marked as an authority, is the server's as well.
    let server = server();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["own.test".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).unwrap();
    let own = TlsServer::start(96);
    write(&own.folder().join("pinned.crt"), &certificate.pem(), &own.folder());
    write(&own.folder().join("server.crt"), &certificate.pem(), &own.folder());
    write(&own.folder().join("server.key"), &key.serialize_pem(), &own.folder());
    own.server.database("again").unwrap().execute("SELECT pg_reload_conf()").unwrap();
    let pinned = own.path("pinned.crt");
    let mut last = Ok(false);
    for _ in 0..100 {
        last = own.outcome(&format!("host=own.test sslmode=verify-full sslrootcert={pinned}")).await;
        if last == Ok(true) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(last, Ok(true));
    let wrong = own.outcome(&format!("host=db.test sslmode=verify-full sslrootcert={pinned}")).await;
    assert_eq!(wrong.unwrap_err().0, "CONNECTION.TLS_FAILED");
    let other = format!("host=own.test sslmode=verify-ca sslrootcert={}", server.path("other.crt"));
    assert_eq!(own.outcome(&other).await.unwrap_err().0, "CONNECTION.TLS_FAILED");
}

#[tokio::test]
async fn weak_modes_fall_back() {
    let server = server();
    let modes = |user: &'static str| async move {
        let mut outcomes = Vec::new();
        for mode in ["disable", "allow", "prefer", "require"] {
            let connected = server.open(user, &format!("host=db.test sslmode={mode}")).await;
            outcomes.push(outcome(connected).await.map_err(|(code, _)| code));
        }
        outcomes
    };
    let refused = Err("CONNECTION.AUTH_FAILED");
    assert_eq!(modes("locked").await, [refused, Ok(true), Ok(true), Ok(true)]);
    assert_eq!(modes("plain").await, [Ok(false), Ok(false), Ok(false), refused]);
}

#[tokio::test]
async fn channel_binding_works() {
    let server = server();
    let required = server.open("app", "host=db.test sslmode=require channel_binding=require").await.unwrap();
    assert!(encrypted(&required).await);
    assert_eq!(server.outcome("host=db.test sslmode=require channel_binding=disable").await, Ok(true));
    let without_tls = server.open("plain", "host=db.test channel_binding=require").await.unwrap_err();
    assert_eq!(without_tls.code(), "CONNECTION.CHANNEL_BINDING_FAILED", "{without_tls}");
}

#[tokio::test]
async fn passwords_are_checked() {
    let server = server();
    let wrong = server.outcome("host=db.test password=wrong-password").await.unwrap_err();
    assert_eq!(wrong.0, "CONNECTION.AUTH_FAILED", "{wrong:?}");
    let address = &server.address;
    let none = open(&format!("hostaddr={address} user=app dbname=postgres")).await.unwrap_err();
    assert_eq!(none.code(), "CONNECTION.PASSWORD_MISSING", "{none}");
}

#[tokio::test]
async fn client_certificates_are_sent() {
    let server = server();
    let (certificate, key) = (server.path("client.crt"), server.path("client.key"));
    let rest = format!("host=db.test sslmode=require sslcert={certificate} sslkey={key}");
    assert!(encrypted(&server.open("guest", &rest).await.unwrap()).await);
    let without = server.open("guest", "host=db.test sslmode=require").await.unwrap_err();
    assert_eq!(without.code(), "CONNECTION.AUTH_FAILED", "{without}");
    for (rest, parameter) in [
        (format!("sslcert={certificate}"), "sslkey"),
        ("sslcert=/nowhere.crt".to_owned(), "sslcert"),
        (format!("sslcert={key} sslkey={key}"), "sslcert"),
        ("sslmode=verify-full sslrootcert=/nowhere.crt".to_owned(), "sslrootcert"),
    ] {
        let error = server.open("guest", &format!("host=db.test {rest}")).await.unwrap_err();
        assert_eq!(error.code(), "CONNECTION.CERTIFICATE_UNUSABLE", "{error}");
        assert!(error.to_string().contains(parameter), "{error}");
    }
}

#[tokio::test]
async fn statements_can_be_cancelled_over_tls() {
    let server = server();
    let connected = server.open("app", "host=db.test sslmode=require").await.unwrap();
    let canceller = connected.canceller.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        canceller.cancel().await.unwrap();
    });
    let error = unnamed::batch(&connected.client, "SELECT pg_sleep(30)").await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "57014");
}
