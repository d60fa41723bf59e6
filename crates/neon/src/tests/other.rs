//! Listing, connecting, deleting.

use super::server::{Reply, error, ok};
use super::*;

fn named(id: &str, name: &str) -> String {
    format!(r#"{{"id":"{id}","name":"{name}","parent_id":null,"default":true,"created_at":"yesterday"}}"#)
}

#[test]
fn all_pages_are_read_and_only_prefixes_count() {
    let server = Server::script(vec![
        ok(branches(&[&named("br-1", "rehearsal-1"), &named("br-2", "my-rehearsal-2")], Some("c/1="))),
        ok(branches(&[&named("br-3", "rehearsal-3")], Some("c2"))),
        ok(branches(&[], Some("c3"))),
    ]);
    let found = client(&server).neon.branches("rehearsal-").unwrap();
    let ids: Vec<_> = found.iter().map(|branch| branch.id.as_str()).collect();
    assert_eq!(ids, ["br-1", "br-3"]);
    assert!(found[0].is_default && found[0].created_at.is_none());
    assert_eq!(
        server.lines()[..2],
        [
            "GET /projects/calm-river-1/branches?limit=100&search=rehearsal-",
            "GET /projects/calm-river-1/branches?limit=100&search=rehearsal-&cursor=c%2F1%3D",
        ]
    );
}

#[test]
fn pages_that_lead_to_themselves_are_not_read_for_ever() {
    let server = Server::new(|_, _| ok(branches(&[&named("br-1", "a")], Some("again"))));
    let error = client(&server).neon.branches("").unwrap_err();
    assert_eq!((error.code(), server.lines().len()), ("NEON.UNEXPECTED_ANSWER", 2));
}

#[test]
fn the_connection_string_is_the_direct_one() {
    let server = Server::script(vec![ok(r#"{"uri":"postgresql://app:s3cret@ep-1.neon.tech/shop?sslmode=require"}"#)]);
    let uri = client(&server).neon.connection_string(&BranchId::new("br-1"), "shop & co", "app").unwrap();
    assert_eq!(uri.expose(), "postgresql://app:s3cret@ep-1.neon.tech/shop?sslmode=require");
    assert_eq!(
        server.lines(),
        [
            "GET /projects/calm-river-1/connection_uri?branch_id=br-1&database_name=shop%20%26%20co&role_name=app&pooled=false"
        ]
    );
}

#[test]
fn ids_stay_in_their_place_of_the_path() {
    let server = Server::script(vec![error(404, "", "no")]);
    client(&server).neon.delete_branch(&BranchId::new("../br?x=/y")).unwrap_err();
    assert_eq!(server.lines(), ["DELETE /projects/calm-river-1/branches/..%2Fbr%3Fx%3D%2Fy"]);
}

#[test]
fn a_branch_is_deleted_when_its_operations_are_finished() {
    let server = Server::script(vec![
        error(423, "", "locked"),
        ok(format!(r#"{{"branch":{BRANCH},"operations":[{}]}}"#, operation("op-9", "delete_timeline", "scheduling"))),
        ok(operation_answer("op-9", "delete_timeline", "finished")),
    ]);
    client(&server).neon.delete_branch(&BranchId::new("br-new-1")).unwrap();
    assert_eq!(server.lines().len(), 3);
}

#[test]
fn a_deletion_whose_answer_was_lost_is_done_where_the_branch_is_gone() {
    for last in [|| error(404, "", "branch not found"), || Reply::Json(204, String::new())] {
        let server = Server::script(vec![Reply::Close, last()]);
        client(&server).neon.delete_branch(&BranchId::new("br-new-1")).unwrap();
    }
    let server = Server::script(vec![error(423, "", "locked"), error(404, "", "branch not found")]);
    let error = client(&server).neon.delete_branch(&BranchId::new("br-new-1")).unwrap_err();
    insta::assert_snapshot!(shown(&error), @r"
    NEON.NOT_FOUND
    branch br-new-1 of Neon project calm-river-1 could not be deleted: Neon knows no such thing, or not for this API key
    Why  Neon says: branch not found; request req-404
    Fix  check the id of project calm-river-1, and that the key may see it
    ");
}

#[test]
fn a_key_that_is_refused_says_so() {
    for (status, summary) in [(401, "the API key was refused"), (403, "the API key does not allow it")] {
        let server = Server::script(vec![error(status, "", "no"), error(400, "", "not again")]);
        let error = client(&server).neon.branches("").unwrap_err();
        assert_eq!((error.code(), error.request_id()), ("NEON.UNAUTHORIZED", Some(format!("req-{status}").as_str())));
        assert_eq!(
            error.to_string(),
            format!("the branches of Neon project calm-river-1 could not be listed: {summary}")
        );
    }
}

/// What comes in place of an answer, and what is said of it.
type Wrong = (fn() -> Reply, &'static str);

#[test]
fn what_is_not_an_answer_is_not_taken_for_one() {
    let replies: [Wrong; 7] = [
        (|| ok("<html>"), "it is not JSON (line 1, column 1)"),
        (|| ok("{}"), "it lacks what was asked for (line 1, column 2)"),
        (|| ok(r#"{"branches":["x"]}"#), "it lacks what was asked for (line 1, column 16)"),
        (|| Reply::Flood, "it is larger than 4 MiB"),
        (|| Reply::Noise, "it is not HTTP"),
        (|| Reply::With(302, "location: http://127.0.0.1:1/\r\n", String::new()), "its status is 302"),
        (|| Reply::With(200, "content-encoding: br\r\n", "\u{b}".into()), "it is not JSON (line 1, column 1)"),
    ];
    for (reply, why) in replies {
        let server = Server::script(vec![reply()]);
        let error = client(&server).neon.branches("").unwrap_err();
        assert_eq!((error.code(), error.why().as_deref()), ("NEON.UNEXPECTED_ANSWER", Some(why)));
    }
}
