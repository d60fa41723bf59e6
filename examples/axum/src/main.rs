//! Notes: a small service that brings its database up to date when it starts, and then serves.
//!
//!     DATABASE_URL=postgresql://localhost/notes PORT=8080 cargo run
//!
//! Any number of instances may start at once. One migrates, the others wait for it.

mod notes;

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Json;
use axum::routing::get;
use novate_embed::{Database, IfAhead};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio_postgres::{Client, NoTls};

/// What handlers are given.
#[derive(Clone)]
struct App {
    client: Arc<Client>,
    contract: Arc<str>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let contract = migrate().await?;
    let app = App { client: Arc::new(connect().await?), contract: contract.into() };
    let routes =
        Router::new().route("/health", get(health)).route("/notes", get(notes::list).post(notes::add)).with_state(app);
    let port = std::env::var("PORT").map_or(Ok(8080), |port| port.parse::<u16>())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, routes).with_graceful_shutdown(asked_to_stop()).await?;
    Ok(())
}

/// Brings the database to the contract that this program was written for; which one it then is at.
///
/// While a newer version is rolled out, an instance of this one may be started again on a database that is past it
/// already. It serves all the same, because changes here are made so that the version before can live with them.
async fn migrate() -> Result<String, Box<dyn Error>> {
    let migrations = novate_embed::migrations!("migrations/app");
    let run = migrations
        .migrate(&Database::from_env()?)
        .app_tag(concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")))
        .if_ahead(IfAhead::Leave)
        .on_event(|event| eprintln!("{event}"));
    let done = tokio::select! {
        done = run => done?,
        // The run is dropped: what was under way is rolled back.
        () = asked_to_stop() => return Err("asked to stop before the database was up to date".into()),
    };
    println!("applied {} packages", done.applied());
    let at = done.space("app").and_then(|space| space.at.as_ref());
    Ok(at.map_or_else(|| "none".to_owned(), ToString::to_string))
}

/// The application's own connection. A real one has a pool, and TLS.
async fn connect() -> Result<Client, Box<dyn Error>> {
    let (client, connection) = tokio_postgres::connect(&std::env::var("DATABASE_URL")?, NoTls).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            eprintln!("the connection to the database ended: {error}");
        }
    });
    Ok(client)
}

#[derive(Serialize)]
struct Health {
    ready: bool,
    /// The contract that the database was at when this instance began to serve.
    contract: String,
}

/// Whether this instance can serve.
async fn health(State(app): State<App>) -> (StatusCode, Json<Health>) {
    let ready = app.client.simple_query("SELECT 1").await.is_ok();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Health { ready, contract: app.contract.to_string() }))
}

/// Returns when Ctrl-C is pressed or the system asks the program to end.
async fn asked_to_stop() {
    #[cfg(unix)]
    let ended = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let ended = std::future::pending::<()>();
    tokio::select! {
        _ = ended => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
