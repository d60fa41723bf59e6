//! A whole history that may run: what a program carries, checked where it is built and where it is used.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use novate_contract::{Space, StorageHash};

use crate::{
    Disk, Edge, Embedded, Files, Graph, HistoryError, Kind, Package, PackageName, Ref, RefName, Store, package, refs,
};

/// A space's packages, snapshots and refs, every hash checked. Its history has one head, and each package may run.
#[derive(Debug, Clone)]
pub struct Bundle<F = Disk> {
    /// The store that they are from, for names and contracts.
    pub store: Store<F>,
    /// The graph.
    pub graph: Graph,
    /// The packages.
    pub packages: BTreeMap<PackageName, Package>,
    /// The refs.
    pub refs: BTreeMap<RefName, Ref>,
}

impl Bundle {
    /// Reads the history whose packages are in `folder`; they say themselves which space it is.
    pub fn read(folder: impl Into<Utf8PathBuf>) -> Result<Self, Vec<HistoryError>> {
        let folder = folder.into();
        let space = space_of(&folder).map_err(|error| vec![error])?;
        Self::of(Store::new(space, folder))
    }
}

impl Bundle<Embedded> {
    /// The same of files that a program carries.
    pub fn embedded(files: Embedded, space: Space, folder: &str) -> Result<Self, Vec<HistoryError>> {
        Self::of(Store::embedded(files, space, folder))
    }
}

impl<F: Files> Bundle<F> {
    /// Reads everything, and says everything that is wrong with it.
    fn of(store: Store<F>) -> Result<Self, Vec<HistoryError>> {
        let mut wrong = Vec::new();
        let mut packages = BTreeMap::new();
        for name in store.package_names().map_err(|error| vec![error])? {
            match store.read_package(&name).and_then(|package| package.check_runnable().map(|()| package)) {
                Ok(package) => {
                    packages.insert(name, package);
                }
                Err(error) => wrong.push(error),
            }
        }
        let graph = Graph::new(packages.values().map(Edge::of).collect());
        wrong.extend(store.check_snapshots(packages.values()).err());
        let mut refs = BTreeMap::new();
        for name in store.ref_names().map_err(|error| vec![error])? {
            match store.read_ref(&name).and_then(|found| graph.check_ref(&name, &found).map(|()| found)) {
                Ok(found) => {
                    refs.insert(name, found);
                }
                Err(error) => wrong.push(error),
            }
        }
        // What is left out above would leave a gap that is no news.
        if wrong.is_empty() {
            wrong.extend(graph.head(store.space().as_str()).err());
        }
        if wrong.is_empty() { Ok(Self { store, graph, packages, refs }) } else { Err(wrong) }
    }

    /// Every file that was read, in order.
    pub fn paths(&self) -> Vec<Utf8PathBuf> {
        let of_package = |package: &Package| {
            [package::MANIFEST, package::OPS, package::SOURCE].map(|file| package.folder.join(file))
        };
        let mut paths: Vec<Utf8PathBuf> = self.packages.values().flat_map(of_package).collect();
        let ends: BTreeSet<&StorageHash> = self.graph.nodes().iter().flatten().collect();
        paths.extend(ends.into_iter().map(|hash| self.store.snapshot_path(hash)));
        paths.extend(self.refs.keys().map(|name| refs::path_of(&self.store.refs_folder(), name)));
        paths.sort();
        paths
    }
}

/// The space that the packages in a folder belong to. That they all do is checked when they are read.
fn space_of(folder: &Utf8Path) -> Result<Space, HistoryError> {
    let snapshots = folder.join("snapshots");
    if Disk.kind(&snapshots)? == Some(Kind::Folder) {
        let spaces = Disk.list(folder)?.into_iter().filter(|name| name != "snapshots").collect();
        return Err(HistoryError::NoPackages { folder: folder.to_owned(), spaces });
    }
    // Which space it is decides nothing about where packages are.
    let store = Store::new(Space::app(), folder);
    let first = store.package_names()?.into_iter().next();
    let name = first.ok_or_else(|| HistoryError::NoPackages { folder: folder.to_owned(), spaces: Vec::new() })?;
    Ok(store.read_for_emit(&name)?.0.space)
}
