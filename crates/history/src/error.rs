//! What can be wrong with what is on disk.

use camino::{Utf8Path, Utf8PathBuf};
use novate_contract::{ContractError, StorageHash};

use crate::graph::describe;
use crate::{Edge, Landmark, Uncovered};

/// An error of the history, with a stable code.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// A file or folder could not be read or written.
    #[error("{path} could not be {action}: {source}")]
    Io {
        /// The file or folder.
        path: Utf8PathBuf,
        /// `read`, `written`, ...
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file that a package or snapshot must have is not there.
    #[error("{path} is missing")]
    FileMissing {
        /// The file.
        path: Utf8PathBuf,
    },
    /// A file is larger than anything that novate writes.
    #[error("{path} is larger than {} MiB", limit >> 20)]
    TooLarge {
        /// The file.
        path: Utf8PathBuf,
        /// The limit in bytes.
        limit: usize,
    },
    /// A file is not text.
    #[error("{path} is not UTF-8: byte {at}")]
    NotUtf8 {
        /// The file.
        path: Utf8PathBuf,
        /// The first byte that is not, from 0.
        at: usize,
    },
    /// A file or folder is a link, or not of the kind that belongs there.
    #[error("{path} is not a regular {expected}")]
    NotRegular {
        /// The path.
        path: Utf8PathBuf,
        /// `file` or `folder`.
        expected: &'static str,
    },
    /// A file is not the JSON that it should be.
    #[error("{path} cannot be understood: {message}")]
    Corrupt {
        /// The file.
        path: Utf8PathBuf,
        /// What is wrong with it.
        message: String,
        /// Line, from 1, where known.
        line: usize,
    },
    /// A file has a format that this version does not know.
    #[error("{path} has format {found}, and this version of novate reads format {known}")]
    FormatUnknown {
        /// The file.
        path: Utf8PathBuf,
        /// What it says.
        found: String,
        /// What is known.
        known: u64,
    },
    /// A package's ops or manifest are not what its hash says.
    #[error("the package {package} was changed after it was compiled")]
    HashMismatch {
        /// The package.
        package: String,
        /// Its manifest.
        path: Utf8PathBuf,
        /// What the manifest says.
        expected: String,
        /// What the files give.
        found: String,
    },
    /// `migration.sql` was edited and not compiled again.
    #[error("the migration.sql of {package} was edited and not emitted since")]
    SourceStale {
        /// The package.
        package: String,
        /// The source.
        path: Utf8PathBuf,
    },
    /// A package still has placeholders.
    #[error("the package {package} has {} to fill", count_placeholders(.placeholders.len()))]
    UnfilledPlaceholder {
        /// The package.
        package: String,
        /// The source.
        path: Utf8PathBuf,
        /// What is asked for, with its line.
        placeholders: Vec<crate::Placeholder>,
    },
    /// A snapshot is not what its folder says.
    #[error("the snapshot {hash} was changed")]
    SnapshotMismatch {
        /// The folder's hash.
        hash: StorageHash,
        /// The file.
        path: Utf8PathBuf,
        /// The contract's own error.
        #[source]
        source: Option<Box<ContractError>>,
    },
    /// A contract that an edge touches has no snapshot.
    #[error("there is no snapshot of the contract {}", .hash.short())]
    SnapshotMissing {
        /// The contract.
        hash: StorageHash,
        /// Where it should be.
        path: Utf8PathBuf,
        /// The package or ref that needs it.
        needed_by: String,
    },
    /// There is no package where a program should take its packages from.
    #[error("there is no package in {folder}")]
    NoPackages {
        /// The folder.
        folder: Utf8PathBuf,
        /// What lies in it instead, where it holds the folders of spaces.
        spaces: Vec<String>,
    },
    /// A package of that name exists.
    #[error("a package named {name} is there already")]
    PackageExists {
        /// Its name.
        name: String,
    },
    /// Others build on a package that should be written again.
    #[error("the package {package} cannot be emitted again: {reason}")]
    PackageInUse {
        /// The package.
        package: String,
        /// Who needs it.
        reason: String,
    },
    /// Two branches end in different contracts.
    #[error("the history of space {space} ends in {} contracts", .heads.len())]
    Diverged {
        /// The space.
        space: String,
        /// The heads, each with the package that leads to it.
        heads: Vec<(StorageHash, String)>,
        /// The contract at which they part, where there is one.
        join: Option<String>,
        /// The packages between there and the heads.
        branches: Vec<Edge>,
    },
    /// Nothing has that name.
    #[error("{text:?} is neither a contract, a ref, a package nor a hash that is known here")]
    UnknownState {
        /// What was asked for.
        text: String,
        /// The nearest known name.
        nearest: Option<String>,
    },
    /// A prefix that fits several hashes.
    #[error("{text} fits several contracts: {}", .candidates.join(", "))]
    AmbiguousState {
        /// The prefix.
        text: String,
        /// What it fits.
        candidates: Vec<String>,
    },
    /// A ref's name is not one.
    #[error("{name:?} cannot be the name of a ref")]
    InvalidRefName {
        /// What was given.
        name: String,
    },
    /// There is no such ref.
    #[error("there is no ref {name}")]
    RefMissing {
        /// Its name.
        name: String,
    },
    /// A ref is not what its digest says.
    #[error("the ref {name} was changed by hand")]
    RefMismatch {
        /// Its name.
        name: String,
        /// Its file.
        path: Utf8PathBuf,
    },
    /// A ref points at a contract that is not in the graph.
    #[error("the ref {name} points at a contract that no package touches")]
    RefDangling {
        /// Its name.
        name: String,
        /// The contract.
        hash: StorageHash,
    },
    /// A ref requires what no package provides.
    #[error("no package provides {invariant}")]
    UnknownInvariant {
        /// The ref's name.
        name: String,
        /// What it requires.
        invariant: String,
        /// What packages provide.
        known: Vec<String>,
    },
    /// A package's name is not one.
    #[error("{name:?} cannot be the name of a package")]
    InvalidPackageName {
        /// What was given.
        name: String,
    },
    /// No package leads there.
    #[error("no route leads from {from} to {to}")]
    Unreachable {
        /// Where it should start.
        from: String,
        /// Where it should end.
        to: String,
        /// What can be reached from the start, the nearest to the end first.
        reachable: Vec<Landmark>,
        /// How many packages the start is behind the end, where the way leads there.
        back: Option<u32>,
    },
    /// A database stands at a contract that the graph does not know.
    #[error("the contract {} is in no package here", .hash.short())]
    UnknownMarker {
        /// The contract.
        hash: StorageHash,
        /// Where the history ends instead.
        heads: Vec<Landmark>,
    },
    /// Routes lead there, but none provides what is required.
    #[error("no route from {from} to {to} provides {}", names(.missing))]
    InvariantsUncovered {
        /// Where it should start.
        from: String,
        /// Where it should end.
        to: String,
        /// The invariants that no route passes; all that are wanted where each is on some route and no route has all.
        missing: Vec<Uncovered>,
    },
    /// So much is required, in so many orders, that the best route cannot be found.
    #[error("the required invariants leave too many routes to choose from")]
    TooManyInvariants {
        /// How many of them leave a choice.
        choices: usize,
    },
}

