//! What is done to the spaces of a database, in the order in which they were given.
//!
//! Each function here takes all spaces at once, so that how they are taken together is decided in this file alone.

use std::collections::BTreeMap;

use novate_contract::Contract;
use novate_history::HistoryError;
use novate_runner::{Home, Lane, Mode, Session, Settings, Standing, Strictness, standing, verify};

use crate::drive::Hands;
use crate::migrations::Loaded;
use crate::report::{Migrated, Position, SpaceMigrated, SpaceStatus, SpaceVerification, StatusReport, Verification};
use crate::{Error, ErrorKind, IfAhead};

/// Brings each space to its goal: together where they can go together, else one after the other, up to the first that
/// fails. A space that is ahead of these packages is left alone where that was allowed.
pub(crate) async fn migrate_all(
    hands: &Hands,
    session: &mut Session,
    spaces: &[Loaded],
    settings: &Settings,
    if_ahead: IfAhead,
) -> Result<Migrated, Error> {
    let others: Vec<Vec<Contract>> = others(spaces)?;
    let mut left: BTreeMap<&str, SpaceMigrated> = BTreeMap::new();
    loop {
        let going: Vec<&Loaded> = spaces.iter().filter(|loaded| !left.contains_key(loaded.space.as_str())).collect();
        let lanes: Vec<Lane<'_>> = spaces
            .iter()
            .zip(&others)
            .filter(|(loaded, _)| !left.contains_key(loaded.space.as_str()))
            .map(|(loaded, others)| Lane { history: loaded.history(others), goal: loaded.goal.clone() })
            .collect();
        let mut space = going.first().map(|loaded| loaded.space.clone());
        let mut on = |event: novate_runner::Event| match event {
            novate_runner::Event::Space { space: next } => space = Some(next),
            event => hands.tell(space.as_ref().map_or("", |space| space.as_str()), event),
        };
        match novate_runner::migrate_all(session, &lanes, settings, &mut on).await {
            Ok(done) => {
                let mut done = done.into_iter();
                let report = spaces.iter().filter_map(|loaded| {
                    let name = loaded.space.as_str();
                    left.remove(name).or_else(|| Some(SpaceMigrated::of(name, done.next()?, loaded.goal.node.clone())))
                });
                return Ok(Migrated { spaces: report.collect() });
            }
            Err(failed) => {
                let space = failed.space.clone();
                let error = Error::from(failed);
                let ahead = going.iter().find(|loaded| loaded.space == space);
                match ahead {
                    Some(loaded) if if_ahead == IfAhead::Leave && error.kind() == ErrorKind::Ahead => {
                        let at = standing(session, &loaded.space).await?.node();
                        left.insert(loaded.space.as_str(), SpaceMigrated::left(loaded.space.as_str(), at));
                    }
                    _ => return Err(error.in_space(space.as_str())),
                }
            }
        }
    }
}

/// For each space the contracts of the others, as they are at their goals.
fn others(spaces: &[Loaded]) -> Result<Vec<Vec<Contract>>, Error> {
    let contracts: Vec<Contract> =
        spaces.iter().map(|loaded| loaded.contract(&loaded.goal.node)).collect::<Result<_, _>>()?;
    let but = |at: usize| {
        let others = contracts.iter().enumerate().filter(|(other, _)| *other != at);
        others.map(|(_, contract)| contract.clone()).collect()
    };
    Ok((0..contracts.len()).map(but).collect())
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
    for (loaded, others) in spaces.iter().zip(others(spaces)?) {
        let name = loaded.space.as_str();
        let home = Home { space: &loaded.space, others: &others };
        let contract = loaded.contract(&loaded.goal.node).map_err(|error| Error::from(error).in_space(name))?;
        let one = verify(session, home, &contract, Mode::Full, strictness).await;
        found.push(SpaceVerification::of(name, one.map_err(|error| Error::from(error).in_space(name))?));
    }
    Ok(Verification { spaces: found })
}
