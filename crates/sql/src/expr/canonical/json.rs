//! JSON as `jsonb` prints it.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::str::Chars;

use super::number;

/// Deeper documents keep the spelling they have.
const MAX_DEPTH: usize = 64;

/// The text that `jsonb` gives back for `text`; `None` where it is not read with certainty.
pub(super) fn normalised(text: &str) -> Option<String> {
    let mut reader = Reader { chars: text.chars().peekable() };
    let value = reader.value(0)?;
    reader.skip_space();
    reader.chars.next().is_none().then_some(value)
}

struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
}

impl Reader<'_> {
    fn skip_space(&mut self) {
        while self.chars.next_if(|c| matches!(c, ' ' | '\t' | '\n' | '\r')).is_some() {}
    }

    fn eat(&mut self, wanted: char) -> Option<()> {
        self.skip_space();
        self.chars.next_if_eq(&wanted).map(|_| ())
    }

    fn value(&mut self, depth: usize) -> Option<String> {
        self.skip_space();
        match self.chars.peek()? {
            _ if depth > MAX_DEPTH => None,
            '{' => self.object(depth),
            '[' => self.array(depth),
            '"' => self.string().map(|text| quoted(&text)),
            _ => self.scalar(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<String> {
        self.eat('{')?;
        let mut fields: Vec<(String, String)> = Vec::new();
        if self.eat('}').is_some() {
            return Some("{}".to_owned());
        }
        loop {
            self.skip_space();
            let key = self.string()?;
            self.eat(':')?;
            let value = self.value(depth + 1)?;
            fields.retain(|(before, _)| *before != key);
            fields.push((key, value));
            if self.eat(',').is_none() {
                self.eat('}')?;
                break;
            }
        }
        fields.sort_by(|(a, _), (b, _)| by_length(a, b));
        let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{}: {value}", quoted(key))).collect();
        Some(format!("{{{}}}", fields.join(", ")))
    }

    fn array(&mut self, depth: usize) -> Option<String> {
        self.eat('[')?;
        let mut elements = Vec::new();
        if self.eat(']').is_some() {
            return Some("[]".to_owned());
        }
        loop {
            elements.push(self.value(depth + 1)?);
            if self.eat(',').is_none() {
                self.eat(']')?;
                return Some(format!("[{}]", elements.join(", ")));
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        self.chars.next_if_eq(&'"')?;
        let mut text = String::new();
        loop {
            match self.chars.next()? {
                '"' => return Some(text),
                '\\' => text.push(match self.chars.next()? {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    same @ ('"' | '\\' | '/') => same,
                    _ => return None,
                }),
                c if c < ' ' => return None,
                c => text.push(c),
            }
        }
    }

    fn scalar(&mut self) -> Option<String> {
        let mut text = String::new();
        while let Some(c) = self.chars.next_if(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.')) {
            text.push(c);
        }
        if matches!(text.as_str(), "true" | "false" | "null") {
            return Some(text);
        }
        let unsigned = text.strip_prefix('-').unwrap_or(&text);
        let digits = number::plain(unsigned).filter(|_| unsigned.starts_with(|c: char| c.is_ascii_digit()))?;
        Some(if unsigned.len() < text.len() && digits != "0" { format!("-{digits}") } else { digits })
    }
}

/// `jsonb` sorts keys by their length first.
fn by_length(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::normalised;

    #[test]
    fn prints_as_jsonb_does() {
        let pairs = [
            (" { } ", "{}"),
            ("[ ]", "[]"),
            ("{\"bb\":1,\"a\":[true,null,1.50],\"a\":\"x\\\"y\"}", "{\"a\": \"x\\\"y\", \"bb\": 1}"),
            ("-1.5e2", "-150"),
            ("\"\\n\"", "\"\\n\""),
        ];
        for (written, printed) in pairs {
            assert_eq!(normalised(written).as_deref(), Some(printed), "{written}");
        }
        for no in ["", "{", "[1,]", "nul", "\"\\u0041\"", "{} {}", "01a"] {
            assert_eq!(normalised(no), None, "{no}");
        }
        assert_eq!(normalised(&"[".repeat(10_000)), None);
    }
}
