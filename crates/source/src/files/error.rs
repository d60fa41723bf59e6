//! Why contract files cannot be read.

use std::path::PathBuf;

use thiserror::Error;

use super::{MAX_DEPTH, MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES};

/// Why contract files cannot be read.
#[derive(Debug, Error)]
pub enum FileError {
    /// Nothing is there.
    #[error("there is no {}", path.display())]
    NotFound {
        /// The path.
        path: PathBuf,
        /// The file that includes it, if one does.
        included_by: Option<PathBuf>,
    },
    /// A folder without contract files.
    #[error("{} holds no .sql file", path.display())]
    NoFiles {
        /// The folder.
        path: PathBuf,
    },
    /// Not text.
    #[error("{} is not UTF-8: byte {at}", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The first byte that is not.
        at: usize,
    },
    /// Too much text.
    #[error("{} is larger than {} MiB", path.display(), MAX_FILE_BYTES >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// Too many files, or too much text in all of them.
    #[error("with {} the contract has more than {MAX_FILES} files, or {} MiB", path.display(), MAX_TOTAL_BYTES >> 20)]
    TooMuch {
        /// The file or folder at which the limit is passed.
        path: PathBuf,
    },
    /// Neither a file nor a folder.
    #[error("{} is not a regular file", path.display())]
    NotRegular {
        /// The path.
        path: PathBuf,
    },
    /// Something that a path or a link leads to outside of the project.
    #[error("{} lies outside of {}", path.display(), within.display())]
    Outside {
        /// The path.
        path: PathBuf,
        /// The folder that it should be in.
        within: PathBuf,
        /// The file that includes it, if one does.
        included_by: Option<PathBuf>,
    },
    /// A file that includes itself, or a folder that links to itself.
    #[error("{} leads back to itself", path.display())]
    Cycle {
        /// The path at which the circle closes.
        path: PathBuf,
        /// The file that includes it, if one does.
        included_by: Option<PathBuf>,
    },
    /// Files that include each other, or folders in each other, without end.
    #[error("{} lies more than {MAX_DEPTH} levels deep", path.display())]
    TooDeep {
        /// The path.
        path: PathBuf,
    },
    /// The system refused.
    #[error("{0}")]
    Io(std::io::Error),
}

impl FileError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "CONTRACT.FILE_NOT_FOUND",
            Self::NoFiles { .. } => "CONTRACT.NO_FILES",
            Self::NotUtf8 { .. } => "CONTRACT.NOT_UTF8",
            Self::TooLarge { .. } | Self::TooMuch { .. } => "CONTRACT.FILE_TOO_LARGE",
            Self::NotRegular { .. } => "CONTRACT.NOT_REGULAR",
            Self::Outside { .. } => "CONTRACT.OUTSIDE_PROJECT",
            Self::Cycle { .. } => "CONTRACT.FILE_CYCLE",
            Self::TooDeep { .. } => "CONTRACT.FILE_TOO_DEEP",
            Self::Io(_) => "CONTRACT.FILE_UNREADABLE",
        }
    }

    /// Why it is an error.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::NotFound { included_by: Some(by), .. } | Self::Cycle { included_by: Some(by), .. } => {
                Some(format!("{} includes it", by.display()))
            }
            Self::Outside { included_by, .. } => {
                let why = "what a contract says must be in the project, or another checkout would say something else";
                Some(match included_by {
                    Some(by) => format!("{} includes it; {why}", by.display()),
                    None => format!("a path or a link leads there; {why}"),
                })
            }
            Self::NotRegular { .. } => Some("reading a pipe or a device may never end".to_owned()),
            _ => None,
        }
    }

    /// The next step.
    pub fn fix(&self) -> Option<String> {
        Some(match self {
            Self::NotFound { included_by: None, .. } => {
                "write it there, or say in novate.toml where it is: [space.app] contract = \"...\"".to_owned()
            }
            Self::NotFound { .. } => "mend the path, which is relative to the including file with \\ir".to_owned(),
            Self::NoFiles { .. } => "write the contract into a .sql file there".to_owned(),
            Self::NotUtf8 { path, .. } => format!("save {} as UTF-8", path.display()),
            Self::TooLarge { .. } => "split it, and leave data out: pg_dump --schema-only".to_owned(),
            Self::TooMuch { .. } => {
                "name the folder that holds the contract alone, and include each file once".to_owned()
            }
            Self::NotRegular { path } => format!("replace {} with a regular file", path.display()),
            Self::Outside { within, .. } => {
                format!("copy it into {}, or move novate.toml to a folder above both", within.display())
            }
            Self::Cycle { .. } | Self::TooDeep { .. } => "remove the line or link that leads back".to_owned(),
            Self::Io(_) => "check the path, its links, its owner and its permissions".to_owned(),
        })
    }
}
