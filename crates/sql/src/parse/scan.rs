//! Tokens, by PostgreSQL's lexical rules.
//!
//! The parser has a lexer of its own, but a script must be cut into statements before it is parsed: a dump holds data
//! of `COPY` and lines for `psql`, and one bad statement must not swallow the next.

use crate::Span;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A keyword or an unquoted name.
    Word,
    /// `"name"` or `U&"name"`.
    QuotedName,
    /// A string constant of any kind, dollar quotes and bit strings included.
    String,
    /// A number.
    Number,
    /// `$1`.
    Parameter,
    /// An operator of any length, `::`, `:=` and `..` included.
    Operator,
    /// One of `( ) [ ] , ; . :`.
    Punctuation,
    /// A `--` comment, without its line end.
    LineComment,
    /// A `/* */` comment.
    BlockComment,
    /// A character that starts no token.
    Unknown,
}

/// A token and where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: TokenKind,
    /// Where.
    pub(crate) span: Span,
    /// Whether what it opens is closed again; only strings, quoted names and comments can be left open.
    pub(crate) closed: bool,
}

/// The tokens of a text, white space left out.
#[derive(Debug, Clone)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    /// Starts at byte `at`, which must be a character boundary.
    pub(crate) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Moves past `end_mark`, searched from `from`; to the end of the text and `false` where it is missing.
    fn skip_past(&mut self, from: usize, end_mark: &str) -> bool {
        let found = self.text[from..].find(end_mark);
        self.at = found.map_or(self.text.len(), |found| from + found + end_mark.len());
        found.is_some()
    }

    /// Reads a quoted thing whose opening quote stands at the current place.
    fn quoted(&mut self, quote: u8, backslash_escapes: bool) -> bool {
        self.at += 1;
        while self.at < self.text.len() {
            let here = self.byte(0);
            let doubled = here == quote && self.byte(1) == quote;
            if doubled || (here == b'\\' && backslash_escapes) {
                self.at += 2;
            } else if here == quote {
                self.at += 1;
                return true;
            } else {
                self.at += 1;
            }
        }
        self.at = self.text.len();
        false
    }

    fn block_comment(&mut self) -> bool {
        let mut depth = 0_usize;
        while self.at < self.text.len() {
            match (self.byte(0), self.byte(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return true;
                    }
                }
                _ => self.at += 1,
            }
        }
        self.at = self.text.len();
        false
    }

    /// The length of `$tag$` at the current place.
    fn dollar_tag(&self) -> Option<usize> {
        let rest = self.rest().as_bytes();
        let tag = rest[1..].iter().position(|&b| b == b'$' || !is_word_byte(b))?;
        (rest[tag + 1] == b'$' && !rest[1].is_ascii_digit()).then_some(tag + 2)
    }

    fn word(&mut self) {
        while self.at < self.text.len() && (is_word_byte(self.byte(0)) || self.byte(0) == b'$') {
            self.at += 1;
        }
    }

    fn number(&mut self) {
        let hexadecimal = matches!((self.byte(0), self.byte(1)), (b'0', b'x' | b'X'));
        loop {
            match (self.byte(0), self.byte(1)) {
                (b'e' | b'E', b'+' | b'-') if !hexadecimal => self.at += 2,
                (b'.', b'.') => return,
                (b'.', _) => self.at += 1,
                (b, _) if is_word_byte(b) => self.at += 1,
                _ => return,
            }
        }
    }

    fn operator(&mut self) {
        let start = self.at;
        while is_operator_byte(self.byte(0)) && !matches!((self.byte(0), self.byte(1)), (b'-', b'-') | (b'/', b'*')) {
            self.at += 1;
        }
        // PostgreSQL lets an operator end in + or - only where it holds one of these characters.
        let may_end_in_sign = self.text[start..self.at].contains(['~', '!', '@', '#', '^', '&', '|', '`', '?', '%']);
        while !may_end_in_sign && self.at - start > 1 && matches!(self.text.as_bytes()[self.at - 1], b'+' | b'-') {
            self.at -= 1;
        }
    }

    fn read(&mut self) -> (TokenKind, bool) {
        match (self.byte(0), self.byte(1)) {
            (b'-', b'-') => {
                self.at += self.rest().find(['\n', '\r']).unwrap_or(self.text.len() - self.at);
                (TokenKind::LineComment, true)
            }
            (b'/', b'*') => (TokenKind::BlockComment, self.block_comment()),
            (b'\'', _) => (TokenKind::String, self.quoted(b'\'', false)),
            (b'"', _) => (TokenKind::QuotedName, self.quoted(b'"', false)),
            (b'e' | b'E', b'\'') => {
                self.at += 1;
                (TokenKind::String, self.quoted(b'\'', true))
            }
            (b'b' | b'B' | b'x' | b'X' | b'n' | b'N', b'\'') => {
                self.at += 1;
                (TokenKind::String, self.quoted(b'\'', false))
            }
            (b'u' | b'U', b'&') if self.byte(2) == b'\'' => {
                self.at += 2;
                (TokenKind::String, self.quoted(b'\'', false))
            }
            (b'u' | b'U', b'&') if self.byte(2) == b'"' => {
                self.at += 2;
                (TokenKind::QuotedName, self.quoted(b'"', false))
            }
            (b'$', digit) if digit.is_ascii_digit() => {
                self.at += 1;
                self.number();
                (TokenKind::Parameter, true)
            }
            (b'$', _) => match self.dollar_tag() {
                Some(length) => {
                    let tag = &self.rest()[..length];
                    (TokenKind::String, self.skip_past(self.at + length, tag))
                }
                None => self.single(TokenKind::Unknown),
            },
            (b'.', digit) if digit.is_ascii_digit() => {
                self.number();
                (TokenKind::Number, true)
            }
            (b':', b':' | b'=') | (b'.', b'.') => {
                self.at += 2;
                (TokenKind::Operator, true)
            }
            (b'(' | b')' | b'[' | b']' | b',' | b';' | b'.' | b':', _) => self.single(TokenKind::Punctuation),
            (digit, _) if digit.is_ascii_digit() => {
                self.number();
                (TokenKind::Number, true)
            }
            (byte, _) if is_word_byte(byte) => {
                self.word();
                (TokenKind::Word, true)
            }
            (byte, _) if is_operator_byte(byte) => {
                self.operator();
                (TokenKind::Operator, true)
            }
            _ => self.single(TokenKind::Unknown),
        }
    }

    fn single(&mut self, kind: TokenKind) -> (TokenKind, bool) {
        self.at += 1;
        (kind, true)
    }
}

