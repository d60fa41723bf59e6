//! Another session of the shop that holds a table, so that a runner is met where it waits.

use std::sync::Arc;

use super::team::Base;
use super::world::{PATIENCE, World};
use crate::drill::wait_until;
use crate::failure::Failure;

const HOLDERS: &str = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'BEGIN; LOCK TABLE%' \
    AND wait_event = 'PgSleep'";
const WAITING: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

/// Does something while a session holds a table in a mode; the session is let go however that ends.
pub(crate) fn while_held<T>(
    w: &mut World,
    base: Base,
    table: &str,
    mode: &str,
    act: impl FnOnce(&mut World) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let database = Arc::clone(&w.held(base)?.database);
    let sql = format!("BEGIN; LOCK TABLE {table} IN {mode} MODE; SELECT pg_sleep(60)");
    let holder = std::thread::spawn(move || database.execute(&sql));
    let held = wait_until("the table is held", PATIENCE, || {
        Ok(w.column(base, &format!("SELECT count(*) {HOLDERS}"))? == ["1"])
    });
    let done = held.and_then(|()| act(w));
    w.sql(base, &format!("SELECT pg_terminate_backend(pid) {HOLDERS}"))?;
    // It was ended from outside, which it calls an error.
    let _ = holder.join();
    done
}

/// Waits until somebody waits for that session.
pub(crate) fn until_waiting(w: &World, base: Base) -> Result<(), Failure> {
    wait_until("the runner waits for the table", PATIENCE, || Ok(w.column(base, WAITING)? != ["0"]))
}
