//! The one error of this crate.

use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};

use novate_history::HistoryError;
use novate_runner::connection::ConnectionError;
use novate_runner::{LeftBehind, MigrateError, RunError};

use crate::finding;

/// Why something could not be done, what is left behind, and the next step.
///
/// `Display` (and `Debug`, which is what `main` prints) is for people, in a few lines. For programs there are
/// [`code`](Self::code) and [`kind`](Self::kind). Neither holds a password.
pub struct Error(Box<Inner>);

struct Inner {
    code: &'static str,
    kind: ErrorKind,
    space: Option<String>,
    summary: String,
    why: Option<String>,
    fix: Option<String>,
    file: Option<(PathBuf, Option<usize>)>,
    left: LeftBehind,
    also: Vec<Error>,
}

/// What an application may want to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The packages are not in order: edited, incomplete, or of two branches.
    History,
    /// What was asked for does not exist: a ref, a package, an environment variable.
    Input,
    /// The database could not be reached, or was lost. Trying again may help.
    Connection,
    /// Others held locks, or worked on the database, for longer than was allowed. Trying again may help.
    Locked,
    /// The database is past the goal, or at a contract that these packages do not know: another version of the
    /// application brought it there. See [`Migrate::if_ahead`](crate::Migrate::if_ahead).
    Ahead,
    /// No package leads from where the database is to the goal.
    Unreachable,
    /// The schema is not what its contract says.
    Drift,
    /// A package failed: a statement, a check, or its result.
    Failed,
    /// The run was asked to stop.
    Interrupted,
    /// Anything else; the code says what.
    Other,
}

impl Error {
    /// An error of this crate's own.
    pub(crate) fn new(code: &'static str, kind: ErrorKind, summary: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            kind,
            space: None,
            summary: summary.into(),
            why: None,
            fix: None,
            file: None,
            left: LeftBehind::Nothing,
            also: Vec::new(),
        }))
    }

    pub(crate) fn why_is(mut self, why: impl Into<Option<String>>) -> Self {
        self.0.why = why.into();
        self
    }

    pub(crate) fn fix_is(mut self, fix: impl Into<Option<String>>) -> Self {
        self.0.fix = fix.into();
        self
    }

    /// Says in which space.
    pub(crate) fn in_space(mut self, space: &str) -> Self {
        self.0.space = Some(space.to_owned());
        self
    }

    /// The stable code, `NAMESPACE.NAME`: `novate explain CODE` prints its page.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// What sort of error it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The space that it is about, where it is about one.
    pub fn space(&self) -> Option<&str> {
        self.0.space.as_deref()
    }

    /// What happened, in one sentence.
    pub fn summary(&self) -> &str {
        &self.0.summary
    }

    /// Why, where the summary does not say. May have several lines.
    pub fn why(&self) -> Option<&str> {
        self.0.why.as_deref()
    }

    /// The next step. None loses data.
    pub fn fix(&self) -> Option<&str> {
        self.0.fix.as_deref()
    }

    /// The file that it is about, with a line (from 1) where one is known.
    pub fn file(&self) -> Option<(&Path, Option<usize>)> {
        self.0.file.as_ref().map(|(path, line)| (path.as_path(), *line))
    }

    /// Whether everything of the run that failed was rolled back: the database is as it was before. `false` where
    /// earlier packages are applied, where a package stopped midway (the next run resumes it), and where a COMMIT was
    /// under way when the connection was lost.
    pub fn left_nothing(&self) -> bool {
        self.0.left == LeftBehind::Nothing
    }

    /// Whether the same call may succeed later without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Connection | ErrorKind::Locked)
    }

    /// Further errors of the same call, such as those of other files.
    pub fn also(&self) -> &[Error] {
        &self.0.also
    }

    /// The first of several errors, holding the others.
    pub(crate) fn join(errors: impl IntoIterator<Item = impl Into<Self>>) -> Self {
        let mut errors = errors.into_iter().map(Into::into);
        let nothing = || Self::new("BUG.RUNTIME", ErrorKind::Other, "something failed and did not say why");
        let mut first = errors.next().unwrap_or_else(nothing);
        first.0.also.extend(errors);
        first
    }

    fn says(code: &'static str, summary: String, why: Option<String>, fix: Option<String>) -> Self {
        Self::new(code, kind_of(code), summary).why_is(why).fix_is(fix)
    }
}

