//! Cuts a script into statements.

use super::depth::Depth;
use super::scan::{Scanner, Token, TokenKind};
use crate::Span;
use crate::ast::{Comment, SyntaxError};

/// Said of a text that would take more stack than there is.
pub(super) const TOO_DEEP: &str = "this nests too deeply to be read";

/// A script in pieces.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// The statements that may be parsed.
    pub(super) pieces: Vec<Piece>,
    /// Every comment.
    pub(super) comments: Vec<Comment>,
    /// What rules a statement out before it is parsed.
    pub(super) errors: Vec<SyntaxError>,
}

/// One statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// What it covers: its text, and for `COPY ... FROM stdin` its data too.
    pub(super) span: Span,
    /// Its text, from the first token to the last, the `;` left out.
    pub(super) sql: Span,
    /// Whether it creates a function or a procedure, whose body is code of its own.
    pub(super) routine: bool,
}

pub(super) fn split(text: &str) -> Split {
    let mut splitter = Splitter { text, out: Split::default(), open: Open::default(), copy_ends: true };
    // A byte order mark is white space to psql.
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    loop {
        let mut scanner = Scanner::new(text, at);
        let Some(jump) = scanner.by_ref().find_map(|token| splitter.take(token)) else {
            break;
        };
        at = jump;
    }
    splitter.finish(text.len());
    splitter.out
}

/// What is known of the statement that is being collected.
#[derive(Debug, Default)]
struct Open {
    sql: Option<Span>,
    /// The first words, in lower case, enough to tell the kind.
    head: Vec<String>,
    /// Brackets that are open.
    brackets: usize,
    depth: Depth,
    /// `BEGIN ATOMIC` and `CASE` that wait for their `END`, in the body of a function.
    blocks: usize,
    last_word: String,
    from_stdin: bool,
}

struct Splitter<'a> {
    text: &'a str,
    out: Split,
    open: Open,
    /// Whether a data block may still end; false once one ran to the end of the text.
    copy_ends: bool,
}

/// Enough for `CREATE OR REPLACE FUNCTION`.
const HEAD_WORDS: usize = 4;

impl Splitter<'_> {
    /// Takes a token; returns the place to go on from where that is not the next token.
    fn take(&mut self, token: Token) -> Option<usize> {
        let text = &self.text[token.span.range()];
        match (token.kind, text) {
            (TokenKind::LineComment | TokenKind::BlockComment, _) => {
                self.comment(token);
                return None;
            }
            (TokenKind::Unknown, "\\") if self.only_space_before(token.span.start) => {
                self.finish(token.span.start);
                return Some(self.line_end(token.span.end));
            }
            (TokenKind::Punctuation, ";") if self.ends_statement() => {
                let data = self.open.from_stdin.then(|| self.copy_data(token.span.end)).flatten();
                self.finish(data.unwrap_or(token.span.start));
                return data;
            }
            (TokenKind::Punctuation, "(") => self.open.brackets += 1,
            (TokenKind::Punctuation, ")") => self.open.brackets = self.open.brackets.saturating_sub(1),
            (TokenKind::Word, word) => self.word(word.to_ascii_lowercase()),
            _ => {}
        }
        self.open.depth.take(token.kind, text);
        let start = self.open.sql.map_or(token.span.start, |sql| sql.start);
        self.open.sql = Some(Span::new(start, token.span.end));
        None
    }

    fn word(&mut self, word: String) {
        let open = &mut self.open;
        if open.head.len() < HEAD_WORDS {
            open.head.push(word.clone());
        }
        match word.as_str() {
            "atomic" if open.last_word == "begin" => open.blocks += 1,
            "case" if open.blocks > 0 => open.blocks += 1,
            "end" => open.blocks = open.blocks.saturating_sub(1),
            "stdin" if open.last_word == "from" && open.brackets == 0 => {
                open.from_stdin = open.head.first().is_some_and(|first| first == "copy");
            }
            _ => {}
        }
        open.last_word = word;
    }

    /// Only the actions of a rule and the body of a function hold a `;`.
    fn ends_statement(&self) -> bool {
        let in_rule = self.open.brackets > 0 && self.open.head.contains(&"rule".to_owned());
        !in_rule && self.open.blocks == 0
    }

    /// Closes the open statement, if there is one; its data, if any, ends at `data_end`.
    fn finish(&mut self, data_end: usize) {
        let open = std::mem::take(&mut self.open);
        let Some(sql) = open.sql else { return };
        if !open.depth.bearable() {
            let message = TOO_DEEP.to_owned();
            self.out.errors.push(SyntaxError { message, span: sql });
            return;
        }
        if let Some(at) = self.text[sql.range()].find('\0') {
            let at = sql.start + at;
            let message = "this is a byte of value 0, which PostgreSQL has in no text".to_owned();
            self.out.errors.push(SyntaxError { message, span: Span::new(at, at + 1) });
            return;
        }
        let end = if open.from_stdin { sql.end.max(data_end) } else { sql.end };
        self.out.pieces.push(Piece { span: Span::new(sql.start, end), sql, routine: creates_routine(&open.head) });
    }

    fn comment(&mut self, token: Token) {
        let whole = &self.text[token.span.range()];
        let line = token.kind == TokenKind::LineComment;
        let inner = whole.get(2..).unwrap_or_default();
        let inner = if line || !token.closed { inner } else { inner.strip_suffix("*/").unwrap_or(inner) };
        if !token.closed {
            self.out.errors.push(SyntaxError { message: "this comment has no end".to_owned(), span: token.span });
        }
        self.out.comments.push(Comment {
            text: inner.trim().to_owned(),
            line,
            own_line: self.only_space_before(token.span.start),
            span: token.span,
        });
    }

    /// Whether only white space stands between the start of the line and `at`.
    fn only_space_before(&self, at: usize) -> bool {
        let before = self.text[..at].trim_end_matches([' ', '\t', '\u{b}', '\u{c}', '\u{feff}']);
        before.is_empty() || before.ends_with(['\n', '\r'])
    }

    fn line_end(&self, from: usize) -> usize {
        self.text[from..].find('\n').map_or(self.text.len(), |at| from + at + 1)
    }

    /// The end of the data that follow the `;` of a `COPY`, past their closing `\.`.
    fn copy_data(&mut self, from: usize) -> Option<usize> {
        if !self.copy_ends {
            return None;
        }
        let mut at = self.line_end(from);
        while at < self.text.len() {
            let end = self.line_end(at);
            if self.text[at..end].trim_end_matches(['\n', '\r']) == "\\." {
                return Some(at + 2);
            }
            at = end;
        }
        self.copy_ends = false;
        None
    }
}