fn names(missing: &[Uncovered]) -> String {
    missing.iter().map(|uncovered| uncovered.invariant.as_str()).collect::<Vec<_>>().join(", ")
}

/// Contracts, each with the package that leads there.
fn places(landmarks: &[Landmark]) -> String {
    let place = |landmark: &Landmark| {
        let name = describe(&landmark.node);
        landmark.package.as_ref().map_or_else(|| name.clone(), |package| format!("{name} ({package})"))
    };
    landmarks.iter().map(place).collect::<Vec<_>>().join(", ")
}

/// The name that was probably meant.
fn nearest<'a>(known: &'a [String], text: &str) -> Option<&'a String> {
    let near = known.iter().map(|name| (strsim::damerau_levenshtein(name, text), name)).min();
    near.filter(|(distance, name)| *distance <= name.len() / 3 + 1).map(|(_, name)| name)
}

fn count_placeholders(count: usize) -> String {
    if count == 1 { "one placeholder".to_owned() } else { format!("{count} placeholders") }
}

impl Uncovered {
    fn why(&self, to: &str) -> String {
        let name = &self.invariant;
        let providers: Vec<String> =
            self.providers.iter().map(|(package, start, end)| format!("{package} ({start} to {end})")).collect();
        if providers.is_empty() {
            format!("no package provides {name}")
        } else {
            format!("{name} is provided by {}, which no route to {to} can pass with the others", providers.join(", "))
        }
    }
}

