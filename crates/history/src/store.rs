//! One space's part of `migrations/`.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use novate_contract::{Contract, Space, StorageHash};

use crate::{
    Disk, Edge, Embedded, Files, Graph, HistoryError, Manifest, MigrationHash, NewPackage, Node, Package, PackageName,
    PackageStamp, Ref, RefName, package, refs, snapshot,
};

/// The packages and refs of one space, and the snapshots that spaces share. What is on disk can be written too.
#[derive(Debug, Clone)]
pub struct Store<F = Disk> {
    pub(crate) files: F,
    space: Space,
    folder: Utf8PathBuf,
    snapshots: Utf8PathBuf,
}

impl Store {
    /// The store whose packages are in `folder` (`migrations/app`); snapshots are in `snapshots` beside it.
    pub fn new(space: Space, folder: impl Into<Utf8PathBuf>) -> Self {
        Self::of(Disk, space, folder.into())
    }
}

impl Store<Embedded> {
    /// The same of files that a program carries.
    pub fn embedded(files: Embedded, space: Space, folder: impl Into<Utf8PathBuf>) -> Self {
        Self::of(files, space, folder.into())
    }
}

impl<F: Files> Store<F> {
    fn of(files: F, space: Space, folder: Utf8PathBuf) -> Self {
        let snapshots = folder.parent().unwrap_or(Utf8Path::new(".")).join("snapshots");
        Self { files, space, folder, snapshots }
    }

    /// The space.
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// Where its packages are.
    pub fn folder(&self) -> &Utf8Path {
        &self.folder
    }

    /// A package, its hash checked.
    pub fn read_package(&self, name: &PackageName) -> Result<Package, HistoryError> {
        let package = package::read(&self.files, &self.folder_of(name), name)?;
        if package.manifest.space == self.space {
            Ok(package)
        } else {
            Err(HistoryError::Corrupt {
                path: package.folder.join(package::MANIFEST),
                message: format!("it belongs to the space {}, not to {}", package.manifest.space, self.space),
                line: 0,
            })
        }
    }

    /// Every package, each hash checked.
    pub fn packages(&self) -> Result<Vec<Package>, HistoryError> {
        self.package_names()?.iter().map(|name| self.read_package(name)).collect()
    }

    /// The graph as the manifests draw it: for what runs nothing, and so has no need of what the packages run. Their
    /// hashes are not checked.
    pub fn outline(&self) -> Result<Graph, HistoryError> {
        let edge = |name: PackageName| {
            let (manifest, hash) = package::read_manifest_alone(&self.files, &self.folder_of(&name))?;
            Ok(Edge::new(name, hash, &manifest))
        };
        Ok(Graph::new(self.package_names()?.into_iter().map(edge).collect::<Result<_, HistoryError>>()?))
    }

    /// The graph of every package, and the packages, each hash checked. Snapshots are checked as they are read, or all
    /// at once ([`Self::check_snapshots`]).
    pub fn graph(&self) -> Result<(Graph, Vec<Package>), HistoryError> {
        let packages = self.packages()?;
        Ok((Graph::new(packages.iter().map(Edge::of).collect()), packages))
    }

    /// Reads and checks every snapshot that an edge touches; gives the last of them, which is likely to be needed next.
    pub fn check_snapshots<'a>(
        &self,
        packages: impl IntoIterator<Item = &'a Package>,
    ) -> Result<Option<(StorageHash, Contract)>, HistoryError> {
        let mut checked = BTreeSet::new();
        let mut last = None;
        for package in packages {
            for hash in package.manifest.from.iter().chain([&package.manifest.to]) {
                if checked.insert(hash) {
                    let contract = snapshot::read(&self.files, &self.snapshots, hash, package.name.as_str())?;
                    last = Some((hash.clone(), contract));
                }
            }
        }
        Ok(last)
    }

    /// The manifest and source of a package that is to be compiled again, whatever its hash says.
    pub fn read_for_emit(&self, name: &PackageName) -> Result<(Manifest, String), HistoryError> {
        package::read_unchecked(&self.files, &self.folder_of(name))
    }

    /// Refuses a package that must not run, as far as its manifest and its source tell: see [`Package::check_runnable`].
    pub fn check_runnable(&self, name: &PackageName) -> Result<(), HistoryError> {
        let (manifest, source) = self.read_for_emit(name)?;
        manifest.check_runnable(name, self.source_path(name), &source)
    }

    /// Where the snapshot of a contract is.
    pub(crate) fn snapshot_path(&self, hash: &StorageHash) -> Utf8PathBuf {
        snapshot::path_of(&self.snapshots, hash)
    }

    /// Where a package's `migration.sql` is.
    pub fn source_path(&self, name: &PackageName) -> Utf8PathBuf {
        self.folder_of(name).join(package::SOURCE)
    }
}

