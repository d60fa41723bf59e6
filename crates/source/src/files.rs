//! Contract files from disk: the only part of this crate that reads it.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::text::{Include, SourceFile};

mod error;

pub use error::FileError;

/// The most that one file may hold; far beyond any schema.
pub const MAX_FILE_BYTES: u64 = 64 << 20;
/// The most that all files of a contract may hold together: a machine bears it several times over.
pub const MAX_TOTAL_BYTES: u64 = 256 << 20;
/// The most files and folders that are looked at, each inclusion counted: files that include others twice each would
/// otherwise never end.
pub const MAX_FILES: usize = 100_000;
/// How deep files may include each other, and folders nest: deeper than people can follow.
pub const MAX_DEPTH: usize = 32;

/// Reads a contract: one file, or every `.sql` file in a folder and those below it, in name order. What their `\i` and
/// `\ir` lines include comes with them: `\i` is relative to the working directory, `\ir` to the including file.
///
/// Nothing outside of the folder `within` is read, whatever paths, links and inclusions say.
pub fn read(path: &Path, within: &Path) -> Result<Vec<SourceFile>, FileError> {
    let root = fs_err::canonicalize(within).map_err(|error| not_found(error, within, None))?;
    let mut disk = Disk { within, root, stack: Vec::new(), seen: 0, bytes: 0 };
    let is_folder = match fs_err::metadata(path) {
        Ok(found) => found.is_dir(),
        Err(error) => return Err(not_found(error, path, None)),
    };
    if !is_folder {
        return Ok(vec![disk.file(path, None)?]);
    }
    let mut found = Vec::new();
    disk.folder(path, &mut Vec::new(), &mut found)?;
    if found.is_empty() {
        return Err(FileError::NoFiles { path: path.to_owned() });
    }
    found.sort();
    let mut files = Vec::with_capacity(found.len());
    for path in &found {
        files.push(disk.file(path, None)?);
    }
    // A file that another one includes is not read twice.
    let mut included = BTreeSet::new();
    for file in &files {
        collect_included(file, &mut included);
    }
    files.retain(|file| !included.contains(&file.path));
    Ok(files)
}

fn collect_included(file: &SourceFile, all: &mut BTreeSet<String>) {
    for include in &file.includes {
        all.insert(include.file.path.clone());
        collect_included(&include.file, all);
    }
}

fn not_found(error: std::io::Error, path: &Path, included_by: Option<&Path>) -> FileError {
    if error.kind() == std::io::ErrorKind::NotFound {
        FileError::NotFound { path: path.to_owned(), included_by: included_by.map(Path::to_owned) }
    } else {
        FileError::Io(error)
    }
}

struct Disk<'a> {
    /// The folder that everything must be in, as people call it.
    within: &'a Path,
    /// The same without links.
    root: PathBuf,
    /// The files that are being read, each included by the one before it.
    stack: Vec<PathBuf>,
    /// How many files and folders were looked at.
    seen: usize,
    /// How many bytes were read.
    bytes: u64,
}

