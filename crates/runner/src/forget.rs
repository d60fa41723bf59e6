//! Forgetting a space: its marker goes, and nothing else.

use novate_contract::{Space, StorageHash};
use novate_sql::Literal;
use serde_json::Value;

use crate::apply::{self, End};
use crate::event::Event;
use crate::ledger::{Entry, Kind};
use crate::rights::{self, Purpose};
use crate::session::Session;
use crate::{RunError, Settings, contention};

/// Takes a space's marker away; gives the contract that it was at. What is in the database stays as it is.
pub async fn forget(
    session: &mut Session,
    space: &Space,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<StorageHash, RunError> {
    let result = once(session, space, settings, on).await;
    if result.is_err() {
        session.rollback().await;
    }
    match result {
        Ok(hash) => Ok(hash),
        Err(error) => Err(rights::name(session, error, Purpose::Change).await),
    }
}

async fn once(
    session: &mut Session,
    space: &Space,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<StorageHash, RunError> {
    let standing = contention::begin(session, space, settings, on).await?;
    if let Some(transit) = standing.in_transit {
        return Err(RunError::InTransit { transit: Box::new(transit) });
    }
    let Some(marker) = standing.marker else {
        return Err(RunError::MarkerMissing { space: space.to_string() });
    };
    let entry = Entry {
        space,
        kind: Kind::Forget,
        package: None,
        from: Some(&marker.hash),
        to: &marker.hash,
        operations: Value::Array(Vec::new()),
        app_tag: settings.app_tag.as_deref(),
        started_at: "pg_catalog.now()",
    };
    let delete = format!("DELETE FROM novate.marker WHERE space = {}", Literal(space.as_str()));
    match apply::commit(session, &format!("{delete}; {}", entry.sql()), End::Commit).await {
        Ok(()) => Ok(marker.hash),
        Err(apply::Attempt::Failed(error)) => Err(error),
        Err(apply::Attempt::Contention { .. }) => {
            Err(RunError::Locked { waited: std::time::Duration::ZERO, holders: Vec::new(), label: None })
        }
        Err(apply::Attempt::CommitLost) => {
            Err(RunError::ConnectionLost { reason: "while committing; novate status tells".to_owned() })
        }
    }
}
