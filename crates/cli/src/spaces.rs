//! The spaces of a project: which there are, in what order they are applied, and what they may refer to.

use std::collections::{BTreeMap, BTreeSet};

use novate_contract::{Contract, Space};
use serde_json::json;

use crate::config::{Config, FILE, SpaceConfig};
use crate::files::{self, MAX_SETTINGS_BYTES};
use crate::problem::{Place, Problem, shorten};
use crate::sources;

/// Reads what installed spaces say of themselves, the `novate.toml` in the folder of each, and settles what is left open.
pub(crate) fn with_installed(mut config: Config) -> Result<Config, Problem> {
    for (name, space) in &mut config.spaces {
        if let Some(folder) = &space.installed {
            let needs = space.needs.take();
            let found = of_folder(name, folder)?;
            *space = SpaceConfig { installed: Some(folder.clone()), needs: needs.or(found.needs.clone()), ..found };
        }
    }
    // A folder that holds one space of somebody's, and no trace of an application, is that space's alone.
    let is_there = |space: &SpaceConfig| space.contract.exists() || space.migrations.exists();
    let is_idle = config.spaces.get(&Space::app()).is_some_and(|app| app.implied && !is_there(app));
    if is_idle && config.spaces.len() == 2 && config.spaces.values().all(|space| space.installed.is_none()) {
        config.spaces.remove(&Space::app());
    }
    // An application may refer to whatever does not refer to it, unless it says what.
    let free: Vec<Space> = config.spaces.keys().filter(|name| !leads_to_app(&config, name)).cloned().collect();
    if let Some(app) = config.spaces.get_mut(&Space::app()) {
        app.needs.get_or_insert(free);
    }
    order(&config)?;
    Ok(config)
}

/// Whether a space is the application's, or needs it by any way.
fn leads_to_app(config: &Config, name: &Space) -> bool {
    let mut seen: BTreeSet<&Space> = BTreeSet::new();
    let mut open = vec![name];
    while let Some(one) = open.pop() {
        if *one == Space::app() {
            return true;
        }
        if seen.insert(one) {
            open.extend(config.spaces.get(one).into_iter().flat_map(SpaceConfig::needs));
        }
    }
    false
}

/// What a folder says of the space that it holds.
pub(crate) fn of_folder(name: &Space, folder: &camino::Utf8Path) -> Result<SpaceConfig, Problem> {
    let path = folder.join(FILE);
    let text = files::read(&path, MAX_SETTINGS_BYTES).map_err(|error| {
        Problem::input("SPACE.NOT_A_SPACE", format!("{} holds no space", shorten(folder.to_owned())))
            .why(format!("{}: {error}", shorten(path.clone())))
            .fix(format!("name a folder with a {FILE} that has [space.{name}]"))
    })?;
    let mut found = Config::parse(folder, &path, &text)?;
    found.spaces.remove(name).ok_or_else(|| {
        Problem::input("SPACE.NOT_A_SPACE", format!("{} holds no space {name}", shorten(folder.to_owned())))
            .why(format!("it has {}", names(&found)))
            .fix(format!("call it as its folder does, or add [space.{name}] there"))
            .at(Place::file(path))
    })
}

fn names(config: &Config) -> String {
    config.spaces.keys().map(Space::as_str).collect::<Vec<_>>().join(", ")
}

/// The spaces in the order in which they are applied: each after those that it needs, and by name where that leaves a
/// choice.
pub(crate) fn order(config: &Config) -> Result<Vec<Space>, Problem> {
    let mut done: Vec<Space> = Vec::new();
    let mut left: BTreeSet<&Space> = config.spaces.keys().collect();
    for (name, space) in &config.spaces {
        if let Some(unknown) = space.needs().iter().find(|needed| !config.spaces.contains_key(*needed)) {
            return Err(Problem::input("CONFIG.UNKNOWN_SPACE", format!("the space {name} needs a space {unknown}"))
                .why(format!("{FILE} has {}", names(config)))
                .fix(format!("novate space add FOLDER, for the folder that holds {unknown}"))
                .at(Place::file(config.root.join(FILE))));
        }
    }
    while !left.is_empty() {
        let ready = |name: &&&Space| config.spaces[**name].needs().iter().all(|needed| done.contains(needed));
        // The application comes last of those that could.
        let next = left.iter().filter(ready).min_by_key(|name| (***name == Space::app(), **name)).copied();
        let Some(next) = next else {
            let waiting: Vec<&str> = left.iter().map(|name| name.as_str()).collect();
            return Err(Problem::input("CONFIG.INVALID", "spaces need each other")
                .why(format!("none of {} can come first", waiting.join(", ")))
                .fix("take one of them out of needs")
                .at(Place::file(config.root.join(FILE))));
        };
        left.remove(next);
        done.push(next.clone());
    }
    Ok(done)
}

