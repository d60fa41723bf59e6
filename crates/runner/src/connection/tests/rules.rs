//! Rules between parameters, decorations and poolers.

use std::time::Duration;

use super::super::{
    ChannelBinding, Invalid, Pooler, PoolerKind, PoolerMode, RootCert, SslMode, TlsVersions, Verification,
};
use super::{invalid, parse};

#[test]
fn sslmode_and_what_is_verified() {
    use Verification::{Authority, AuthorityAndHost, Nothing};
    let cases = [
        ("host=db", SslMode::Prefer, Nothing),
        ("host=db sslmode=disable", SslMode::Disable, Nothing),
        ("host=db sslmode=allow", SslMode::Allow, Nothing),
        ("host=db sslmode=require", SslMode::Require, Nothing),
        ("host=db sslmode=require sslrootcert=ca.crt", SslMode::Require, Authority),
        ("host=db sslmode=prefer sslrootcert=ca.crt", SslMode::Prefer, Authority),
        ("host=db sslmode=verify-ca sslrootcert=ca.crt", SslMode::VerifyCa, Authority),
        ("host=db sslmode=verify-full sslrootcert=ca.crt", SslMode::VerifyFull, AuthorityAndHost),
        ("host=db sslmode=verify-full", SslMode::VerifyFull, AuthorityAndHost),
        ("host=db sslrootcert=system", SslMode::VerifyFull, AuthorityAndHost),
        ("host=db sslaccept=strict", SslMode::VerifyFull, AuthorityAndHost),
        ("host=db sslmode=require sslaccept=strict", SslMode::VerifyFull, AuthorityAndHost),
        ("host=db sslmode=no-verify", SslMode::Require, Nothing),
        ("host=db ssl=verify-full", SslMode::VerifyFull, AuthorityAndHost),
        ("host=db ssl=0", SslMode::Disable, Nothing),
    ];
    for (text, sslmode, verification) in cases {
        let tls = parse(text).tls;
        assert_eq!((tls.sslmode, tls.verification()), (sslmode, verification), "{text}");
    }
    assert_eq!(parse("host=db sslmode=verify-full").tls.sslrootcert, Some(RootCert::System));
}

#[test]
fn contradictions_are_errors() {
    let cases = [
        ("host=db sslrootcert=system sslmode=require", Invalid::SystemRootsNeedFull { sslmode: "require" }),
        ("host=db sslmode=verify-ca", Invalid::NoRootCert),
        (
            "host=db sslmode=disable channel_binding=require",
            Invalid::NeedsTls { parameter: "channel_binding=require", sslmode: "disable" },
        ),
        ("host=db sslnegotiation=direct", Invalid::NeedsTls { parameter: "sslnegotiation=direct", sslmode: "prefer" }),
        ("host=a,b port=1,2,3", Invalid::Count { parameter: "port", hosts: 2, given: 3 }),
        ("host=a,b hostaddr=::1", Invalid::Count { parameter: "hostaddr", hosts: 2, given: 1 }),
    ];
    for (text, expected) in cases {
        assert_eq!(invalid(text), expected, "{text}");
    }
    let refused = ["sslcrl=x", "requirepeer=x", "require_auth=scram-sha-256", "gssencmode=require", "replication=true"];
    for text in refused {
        assert_eq!(invalid(text).code(), "CONNECTION.UNSUPPORTED_PARAMETER", "{text}");
    }
}

#[test]
fn values_are_checked() {
    for text in [
        "sslmode=requier",
        "channel_binding=yes",
        "target_session_attrs=master",
        "port=0",
        "port=65536",
        "port=x",
        "hostaddr=db",
        "connect_timeout=soon",
        "keepalives=yes",
        "sslaccept=maybe",
        "ssl=maybe",
        "ssl_min_protocol_version=SSLv3",
        "ssl_max_protocol_version=TLSv1.1",
        "ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=TLSv1.2",
    ] {
        let invalid = invalid(text);
        assert!(matches!(invalid, Invalid::Value { .. }), "{text}: {invalid:?}");
        assert_eq!(invalid.code(), "CONNECTION.INVALID_URL");
    }
}

