//! A database for somebody new, made from a dump of another.

use camino::Utf8PathBuf;

use super::team::Base;
use super::world::World;
use crate::drift;
use crate::failure::Failure;

/// Dumps a database and restores that into an empty one; what is known of its rows comes along.
pub(crate) fn restore(w: &mut World, from: Base, to: Base) -> Result<(), Failure> {
    let source = w.held(from)?;
    let beside = w.installation.as_ref().map(|installation| installation.bin.join("pg_dump"));
    let own = beside.filter(|program| program.is_file()).unwrap_or_else(|| Utf8PathBuf::from("pg_dump"));
    let dump = drift::dump(&own, &source.database).map_err(|failure| {
        Failure::new(failure.what, "install PostgreSQL's client programs, as new as the server, and run it again")
    })?;
    let (rows, applied) = (source.rows.clone(), source.applied.clone());
    w.sql(to, &dump)?;
    let held = w.held_mut(to)?;
    held.rows = rows;
    held.applied = applied;
    Ok(())
}
