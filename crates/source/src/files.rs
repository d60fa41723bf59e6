//! Contract files from disk: the only part of this crate that reads it.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::text::{Include, SourceFile};

/// The most that one file may hold; far beyond any schema.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// How deep files may include each other, and folders nest.
const MAX_DEPTH: usize = 32;

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
    #[error("{} is larger than {} MiB", path.display(), MAX_FILE_BYTES / 1024 / 1024)]
    TooLarge {
        /// The file.
        path: PathBuf,
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
            Self::TooLarge { .. } => "CONTRACT.FILE_TOO_LARGE",
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
            Self::Cycle { .. } | Self::TooDeep { .. } => "remove the line or link that leads back".to_owned(),
            Self::Io(_) => return None,
        })
    }
}

/// Reads a contract: one file, or every `.sql` file in a folder and those below it, in name order. What their `\i` and
/// `\ir` lines include comes with them: `\i` is relative to the working directory, `\ir` to the including file.
pub fn read(path: &Path) -> Result<Vec<SourceFile>, FileError> {
    let is_folder = match fs_err::metadata(path) {
        Ok(found) => found.is_dir(),
        Err(error) => return Err(not_found(error, path, None)),
    };
    let mut disk = Disk { stack: Vec::new() };
    if !is_folder {
        return Ok(vec![disk.file(path, None)?]);
    }
    let mut found = Vec::new();
    folder(path, &mut Vec::new(), &mut found)?;
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

fn folder(path: &Path, above: &mut Vec<PathBuf>, found: &mut Vec<PathBuf>) -> Result<(), FileError> {
    if above.len() >= MAX_DEPTH {
        return Err(FileError::TooDeep { path: path.to_owned() });
    }
    let real = fs_err::canonicalize(path).map_err(FileError::Io)?;
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
            folder(&path, above, found)?;
        } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql")) {
            found.push(path);
        }
    }
    above.pop();
    Ok(())
}

fn not_found(error: std::io::Error, path: &Path, included_by: Option<&Path>) -> FileError {
    if error.kind() == std::io::ErrorKind::NotFound {
        FileError::NotFound { path: path.to_owned(), included_by: included_by.map(Path::to_owned) }
    } else {
        FileError::Io(error)
    }
}

struct Disk {
    /// The files that are being read, each included by the one before it.
    stack: Vec<PathBuf>,
}

impl Disk {
    fn file(&mut self, path: &Path, included_by: Option<&Path>) -> Result<SourceFile, FileError> {
        let real = fs_err::canonicalize(path).map_err(|error| not_found(error, path, included_by))?;
        if self.stack.contains(&real) {
            return Err(FileError::Cycle { path: path.to_owned(), included_by: included_by.map(Path::to_owned) });
        }
        if self.stack.len() >= MAX_DEPTH {
            return Err(FileError::TooDeep { path: path.to_owned() });
        }
        let mut file = SourceFile::new(path.to_string_lossy(), text(path)?);
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
}

fn text(path: &Path) -> Result<String, FileError> {
    let file = fs_err::File::open(path).map_err(FileError::Io)?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(FileError::Io)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(FileError::TooLarge { path: path.to_owned() });
    }
    String::from_utf8(bytes)
        .map_err(|error| FileError::NotUtf8 { path: path.to_owned(), at: error.utf8_error().valid_up_to() })
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