fn creates_routine(head: &[String]) -> bool {
    let words: Vec<&str> = head.iter().map(String::as_str).collect();
    matches!(
        words.as_slice(),
        ["create", "function" | "procedure", ..] | ["create", "or", "replace", "function" | "procedure"]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        split(text).pieces.iter().map(|piece| &text[piece.span.range()]).collect()
    }

    #[test]
    fn statements_end_at_their_semicolon() {
        assert_eq!(
            pieces("select 1;;\n -- x;\n select ';' /* ; */ ; select $$;$$"),
            ["select 1", "select ';'", "select $$;$$"]
        );
        assert_eq!(pieces("create table a (b int; select 1"), ["create table a (b int", "select 1"]);
    }

    #[test]
    fn bodies_and_rules_hold_semicolons() {
        let function = "create function f() returns int begin atomic select case when true then 1 end; end";
        assert_eq!(pieces(&format!("{function}; select 1")), [function, "select 1"]);
        let rule = "create rule r as on insert to t do (select 1; select 2)";
        assert_eq!(pieces(&format!("{rule}; select 1")), [rule, "select 1"]);
    }

    #[test]
    fn a_byte_of_value_0_is_in_no_statement() {
        let found = split("select 1; -- \0\n select 'a\0b'; select 2");
        assert_eq!((found.pieces.len(), found.errors.len()), (2, 1));
        assert_eq!(found.errors[0].span, Span::new(25, 26));
    }

    #[test]
    fn lines_for_psql_are_stepped_over() {
        assert_eq!(pieces("\\restrict a'b\nselect 1;\n\\connect x\nselect '\n\\x';"), ["select 1", "select '\n\\x'"]);
    }

    #[test]
    fn data_of_copy_belong_to_it() {
        let copy = "COPY t (a) FROM stdin;\nit's; -- x\n\\N\n\\.";
        assert_eq!(pieces(&format!("{copy}\nselect 1;")), [copy, "select 1"]);
        assert_eq!(pieces("copy t from stdin;\nselect 1;"), ["copy t from stdin", "select 1"]);
    }

    #[test]
    fn comments_are_kept() {
        let found = split("-- a \nselect 1; -- b\n  /* c\n */ select 2; /* d");
        let comments: Vec<_> = found.comments.iter().map(|c| (c.text.as_str(), c.line, c.own_line)).collect();
        assert_eq!(comments, [("a", true, true), ("b", true, false), ("c", false, true), ("d", false, false)]);
        assert_eq!(found.errors.len(), 1);
    }
}
