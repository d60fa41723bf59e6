//! What connection strings mean, written as what `Display` makes of them: it shows all that is not a default.

use super::{ConnectionString, env, parse};

#[test]
fn urls() {
    let cases = [
        ("postgresql://", "postgresql://me@localhost:5432/me"),
        ("postgres://db", "postgresql://me@db:5432/me"),
        ("postgresql://db:5433", "postgresql://me@db:5433/me"),
        ("postgresql://app@db/shop", "postgresql://app@db:5432/shop"),
        ("postgresql://app:pw@db/shop", "postgresql://app:***@db:5432/shop"),
        ("postgresql://app:@db/shop", "postgresql://app@db:5432/shop"),
        ("postgresql://app:p%40s%2Fs@db", "postgresql://app:***@db:5432/app"),
        ("postgresql://app:pw?with#marks@db", "postgresql://app:***@db:5432/app"),
        ("postgresql://a%40b@db/my%20shop", "postgresql://a%40b@db:5432/my%20shop"),
        ("postgresql:///shop", "postgresql://me@localhost:5432/shop"),
        ("postgresql:///shop?host=/var/run", "postgresql://me@%2Fvar%2Frun:5432/shop"),
        ("postgresql://%2Fvar%2Frun/shop", "postgresql://me@%2Fvar%2Frun:5432/shop"),
        ("postgresql://%2Fvar%2Frun:5433/shop", "postgresql://me@%2Fvar%2Frun:5433/shop"),
        ("postgresql://[::1]/shop", "postgresql://me@[::1]:5432/shop"),
        ("postgresql://[2001:db8::7]:5433/shop", "postgresql://me@[2001:db8::7]:5433/shop"),
        ("postgresql://a,b/shop", "postgresql://me@a:5432,b:5432/shop"),
        ("postgresql://a:1,b:2,[::1]:3/shop", "postgresql://me@a:1,b:2,[::1]:3/shop"),
        ("postgresql://a,b:2/shop", "postgresql://me@a:5432,b:2/shop"),
        ("postgresql://db?user=app&dbname=shop", "postgresql://app@db:5432/shop"),
        ("postgresql://db/shop?user=a@b", "postgresql://a%40b@db:5432/shop"),
        ("postgresql://db/shop?port=1&port=2", "postgresql://me@db:2/shop"),
        (
            "postgresql://db/shop?sslmode=verify-full&sslrootcert=system",
            "postgresql://me@db:5432/shop?sslmode=verify-full&sslrootcert=system",
        ),
        ("postgresql://db/shop?ssl=true", "postgresql://me@db:5432/shop?sslmode=require"),
        ("postgresql://db/shop?options=endpoint%3Dep-x", "postgresql://me@db:5432/shop?options=endpoint%3D***"),
        ("postgresql://db/shop?options=endpoint=ep-x", "postgresql://me@db:5432/shop?options=endpoint%3D***"),
        ("postgresql://db/shop?application_name=a+b", "postgresql://me@db:5432/shop?application_name=a%2Bb"),
        ("postgresql+psycopg://app@db/shop", "postgresql://app@db:5432/shop"),
        ("jdbc:postgresql://db/shop?user=app&password=pw", "postgresql://app:***@db:5432/shop"),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(text).redacted(), expected, "{text}");
    }
}

#[test]
fn pairs() {
    let cases = [
        ("", "postgresql://me@localhost:5432/me"),
        ("host=db dbname=shop", "postgresql://me@db:5432/shop"),
        ("host=/var/run dbname='my shop' user=app", "postgresql://app@%2Fvar%2Frun:5432/my%20shop"),
        ("host=a,b port=1,2", "postgresql://me@a:1,b:2/me"),
        ("host=a,b port=7", "postgresql://me@a:7,b:7/me"),
        ("host=a,b port=1,", "postgresql://me@a:1,b:5432/me"),
        ("hostaddr=10.0.0.1", "postgresql://me@10.0.0.1:5432/me"),
        ("host=db hostaddr=::1", "postgresql://me@db:5432/me"),
        ("host=db connect_timeout=0", "postgresql://me@db:5432/me?connect_timeout=0"),
        ("host=db connect_timeout=10", "postgresql://me@db:5432/me?connect_timeout=10"),
        ("host=db target_session_attrs=read-write", "postgresql://me@db:5432/me?target_session_attrs=read-write"),
        ("host=db channel_binding=require", "postgresql://me@db:5432/me?channel_binding=require"),
        ("host=db options='-c search_path=a,b'", "postgresql://me@db:5432/me?options=-c%20search_path%3Da%2Cb"),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(text).redacted(), expected, "{text}");
    }
}

#[test]
fn space_around_is_no_part_of_anything() {
    let password = |text: &str| parse(text).password.map(|secret| secret.expose().to_owned());
    assert_eq!(password(" host=db password=pw \n").as_deref(), Some("pw"));
    assert_eq!(password("host=db password=pw\\ ").as_deref(), Some("pw "));
    assert_eq!(password(" postgresql://app:pw@db/shop\n").as_deref(), Some("pw"));
    assert_eq!(parse(" postgresql://app:pw@db/shop\n").dbname, "shop");
}

#[test]
fn the_environment_says_the_rest() {
    type Case = (&'static [(&'static str, &'static str)], &'static str, &'static str);
    let cases: &[Case] = &[
        (&[("PGHOST", "db"), ("PGPORT", "1"), ("PGDATABASE", "shop")], "", "postgresql://me@db:1/shop"),
        (&[("PGUSER", "app"), ("PGPASSWORD", "pw")], "host=db", "postgresql://app:***@db:5432/app"),
        (&[("PGHOST", "no"), ("PGUSER", "no")], "postgresql://app@db/shop", "postgresql://app@db:5432/shop"),
        (&[("PGSSLMODE", "require")], "host=db", "postgresql://me@db:5432/me?sslmode=require"),
        (&[("PGSSLMODE", "require")], "host=db sslmode=disable", "postgresql://me@db:5432/me?sslmode=disable"),
        (&[("PGHOST", "")], "", "postgresql://me@localhost:5432/me"),
        (&[("PGCLIENTENCODING", "LATIN1"), ("PGTZ", "x")], "host=db", "postgresql://me@db:5432/me"),
        (&[("PGAPPNAME", "ci")], "host=db", "postgresql://me@db:5432/me?application_name=ci"),
    ];
    for (variables, text, expected) in cases {
        let string = ConnectionString::parse(text, &env(variables)).unwrap();
        assert_eq!(string.redacted(), *expected, "{text}");
        assert_eq!(string.notes, Vec::<String>::new());
    }
}

#[test]
fn a_summary_is_short() {
    let cases = [
        ("postgresql://app:pw@db.example.com/shop?sslmode=require", "app@db.example.com:5432/shop"),
        ("postgresql://app:pw@a:1,b:2/shop", "app@a:1,b:2/shop"),
        ("host=/tmp user=app dbname=shop", "app@/tmp/.s.PGSQL.5432/shop"),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(text).safe_summary(), expected, "{text}");
    }
}

#[test]
fn what_is_shown_leads_to_the_same_server() {
    for host in ["a@b", "a?b", "[d7::tp", "fe80::1%eth0", "1:2", "a%b"] {
        let string = parse(&format!("host='{host}' user=app"));
        let again = parse(&string.redacted());
        assert_eq!(again.hosts.first().map(super::super::Endpoint::place).unwrap().host, host, "{}", string.redacted());
    }
}
