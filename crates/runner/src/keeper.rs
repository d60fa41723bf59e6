//! The tool that kept a database before: asking what it did.

use novate_catalog::{Keeper, Past};

use crate::RunError;
use crate::rights::{self, Purpose};
use crate::session::Session;

/// What a tool did to the database, by the tables that it keeps. Nothing is changed.
pub async fn past(session: &mut Session, keeper: &Keeper) -> Result<Past, RunError> {
    match session.batch(&keeper.question(), &mut |_| ()).await {
        Ok(rows) => Ok(keeper.past(&rows)),
        Err(failure) => {
            let error = failure.into_refused(&format!("read {}", keeper.table));
            Err(rights::name(session, error, Purpose::Look).await)
        }
    }
}
