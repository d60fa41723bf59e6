//! Packages: one edge of the graph, with what it runs.

use camino::{Utf8Path, Utf8PathBuf};
use novate_contract::json::strict;
use novate_contract::{Space, StorageHash};
use novate_planner::{Operation, TransactionMode};
use serde_json::Value;

use crate::files::{MAX_MANIFEST_BYTES, MAX_OPS_BYTES, MAX_SOURCE_BYTES};
use crate::format::{
    self, FORMAT, ManifestFile, PlaceholderFile, decode, ops_as_written, ops_from_value, ops_value, parse,
};
use crate::{Files, HistoryError, MigrationHash, PackageName, SourceDigest, files};

pub(crate) const SOURCE: &str = "migration.sql";
pub(crate) const OPS: &str = "ops.json";
pub(crate) const MANIFEST: &str = "migration.json";

/// What a package says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Where it starts; `None` for the empty database.
    pub from: Option<StorageHash>,
    /// Where it ends.
    pub to: StorageHash,
    /// The space it belongs to.
    pub space: Space,
    /// How it is applied.
    pub transaction: TransactionMode,
    /// The invariants that its transforms provide, in their order.
    pub provided_invariants: Vec<String>,
    /// What its author has yet to fill in.
    pub placeholders: Vec<Placeholder>,
    /// When it was planned: `2026-05-15T12:00:31Z`.
    pub created_at: String,
    /// What `migration.sql` was when it was compiled.
    pub source_digest: SourceDigest,
}

impl Manifest {
    /// See [`Package::check_runnable`].
    pub(crate) fn check_runnable(
        &self,
        name: &PackageName,
        path: Utf8PathBuf,
        source: &str,
    ) -> Result<(), HistoryError> {
        if SourceDigest::of(source) != self.source_digest {
            return Err(HistoryError::SourceStale { package: name.to_string(), path });
        }
        if self.placeholders.is_empty() {
            return Ok(());
        }
        let placeholders = self.placeholders.clone();
        Err(HistoryError::UnfilledPlaceholder { package: name.to_string(), path, placeholders })
    }
}

/// A line that the author must replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    /// What is asked for.
    pub question: String,
    /// Where it stands in `migration.sql`, from 1.
    pub line: usize,
}

/// A package to write.
#[derive(Debug, Clone)]
pub struct NewPackage {
    /// What it says of itself.
    pub manifest: Manifest,
    /// What it runs.
    pub operations: Vec<Operation>,
    /// The text that people read and edit.
    pub source: String,
}

/// A package that was read and whose hash holds.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its folder's name.
    pub name: PackageName,
    /// Its folder.
    pub folder: Utf8PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
    /// Its identity.
    pub hash: MigrationHash,
    /// What it runs.
    pub operations: Vec<Operation>,
    /// `migration.sql` as it is now.
    pub source: String,
}

impl Package {
    /// Where its source is.
    pub fn source_path(&self) -> Utf8PathBuf {
        self.folder.join(SOURCE)
    }

    /// Refuses a package that must not run: its source edited since, or placeholders left.
    pub fn check_runnable(&self) -> Result<(), HistoryError> {
        self.manifest.check_runnable(&self.name, self.source_path(), &self.source)
    }

    /// Whether `migration.sql` is another text than the one that was compiled.
    pub fn is_stale(&self) -> bool {
        SourceDigest::of(&self.source) != self.manifest.source_digest
    }
}

/// The files of a package, as texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageFiles {
    /// `migration.json`.
    pub manifest: String,
    /// `ops.json`.
    pub operations: String,
    /// `migration.sql`.
    pub source: String,
}