impl HistoryError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "MIGRATION.IO",
            Self::FileMissing { .. } => "MIGRATION.FILE_MISSING",
            Self::TooLarge { .. } => "MIGRATION.TOO_LARGE",
            Self::NotUtf8 { .. } => "MIGRATION.NOT_UTF8",
            Self::NotRegular { .. } => "MIGRATION.NOT_REGULAR",
            Self::Corrupt { .. } => "MIGRATION.CORRUPT",
            Self::FormatUnknown { .. } => "MIGRATION.FORMAT_UNKNOWN",
            Self::HashMismatch { .. } => "MIGRATION.HASH_MISMATCH",
            Self::SourceStale { .. } => "MIGRATION.SOURCE_STALE",
            Self::UnfilledPlaceholder { .. } => "MIGRATION.UNFILLED_PLACEHOLDER",
            Self::SnapshotMismatch { .. } => "SNAPSHOT.HASH_MISMATCH",
            Self::SnapshotMissing { .. } => "SNAPSHOT.MISSING",
            Self::NoPackages { .. } => "MIGRATION.NO_PACKAGES",
            Self::PackageExists { .. } => "MIGRATION.EXISTS",
            Self::PackageInUse { .. } => "MIGRATION.IN_USE",
            Self::Diverged { .. } => "MIGRATION.DIVERGED",
            Self::UnknownState { .. } => "STATE.UNKNOWN",
            Self::AmbiguousState { .. } => "STATE.AMBIGUOUS",
            Self::InvalidRefName { .. } => "REF.INVALID_NAME",
            Self::RefMissing { .. } => "REF.MISSING",
            Self::RefMismatch { .. } => "REF.HASH_MISMATCH",
            Self::RefDangling { .. } => "REF.DANGLING",
            Self::UnknownInvariant { .. } => "REF.UNKNOWN_INVARIANT",
            Self::InvalidPackageName { .. } => "MIGRATION.INVALID_NAME",
            Self::Unreachable { .. } => "MIGRATION.UNREACHABLE",
            Self::UnknownMarker { .. } => "MIGRATION.MARKER_UNKNOWN",
            Self::InvariantsUncovered { .. } => "MIGRATION.INVARIANTS_UNCOVERED",
            Self::TooManyInvariants { .. } => "MIGRATION.TOO_MANY_INVARIANTS",
        }
    }

    /// Why it is so, where the message does not say.
    pub fn why(&self) -> Option<String> {
        Some(match self {
            Self::HashMismatch { expected, found, .. } => format!(
                "ops.json and migration.json give the hash {}, and the manifest says {}; what runs must be what was \
                 reviewed",
                short(found),
                short(expected)
            ),
            Self::SourceStale { .. } => {
                "ops.json was compiled from another text; running it would not run what the file says".to_owned()
            }
            Self::UnfilledPlaceholder { placeholders, .. } => {
                placeholders.iter().map(|p| p.question.clone()).collect::<Vec<_>>().join("; ")
            }
            Self::SnapshotMismatch { source: Some(source), .. } => source.to_string(),
            Self::SnapshotMismatch { source: None, .. } => "its content has another hash than its folder".to_owned(),
            Self::SnapshotMissing { needed_by, .. } => format!("{needed_by} needs it"),
            Self::NoPackages { spaces, .. } if !spaces.is_empty() => {
                format!("it holds the folders of spaces: {}", spaces.join(", "))
            }
            Self::Diverged { heads, join, .. } => {
                let branches =
                    heads.iter().map(|(hash, package)| format!("{} ({package})", hash.short())).collect::<Vec<_>>();
                match join {
                    Some(join) => format!("{}; they part at {join}", branches.join(" and ")),
                    None => branches.join(" and "),
                }
            }
            Self::UnknownState { nearest: Some(nearest), .. } => format!("did you mean {nearest}?"),
            Self::Unreachable { from, to, reachable, back } => {
                let behind = match back {
                    Some(1) => format!("{from} is one package past {to}; "),
                    Some(steps) => format!("{from} is {steps} packages past {to}; "),
                    None => String::new(),
                };
                if reachable.is_empty() {
                    format!("{behind}no package leads on from {from}")
                } else {
                    format!("{behind}from {from} one can reach {}", places(reachable))
                }
            }
            Self::UnknownMarker { heads, .. } if !heads.is_empty() => {
                format!("the history here ends in {}", places(heads))
            }
            Self::InvariantsUncovered { missing, to, .. } => {
                missing.iter().map(|uncovered| uncovered.why(to)).collect::<Vec<_>>().join("; ")
            }
            Self::TooManyInvariants { choices } => {
                format!("{choices} of them can each be provided in more than one way")
            }
            Self::TooLarge { .. } => "nothing that novate writes there is that large".to_owned(),
            Self::RefMismatch { .. } => {
                "its contract, its invariants or its file's name is another than novate wrote".to_owned()
            }
            Self::RefDangling { hash, .. } => format!("it points at {}", hash.short()),
            Self::UnknownInvariant { known, .. } if known.is_empty() => "no transform has an @invariant".to_owned(),
            Self::UnknownInvariant { name, known, invariant } => match nearest(known, invariant) {
                Some(near) => format!("the ref {name} requires it; did you mean {near}?"),
                None => format!("the ref {name} requires it; known are {}", known.join(", ")),
            },
            Self::NotRegular { .. } => {
                "links could lead outside the project, so novate does not follow them".to_owned()
            }
            _ => return None,
        })
    }

    /// The next step.
    pub fn fix(&self) -> Option<String> {
        Some(match self {
            Self::HashMismatch { package, .. } | Self::SourceStale { package, .. } => {
                format!("novate migration emit {package}")
            }
            Self::UnfilledPlaceholder { package, .. } => {
                format!("replace the line with statements, then: novate migration emit {package}")
            }
            Self::NotUtf8 { path, .. } if path.extension() == Some("sql") => {
                format!("save {path} as UTF-8, then: novate migration emit {}", package_of(path))
            }
            Self::SnapshotMismatch { path, .. }
            | Self::Corrupt { path, .. }
            | Self::TooLarge { path, .. }
            | Self::NotUtf8 { path, .. }
            | Self::FileMissing { path } => {
                format!("git checkout -- {path}")
            }
            Self::RefMismatch { name, path } => format!(
                "git checkout -- {path}; or set it anew: novate ref delete {name}, then novate ref set {name} <contract>"
            ),
            Self::RefDangling { name, .. } => {
                format!("novate ref set {name} <contract>, or novate ref delete {name}")
            }
            Self::UnknownInvariant { invariant, .. } => format!(
                "correct the name, or write what provides it: novate migration new {invariant}, with @invariant \
                 {invariant} in its transform"
            ),
            Self::SnapshotMissing { path, .. } => format!("restore {path} from version control"),
            Self::NoPackages { folder, spaces } => match spaces.first() {
                Some(space) => format!("name a space's folder: {}", folder.join(space)),
                None => {
                    "name the folder that holds a space's packages, such as migrations/app; novate plan writes the \
                         first of them"
                        .to_owned()
                }
            },
            Self::PackageExists { .. } => "choose another name with --name".to_owned(),
            Self::PackageInUse { package, .. } => format!("novate migration emit {package} --force"),
            Self::Diverged { .. } => {
                "bring both changes into the contract, then: novate plan --merge, which writes a package from each head"
                    .to_owned()
            }
            Self::UnknownState { .. } | Self::RefMissing { .. } => "novate migration list; novate ref list".to_owned(),
            Self::AmbiguousState { .. } => "give more of it".to_owned(),
            Self::FormatUnknown { .. } => "use the version of novate that wrote it, or a newer one".to_owned(),
            Self::NotRegular { path, expected } => format!("replace {path} with a regular {expected}"),
            Self::UnknownMarker { hash, .. } => format!(
                "bring the packages that lead to {} into this checkout (git pull), or look at the database with: novate \
                 db verify --schema-only",
                hash.short()
            ),
            Self::Unreachable { from, to, .. } => format!("novate plan --from {from} --to {to}"),
            Self::InvariantsUncovered { to, missing, .. } => {
                let wanted = missing.first().map(|uncovered| uncovered.invariant.as_str()).unwrap_or_default();
                format!("novate migration new {wanted} --from {to}, with @invariant {wanted} in its transform")
            }
            Self::TooManyInvariants { .. } => {
                "go there in stages: novate migrate --to PACKAGE, with one that lies on the way".to_owned()
            }
            Self::InvalidRefName { .. } => "use letters, digits, '-', '_' and '/'".to_owned(),
            Self::InvalidPackageName { .. } => "use letters, digits, '-' and '_'".to_owned(),
            Self::Io { .. } => return None,
        })
    }

    /// The file that it is about, with a line where one is known.
    pub fn place(&self) -> Option<(&Utf8PathBuf, Option<usize>)> {
        match self {
            Self::Corrupt { path, line, .. } => Some((path, (*line > 0).then_some(*line))),
            Self::UnfilledPlaceholder { path, placeholders, .. } => Some((path, placeholders.first().map(|p| p.line))),
            Self::Io { path, .. }
            | Self::FileMissing { path }
            | Self::TooLarge { path, .. }
            | Self::NotUtf8 { path, .. }
            | Self::RefMismatch { path, .. }
            | Self::NotRegular { path, .. }
            | Self::FormatUnknown { path, .. }
            | Self::HashMismatch { path, .. }
            | Self::SourceStale { path, .. }
            | Self::SnapshotMismatch { path, .. }
            | Self::NoPackages { folder: path, .. }
            | Self::SnapshotMissing { path, .. } => Some((path, None)),
            _ => None,
        }
    }
}

/// The package that a file lies in.
fn package_of(path: &Utf8Path) -> &str {
    path.parent().and_then(Utf8Path::file_name).unwrap_or_default()
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
