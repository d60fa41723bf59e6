//! What is waited for, how long, and when it is given up.

use super::server::{Reply, error, ok};
use super::*;

#[test]
fn a_project_that_is_locked_is_waited_for() {
    let server = Server::script(vec![
        error(423, "", "project already has running operations"),
        error(423, "", "project already has running operations"),
        Reply::Json(201, created("finished")),
        ok(endpoints("active")),
    ]);
    let client = client(&server);
    client.neon.create_branch(&request()).unwrap();
    assert_eq!(client.told(), ["Locked 1 500", "Locked 2 1000", "made br-new-1"]);
    assert_eq!(server.lines().len(), 4, "a refusal leaves nothing to look up");
}

#[test]
fn a_project_that_stays_locked_is_given_up_in_time() {
    let server = Server::new(|_, _| error(423, "", "project already has running operations"));
    let client = client(&server);
    let error = client.neon.create_branch(&request()).unwrap_err();
    assert_eq!(error.left_behind(), &LeftBehind::Nothing);
    insta::assert_snapshot!(shown(&error), @r"
    NEON.LOCKED
    branch rehearsal-a of Neon project calm-river-1 could not be made ready: other operations ran on the project, at each of 26 attempts
    Why  Neon says: project already has running operations; request req-423
    Fix  try again when the operations of project calm-river-1 are finished
    ");
    assert_eq!(client.told().last().unwrap(), "Locked 25 8000");
}

#[test]
fn neon_says_how_long_to_wait() {
    let server = Server::script(vec![
        Reply::With(429, "Retry-After: 17\r\n", "{}".into()),
        Reply::With(429, "retry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\n", "{}".into()),
        Reply::With(429, "retry-after: 0\r\n", "{}".into()),
        ok(branches(&[], None)),
    ]);
    let client = client(&server);
    client.neon.branches("").unwrap();
    assert_eq!(client.told(), ["RateLimited 1 17000", "RateLimited 2 1000", "RateLimited 3 2000"]);
}

#[test]
fn a_wait_that_is_too_long_is_not_begun() {
    let reply = || Reply::With(429, "Retry-After: 3600\r\n", r#"{"message":"slow down"}"#.into());
    let server = Server::script(vec![reply()]);
    let client = client(&server);
    let error = client.neon.branches("").unwrap_err();
    assert!(client.told().is_empty());
    insta::assert_snapshot!(shown(&error), @r"
    NEON.RATE_LIMITED
    the branches of Neon project calm-river-1 could not be listed: too many requests, at the first attempt
    Why  Neon says: slow down
    Fix  try again in 3600 s
    ");
}

#[test]
fn a_question_is_repeated_until_it_is_answered() {
    let server = Server::script(vec![
        error(500, "", "oops"),
        Reply::Close,
        Reply::Cut(branches(&[BRANCH], None)),
        error(503, "", "maintenance"),
        Reply::Json(502, String::new()),
        ok(branches(&[BRANCH], None)),
    ]);
    let client = client(&server);
    assert_eq!(client.neon.branches("rehearsal-").unwrap().len(), 1);
    let waits = client.told();
    assert_eq!(
        waits.join(" "),
        "Unavailable 1 500 Unavailable 2 1000 Unavailable 3 2000 Unavailable 4 4000 Unavailable 5 8000"
    );
}

#[test]
fn silence_is_given_up() {
    let server = Server::new(|_, _| Reply::Hang);
    let client = client_with(&server, |builder| builder.request_timeout(Duration::from_millis(50)));
    let error = client.neon.branches("").unwrap_err();
    assert_eq!(client.told().len(), 5);
    insta::assert_snapshot!(shown(&error), @r"
    NEON.TIMED_OUT
    the branches of Neon project calm-river-1 could not be listed: it took too long
    Why  still waiting for an answer
    Fix  look at the operations of project calm-river-1 in the Neon console, and try again
    ");
}

#[test]
fn a_server_that_is_not_there_is_asked_some_times() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let server = Server::script(vec![]);
    let client = client_with(&server, |builder| builder.base_url(nobody));
    let error = client.neon.create_branch(&request()).unwrap_err();
    assert_eq!((error.code(), error.left_behind()), ("NEON.UNAVAILABLE", &LeftBehind::Nothing));
    assert_eq!(client.told().len(), 5);
}

#[test]
fn limits_may_be_as_long_as_they_like() {
    let server = Server::script(vec![ok(branches(&[], None))]);
    let client = client_with(&server, |builder| builder.call_timeout(Duration::MAX).request_timeout(Duration::MAX));
    assert!(client.neon.branches("").unwrap().is_empty());
}

#[test]
fn clients_that_failed_together_do_not_return_together() {
    struct Lucky;
    impl Clock for Lucky {
        fn now(&self) -> Instant {
            Instant::now()
        }

        fn sleep(&self, _: Duration) {}

        fn chance(&self) -> f64 {
            0.25
        }
    }
    let server = Server::script(vec![error(423, "", "locked"), ok(branches(&[], None))]);
    let client = client_with(&server, |builder| builder.clock(Lucky));
    client.neon.branches("").unwrap();
    assert_eq!(client.told(), ["Locked 1 312"]);
    let chances: Vec<_> = (0..20).map(|_| clock::System.chance()).collect();
    assert!(chances.iter().all(|chance| (0.0..=1.0).contains(chance)));
    assert!(chances.windows(2).any(|pair| pair[0].to_bits() != pair[1].to_bits()), "{chances:?}");
}
