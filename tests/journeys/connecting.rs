//! What is said of a connection string, and whom it trusts.

use novate_scratch::{Options, Request, Server, find};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::support::{Project, ran};

const ONE: &str = "CREATE TABLE t (id int PRIMARY KEY);\n";

#[test]
fn what_orms_say_is_understood_or_named() {
    let project = Project::migrated(ONE);
    let more = "connection_limit=5&pool_timeout=2&pgbouncer=true&schema=sales&sslaccept=accept_invalid_certs";
    let url = format!("{}&{more}", project.db.url());
    project
        .novate_on(&url, "status")
        .ok()
        .says("(DATABASE_URL from the environment), through a pooler\n")
        .says("`connection_limit` and `pool_timeout` in the connection string change nothing here and are ignored")
        .says("`sslaccept=accept_invalid_certs` is ignored: `sslmode` says what is verified")
        .says("`schema=sales` of the connection string is not used: default_schema of the space app is public");
    project.novate_on(&format!("{}&schema=public", project.db.url()), "status").ok().does_not_say("schema=");
    project.novate_on(&format!("{url}&connection_limits=5"), "status").fails(2, "CONNECTION.UNKNOWN_PARAMETER");
    // What is said of a host comes before anybody is asked; nobody out there is.
    for (url, line) in [
        ("ep-x-1-pooler.invalid.neon.tech/db", "through Neon's pooler; past it: ep-x-1.invalid.neon.tech:5432"),
        ("x.invalid.pooler.supabase.com:6543/db", "pooler; past it: x.invalid.pooler.supabase.com:5432"),
        ("x.invalid.pooler.supabase.com:5432/db", "through Supabase's session pooler\n"),
    ] {
        let end = project.novate_on(&format!("postgresql://app@{url}?hostaddr=127.0.0.1"), "migrate");
        assert_eq!(end.code, 2, "{}", end.transcript());
        end.says(line);
    }
}

#[test]
fn the_authorities_of_the_system() {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap().pem();

    let project = Project::with_contract(ONE);
    let options = Options {
        tcp: true,
        settings: vec![("ssl".to_owned(), "on".to_owned())],
        files: vec![("server.crt".to_owned(), certificate.clone()), ("server.key".to_owned(), key.serialize_pem())],
        ..Options::default()
    };
    let server = Server::start(&find(&Request::default()).unwrap(), &options).unwrap();
    project.write("ca.crt", &authority);
    project.write("other.crt", &certificate);
    let status = |file: &str, parameters: &str| {
        let url = format!("postgresql://postgres@127.0.0.1:{}/postgres?{parameters}", server.port());
        let mut command = project.command(&url, "status");
        let output = command.env("SSL_CERT_FILE", project.path(file)).output().unwrap();
        ran("status", &output)
    };
    status("ca.crt", "sslrootcert=system").ok();
    status("ca.crt", "sslmode=verify-full").ok().says("the authorities that the system trusts are used");
    status("other.crt", "sslrootcert=system").fails(2, "CONNECTION.TLS_FAILED").says("not from a trusted authority");
    status("nothing.crt", "sslrootcert=system").fails(2, "CONNECTION.CERTIFICATE_UNUSABLE").says("ca-certificates");
    status("ca.crt", "sslrootcert=system&sslmode=require").fails(2, "CONNECTION.INVALID_URL");
}