/// The contracts of a space's neighbours, every one but its own, as their files say. No two spaces may own the same.
pub(crate) fn others(config: &Config, space: &Space) -> Result<Vec<Contract>, Problem> {
    if config.spaces.len() < 2 {
        return Ok(Vec::new());
    }
    let mut contracts: Vec<Contract> = Vec::new();
    for name in order(config)? {
        let sources = sources::read(&name, config).map_err(|problem| crate::lanes::label(problem, &name))?;
        let contract = sources.kept();
        for other in &contracts {
            refuse_claims(&contract, other)?;
        }
        contracts.push(contract);
    }
    contracts.retain(|contract| contract.space != *space);
    Ok(contracts)
}

/// Refuses a contract that claims what another space has.
pub(crate) fn refuse_claims(contract: &Contract, other: &Contract) -> Result<(), Problem> {
    let twice = contract.claimed_twice(other);
    let Some(first) = twice.first() else { return Ok(()) };
    let (one, two) = (&contract.space, &other.space);
    let listed: Vec<String> = twice.iter().map(ToString::to_string).collect();
    Err(Problem::input("SPACE.OWNED_TWICE", format!("two spaces have {first}: {one} and {two}"))
        .why(format!("what a space has, no other may create or change: {}", listed.join(", ")))
        .fix(
            "describe it in one of them; the other may refer to it, or declare it with -- @control external\n(an extension: \
             CREATE EXTENSION IF NOT EXISTS)",
        )
        .meta(json!({ "spaces": [one.as_str(), two.as_str()], "objects": listed })))
}

/// The error for writing to a space that somebody else keeps.
pub(crate) fn installed(space: &Space, folder: &camino::Utf8Path) -> Problem {
    Problem::input("SPACE.INSTALLED", format!("the space {space} is installed, and not written to here"))
        .why(format!("it is kept by others; its folder is {}", shorten(folder.to_owned())))
        .fix("change it where it is kept, then: novate space add FOLDER")
}

/// The error for a space that the project does not have.
pub(crate) fn unknown(space: &Space) -> Problem {
    Problem::input("CONFIG.UNKNOWN_SPACE", format!("{FILE} has no space {space}"))
        .fix(format!("add [space.{space}] to {FILE}, or name a space that it has with --space"))
}

/// The spaces that a database is signed for, each of which the project does not have.
pub(crate) fn orphans(signed: &BTreeMap<String, String>) -> Vec<Problem> {
    let orphan = |(name, hash): (&String, &String)| {
        let at: String = hash.chars().take(12).collect();
        Problem::input("SPACE.ORPHAN", format!("the database has a space {name}, at {at}, and {FILE} has none"))
            .why("its objects are there, and nothing here says what they should be")
            .fix(format!("novate space add FOLDER brings it back; novate space forget {name} takes its marker away"))
            .meta(json!({ "space": name, "at": hash }))
    };
    signed.iter().map(orphan).collect()
}

/// Of the spaces that a database is signed for, those that the project does not have.
pub(crate) fn unknown_here(config: &Config, mut signed: BTreeMap<String, String>) -> BTreeMap<String, String> {
    signed.retain(|name, _| !config.spaces.keys().any(|space| space.as_str() == name));
    signed
}

/// The space that is meant in a folder where none is named: the application's, or the one that the folder is about.
pub(crate) fn by_default(here: &camino::Utf8Path) -> Space {
    let only = Config::find(here).ok().and_then(|config| match config.spaces.keys().collect::<Vec<_>>().as_slice() {
        [only] => Some((*only).clone()),
        _ => None,
    });
    only.unwrap_or_else(Space::app)
}