impl PackageFiles {
    /// The texts of a package that is in `folder` or will be, and the hash that they have.
    pub fn of(folder: &Utf8Path, package: &NewPackage) -> Result<(Self, MigrationHash), HistoryError> {
        let ops = ops_value(&package.operations);
        let mut manifest = serde_json::to_value(to_file(&package.manifest)).unwrap_or_default();
        let hash = compute(&folder.join(MANIFEST), &manifest, &ops)?;
        if let Value::Object(map) = &mut manifest {
            map.insert("migrationHash".to_owned(), Value::from(hash.as_str()));
        }
        let (manifest, operations) = (strict::pretty(manifest), strict::pretty(ops));
        Ok((Self { manifest, operations, source: package.source.clone() }, hash))
    }

    /// Reads the texts of the package in `folder` and checks their hash.
    pub fn read(self, folder: &Utf8Path, name: &PackageName) -> Result<Package, HistoryError> {
        let (manifest_path, ops_path) = (folder.join(MANIFEST), folder.join(OPS));
        let manifest_value = manifest_value(&manifest_path, &self.manifest)?;
        let ops = Ops::read(&ops_path, &self.operations)?;
        let file: ManifestFile = decode(&manifest_path, manifest_value.clone())?;
        let found = ops.hash(&manifest_path, &manifest_value)?;
        if found.as_str() != file.migration_hash {
            return Err(HistoryError::HashMismatch {
                package: name.to_string(),
                path: manifest_path,
                expected: file.migration_hash,
                found: found.to_string(),
            });
        }
        Ok(Package {
            name: name.clone(),
            folder: folder.to_owned(),
            manifest: from_file(&manifest_path, file)?,
            hash: found,
            operations: ops.operations(&ops_path)?,
            source: self.source,
        })
    }
}

/// What `ops.json` holds, while it is not known whether its hash is right.
enum Ops {
    /// As novate writes it, with its digest. What is wrong with one operation matters only once the hash is right.
    AsWritten(Result<Vec<Operation>, HistoryError>, String),
    /// In another way.
    Other(Value),
}

impl Ops {
    fn read(path: &Utf8Path, text: &str) -> Result<Self, HistoryError> {
        match ops_as_written(path, text) {
            Some((operations, digest)) => Ok(Self::AsWritten(operations, digest)),
            None => parse(path, text, MAX_OPS_BYTES).map(Self::Other),
        }
    }

    fn hash(&self, manifest_path: &Utf8Path, manifest: &Value) -> Result<MigrationHash, HistoryError> {
        match self {
            Self::AsWritten(_, digest) => {
                canonical(manifest_path, MigrationHash::compute_with(manifest, digest.clone()))
            }
            Self::Other(value) => compute(manifest_path, manifest, value),
        }
    }

    fn operations(self, path: &Utf8Path) -> Result<Vec<Operation>, HistoryError> {
        match self {
            Self::AsWritten(operations, _) => operations,
            Self::Other(value) => ops_from_value(path, value),
        }
    }
}

/// Reads the package in `folder` and checks its hash.
pub(crate) fn read(origin: &impl Files, folder: &Utf8Path, name: &PackageName) -> Result<Package, HistoryError> {
    origin.check_folder(folder)?;
    let texts = PackageFiles {
        manifest: origin.read(&folder.join(MANIFEST), MAX_MANIFEST_BYTES)?,
        operations: origin.read(&folder.join(OPS), MAX_OPS_BYTES)?,
        source: origin.read(&folder.join(SOURCE), MAX_SOURCE_BYTES)?,
    };
    texts.read(folder, name)
}

/// Reads what is needed to compile a package again: its manifest, whatever its hash says.
pub(crate) fn read_unchecked(origin: &impl Files, folder: &Utf8Path) -> Result<(Manifest, String), HistoryError> {
    origin.check_folder(folder)?;
    let path = folder.join(MANIFEST);
    let value = manifest_value(&path, &origin.read(&path, MAX_MANIFEST_BYTES)?)?;
    let manifest = from_file(&path, decode(&path, value)?)?;
    Ok((manifest, origin.read(&folder.join(SOURCE), MAX_SOURCE_BYTES)?))
}

