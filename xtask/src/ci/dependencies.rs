//! How many crates there are, and which of ours may know of which.

use std::collections::BTreeSet;

use super::metadata::{Metadata, Package};
use crate::failure::Failure;
use crate::say;

/// More crates than this are more than anybody reviews.
const CEILING: usize = 280;
/// Crates that only compute: text and values in, text and values out.
const PURE: &[&str] = &["novate-sql", "novate-contract", "novate-source", "novate-planner"];
/// What they must not reach, through however many others.
const NETWORK: &[&str] = &["tokio", "tokio-postgres", "postgres-protocol", "rustls", "mio", "socket2", "ureq"];
/// The same, except for the one that reads contract files, in one module.
const FILES: &[&str] = &["fs-err", "tempfile", "dotenvy"];
const MAY_READ_FILES: &str = "novate-source";

/// Checks the size of the tree and the purity of the pure.
pub(crate) fn check(metadata: &Metadata) -> Result<(), Failure> {
    let others = metadata.values().filter(|package| !package.ours).count();
    if others > CEILING {
        return Err(Failure::new(
            format!("the tree has {others} crates of others, and {CEILING} are allowed"),
            "do without one, or raise CEILING in xtask/src/ci/dependencies.rs and say why: cargo tree --workspace",
        ));
    }
    say::note(&format!("{others} crates of others on all platforms, tests included; {CEILING} are allowed"));
    for name in PURE {
        let (id, _) = find(metadata, name)?;
        let reached = reachable(metadata, id);
        let files = if *name == MAY_READ_FILES { &[] } else { FILES };
        if let Some(bad) = NETWORK.iter().chain(files).find(|bad| reached.contains(*bad)) {
            return Err(Failure::new(
                format!("{name} reaches {bad}, and it must not know of the outside world"),
                format!("cargo tree --package {name} --invert {bad} --edges normal"),
            ));
        }
    }
    say::note(&format!("{} reach no network, and only {MAY_READ_FILES} reaches files", PURE.join(", ")));
    Ok(())
}

fn find<'a>(metadata: &'a Metadata, name: &str) -> Result<(&'a String, &'a Package), Failure> {
    metadata.iter().find(|(_, package)| package.ours && package.name == name).ok_or_else(|| {
        Failure::new(format!("the workspace has no package {name}"), "correct PURE in xtask/src/ci/dependencies.rs")
    })
}

/// The names of everything that a package needs at run time.
fn reachable<'a>(metadata: &'a Metadata, id: &'a String) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open = vec![id];
    let mut names = BTreeSet::new();
    while let Some(id) = open.pop() {
        let Some(package) = metadata.get(id).filter(|_| seen.insert(id)) else { continue };
        names.insert(package.name.as_str());
        open.extend(&package.needs);
    }
    names
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn package(name: &str, ours: bool, needs: &[&str]) -> (String, Package) {
        let needs = needs.iter().map(ToString::to_string).collect();
        let version = "1.0.0".to_owned();
        (name.to_owned(), Package { name: name.to_owned(), version, licence: None, ours, needs })
    }

    #[test]
    fn a_pure_crate_must_not_reach_the_network_through_another() {
        let mut metadata: Metadata = PURE.iter().map(|name| package(name, true, &[])).collect();
        assert!(check(&metadata).is_ok());
        metadata.extend([package("novate-planner", true, &["between"]), package("between", false, &["tokio"])]);
        metadata.extend([package("tokio", false, &[])]);
        assert!(check(&metadata).unwrap_err().what.starts_with("novate-planner reaches tokio"));
    }

    #[test]
    fn one_crate_too_many_is_refused() {
        let mut metadata: Metadata = PURE.iter().map(|name| package(name, true, &[])).collect();
        metadata.extend((0..=CEILING).map(|number| package(&format!("other-{number}"), false, &[])));
        assert!(check(&metadata).unwrap_err().what.contains("281 crates"));
    }
}
