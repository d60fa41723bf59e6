//! Migrating, looking and verifying, on a real server.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use novate_embed::{
    Database, Difference, Error, ErrorKind, Event, IfAhead, Marker, Migrations, Position, StatusReport, What,
};
use support::{Empty, History, PACKAGES};

fn position(report: &StatusReport) -> Position {
    report.space("app").unwrap().position.clone()
}

#[tokio::test]
async fn an_empty_database_is_brought_to_the_end_of_the_history_and_told_of() {
    let (history, empty) = (History::whole(), Empty::new());
    let (migrations, database) = (history.read(), empty.database());
    let before = migrations.status(&database).await.unwrap();
    assert_eq!(position(&before), Position::Behind);
    assert_eq!(before.space("app").unwrap().pending, PACKAGES);

    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&events);
    let run = migrations
        .migrate(&database)
        .app_tag("v1")
        .lock_timeout(Duration::from_secs(2))
        .lock_budget(Duration::from_mins(1))
        .statement_timeout(Duration::from_mins(1))
        .on_event(move |event: Event| heard.lock().unwrap().push(event));
    let done = run.await.unwrap();
    assert_eq!(done.applied(), PACKAGES.len());
    let app = done.space("app").unwrap();
    assert_eq!((app.from.clone(), app.left_alone), (None, false));
    assert_eq!(app.at.as_ref().unwrap().as_str(), empty.one("SELECT hash FROM novate.marker"));
    assert_eq!(empty.one("SELECT DISTINCT application FROM novate.ledger"), "v1");

    let events = events.lock().unwrap().clone();
    let finished = |event: &Event| match &event.what {
        What::PackageFinished { package, .. } => Some(package.clone()),
        _ => None,
    };
    assert_eq!(events.iter().filter_map(finished).collect::<Vec<_>>(), PACKAGES);
    assert!(matches!(&events[0].what, What::Planned { packages, .. } if packages == &PACKAGES), "{}", events[0]);
    assert!(events[0].to_string().starts_with("app: to apply: "));

    let after = migrations.status(&database).await.unwrap();
    assert!(after.is_current());
    assert_eq!(after.space("app").unwrap().at, app.at);
    assert_eq!(migrations.migrate(&database).await.unwrap().applied(), 0);
    assert!(migrations.verify(&database).strict().await.unwrap().holds());
}

/// Futures can be spawned, which is to say moved to other threads.
#[tokio::test]
async fn many_at_once_of_one_process_apply_each_package_once() {
    let (history, empty) = (History::whole(), Empty::new());
    let (migrations, database) = (history.read(), empty.database());
    let runs: Vec<_> = (0..8).map(|_| tokio::spawn(migrations.migrate(&database).into_future())).collect();
    let mut applied = Vec::new();
    for run in runs {
        applied.push(run.await.unwrap().unwrap().applied());
    }
    applied.sort_unstable();
    assert_eq!(applied.iter().sum::<usize>(), PACKAGES.len(), "{applied:?}");
    assert_eq!(empty.one("SELECT count(*) FROM novate.ledger"), PACKAGES.len().to_string());
}

