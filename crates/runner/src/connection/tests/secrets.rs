//! A planted password must not come out, wherever it was planted and whatever is shown.

use super::super::{ConnectEnv, ConnectionString};
use super::env;

const PLANTED: &str = "hunter2hunter2";

fn clean(what: &str, shown: &str) {
    // Halves as well: a password that is torn apart at one of its characters must not show its parts.
    assert!(!shown.contains("hunter2"), "{what} shows the password: {shown}");
}

fn check(text: &str, env: &ConnectEnv) {
    clean("the environment", &format!("{env:?}"));
    match ConnectionString::parse(text, env) {
        Ok(string) => {
            clean("Display", &string.to_string());
            clean("Debug", &format!("{string:?} {string:#?}"));
            clean("an endpoint", &format!("{:?}", string.hosts));
            clean("the password", &format!("{:?}", string.password));
            clean("the summary", &string.safe_summary());
            clean("the notes", &string.notes.join("\n"));
        }
        Err(error) => {
            clean("an error", &format!("{error} {error:?} {} {}", error.why(), error.fix()));
        }
    }
}

#[test]
fn in_strings_that_can_be_read() {
    for text in [
        format!("postgresql://app:{PLANTED}@db/shop"),
        format!("postgresql://app@db/shop?password={PLANTED}"),
        format!("host=db password={PLANTED}"),
        format!("host=db password='{PLANTED} and more'"),
        format!("postgresql://app:{PLANTED}@db/shop?options=-c%20app.password%3D{PLANTED}"),
        format!("host=db options='-c app.api_key={PLANTED}'"),
        format!("host=db options='-c app.secret=x\\\\ {PLANTED}'"),
        format!("host=db password={PLANTED} options='-c app.value={PLANTED}' application_name={PLANTED}"),
        format!("postgresql://app:{PLANTED}@db/shop?socket_timeout={PLANTED}&schema={PLANTED}"),
    ] {
        check(&text, &env(&[]));
    }
    check("host=db", &env(&[("PGPASSWORD", PLANTED), ("PGOPTIONS", "-c app.token=hunter2")]));
}

#[test]
fn in_strings_that_cannot_be_read() {
    for mark in ["@", "/", "?", "#", ":", "%", "&", "=", " ", "'", "\\", "[", "]", ",", "/?", "1/", "@/", "?a=", "&b="]
    {
        let torn = format!("hunter2{mark}hunter2");
        for text in [
            format!("postgresql://app:{torn}@db/shop"),
            format!("postgresql://app:{torn}@db:5432/shop?sslmode=require"),
            format!("postgresql://app:{torn}@db/shop?nonsense=1"),
            format!("postgresql://app:12/{torn}@db/shop"),
            format!("app:{torn}@db/shop"),
            format!("mysql://app:{torn}@db/shop"),
            format!("host=db password={torn} user=app"),
            format!("host=db password={torn}"),
            format!("password={torn} sslmode=nonsense"),
            format!("postgresql://db/shop?password={torn}"),
            format!("postgresql://db/shop?password={torn}&nonsense=1"),
            format!("postgresql://db/shop?sslpassword={torn}"),
            format!("host=db sslpassword={torn}"),
            torn.clone(),
        ] {
            check(&text, &env(&[]));
        }
    }
}

#[test]
fn in_what_servers_say() {
    let string = ConnectionString::parse(&format!("host=db password={PLANTED}"), &env(&[])).unwrap();
    assert_eq!(string.scrub(&format!("no role {PLANTED}")), "no role ***");
    let string = ConnectionString::parse("host=db user=app password=app", &env(&[])).unwrap();
    assert_eq!(string.scrub("no role app"), "no role app", "hiding it would tell what it is");
}
