//! Making a branch: once, whatever becomes of the answers.

use super::server::{Asked, Reply, error, ok};
use super::*;

const FIND: &str = "GET /projects/calm-river-1/branches?limit=100&search=rehearsal-a";
const POST: &str = "POST /projects/calm-river-1/branches";
const ENDPOINTS: &str = "GET /projects/calm-river-1/branches/br-new-1/endpoints";

#[test]
fn a_branch_is_made_with_an_endpoint() {
    let server = Server::script(vec![Reply::Json(201, created("finished")), ok(endpoints("active"))]);
    let client = client(&server);
    let at = "2026-01-29T18:02:16.123Z".parse().unwrap();
    let branch = client.neon.create_branch(&request().parent(BranchId::new("br-main-1")).expires_at(at)).unwrap();
    assert_eq!((branch.id.as_str(), branch.name.as_str()), ("br-new-1", "rehearsal-a"));
    assert_eq!(branch.parent, Some(BranchId::new("br-main-1")));
    assert_eq!(branch.expires_at, "2026-01-29T18:02:16Z".parse().ok());
    assert_eq!(server.lines(), [POST, ENDPOINTS]);
    insta::assert_snapshot!(
        server.asked(0).body,
        @r#"{"branch":{"name":"rehearsal-a","parent_id":"br-main-1","expires_at":"2026-01-29T18:02:16Z"},"endpoints":[{"type":"read_write"}]}"#
    );
    assert_eq!(server.asked(0).authorization, format!("Bearer {KEY}"));
    assert_eq!(client.told(), ["made br-new-1"]);
}