#[tokio::test]
async fn the_goal_may_be_a_ref_a_package_or_a_hash() {
    let (history, empty) = (History::whole(), Empty::new());
    let store = history.store();
    let name = |at: usize| novate_history::PackageName::parse(PACKAGES[at]).unwrap();
    let first = store.read_package(&name(0)).unwrap().manifest.to;
    let second = store.read_package(&name(1)).unwrap().manifest.to;
    let reference = novate_history::Ref { hash: first.clone(), invariants: std::collections::BTreeSet::new() };
    store.write_ref(&novate_history::RefName::parse("production").unwrap(), &reference).unwrap();
    let (migrations, database) = (history.read(), empty.database());

    let at = |migrations: Migrations| {
        let database = database.clone();
        async move { Ok::<_, Error>(migrations.migrate(&database).await?.space("app").unwrap().at.clone().unwrap()) }
    };
    assert_eq!(at(migrations.clone().to("production")).await.unwrap().as_str(), first.as_str());
    assert_eq!(position(&migrations.status(&database).await.unwrap()), Position::Behind);
    assert!(migrations.clone().to("production").status(&database).await.unwrap().is_current());
    assert_eq!(at(migrations.clone().to("pinned_notes")).await.unwrap().as_str(), second.as_str());
    let third = store.read_package(&name(2)).unwrap().manifest.to;
    assert_eq!(at(migrations.clone().to(third.short())).await.unwrap().as_str(), third.as_str());

    let error = at(migrations.to("producton")).await.unwrap_err();
    assert_eq!((error.code(), error.kind(), error.space()), ("STATE.UNKNOWN", ErrorKind::Input, Some("app")));
    assert!(error.why().unwrap().contains("production"), "{error}");
}

#[tokio::test]
async fn a_database_that_a_newer_version_brought_further_is_refused_or_left_alone() {
    let (newer, older, empty) = (History::whole(), History::before(1), Empty::new());
    let database = empty.database();
    newer.read().migrate(&database).await.unwrap();
    let at = empty.one("SELECT hash FROM novate.marker");

    let older = older.read();
    assert_eq!(position(&older.status(&database).await.unwrap()), Position::Unknown);
    let error = older.migrate(&database).await.unwrap_err();
    assert_eq!((error.code(), error.kind()), ("MIGRATION.MARKER_UNKNOWN", ErrorKind::Ahead));
    assert!(error.left_nothing() && !error.is_transient());
    let done = older.migrate(&database).if_ahead(IfAhead::Leave).await.unwrap();
    let app = done.space("app").unwrap();
    assert!(app.left_alone);
    assert_eq!(app.at.as_ref().unwrap().as_str(), at);

    // The same where the packages are known, and the goal lies before.
    let behind = newer.read().to(PACKAGES[0]);
    assert_eq!(position(&behind.status(&database).await.unwrap()), Position::Ahead);
    let error = behind.migrate(&database).await.unwrap_err();
    assert_eq!((error.code(), error.kind()), ("MIGRATION.UNREACHABLE", ErrorKind::Ahead));
    assert!(behind.migrate(&database).if_ahead(IfAhead::Leave).await.unwrap().space("app").unwrap().left_alone);
    assert_eq!(empty.one("SELECT hash FROM novate.marker"), at);
}

#[tokio::test]
async fn drift_is_said_by_verify_and_refused_by_migrate() {
    let (history, empty) = (History::whole(), Empty::new());
    let (migrations, database) = (history.read(), empty.database());
    let missing = migrations.verify(&database).await.unwrap();
    assert_eq!(missing.space("app").unwrap().marker, Marker::Missing);
    migrations.migrate(&database).await.unwrap();
    empty.run("ALTER TABLE notes ALTER COLUMN pinned DROP DEFAULT; ALTER TABLE notes ADD COLUMN extra text");

    let found = migrations.verify(&database).await.unwrap();
    assert!(!found.holds());
    let app = found.space("app").unwrap();
    assert_eq!(app.marker, Marker::Matches);
    let of =
        |difference: Difference| app.findings.iter().find(move |finding| finding.difference == difference).unwrap();
    let changed = of(Difference::Different);
    assert!(changed.is_error && changed.object.contains("pinned"), "{changed}");
    assert_eq!(changed.aspects[0].name, "default");
    assert!(app.mend.iter().any(|sql| sql.contains("SET DEFAULT")), "{:?}", app.mend);

    let error = migrations.migrate(&database).await.unwrap_err();
    assert_eq!((error.code(), error.kind()), ("DB.DRIFT", ErrorKind::Drift));
    assert!(error.why().unwrap().contains("pinned"), "{error}");
    assert!(migrations.status(&database).await.unwrap().is_current(), "a status looks at the marker alone");
}

