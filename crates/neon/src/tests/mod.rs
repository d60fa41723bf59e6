//! Calls against a server of the test's own.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::*;
use crate::clock::Clock;
use server::Server;

mod create;
mod other;
mod secrets;
mod server;
mod tls;
mod waits;

const KEY: &str = "napi_k3y";

/// A clock on which nobody waits: sleeping moves it.
#[derive(Clone, Default)]
struct Still(Arc<Mutex<Duration>>);

impl Clock for Still {
    fn now(&self) -> Instant {
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        *START.get_or_init(Instant::now) + *self.0.lock().unwrap()
    }

    fn sleep(&self, delay: Duration) {
        *self.0.lock().unwrap() += delay;
    }

    fn chance(&self) -> f64 {
        1.0
    }
}

/// A client of that server, and what it says while it waits.
struct Client {
    neon: Neon,
    events: Arc<Mutex<Vec<Event>>>,
}

fn client(server: &Server) -> Client {
    client_with(server, |builder| builder)
}

fn client_with(server: &Server, change: impl FnOnce(Builder) -> Builder) -> Client {
    let events = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&events);
    let builder = Neon::builder(ApiKey::new(KEY), ProjectId::new("calm-river-1"))
        .base_url(&server.url)
        .clock(Still::default())
        .on_event(move |event| told.lock().unwrap().push(event.clone()));
    Client { neon: change(builder).build().unwrap(), events }
}

impl Client {
    /// The events, a line each.
    fn told(&self) -> Vec<String> {
        let line = |event: &Event| match event {
            Event::Made { branch } => format!("made {branch}"),
            Event::Waiting { reason, attempt, delay } => format!("{reason:?} {attempt} {}", delay.as_millis()),
        };
        self.events.lock().unwrap().iter().map(line).collect()
    }
}

/// All that is shown of an error.
fn shown(error: &NeonError) -> String {
    let why = error.why().unwrap_or_default();
    let fix = error.fix().unwrap_or_default();
    format!("{}\n{error}\nWhy  {why}\nFix  {fix}", error.code())
}

const BRANCH: &str = r#"{"id":"br-new-1","project_id":"calm-river-1","parent_id":"br-main-1","name":"rehearsal-a","current_state":"init","default":false,"protected":false,"created_at":"2026-01-28T18:02:16Z","expires_at":"2026-01-29T18:02:16Z","unheard_of":{"a":[1]}}"#;

fn created(status: &str) -> String {
    format!(
        r#"{{"branch":{BRANCH},"endpoints":[{{"id":"ep-1","type":"read_write"}}],"operations":[{},{}],"connection_uris":[{{"connection_uri":"postgresql://app:s3cret@ep-1.neon.tech/shop"}}]}}"#,
        operation("op-1", "create_branch", status),
        operation("op-2", "start_compute", status),
    )
}

fn operation(id: &str, action: &str, status: &str) -> String {
    format!(r#"{{"id":"{id}","project_id":"calm-river-1","action":"{action}","status":"{status}","failures_count":0}}"#)
}

fn operation_answer(id: &str, action: &str, status: &str) -> String {
    format!(r#"{{"operation":{}}}"#, operation(id, action, status))
}

fn endpoints(state: &str) -> String {
    format!(r#"{{"endpoints":[{{"id":"ep-1","type":"read_write","current_state":"{state}","pending_state":null}}]}}"#)
}

fn branches(list: &[&str], next: Option<&str>) -> String {
    let next = next.map(|next| format!(r#""next":"{next}""#)).unwrap_or_default();
    format!(r#"{{"branches":[{}],"pagination":{{{next}}}}}"#, list.join(","))
}

fn request() -> BranchRequest {
    BranchRequest::new("rehearsal-a")
}
