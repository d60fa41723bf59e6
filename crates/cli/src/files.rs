//! Reading files of people's: bounded, and never what is no file. Contracts and packages have readers of their own.

use std::io::Read as _;

use camino::Utf8Path;

/// The most that `novate.toml` and `.env` may hold: people write them, by the line.
pub(crate) const MAX_SETTINGS_BYTES: usize = 1 << 20;

/// Why a file was not read.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// It is not there.
    Missing,
    /// A folder, a pipe, a device.
    NotRegular,
    /// It has more than this many bytes.
    TooLarge(usize),
    /// From this byte on it is not UTF-8.
    NotUtf8(usize),
    /// The system refused.
    Io(std::io::Error),
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("it is not there"),
            Self::NotRegular => f.write_str("it is not a regular file"),
            Self::TooLarge(limit) => write!(f, "it is larger than {} MiB", limit >> 20),
            Self::NotUtf8(at) => write!(f, "it is not UTF-8: byte {at}"),
            Self::Io(error) => error.fmt(f),
        }
    }
}

/// The text of a file of at most `limit` bytes. Links are followed: settings are often mounted as such.
pub(crate) fn read(path: &Utf8Path, limit: usize) -> Result<String, Unreadable> {
    let found = match path.metadata() {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !is_link(path) => {
            return Err(Unreadable::Missing);
        }
        Err(error) => return Err(Unreadable::Io(error)),
    };
    if !found.is_file() {
        return Err(Unreadable::NotRegular);
    }
    let most = limit as u64;
    if found.len() > most {
        return Err(Unreadable::TooLarge(limit));
    }
    let mut bytes = Vec::new();
    fs_err::File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes)).map_err(Unreadable::Io)?;
    // It may have grown since.
    if bytes.len() > limit {
        return Err(Unreadable::TooLarge(limit));
    }
    String::from_utf8(bytes).map_err(|error| Unreadable::NotUtf8(error.utf8_error().valid_up_to()))
}

/// Whether a link is there, even one that leads nowhere.
pub(crate) fn is_link(path: &Utf8Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_symlink())
}
