//! What people call a contract: a hash or its beginning, a ref, a package, `package^`, `empty`.

use novate_contract::StorageHash;

use crate::{Files, HistoryError, Node, PackageName, Ref, RefName, Store};

/// A contract that was named, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The contract.
    pub node: Node,
    /// How it was named, for messages: `the ref production`.
    pub described: String,
    /// The invariants that a route there must provide: a ref's, or those of data work that was named.
    pub invariants: std::collections::BTreeSet<String>,
    /// The ref that named it, where one did.
    pub reference: Option<(RefName, Ref)>,
}

impl<F: Files> Store<F> {
    /// Finds the contract that `text` names. Files and URLs are the caller's to try first.
    pub fn resolve(&self, text: &str) -> Result<State, HistoryError> {
        if text == "empty" {
            return Ok(plain(None, "the empty database".to_owned()));
        }
        if let Ok(name) = RefName::parse(text) {
            match self.read_ref(&name) {
                Ok(found) => {
                    return Ok(State {
                        node: Some(found.hash.clone()),
                        described: format!("the ref {name}"),
                        invariants: found.invariants.clone(),
                        reference: Some((name, found)),
                    });
                }
                Err(HistoryError::RefMissing { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        let (name, start) = match text.strip_suffix('^') {
            Some(name) => (name, true),
            None => (text, false),
        };
        if let Some(package) = self.package_named(name)? {
            let package = self.read_package(&package)?;
            let manifest = package.manifest;
            // Data work starts where it ends: who names it wants it done.
            let is_data_work = manifest.from.as_ref() == Some(&manifest.to);
            let invariants = if is_data_work && !start { manifest.provided_invariants } else { Vec::new() };
            let node = if start { manifest.from } else { Some(manifest.to) };
            let end = if start { "start" } else { "end" };
            let mut state = plain(node, format!("the {end} of {}", package.name));
            state.invariants.extend(invariants);
            return Ok(state);
        }
        self.by_prefix(text)
    }

    fn by_prefix(&self, text: &str) -> Result<State, HistoryError> {
        let is_prefix = text.len() >= 4 && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if is_prefix {
            let lower = text.to_ascii_lowercase();
            let fits: Vec<StorageHash> =
                self.snapshots()?.into_iter().filter(|hash| hash.as_str().starts_with(&lower)).collect();
            match fits.as_slice() {
                [only] => return Ok(plain(Some(only.clone()), format!("the contract {}", only.short()))),
                [] => {}
                several => {
                    return Err(HistoryError::AmbiguousState {
                        text: text.to_owned(),
                        candidates: several.iter().map(|hash| hash.short().to_string()).collect(),
                    });
                }
            }
        }
        Err(HistoryError::UnknownState { text: text.to_owned(), nearest: self.nearest(text)? })
    }

    /// A package by its whole name, or by the end of it when that is unique: `add_user_name`.
    fn package_named(&self, name: &str) -> Result<Option<PackageName>, HistoryError> {
        let all = self.package_names()?;
        if let Some(exact) = all.iter().find(|package| package.as_str() == name) {
            return Ok(Some(exact.clone()));
        }
        let by_slug: Vec<&PackageName> = all.iter().filter(|package| package.is_called(name)).collect();
        match by_slug.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some((*only).clone())),
            several => Err(HistoryError::AmbiguousState {
                text: name.to_owned(),
                candidates: several.iter().map(ToString::to_string).collect(),
            }),
        }
    }

    fn nearest(&self, text: &str) -> Result<Option<String>, HistoryError> {
        let mut known: Vec<String> = self.ref_names()?.iter().map(ToString::to_string).collect();
        for package in self.package_names()? {
            known.push(package.slug().to_owned());
            known.push(package.to_string());
        }
        let near = known.into_iter().map(|name| (strsim::damerau_levenshtein(&name, text), name)).min();
        Ok(near.filter(|(distance, name)| *distance <= name.len() / 3 + 1).map(|(_, name)| name))
    }
}

fn plain(node: Node, described: String) -> State {
    State { node, described, invariants: std::collections::BTreeSet::new(), reference: None }
}