#[test]
fn operations_are_waited_for_and_the_endpoint_too() {
    let server = Server::script(vec![
        Reply::Json(201, created("running")),
        ok(operation_answer("op-1", "create_branch", "error")),
        ok(operation_answer("op-1", "create_branch", "finished")),
        ok(operation_answer("op-2", "start_compute", "skipped")),
        ok(endpoints("init")),
        ok(endpoints("idle")),
    ]);
    let client = client(&server);
    client.neon.create_branch(&request()).unwrap();
    assert_eq!(server.lines()[1], "GET /projects/calm-river-1/operations/op-1");
    insta::assert_snapshot!(client.told().join("\n"), @r#"
    made br-new-1
    Operation { action: "create_branch" } 1 500
    Operation { action: "create_branch" } 2 1000
    Operation { action: "start_compute" } 1 500
    Endpoint 1 500
    "#);
}

#[test]
fn an_operation_that_fails_names_the_branch_that_is_left() {
    let failed = r#"{"operation":{"id":"op-2","action":"start_compute","status":"failed","error":"no compute left"}}"#;
    let server = Server::script(vec![
        Reply::Json(201, created("running")),
        ok(operation_answer("op-1", "create_branch", "finished")),
        ok(failed),
    ]);
    let error = client(&server).neon.create_branch(&request()).unwrap_err();
    assert_eq!(error.left_behind(), &LeftBehind::Branch(BranchId::new("br-new-1")));
    insta::assert_snapshot!(shown(&error), @r"
    NEON.OPERATION_FAILED
    branch rehearsal-a of Neon project calm-river-1 could not be made ready: Neon's operation start_compute ended as failed
    Why  Neon says: no compute left; branch br-new-1 exists
    Fix  look at the operation in the Neon console of project calm-river-1, and try again
    ");
}

#[test]
fn an_operation_that_never_ends_is_given_up_in_time() {
    let server = Server::new(|number, _: &Asked| match number {
        0 => Reply::Json(201, created("running")),
        _ => ok(operation_answer("op-1", "create_branch", "running")),
    });
    let error = client(&server).neon.create_branch(&request()).unwrap_err();
    assert_eq!(error.left_behind(), &LeftBehind::Branch(BranchId::new("br-new-1")));
    insta::assert_snapshot!(shown(&error), @r"
    NEON.TIMED_OUT
    branch rehearsal-a of Neon project calm-river-1 could not be made ready: it took too long
    Why  still waiting for operation create_branch (running); branch br-new-1 exists
    Fix  look at the operations of project calm-river-1 in the Neon console, and try again
    ");
}

#[test]
fn a_name_that_is_taken_is_somebody_elses() {
    let server = Server::script(vec![error(409, "", "branch already exists; branch_name:rehearsal-a")]);
    let error = client(&server).neon.create_branch(&request()).unwrap_err();
    assert_eq!((server.lines().len(), error.left_behind()), (1, &LeftBehind::Nothing));
    insta::assert_snapshot!(shown(&error), @r"
    NEON.NAME_TAKEN
    branch rehearsal-a of Neon project calm-river-1 could not be made ready: there is one already
    Why  Neon says: branch already exists; branch_name:rehearsal-a; request req-409
    Fix  use another name, or delete that branch
    ");
}

#[test]
fn a_plan_without_room_says_so() {
    for (status, code) in
        [(422, "BRANCHES_LIMIT_EXCEEDED"), (409, "BRANCHES_LIMIT_EXCEEDED"), (422, "ROOT_BRANCHES_LIMIT_EXCEEDED")]
    {
        let server = Server::script(vec![error(status, code, "branches limit exceeded")]);
        let error = client(&server).neon.create_branch(&request()).unwrap_err();
        assert_eq!(error.code(), "NEON.LIMIT_REACHED", "{status} {code}");
    }
}

#[test]
fn a_request_that_neon_will_not_do_is_not_repeated() {
    let server = Server::script(vec![error(422, "", "expires_at is in the past")]);
    let error = client(&server).neon.create_branch(&request()).unwrap_err();
    insta::assert_snapshot!(shown(&error), @r"
    NEON.REFUSED
    branch rehearsal-a of Neon project calm-river-1 could not be made ready: Neon refused (status 422)
    Why  Neon says: expires_at is in the past; request req-422
    Fix  change what Neon names, and try again
    ");
}

type Loss = (&'static str, fn() -> Reply);

/// Every way of losing an answer of a request that was done.
fn losses() -> Vec<Loss> {
    vec![
        ("cut", || Reply::Cut(created("finished"))),
        ("close", || Reply::Close),
        ("flood", || Reply::Flood),
        ("noise", || Reply::Noise),
        ("garbage", || ok("<html>")),
        ("half", || Reply::Json(201, created("finished")[..40].to_owned())),
        ("500", || error(500, "", "oops")),
        ("502", || Reply::Json(502, "<html>bad gateway".into())),
    ]
}

#[test]
fn a_branch_whose_answer_was_lost_is_found_by_its_name() {
    for (what, loss) in losses() {
        let server = Server::new(move |number, _| match number {
            0 => loss(),
            1 => ok(branches(
                &[&BRANCH.replace("rehearsal-a", "rehearsal-ab").replace("br-new-1", "br-other"), BRANCH],
                None,
            )),
            _ => ok(endpoints("active")),
        });
        let branch = client(&server).neon.create_branch(&request()).unwrap();
        assert_eq!(branch.id.as_str(), "br-new-1", "{what}");
        assert_eq!(server.lines(), [POST, FIND, ENDPOINTS], "{what}");
    }
}

#[test]
fn a_branch_whose_answer_does_not_come_is_found_by_its_name() {
    let server = Server::new(|_, asked| match asked.line.as_str() {
        POST => Reply::Hang,
        FIND => ok(branches(&[BRANCH], None)),
        _ => ok(endpoints("active")),
    });
    let client = client_with(&server, |builder| builder.request_timeout(Duration::from_millis(200)));
    assert_eq!(client.neon.create_branch(&request()).unwrap().id.as_str(), "br-new-1");
    assert_eq!(server.lines().iter().filter(|line| *line == POST).count(), 1);
}

#[test]
fn a_request_that_was_lost_is_sent_again_only_where_there_is_no_branch() {
    let server = Server::script(vec![
        Reply::Close,
        ok(branches(&[], None)),
        Reply::Json(201, created("finished")),
        ok(endpoints("active")),
    ]);
    let client = client(&server);
    client.neon.create_branch(&request()).unwrap();
    assert_eq!(server.lines(), [POST, FIND, POST, ENDPOINTS]);
    assert_eq!(client.told(), ["Unavailable 1 500", "made br-new-1"]);
}

#[test]
fn a_lost_request_that_is_done_late_is_not_taken_for_somebody_elses() {
    let server = Server::script(vec![
        Reply::Close,
        ok(branches(&[], None)),
        error(409, "", "branch already exists"),
        ok(branches(&[BRANCH], None)),
        ok(endpoints("active")),
    ]);
    assert_eq!(client(&server).neon.create_branch(&request()).unwrap().id.as_str(), "br-new-1");
    assert_eq!(server.lines(), [POST, FIND, POST, FIND, ENDPOINTS]);
}

#[test]
fn an_answer_that_means_nothing_is_an_error_where_there_is_no_branch() {
    let server = Server::script(vec![ok("<html>"), ok(branches(&[], None))]);
    let error = client(&server).neon.create_branch(&request()).unwrap_err();
    assert_eq!((server.lines().len(), error.left_behind()), (2, &LeftBehind::Nothing));
    insta::assert_snapshot!(shown(&error), @r"
    NEON.UNEXPECTED_ANSWER
    branch rehearsal-a of Neon project calm-river-1 could not be made ready: the answer was not understood
    Why  it is not JSON (line 1, column 1)
    Fix  check that no proxy answers in Neon's place; if none does, report it
    ");
}

#[test]
fn what_cannot_be_looked_up_may_exist() {
    let server = Server::new(|_, _| Reply::Close);
    let error = client(&server).neon.create_branch(&request()).unwrap_err();
    assert_eq!(error.left_behind(), &LeftBehind::Perhaps);
    assert_eq!(error.code(), "NEON.UNAVAILABLE");
    assert!(error.why().unwrap().ends_with("; branch rehearsal-a may exist all the same"), "{}", shown(&error));
    assert_eq!(server.lines().iter().filter(|line| *line == POST).count(), 1);
}

#[test]
fn nobody_is_asked_for_ever() {
    let server = Server::new(|_, asked| match asked.line.as_str() {
        FIND => ok(branches(&[], None)),
        _ => error(500, "", "oops"),
    });
    let error = client(&server).neon.create_branch(&request()).unwrap_err();
    assert_eq!(error.left_behind(), &LeftBehind::Nothing);
    assert_eq!(server.lines().iter().filter(|line| *line == POST).count(), 6);
    insta::assert_snapshot!(shown(&error), @r"
    NEON.UNAVAILABLE
    branch rehearsal-a of Neon project calm-river-1 could not be made ready: Neon could not be reached or failed, at each of 6 attempts
    Why  Neon answered with status 500: oops; request req-500
    Fix  check the network, and https://neonstatus.com, and try again
    ");
}