impl Iterator for Scanner<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        while is_space(self.byte(0)) && self.at < self.text.len() {
            self.at += 1;
        }
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.at;
        let (kind, closed) = self.read();
        // An escape may have stepped over the first byte of a longer character, or over the end.
        self.at = self.at.min(self.text.len());
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        Some(Token { kind, span: Span::new(start, self.at), closed })
    }
}

/// White space by PostgreSQL's lexer.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn is_operator_byte(byte: u8) -> bool {
    b"~!@#^&|`?+-*/%<>=".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<&str> {
        Scanner::new(text, 0).map(|token| &text[token.span.range()]).collect()
    }

    #[test]
    fn names_strings_and_comments() {
        assert_eq!(
            tokens("a.\"b\"\"c\" U&\"d\" 'it''s' E'\\'' $$x$$ $t$ $$ ' $t$ -- c\nB'01' /* /* */ */ $1"),
            [
                "a",
                ".",
                "\"b\"\"c\"",
                "U&\"d\"",
                "'it''s'",
                "E'\\''",
                "$$x$$",
                "$t$ $$ ' $t$",
                "-- c",
                "B'01'",
                "/* /* */ */",
                "$1"
            ]
        );
    }

    #[test]
    fn operators_end_where_postgresql_ends_them() {
        assert_eq!(tokens("a=-1"), ["a", "=", "-", "1"]);
        assert_eq!(tokens("a @- b"), ["a", "@-", "b"]);
        assert_eq!(tokens("a::int[1..2]"), ["a", "::", "int", "[", "1", "..", "2", "]"]);
        assert_eq!(tokens("1.5e-3+.5"), ["1.5e-3", "+", ".5"]);
        assert_eq!(tokens("a <--x"), ["a", "<", "--x"]);
    }

    #[test]
    fn open_ends_are_told() {
        for text in ["'abc", "\"abc", "/* abc", "$$ abc", "E'abc\\", "E'\\é"] {
            assert!(Scanner::new(text, 0).any(|token| !token.closed), "{text}");
        }
    }
}
