//! Packages that lie in the archive: still edges of the graph, still checked, only out of people's way.
//!
//! A package is archived by moving its folder, so at any moment it is in one place or in the other, and every database
//! that could be reached before can be reached after.

use camino::{Utf8Path, Utf8PathBuf};

use crate::origin::Kind;
use crate::{Files, HistoryError, PackageName, Store, files};

/// The folder beside the packages.
pub(crate) const FOLDER: &str = "archive";

impl<F: Files> Store<F> {
    /// Where archived packages are.
    fn archive(&self) -> Utf8PathBuf {
        self.folder().join(FOLDER)
    }

    /// The packages that lie in the archive, by name.
    pub fn archived_names(&self) -> Result<Vec<PackageName>, HistoryError> {
        names_in(&self.files, &self.archive())
    }

    /// The packages that do not lie in the archive, by name.
    pub fn current_names(&self) -> Result<Vec<PackageName>, HistoryError> {
        names_in(&self.files, self.folder())
    }

    /// The packages that are there, archived ones included, by name.
    pub fn package_names(&self) -> Result<Vec<PackageName>, HistoryError> {
        let mut names = self.current_names()?;
        for archived in self.archived_names()? {
            if names.contains(&archived) {
                let path = self.archive().join(archived.as_str());
                let message = format!("{archived} is there twice, in the archive and beside it");
                return Err(HistoryError::Corrupt { path, message, line: 0 });
            }
            names.push(archived);
        }
        names.sort();
        Ok(names)
    }

    /// Where a package's folder is.
    pub(crate) fn folder_of(&self, name: &PackageName) -> Utf8PathBuf {
        let archived = self.archive().join(name.as_str());
        // What is a link there is refused by whoever reads it.
        if matches!(self.files.kind(&archived), Ok(Some(_))) { archived } else { self.folder().join(name.as_str()) }
    }
}

impl Store {
    /// Moves a package into the archive; one that is there stays. It remains part of the graph.
    pub fn archive_package(&self, name: &PackageName) -> Result<(), HistoryError> {
        let (archive, from) = (self.archive(), self.folder().join(name.as_str()));
        let to = archive.join(name.as_str());
        if fs_err::symlink_metadata(&to).is_ok() {
            return Ok(());
        }
        files::check_folder(&archive)?;
        fs_err::create_dir_all(&archive).map_err(files::io(&archive, "written"))?;
        fs_err::rename(&from, &to).map_err(files::io(&from, "moved"))
    }
}

fn names_in(origin: &impl Files, folder: &Utf8Path) -> Result<Vec<PackageName>, HistoryError> {
    let mut names = Vec::new();
    for entry in origin.list(folder)? {
        if entry == "refs" || entry == "snapshots" || entry == FOLDER {
            continue;
        }
        let path = folder.join(&entry);
        if origin.kind(&path)? == Some(Kind::File) {
            continue;
        }
        names.push(PackageName::parse(&entry)?);
    }
    Ok(names)
}
