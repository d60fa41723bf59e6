//! What must hold after every step, of every database there is.

use std::collections::BTreeMap;

use super::team::{Base, ENVIRONMENTS, Member};
use super::world::World;
use crate::failure::Failure;

pub(crate) const MARKER: &str = "SELECT hash FROM novate.marker WHERE space = 'app'";
const APPLIED: &str = "SELECT package FROM novate.ledger WHERE kind = 'migrate' ORDER BY id";
const UNDER_CONTROL: &str = "SELECT to_regclass('novate.marker')::text";

/// Checks all of it; where the environments stand, for the story.
pub(crate) fn all(world: &mut World) -> Result<String, Failure> {
    let mut runs = Vec::new();
    environments(world, &mut runs)?;
    local(world, &mut runs)?;
    for running in runs {
        world.finish(running)?.ok()?;
    }
    for (base, held) in &world.bases {
        let within = |failure: Failure| Failure::new(format!("{}: {}", base.name(), failure.what), failure.fix);
        held.rows.check(&held.database).map_err(within)?;
        let applied = if controlled(world, *base)? { world.column(*base, APPLIED)? } else { Vec::new() };
        if applied != held.applied {
            let what = format!("the ledger has {applied:?}, and what ran said {:?}", held.applied);
            return Err(within(Failure::new(what, "see in the transcript which run that was")));
        }
    }
    Ok(states(world))
}

/// Starts a verification of each environment at what is said of it in git.
fn environments(world: &mut World, runs: &mut Vec<crate::program::Running>) -> Result<(), Failure> {
    if !world.clone_of(Member::Robot).is_dir() {
        return Ok(());
    }
    world.git(Member::Audit, "fetch --quiet")?;
    let mut by_commit: BTreeMap<String, Vec<Base>> = BTreeMap::new();
    for base in ENVIRONMENTS {
        if !controlled(world, base)? {
            continue;
        }
        let commit = match base.reference() {
            Some(_) => format!("origin/{}", world.branches.get(&base).map_or("main", String::as_str)),
            None => world.development.clone().unwrap_or_else(|| "origin/main".to_owned()),
        };
        by_commit.entry(commit).or_default().push(base);
    }
    let several = by_commit.len() > 1;
    for (commit, bases) in by_commit {
        world.git(Member::Audit, &format!("checkout --quiet --detach {commit}"))?;
        let mut here = Vec::new();
        for base in bases {
            let to = base.reference().map_or(String::new(), |name| format!(" --to {name}"));
            here.push(world.novate_starts(Member::Audit, &format!("db verify --strict{}{to}", base.chosen()))?);
        }
        if several {
            // The next are verified from another commit in the same clone.
            for running in here {
                world.finish(running)?.ok()?;
            }
        } else {
            runs.extend(here);
        }
    }
    Ok(())
}

/// Starts a verification of each local database at what its marker says, from its owner's clone.
fn local(world: &mut World, runs: &mut Vec<crate::program::Running>) -> Result<(), Failure> {
    let bases: Vec<Base> = world.bases.keys().copied().collect();
    for base in bases {
        let Base::Of(member) = base else { continue };
        if !controlled(world, base)? {
            continue;
        }
        let at = world.column(base, MARKER)?.join("");
        runs.push(world.novate_starts(member, &format!("db verify --strict --to {at}"))?);
    }
    Ok(())
}

fn controlled(world: &World, base: Base) -> Result<bool, Failure> {
    Ok(!world.column(base, UNDER_CONTROL)?.is_empty())
}

/// The package that each environment came to last.
fn states(world: &World) -> String {
    let mut told = Vec::new();
    for base in ENVIRONMENTS {
        let last = world.bases.get(&base).and_then(|held| held.applied.last());
        let last = last.and_then(|name| name.split_once('_')).map_or("empty", |(_, slug)| slug);
        told.push(format!("{} {last}", base.name()));
    }
    let others = world.bases.len().saturating_sub(ENVIRONMENTS.len());
    format!("{}; {others} local", told.join(" · "))
}