/// The kind of a code. Connections that cannot be made have codes of their own for each reason.
fn kind_of(code: &str) -> ErrorKind {
    match code {
        "MIGRATION.MARKER_UNKNOWN" => ErrorKind::Ahead,
        "MIGRATION.UNREACHABLE" | "MIGRATION.INVARIANTS_UNCOVERED" | "MIGRATION.TOO_MANY_INVARIANTS" => {
            ErrorKind::Unreachable
        }
        "MIGRATION.LOCKED" | "MIGRATION.IN_TRANSIT" | "MIGRATION.MARKER_MOVED" => ErrorKind::Locked,
        "MIGRATION.INTERRUPTED" => ErrorKind::Interrupted,
        "MIGRATION.COMMIT_UNKNOWN" => ErrorKind::Connection,
        "DB.DRIFT" | "DB.NOT_SATISFIED" => ErrorKind::Drift,
        "MIGRATION.PRECHECK_FAILED"
        | "MIGRATION.POSTCHECK_FAILED"
        | "MIGRATION.STATEMENT_FAILED"
        | "MIGRATION.RESULT_MISMATCH" => ErrorKind::Failed,
        _ if code.starts_with("CONNECTION.") => ErrorKind::Connection,
        _ if code.starts_with("STATE.") || code.starts_with("REF.") => ErrorKind::Input,
        _ => ErrorKind::Other,
    }
}

impl From<HistoryError> for Error {
    fn from(error: HistoryError) -> Self {
        let mut own = Self::says(error.code(), error.to_string(), error.why(), error.fix());
        own.0.kind = match (&error, own.0.kind) {
            (HistoryError::Unreachable { back: Some(_), .. }, _) => ErrorKind::Ahead,
            (_, ErrorKind::Other) => ErrorKind::History,
            (_, known) => known,
        };
        own.0.file = error.place().map(|(path, line)| (path.clone().into_std_path_buf(), line));
        own
    }
}

impl From<ConnectionError> for Error {
    fn from(error: ConnectionError) -> Self {
        let own = Self::says(error.code(), error.to_string(), Some(error.why()), Some(error.fix()));
        match error {
            ConnectionError::Invalid(_) => own.kind_is(ErrorKind::Input),
            _ => own.kind_is(ErrorKind::Connection),
        }
    }
}

impl From<RunError> for Error {
    fn from(error: RunError) -> Self {
        match error {
            RunError::History(error) => error.into(),
            RunError::Connection(error) => error.into(),
            error => {
                let why = match &error {
                    RunError::ResultMismatch { findings, .. }
                    | RunError::NotSatisfied { findings, .. }
                    | RunError::Drift { findings, .. } => Some(finding::text(findings)),
                    _ => error.why(),
                };
                Self::says(error.code(), error.to_string(), why, error.fix())
            }
        }
    }
}

impl From<MigrateError> for Error {
    fn from(error: MigrateError) -> Self {
        let mut own = Self::from(*error.error);
        own.0.left = error.left;
        let applied: Vec<&str> = error.applied.iter().map(|applied| applied.package.as_str()).collect();
        let left = match error.left {
            LeftBehind::Nothing => "nothing was changed".to_owned(),
            LeftBehind::EarlierPackages(_) => format!("applied before, and kept: {}", applied.join(", ")),
            LeftBehind::InTransit => "the package stopped midway, and the next run resumes it".to_owned(),
            LeftBehind::Unknown => {
                "whether the last package was committed is not known; the next run finds out".to_owned()
            }
        };
        own.0.why = Some(own.0.why.map_or_else(|| left.clone(), |why| format!("{why}\n{left}")));
        own
    }
}

impl Error {
    fn kind_is(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        write!(f, "{} [{}]", inner.summary, inner.code)?;
        if let Some(space) = &inner.space {
            write!(f, "\n  space: {space}")?;
        }
        match &inner.file {
            Some((path, Some(line))) => write!(f, "\n  in: {}:{line}", path.display())?,
            Some((path, None)) => write!(f, "\n  in: {}", path.display())?,
            None => {}
        }
        for (name, text) in [("why", &inner.why), ("fix", &inner.fix)] {
            if let Some(text) = text {
                write!(f, "\n  {name}: {}", text.replace('\n', "\n       "))?;
            }
        }
        inner.also.iter().try_for_each(|error| write!(f, "\n{error}"))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for Error {}
