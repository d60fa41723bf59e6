//! Nothing that is shown holds the key or a password.

use super::server::{Reply, error, ok};
use super::*;

#[test]
fn an_error_repeats_neither_key_nor_password() {
    let replies: [fn() -> Reply; 6] = [
        || error(401, "", &format!("unknown key {KEY}")),
        || error(500, "", &format!("at {KEY}")),
        || ok(r#"{"uri":["postgresql://app:s3cret@ep-1/shop"]}"#),
        || ok(r#"{"uri":"http://app:s3cret@ep-1/shop"}"#),
        || ok(r#""postgresql://app:s3cret@ep-1/shop""#),
        || Reply::Cut(r#"{"uri":"postgresql://app:s3cret@ep-1/shop"}"#.into()),
    ];
    for reply in replies {
        let server = Server::new(move |_, _| reply());
        let client = client(&server);
        let error = client.neon.connection_string(&BranchId::new("br-1"), "shop", "app").unwrap_err();
        let all = format!("{}{error:?}{:?}{:?}", shown(&error), client.told(), client.neon);
        assert!(!all.contains(KEY) && !all.contains("s3cret"), "{all}");
    }
}

#[test]
fn a_client_shows_its_project_alone() {
    let builder = Neon::builder(ApiKey::new(KEY), ProjectId::new("calm-river-1"));
    assert!(!format!("{builder:?}").contains(KEY));
    let server = Server::script(vec![]);
    assert_eq!(format!("{:?}", client(&server).neon), r#"Neon { project: ProjectId("calm-river-1"), .. }"#);
}

#[test]
fn a_message_is_one_line_of_moderate_length() {
    let server = Server::script(vec![error(400, "", &format!("\\u001b[2J\\nline{}", "é".repeat(400)))]);
    let why = client(&server).neon.branches("").unwrap_err().why().unwrap();
    assert!(why.starts_with("Neon says: [2J line") && why.contains("…; request") && why.chars().count() < 340, "{why}");
    assert!(!why.contains(char::is_control));
}

#[test]
fn a_key_that_cannot_be_sent_is_refused_before_anything_is() {
    for key in ["", "two words", "a\nb"] {
        let error = Neon::new(ApiKey::new(key), ProjectId::new("calm-river-1")).unwrap_err();
        assert_eq!(error.code(), "NEON.UNAUTHORIZED");
        assert_eq!(error.to_string(), "Neon project calm-river-1 cannot be worked on: the API key cannot be one");
    }
}

#[test]
fn the_key_is_not_sent_in_clear_text() {
    let neon =
        Neon::builder(ApiKey::new(KEY), ProjectId::new("p")).base_url("http://example.invalid/api").build().unwrap();
    let error = neon.branches("").unwrap_err();
    assert_eq!(error.why().as_deref(), Some("the API key is sent over https alone"));
    assert_eq!(error.code(), "NEON.UNAVAILABLE");
}
