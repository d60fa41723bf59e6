//! `key=value` pairs with spaces between them, read by the rules of libpq.

use std::iter::Peekable;
use std::str::Chars;

use super::invalid::Invalid;

/// The pairs of a text.
pub(super) fn read(text: &str) -> Result<Vec<(String, String)>, Invalid> {
    let mut reader = Reader { chars: text.chars().peekable(), position: 1 };
    let mut pairs: Vec<(String, String)> = Vec::new();
    loop {
        reader.skip_space();
        let position = reader.position;
        let name = reader.word();
        reader.skip_space();
        if name.is_empty() && reader.chars.peek().is_none() {
            return Ok(pairs);
        }
        if name.is_empty() || reader.chars.peek() != Some(&'=') {
            // What follows a password is most likely the rest of it, so it is not even pointed at.
            return Err(match pairs.last() {
                Some((last, _)) if last == "password" => Invalid::PasswordNotQuoted,
                Some(_) => Invalid::NotAPair { position },
                None => Invalid::Shape,
            });
        }
        reader.next();
        reader.skip_space();
        let value = reader.value()?;
        pairs.push((name, value));
    }
}

struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
    position: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.chars.next();
        self.position += usize::from(next.is_some());
        next
    }

    fn skip_space(&mut self) {
        while self.chars.peek().is_some_and(char::is_ascii_whitespace) {
            self.next();
        }
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(&next) = self.chars.peek() {
            if next == '=' || next.is_ascii_whitespace() {
                break;
            }
            word.push(next);
            self.next();
        }
        word
    }

    fn value(&mut self) -> Result<String, Invalid> {
        let quoted = self.chars.peek() == Some(&'\'');
        if quoted {
            self.next();
        }
        let mut value = String::new();
        loop {
            match self.chars.peek() {
                None if quoted => return Err(Invalid::Unterminated),
                Some('\'') if quoted => {
                    self.next();
                    return Ok(value);
                }
                None => return Ok(value),
                Some(next) if !quoted && next.is_ascii_whitespace() => return Ok(value),
                Some('\\') => {
                    self.next();
                    value.extend(self.next());
                }
                Some(_) => value.extend(self.next()),
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        read(text).unwrap()
    }

    #[test]
    fn reads_quotes_backslashes_and_spaces() {
        let cases = [
            ("", vec![]),
            ("host=a", vec![("host", "a")]),
            ("  host = a  port=1 ", vec![("host", "a"), ("port", "1")]),
            ("dbname='my shop' user=u", vec![("dbname", "my shop"), ("user", "u")]),
            (r"password='it\'s \\ here'", vec![("password", r"it's \ here")]),
            (r"password=it\'s\ here", vec![("password", "it's here")]),
            ("password='' user=u", vec![("password", ""), ("user", "u")]),
            ("options='-c a=b'", vec![("options", "-c a=b")]),
        ];
        for (text, expected) in cases {
            let expected: Vec<_> = expected.into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
            assert_eq!(pairs(text), expected, "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong_without_quoting() {
        let cases = [
            ("shop", Invalid::Shape),
            ("user:secret@host/db", Invalid::Shape),
            ("host=a shop", Invalid::NotAPair { position: 8 }),
            ("host=a =b", Invalid::NotAPair { position: 8 }),
            ("password=two words host=a", Invalid::PasswordNotQuoted),
            ("dbname='shop", Invalid::Unterminated),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), Err(expected), "{text}");
        }
    }
}