impl Store {
    /// Writes a new package under the first free name for its minute and title.
    pub fn write_package(
        &self,
        stamp: &PackageStamp,
        title: &str,
        new: &NewPackage,
    ) -> Result<(PackageName, MigrationHash), HistoryError> {
        let mut attempt = 0;
        loop {
            let name = PackageName::build(stamp, title, attempt);
            match package::write(&self.folder_of(&name), new, false) {
                Err(HistoryError::PackageExists { .. }) if attempt < 1000 => attempt += 1,
                other => return other.map(|hash| (name, hash)),
            }
        }
    }

    /// Writes a package again in its place.
    pub fn rewrite_package(&self, name: &PackageName, new: &NewPackage) -> Result<MigrationHash, HistoryError> {
        package::write(&self.folder_of(name), new, true)
    }
}

impl<F: Files> Store<F> {
    /// Why a package should not be compiled again: others start where it ends, or a ref points there. One that waits for
    /// its author has run nowhere; and on data work at a contract nothing builds but a ref that requires it.
    pub fn users_of(&self, name: &PackageName) -> Result<Option<String>, HistoryError> {
        let (manifest, _) = self.read_for_emit(name)?;
        if !manifest.placeholders.is_empty() {
            return Ok(None);
        }
        let is_data_work = manifest.from.as_ref() == Some(&manifest.to);
        let (mut built_on, mut led_there) = (None, false);
        for other in self.package_names()? {
            if is_data_work || other == *name {
                continue;
            }
            let found = self.read_for_emit(&other)?.0;
            if found.from.as_ref() == Some(&manifest.to) {
                built_on.get_or_insert(other);
            }
            led_there |= found.to == manifest.to && found.from.as_ref() != Some(&manifest.to);
        }
        // Where another leads to the same contract, as where this one leads back, what starts there rests on that one.
        if let Some(other) = built_on.filter(|_| !led_there) {
            return Ok(Some(format!("{other} builds on it")));
        }
        for name in self.ref_names()? {
            let reference = self.read_ref(&name)?;
            let required = manifest.provided_invariants.iter().find(|id| reference.invariants.contains(*id));
            match required {
                Some(invariant) => return Ok(Some(format!("the ref {name} requires {invariant}, which it provides"))),
                None if !is_data_work && reference.hash == manifest.to => {
                    return Ok(Some(format!("the ref {name} points at its end")));
                }
                None => {}
            }
        }
        Ok(None)
    }

    /// The contract at a node; the empty database's is a contract of nothing.
    pub fn contract(&self, node: &Node, needed_by: &str) -> Result<Contract, HistoryError> {
        match node {
            None => Ok(Contract::empty(self.space.clone())),
            Some(hash) => snapshot::read(&self.files, &self.snapshots, hash, needed_by),
        }
    }

    /// The contracts that have a snapshot.
    pub fn snapshots(&self) -> Result<Vec<StorageHash>, HistoryError> {
        snapshot::list(&self.files, &self.snapshots)
    }

    pub(crate) fn refs_folder(&self) -> Utf8PathBuf {
        self.folder.join("refs")
    }

    /// The refs that are there, by name.
    pub fn ref_names(&self) -> Result<Vec<RefName>, HistoryError> {
        refs::list(&self.files, &self.refs_folder())
    }

    /// A ref.
    pub fn read_ref(&self, name: &RefName) -> Result<Ref, HistoryError> {
        refs::read(&self.files, &self.refs_folder(), name)
    }
}

impl Store {
    /// Stores a contract under its hash.
    pub fn write_snapshot(&self, contract: &Contract) -> Result<StorageHash, HistoryError> {
        snapshot::write(&self.snapshots, contract)
    }

    /// Sets a ref, refusing a contract that no snapshot has.
    pub fn write_ref(&self, name: &RefName, reference: &Ref) -> Result<(), HistoryError> {
        snapshot::read(&self.files, &self.snapshots, &reference.hash, &format!("the ref {name}"))?;
        refs::write(&self.refs_folder(), name, reference)
    }

    /// Deletes a ref.
    pub fn delete_ref(&self, name: &RefName) -> Result<(), HistoryError> {
        refs::delete(&self.refs_folder(), name)
    }
}
