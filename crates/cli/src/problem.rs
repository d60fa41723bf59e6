//! Every error that people see, in one shape: code, summary, why, fix, place.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use camino::Utf8PathBuf;
use novate_sql::{LineColumn, Span};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::files;
use crate::ui::Symbol;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// To be looked at; nothing fails for it.
    Warning,
    /// What was asked for is not done, or not in order.
    Error,
}

impl Severity {
    /// As programs are told.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Something that went wrong, as people and programs are told.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    /// Stable code, `NAMESPACE.NAME`; `docs/errors/` has a page for each.
    pub(crate) code: &'static str,
    /// How bad it is.
    pub(crate) severity: Severity,
    /// One sentence without a final full stop.
    pub(crate) summary: String,
    /// Why it is so.
    pub(crate) why: Option<String>,
    /// The next step.
    pub(crate) fix: Option<String>,
    /// Where.
    pub(crate) place: Option<Place>,
    /// More, for programs.
    pub(crate) meta: Value,
    /// How the program ends for it.
    pub(crate) exit: Exit,
    /// Further problems of the same run.
    pub(crate) also: Vec<Problem>,
}

/// A file that is larger is named, and its line not shown.
const MAX_SHOWN_BYTES: usize = 16 << 20;

/// A place in a file.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The file, relative to the working directory where it lies below it.
    pub(crate) path: Utf8PathBuf,
    /// Line and column, where known.
    pub(crate) at: Option<LineColumn>,
    /// The text of that line.
    pub(crate) line: Option<String>,
}

impl Place {
    /// A file as a whole.
    pub(crate) fn file(path: impl Into<Utf8PathBuf>) -> Self {
        Self { path: shorten(path.into()), at: None, line: None }
    }

    /// A span in a file's text.
    pub(crate) fn span(path: impl Into<Utf8PathBuf>, text: &str, span: Span) -> Self {
        let at = span.locate(text);
        Self { line: line_of(text, at.line), at: Some(at), ..Self::file(path) }
    }

    /// A line of a file that is read for its text.
    pub(crate) fn line(path: impl Into<Utf8PathBuf>, line: usize) -> Self {
        let path = path.into();
        let text = files::read(&path, MAX_SHOWN_BYTES).ok();
        let line_text = text.and_then(|text| line_of(&text, line));
        Self { at: Some(LineColumn { line, column: 1 }), line: line_text, ..Self::file(path) }
    }
}

fn line_of(text: &str, line: usize) -> Option<String> {
    let line = text.lines().nth(line.checked_sub(1)?)?;
    let shown: String = line.chars().take(160).map(|c| if c.is_control() { ' ' } else { c }).collect();
    Some(shown)
}

/// A path relative to the working directory where it lies below it.
pub(crate) fn shorten(path: Utf8PathBuf) -> Utf8PathBuf {
    let here = std::env::current_dir().ok().and_then(|dir| Utf8PathBuf::from_path_buf(dir).ok());
    match here.as_ref().and_then(|here| path.strip_prefix(here).ok()) {
        Some(relative) => relative.to_owned(),
        None => path,
    }
}

impl Problem {
    /// A problem with the invocation or its inputs.
    pub(crate) fn input(code: &'static str, summary: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            summary: summary.into(),
            why: None,
            fix: None,
            place: None,
            meta: Value::Null,
            exit: Exit::Input,
            also: Vec::new(),
        }
    }

    /// With a reason.
    pub(crate) fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// With a next step.
    pub(crate) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// With a place.
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// As something that nothing fails for.
    pub(crate) fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// With another way to end.
    pub(crate) fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// With facts for programs.
    pub(crate) fn meta(mut self, meta: Value) -> Self {
        self.meta = meta;
        self
    }

    /// The first of several, holding the rest; `None` for none.
    pub(crate) fn join(problems: Vec<Self>) -> Option<Self> {
        let mut problems = problems.into_iter();
        let mut first = problems.next()?;
        first.also.extend(problems);
        Some(first)
    }

    /// Itself and the further problems, each on its own.
    pub(crate) fn flatten(mut self) -> Vec<Self> {
        let also = std::mem::take(&mut self.also);
        std::iter::once(self).chain(also.into_iter().flat_map(Self::flatten)).collect()
    }

    /// As programs are told.
    pub(crate) fn to_json(&self) -> Value {
        let mut value = json!({
            "ok": false,
            "code": self.code,
            "severity": self.severity.as_str(),
            "summary": self.summary,
            "why": self.why,
            "fix": self.fix,
            "where": self.place.as_ref().map(|place| json!({
                "path": place.path,
                "line": place.at.map(|at| at.line),
                "column": place.at.map(|at| at.column),
            })),
            "meta": self.meta,
        });
        if let (false, Value::Object(map)) = (self.also.is_empty(), &mut value) {
            map.insert("also".to_owned(), self.also.iter().map(Self::to_json).collect());
        }
        value
    }

    /// As people are told.
    pub(crate) fn to_text(&self, width: usize) -> String {
        let mut text = String::new();
        self.write(&mut text, width);
        for problem in &self.also {
            text.push('\n');
            problem.write(&mut text, width);
        }
        text
    }

    fn write(&self, text: &mut String, width: usize) {
        let (symbol, colour) = match self.severity {
            Severity::Error => (Symbol::Failed, AnsiColor::Red),
            Severity::Warning => (Symbol::Warning, AnsiColor::Yellow),
        };
        let (symbol, lead) = (symbol.text(), Style::new().bold().fg_color(Some(colour.into())));
        let dim = Style::new().dimmed();
        let bold = Style::new().bold();
        let summary = capitalised(&self.summary);
        let used = 2 + unicode_width::UnicodeWidthStr::width(summary.as_str());
        let gap = width.saturating_sub(used + self.code.len()).max(2);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{lead}{symbol}{lead:#} {bold}{summary}{bold:#}{:gap$}{dim}{}{dim:#}", "", self.code);
        if let Some(place) = &self.place {
            match (place.at, &place.line) {
                (Some(at), Some(line)) => {
                    let number = at.line.to_string();
                    let pad = number.len();
                    let _ = writeln!(text, "  {:pad$}{dim}╭─[{}:{}:{}]{dim:#}", "", place.path, at.line, at.column);
                    let _ = writeln!(text, "{dim}{number:>width$} │{dim:#} {line}", width = pad + 1);
                    let _ = writeln!(text, "  {:pad$}{dim}╰─{dim:#}", "");
                }
                (Some(at), None) => {
                    let _ = writeln!(text, "  {dim}in{dim:#}   {}:{}:{}", place.path, at.line, at.column);
                }
                (None, _) => {
                    let _ = writeln!(text, "  {dim}in{dim:#}   {}", place.path);
                }
            }
        }
        for (name, value) in [("Why", &self.why), ("Fix", &self.fix)] {
            if let Some(value) = value {
                let mut lines = value.lines();
                let _ = writeln!(text, "  {bold}{name}{bold:#}  {}", lines.next().unwrap_or_default());
                for line in lines {
                    let _ = writeln!(text, "       {line}");
                }
            }
        }
    }
}

/// The sentence with its first letter upper case, unless it begins with a name.
fn capitalised(text: &str) -> String {
    let first_word = text.split([' ', ':']).next().unwrap_or_default();
    if first_word.contains(['.', '_', '/', '"']) {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