#[tokio::test]
async fn a_package_that_fails_leaves_the_ones_before_and_nothing_of_itself() {
    let (history, empty) = (History::whole(), Empty::new());
    let database = empty.database();
    history.read().to(PACKAGES[0]).migrate(&database).await.unwrap();
    // In the way of the last package.
    empty.run("CREATE INDEX notes_newest ON notes (body)");
    let error = history.read().migrate(&database).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed, "{error}");
    assert!(!error.left_nothing());
    assert!(error.why().unwrap().contains(&format!("applied before, and kept: {}", PACKAGES[1])), "{error}");
    assert_eq!(empty.one("SELECT count(*) FROM novate.ledger"), "2");
}

#[tokio::test]
async fn dropping_the_future_leaves_nothing_half_done() {
    let (history, empty) = (History::whole(), Empty::new());
    let (migrations, database) = (history.read(), empty.database());
    migrations.clone().to(PACKAGES[0]).migrate(&database).await.unwrap();

    // Somebody reads the table and does not end: the next package waits with its statements begun.
    let blocker = hold(&empty.scratch.url()).await;
    let (tell, told) = tokio::sync::oneshot::channel();
    let mut tell = Some(tell);
    let run = migrations.migrate(&database).lock_timeout(Duration::from_mins(1)).on_event(move |event| {
        if let What::Waiting { .. } = event.what
            && let Some(tell) = tell.take()
        {
            let _ = tell.send(());
        }
    });
    let mut run = run.into_future();
    tokio::select! {
        done = &mut run => panic!("it cannot have ended: {done:?}"),
        heard = told => heard.unwrap(),
    }
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = \
                  'novate-embed'";
    assert_ne!(empty.one(others), "0");
    drop(run);
    // Its session ends although the table is still held.
    let ended = async {
        while empty.one(others) != "0" {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), ended).await.unwrap();
    drop(blocker);
    assert_eq!(empty.one("SELECT count(*) FROM novate.ledger"), "1");
    assert_eq!(empty.one("SELECT count(*) FROM information_schema.columns WHERE column_name = 'pinned'"), "0");
    assert_eq!(migrations.migrate(&database).await.unwrap().applied(), 2);
}

/// A session that holds the table until it is dropped.
async fn hold(url: &str) -> novate_runner::connection::Connected {
    use novate_runner::connection::{ConnectEnv, ConnectionString, connect};
    let string = ConnectionString::parse(url, &ConnectEnv::default()).unwrap();
    let session = connect(&string, "holder").await.unwrap();
    session.client.batch_execute("BEGIN; SELECT count(*) FROM notes").await.unwrap();
    session
}

#[tokio::test]
async fn what_a_connection_string_says_of_tls_goes_through() {
    let (history, empty) = (History::whole(), Empty::new());
    let with = |parameters: &str| {
        let url = empty.scratch.url();
        let join = if url.contains('?') { '&' } else { '?' };
        Database::parse(&format!("{url}{join}{parameters}")).unwrap()
    };
    let migrations = history.read();
    migrations.migrate(&with("sslmode=disable")).await.unwrap();
    // A server of a test has no certificate: libpq's default goes on without, and whoever requires one is refused.
    assert!(migrations.status(&with("sslmode=prefer")).await.unwrap().is_current());
    let tcp = Database::parse("postgresql://nobody@127.0.0.1:1/none?sslmode=verify-full&connect_timeout=2").unwrap();
    let error = migrations.status(&tcp).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
    assert!(error.is_transient() && error.fix().is_some(), "{error}");
}

#[tokio::test]
async fn a_space_is_given_once() {
    let (history, empty) = (History::whole(), Empty::new());
    let twice = history.read().with(history.read());
    assert_eq!(twice.spaces().collect::<Vec<_>>(), ["app", "app"]);
    let error = twice.migrate(&empty.database()).await.unwrap_err();
    assert_eq!((error.code(), error.kind()), ("EMBED.SPACE_TWICE", ErrorKind::Input));
}
