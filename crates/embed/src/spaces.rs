//! What is done to the spaces of a database: one after the other, in the order in which they were given.
//!
//! Each function here takes all spaces at once, so that how they are taken together is decided in this file alone.

use novate_history::HistoryError;
use novate_runner::{MigrateError, Mode, Session, Settings, Standing, Strictness, migrate, standing, verify};

use crate::drive::Hands;
use crate::migrations::Loaded;
use crate::report::{Migrated, Position, SpaceMigrated, SpaceStatus, SpaceVerification, StatusReport, Verification};
use crate::{Error, ErrorKind, IfAhead};

/// Brings each space to its goal, and stops at the first that fails.
pub(crate) async fn migrate_all(
    hands: &Hands,
    session: &mut Session,
    spaces: &[Loaded],
    settings: &Settings,
    if_ahead: IfAhead,
) -> Result<Migrated, Error> {
    let mut done = Vec::new();
    for loaded in spaces {
        let name = loaded.space.as_str();
        let contract = |node: &novate_history::Node| loaded.contract(node);
        let history = loaded.history(&contract);
        let mut on = |event| hands.tell(name, event);
        match migrate(session, &history, &loaded.goal, settings, &mut on).await {
            Ok(migrated) => done.push(SpaceMigrated::of(name, migrated, loaded.goal.node.clone())),
            Err(failed) => match left_alone(session, loaded, failed, if_ahead).await {
                Ok(left) => done.push(left),
                Err(error) => return Err(error.in_space(name)),
            },
        }
    }
    Ok(Migrated { spaces: done })
}

/// A space that is ahead of these packages, where that was allowed; the error otherwise.
async fn left_alone(
    session: &mut Session,
    loaded: &Loaded,
    failed: MigrateError,
    if_ahead: IfAhead,
) -> Result<SpaceMigrated, Error> {
    let error = Error::from(failed);
    if if_ahead != IfAhead::Leave || error.kind() != ErrorKind::Ahead {
        return Err(error);
    }
    let at = standing(session, &loaded.space).await?.node();
    Ok(SpaceMigrated::left(loaded.space.as_str(), at))
}

/// Where each space stands.
pub(crate) async fn status_all(session: &mut Session, spaces: &[Loaded]) -> Result<StatusReport, Error> {
    let mut found = Vec::new();
    for loaded in spaces {
        let name = loaded.space.as_str();
        let at = standing(session, &loaded.space).await.map_err(|error| Error::from(error).in_space(name))?;
        found.push(status(loaded, &at).map_err(|error| Error::from(error).in_space(name))?);
    }
    Ok(StatusReport { spaces: found })
}

fn status(loaded: &Loaded, standing: &Standing) -> Result<SpaceStatus, HistoryError> {
    let have = standing.marker.as_ref().map(|marker| marker.invariants.clone()).unwrap_or_default();
    let route = loaded.graph().route(&standing.node(), &loaded.goal.node, &loaded.goal.invariants, &have);
    let (position, pending) = match (&standing.in_transit, route) {
        (Some(transit), _) => (Position::InTransit { package: transit.package.clone() }, Vec::new()),
        (None, Ok(route)) if route.edges.is_empty() => (Position::Current, Vec::new()),
        (None, Ok(route)) => (Position::Behind, route.edges.iter().map(|edge| edge.package.to_string()).collect()),
        (None, Err(HistoryError::UnknownMarker { .. })) => (Position::Unknown, Vec::new()),
        (None, Err(HistoryError::Unreachable { back: Some(_), .. })) => (Position::Ahead, Vec::new()),
        (None, Err(HistoryError::Unreachable { back: None, .. })) => (Position::Elsewhere, Vec::new()),
        (None, Err(error)) => return Err(error),
    };
    Ok(SpaceStatus::of(&loaded.space, standing, &loaded.goal.node, position, pending))
}

/// Compares each space with the contract at its goal.
pub(crate) async fn verify_all(
    session: &mut Session,
    spaces: &[Loaded],
    strictness: Strictness,
) -> Result<Verification, Error> {
    let mut found = Vec::new();
    for loaded in spaces {
        let name = loaded.space.as_str();
        let contract = loaded.contract(&loaded.goal.node).map_err(|error| Error::from(error).in_space(name))?;
        let one = verify(session, &loaded.space, &contract, Mode::Full, strictness).await;
        found.push(SpaceVerification::of(name, one.map_err(|error| Error::from(error).in_space(name))?));
    }
    Ok(Verification { spaces: found })
}