/// Reads a manifest and the hash that it declares, without what that hash is of.
pub(crate) fn read_manifest_alone(
    origin: &impl Files,
    folder: &Utf8Path,
) -> Result<(Manifest, MigrationHash), HistoryError> {
    origin.check_folder(folder)?;
    let path = folder.join(MANIFEST);
    let value = manifest_value(&path, &origin.read(&path, MAX_MANIFEST_BYTES)?)?;
    let file: ManifestFile = decode(&path, value)?;
    let hash = MigrationHash::parse(&file.migration_hash).ok_or_else(|| HistoryError::Corrupt {
        path: path.clone(),
        message: format!("{:?} is not a package's hash", file.migration_hash),
        line: 0,
    })?;
    Ok((from_file(&path, file)?, hash))
}

fn manifest_value(path: &Utf8Path, text: &str) -> Result<Value, HistoryError> {
    let value = parse(path, text, MAX_MANIFEST_BYTES)?;
    format::check_format(path, &value)?;
    Ok(value)
}

/// Writes a package as a whole.
pub(crate) fn write(folder: &Utf8Path, package: &NewPackage, replace: bool) -> Result<MigrationHash, HistoryError> {
    let (texts, hash) = PackageFiles::of(folder, package)?;
    let files =
        [(SOURCE, texts.source.as_str()), (OPS, texts.operations.as_str()), (MANIFEST, texts.manifest.as_str())];
    for ((name, text), limit) in files.iter().zip([MAX_SOURCE_BYTES, MAX_OPS_BYTES, MAX_MANIFEST_BYTES]) {
        files::check_size(&folder.join(name), text, limit)?;
    }
    files::write_folder(folder, &files, replace)?;
    Ok(hash)
}

fn compute(path: &Utf8Path, manifest: &Value, ops: &Value) -> Result<MigrationHash, HistoryError> {
    canonical(path, MigrationHash::compute(manifest, ops))
}

fn canonical(path: &Utf8Path, hash: Option<MigrationHash>) -> Result<MigrationHash, HistoryError> {
    hash.ok_or_else(|| HistoryError::Corrupt {
        path: path.to_owned(),
        message: "it holds a number that JSON has no canonical form for".to_owned(),
        line: 0,
    })
}

fn to_file(manifest: &Manifest) -> ManifestFile {
    ManifestFile {
        created_at: manifest.created_at.clone(),
        format: FORMAT,
        from: manifest.from.as_ref().map(|hash| hash.as_str().to_owned()),
        migration_hash: String::new(),
        pending_placeholders: manifest
            .placeholders
            .iter()
            .map(|p| PlaceholderFile { line: p.line, question: p.question.clone() })
            .collect(),
        provided_invariants: manifest.provided_invariants.clone(),
        source_digest: manifest.source_digest.as_str().to_owned(),
        space: manifest.space.to_string(),
        to: manifest.to.as_str().to_owned(),
        transaction: manifest.transaction.as_str().to_owned(),
    }
}

fn from_file(path: &Utf8Path, file: ManifestFile) -> Result<Manifest, HistoryError> {
    let bad = |what: &str, value: &str| HistoryError::Corrupt {
        path: path.to_owned(),
        message: format!("{value:?} is not {what}"),
        line: 0,
    };
    let storage = |text: &str| StorageHash::parse(text).ok_or_else(|| bad("a contract's hash", text));
    Ok(Manifest {
        from: file.from.as_deref().map(storage).transpose()?,
        to: storage(&file.to)?,
        space: Space::new(&file.space).ok_or_else(|| bad("a space's name", &file.space))?,
        transaction: match file.transaction.as_str() {
            "package" => TransactionMode::Package,
            "statement" => TransactionMode::Statement,
            other => return Err(bad("a transaction mode", other)),
        },
        provided_invariants: file.provided_invariants,
        placeholders: file
            .pending_placeholders
            .into_iter()
            .map(|p| Placeholder { question: p.question, line: p.line })
            .collect(),
        source_digest: SourceDigest::parse(&file.source_digest)
            .ok_or_else(|| bad("a source digest", &file.source_digest))?,
        created_at: file.created_at,
    })
}