impl Disk<'_> {
    /// The path without links, where it is inside of the project.
    fn real(&mut self, path: &Path, included_by: Option<&Path>) -> Result<PathBuf, FileError> {
        self.seen += 1;
        if self.seen > MAX_FILES {
            return Err(FileError::TooMuch { path: path.to_owned() });
        }
        let real = fs_err::canonicalize(path).map_err(|error| not_found(error, path, included_by))?;
        if real.starts_with(&self.root) {
            Ok(real)
        } else {
            let included_by = included_by.map(Path::to_owned);
            Err(FileError::Outside { path: path.to_owned(), within: self.within.to_owned(), included_by })
        }
    }

    fn folder(&mut self, path: &Path, above: &mut Vec<PathBuf>, found: &mut Vec<PathBuf>) -> Result<(), FileError> {
        if above.len() >= MAX_DEPTH {
            return Err(FileError::TooDeep { path: path.to_owned() });
        }
        let real = self.real(path, None)?;
        if above.contains(&real) {
            return Err(FileError::Cycle { path: path.to_owned(), included_by: None });
        }
        above.push(real);
        for entry in fs_err::read_dir(path).map_err(FileError::Io)? {
            let entry = entry.map_err(FileError::Io)?;
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let is_folder = fs_err::metadata(&path).map_err(|error| not_found(error, &path, None))?.is_dir();
            if is_folder {
                self.folder(&path, above, found)?;
            } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql")) {
                found.push(path);
            }
        }
        above.pop();
        Ok(())
    }

    fn file(&mut self, path: &Path, included_by: Option<&Path>) -> Result<SourceFile, FileError> {
        let real = self.real(path, included_by)?;
        if self.stack.contains(&real) {
            return Err(FileError::Cycle { path: path.to_owned(), included_by: included_by.map(Path::to_owned) });
        }
        if self.stack.len() >= MAX_DEPTH {
            return Err(FileError::TooDeep { path: path.to_owned() });
        }
        let mut file = SourceFile::new(path.to_string_lossy(), self.text(path)?);
        self.stack.push(real);
        for (at, relative, target) in include_lines(&file.text) {
            let target = match path.parent() {
                Some(parent) if relative => parent.join(target),
                _ => PathBuf::from(target),
            };
            file.includes.push(Include { at, file: self.file(&target, Some(path))? });
        }
        self.stack.pop();
        Ok(file)
    }

    fn text(&mut self, path: &Path) -> Result<String, FileError> {
        let found = fs_err::metadata(path).map_err(FileError::Io)?;
        if !found.is_file() {
            return Err(FileError::NotRegular { path: path.to_owned() });
        }
        let file = fs_err::File::open(path).map_err(FileError::Io)?;
        let mut bytes = Vec::new();
        // What is far too large is not read at all; what grows meanwhile is cut off.
        if found.len() <= MAX_FILE_BYTES {
            file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(FileError::Io)?;
        }
        let size = found.len().max(bytes.len() as u64);
        if size > MAX_FILE_BYTES {
            return Err(FileError::TooLarge { path: path.to_owned() });
        }
        self.bytes += size;
        if self.bytes > MAX_TOTAL_BYTES {
            return Err(FileError::TooMuch { path: path.to_owned() });
        }
        String::from_utf8(bytes)
            .map_err(|error| FileError::NotUtf8 { path: path.to_owned(), at: error.utf8_error().valid_up_to() })
    }
}

/// The lines that include a file: where each begins, whether its path is relative to this file, and the path.
///
/// Only lines outside strings and comments count: those that lie in no statement.
fn include_lines(text: &str) -> Vec<(usize, bool, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some((relative, target)) = include_line(line) {
            found.push((at, relative, target));
        }
        at += line.len();
    }
    if !found.is_empty() {
        let script = novate_sql::parse(text);
        let inside = |at: usize| {
            script.statements.iter().any(|it| it.span.start < at && at < it.span.end)
                || script.comments.iter().any(|it| it.span.start < at && at < it.span.end)
        };
        found.retain(|(at, ..)| !inside(*at));
    }
    found
}

fn include_line(line: &str) -> Option<(bool, String)> {
    let rest = line.trim().strip_prefix('\\')?;
    let (command, argument) = rest.split_once(char::is_whitespace)?;
    let relative = match command {
        "i" | "include" => false,
        "ir" | "include_relative" => true,
        _ => return None,
    };
    let argument = argument.trim();
    let unquoted = argument.strip_prefix('\'').and_then(|it| it.strip_suffix('\''));
    Some((relative, unquoted.unwrap_or(argument).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_outside_statements_include() {
        let text = "\\ir a.sql\nCREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$\n\\i b.sql\n$$;\n\\i 'c d.sql'\n";
        let found: Vec<_> = include_lines(text).into_iter().map(|(_, relative, path)| (relative, path)).collect();
        assert_eq!(found, [(true, "a.sql".to_owned()), (false, "c d.sql".to_owned())]);
    }
}
