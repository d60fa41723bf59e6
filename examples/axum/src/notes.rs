//! Notes: a list of them, and new ones.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Json;
use serde::{Deserialize, Serialize};
use tokio_postgres::Row;

use crate::App;

#[derive(Serialize)]
pub struct Note {
    id: i64,
    body: String,
    pinned: bool,
}

#[derive(Deserialize)]
pub struct NewNote {
    body: String,
    #[serde(default)]
    pinned: bool,
}

/// The newest notes, those that are pinned first.
pub async fn list(State(app): State<App>) -> Result<Json<Vec<Note>>, StatusCode> {
    let query = "SELECT id, body, pinned FROM notes ORDER BY pinned DESC, id DESC LIMIT 100";
    let rows = app.client.query(query, &[]).await.map_err(failed)?;
    Ok(Json(rows.iter().map(note).collect()))
}

/// Adds one.
pub async fn add(State(app): State<App>, Json(new): Json<NewNote>) -> Result<(StatusCode, Json<Note>), StatusCode> {
    if new.body.is_empty() {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let insert = "INSERT INTO notes (body, pinned) VALUES ($1, $2) RETURNING id, body, pinned";
    let row = app.client.query_one(insert, &[&new.body, &new.pinned]).await.map_err(failed)?;
    Ok((StatusCode::CREATED, Json(note(&row))))
}

fn note(row: &Row) -> Note {
    Note { id: row.get("id"), body: row.get("body"), pinned: row.get("pinned") }
}

fn failed(error: tokio_postgres::Error) -> StatusCode {
    eprintln!("{error}");
    StatusCode::INTERNAL_SERVER_ERROR
}
