//! Places in contract files.

use std::fmt;
use std::sync::Arc;

use novate_sql::{LineColumn, Span};

/// A place in a contract file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as people call it.
    pub path: Arc<str>,
    /// The bytes it covers.
    pub span: Span,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path, self.line)
    }
}

/// Where the lines of a text begin, so that a place is found without counting from the top.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    path: Arc<str>,
    starts: Vec<usize>,
}

impl Lines {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { path: Arc::from(path), starts }
    }

    /// The line, counted from 0, that holds a byte.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }

    pub(crate) fn place(&self, text: &str, span: Span) -> Place {
        let line = self.line(span.start);
        let start = self.starts.get(line).copied().unwrap_or(0);
        // Counted within its line only.
        let LineColumn { column, .. } =
            Span::new(span.start.saturating_sub(start), span.end).locate(text.get(start..).unwrap_or(""));
        Place { path: Arc::clone(&self.path), span, line: line + 1, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns() {
        let text = "a\n  é b\n";
        let lines = Lines::new("x.sql", text);
        let place = lines.place(text, Span::new(7, 8));
        assert_eq!((place.line, place.column), (2, 5));
        let end = lines.place(text, Span::new(text.len(), text.len()));
        assert_eq!((end.line, end.column), (3, 1));
        assert_eq!(place.to_string(), "x.sql:2");
    }
}
