//! The emitted contract, `contracts/app.contract.json`: what is on disk, held against the sources.

use camino::Utf8Path;
use novate_contract::{Contract, ContractError, StorageHash, json};

use crate::exit::Exit;
use crate::files::{self, Unreadable};
use crate::problem::{Place, Problem, shorten};

/// What there is of the emitted contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Emitted {
    /// It says what the sources say, in whatever layout.
    Current,
    /// It is as novate wrote it, and the sources say something else by now.
    Stale,
    /// There is none.
    Missing,
}

impl Emitted {
    /// Holds the file against the sources' contract. One that novate did not write so is an error.
    pub(crate) fn find(path: &Utf8Path, contract: &Contract) -> Result<Self, Problem> {
        Self::find_with_hash(path, contract, &json::storage_hash(contract))
    }

    /// [`Self::find`] where the contract's hash is known.
    pub(crate) fn find_with_hash(path: &Utf8Path, contract: &Contract, hash: &StorageHash) -> Result<Self, Problem> {
        if files::is_link(path) {
            return Err(unreadable(path, &Unreadable::NotRegular));
        }
        let text = match files::read(path, json::MAX_BYTES) {
            Ok(text) => text,
            Err(Unreadable::Missing) => return Ok(Self::Missing),
            Err(error) => return Err(unreadable(path, &error)),
        };
        // What is written of this contract is what novate wrote: nothing of it needs to be read.
        if json::says(&text, contract, hash) {
            return Ok(Self::Current);
        }
        let written = json::from_json(&text).map_err(|error| damaged(path, &error))?;
        // The storage hash says nothing of the order of columns.
        let same = json::to_json(&written) == json::to_json_with_hash(contract, hash);
        Ok(if same { Self::Current } else { Self::Stale })
    }

    /// What is wrong with it, where something is.
    pub(crate) fn problem(self, path: &Utf8Path) -> Option<Problem> {
        let shown = shorten(path.to_owned());
        let (summary, why) = match self {
            Self::Current => return None,
            Self::Stale => {
                (format!("{shown} is not what the contract says"), "the contract was edited since it was emitted")
            }
            Self::Missing => {
                (format!("{shown} is not there"), "the contract was never emitted, or the file was deleted")
            }
        };
        Some(
            Problem::input("CONTRACT.STALE", summary)
                .why(why)
                .fix("novate contract emit")
                .exit(Exit::Differences)
                .at(Place::file(path)),
        )
    }
}

fn unreadable(path: &Utf8Path, error: &Unreadable) -> Problem {
    let code = match error {
        Unreadable::NotRegular => "CONTRACT.NOT_REGULAR",
        Unreadable::TooLarge(_) => "CONTRACT.TOO_LARGE",
        Unreadable::NotUtf8(_) => "CONTRACT.NOT_UTF8",
        Unreadable::Missing | Unreadable::Io(_) => "CONTRACT.FILE_UNREADABLE",
    };
    not_as_written(code, path).why(error.to_string())
}

fn damaged(path: &Utf8Path, error: &ContractError) -> Problem {
    let mut problem = not_as_written(error.code(), path).why(error.to_string());
    if let ContractError::FormatUnknown { .. } = error {
        problem.summary = error.to_string();
        problem.why = error.why();
        problem.fix = error.fix();
    }
    problem
}

fn not_as_written(code: &'static str, path: &Utf8Path) -> Problem {
    Problem::input(code, format!("{} is not as novate wrote it", shorten(path.to_owned())))
        .fix("novate contract emit writes it anew from the contract's sources")
        .exit(Exit::Differences)
        .at(Place::file(path))
}