#[test]
fn the_rest_of_the_parameters() {
    let string = parse(
        "host=db connect_timeout=5 keepalives_idle=10 keepalives_interval=2 keepalives_count=3 tcp_user_timeout=1500 \
         channel_binding=disable ssl_min_protocol_version=TLSv1.3 sslsni=0 fallback_application_name=psql",
    );
    assert_eq!(string.connect_timeout, Some(Duration::from_secs(5)));
    assert_eq!(string.keepalives.idle, Some(Duration::from_secs(10)));
    assert_eq!(string.keepalives.interval, Some(Duration::from_secs(2)));
    assert_eq!(string.keepalives.count, Some(3));
    assert_eq!(string.keepalives.tcp_user_timeout, Some(Duration::from_millis(1500)));
    assert_eq!(string.channel_binding, ChannelBinding::Disable);
    assert_eq!(string.tls.versions, TlsVersions::Only13);
    assert!(!string.tls.sslsni);
    assert_eq!(string.application_name.as_deref(), Some("psql"));
    assert_eq!(parse("host=db connect_timeout=0").connect_timeout, None);
    assert!(!parse("host=db keepalives=0").keepalives.enabled);
}

#[test]
fn decorations_are_understood_or_named() {
    let string = parse(
        "postgresql://app:pw@db/shop?schema=sales&connection_limit=5&pool_timeout=2&statement_cache_size=0\
         &socket_timeout=9&sslaccept=accept_invalid_certs&connect_timeout=3&uselibpqcompat=true",
    );
    assert_eq!(string.schema.as_deref(), Some("sales"));
    assert_eq!(string.connect_timeout, Some(Duration::from_secs(3)));
    insta::assert_snapshot!(string.notes.join("\n"), @r"
    `connection_limit`, `pool_timeout`, `statement_cache_size`, `socket_timeout` and `uselibpqcompat` in the connection string change nothing here and are ignored
    `sslaccept=accept_invalid_certs` is ignored: `sslmode` says what is verified
    ");
}

#[test]
fn poolers_are_recognised() {
    let neon = Pooler { kind: PoolerKind::Neon, mode: PoolerMode::Transaction };
    let transaction = Pooler { kind: PoolerKind::Supabase, mode: PoolerMode::Transaction };
    let session = Pooler { kind: PoolerKind::Supabase, mode: PoolerMode::Session };
    let declared = Pooler { kind: PoolerKind::Declared, mode: PoolerMode::Transaction };
    let cases = [
        (
            "postgresql://a@ep-x-123-pooler.eu-central-1.aws.neon.tech/db",
            Some(neon),
            Some("ep-x-123.eu-central-1.aws.neon.tech:5432"),
        ),
        ("postgresql://a@ep-x-123.eu-central-1.aws.neon.tech/db", None, None),
        (
            "postgresql://postgres.ref@aws-0-eu-west-1.pooler.supabase.com:6543/postgres",
            Some(transaction),
            Some("aws-0-eu-west-1.pooler.supabase.com:5432"),
        ),
        ("postgresql://postgres.ref@aws-0-eu-west-1.pooler.supabase.com:5432/postgres", Some(session), None),
        ("postgresql://postgres@db.ref.supabase.co:6543/postgres", Some(transaction), Some("db.ref.supabase.co:5432")),
        ("postgresql://postgres@db.ref.supabase.co:5432/postgres", None, None),
        (
            "postgresql://a@db:1,ep-x-pooler.eu-central-1.aws.neon.tech:5433/db",
            Some(neon),
            Some("ep-x.eu-central-1.aws.neon.tech:5433"),
        ),
        ("postgresql://a@db/x?pgbouncer=true", Some(declared), None),
        ("postgresql://a@db/x?pgbouncer=false", None, None),
        ("postgresql://a@pg-pooler.example.com/db", None, None),
        ("host=/tmp", None, None),
    ];
    for (text, pooler, instead) in cases {
        let string = parse(text);
        assert_eq!(string.pooler, pooler, "{text}");
        assert_eq!(string.past_the_pooler().as_deref(), instead, "{text}");
    }
}
