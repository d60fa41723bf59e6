//! JSON files as novate writes them, read as strictly as something deserves that may have been damaged, on purpose or not.
//!
//! A file is refused unless it is, white space between its parts aside, the text that novate writes for what it holds:
//! keys in order and once each, no escapes that JSON can do without, no fractions, no integers that a double cannot
//! hold. So whatever changes a byte of it changes what it holds, and its hash with it.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::text::MAX_SAFE_INTEGER;

/// How deep a file may nest: the deepest that novate writes, a contract, has 11 levels, and a reader with a small stack
/// bears far more than this.
pub const MAX_DEPTH: usize = 32;

/// Why a text is not JSON as novate writes it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StrictError {
    /// More text than a file of its kind may have.
    #[error("it has more than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// It is not JSON, or not in the form that novate writes.
    #[error("{message}")]
    Invalid {
        /// One clause, with line and column.
        message: String,
        /// The line, from 1.
        line: usize,
    },
}

/// Reads a text of at most `max_bytes` as one JSON value that nests at most [`MAX_DEPTH`] levels.
pub fn read(text: &str, max_bytes: usize) -> Result<Value, StrictError> {
    if text.len() > max_bytes {
        return Err(StrictError::TooLarge { limit: max_bytes });
    }
    if text.starts_with('\u{feff}') {
        return Err(StrictError::Invalid { message: "it begins with a byte order mark".into(), line: 1 });
    }
    if let Some(line) = too_many_values(text) {
        return Err(StrictError::Invalid { message: format!("it holds more than {MAX_VALUES} values"), line });
    }
    let invalid = |error: serde_json::Error| StrictError::Invalid { message: error.to_string(), line: error.line() };
    let mut input = serde_json::Deserializer::from_str(text);
    let value = Level(MAX_DEPTH).deserialize(&mut input).map_err(invalid)?;
    input.end().map_err(invalid)?;
    match other_form(text, &value) {
        None => Ok(value),
        Some(line) => Err(StrictError::Invalid {
            message: format!(
                "it is not in the form that novate writes (keys in order, no needless escapes) at line {line}"
            ),
            line,
        }),
    }
}

/// How many values a file may hold: those of 100,000 operations, and what a machine bears as a tree.
const MAX_VALUES: usize = 5_000_000;

/// The line at which a text goes beyond [`MAX_VALUES`], counted by the bytes that stand before values, without a tree.
fn too_many_values(text: &str) -> Option<usize> {
    if text.len() <= MAX_VALUES {
        return None;
    }
    let (mut in_string, mut escaped) = (false, false);
    let (mut values, mut line) = (0_usize, 1);
    for byte in text.bytes() {
        match byte {
            b'\n' => line += 1,
            b',' | b':' | b'[' | b'{' if !in_string => values += 1,
            _ => {}
        }
        in_string = if byte == b'"' && !escaped { !in_string } else { in_string };
        escaped = in_string && byte == b'\\' && !escaped;
        if values > MAX_VALUES {
            return Some(line);
        }
    }
    None
}

/// A value as files hold it: keys in order, an indent of two spaces, a final newline.
pub fn pretty(value: Value) -> String {
    format!("{:#}\n", sorted(value))
}

/// The canonical bytes of a value (RFC 8785); `None` where it has none (a number that is no number of JSON's).
pub fn canonical(value: &Value) -> Option<Vec<u8>> {
    if is_canonical(value) { serde_json::to_vec(value).ok() } else { serde_json_canonicalizer::to_vec(value).ok() }
}

/// Whether the value is written canonically as it stands: it has only integers that a double holds, and keys in the
/// order of their UTF-16, which is that of their UTF-8 where no character is beyond U+D7FF. Strings are escaped
/// alike.
fn is_canonical(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => number.as_i64().is_some_and(|n| n.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs()),
        Value::Array(items) => items.iter().all(is_canonical),
        Value::Object(fields) => {
            // Characters beyond U+D7FF begin with the bytes 0xEE and up.
            let low = |key: &String| key.bytes().all(|byte| byte < 0xEE);
            fields.keys().is_sorted() && fields.keys().all(low) && fields.values().all(is_canonical)
        }
    }
}

/// The same value with the keys of every object in order, whatever `serde_json` was built with.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        Value::Object(fields) => {
            let fields: BTreeMap<String, Value> = fields.into_iter().map(|(key, v)| (key, sorted(v))).collect();
            Value::Object(fields.into_iter().collect())
        }
        other => other,
    }
}

/// Whether a text is what novate writes for a value, with any white space between its parts.
pub(super) fn says(text: &str, value: &impl Serialize) -> bool {
    other_form(text, value).is_none()
}

/// The SHA-256 in hexadecimal digits of the JSON of `value` without white space, where `text` is what novate writes for
/// that value; `None` where it is anything else, or a text that [`read`] refuses for its size.
///
/// This is the hash of the canonical JSON where the fields of the value's types stand in order and it has no number that a
/// double does not hold.
pub fn said(text: &str, max_bytes: usize, value: &impl Serialize) -> Option<String> {
    if text.len() > max_bytes || too_many_values(text).is_some() {
        return None;
    }
    let mut hash = Sha256::new();
    let mut writer = BufWriter::with_capacity(BUFFER, Both { hash: &mut hash, expected: Expected::of(text) });
    serde_json::to_writer(&mut writer, value).and_then(|()| writer.flush().map_err(serde_json::Error::io)).ok()?;
    let (both, _) = writer.into_parts();
    both.expected.is_at_end().then(|| hex::encode(hash.finalize()))
}

/// JSON that is hashed and compared.
struct Both<'a> {
    hash: &'a mut Sha256,
    expected: Expected<'a>,
}

impl Write for Both<'_> {
    fn write(&mut self, json: &[u8]) -> io::Result<usize> {
        self.expected.take(json)?;
        self.hash.update(json);
        Ok(json.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The line at which a text begins to say a value in another way than novate does; white space between the parts of
/// JSON does not count.
fn other_form(text: &str, value: &impl Serialize) -> Option<usize> {
    let mut expected = BufWriter::with_capacity(BUFFER, Expected::of(text));
    let same = serde_json::to_writer(&mut expected, value).is_ok() && expected.flush().is_ok();
    let (expected, _) = expected.into_parts();
    let at = expected.after_space();
    (!same || at < text.len()).then(|| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count())
}

/// How much JSON is made before it is compared, in bytes.
const BUFFER: usize = 1 << 14;

/// A text that takes JSON without white space as long as that is what it says itself.
struct Expected<'a> {
    text: &'a [u8],
    /// How far it is read.
    at: usize,
    in_string: bool,
    escaped: bool,
}

impl<'a> Expected<'a> {
    fn of(text: &'a str) -> Self {
        Self { text: text.as_bytes(), at: 0, in_string: false, escaped: false }
    }

    /// The place of the next byte that is no white space between parts.
    fn after_space(&self) -> usize {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_space = |byte: &&u8| !self.in_string && matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.at + rest.iter().take_while(is_space).count()
    }

    /// Whether nothing but white space is left.
    fn is_at_end(&self) -> bool {
        self.after_space() == self.text.len()
    }

    fn take(&mut self, json: &[u8]) -> io::Result<()> {
        let mut json = json;
        while let Some(byte) = json.first() {
            if self.in_string && !self.escaped {
                let plain = json.iter().take_while(|byte| !matches!(byte, b'"' | b'\\')).count();
                let (run, rest) = json.split_at(plain);
                if !self.text.get(self.at..).unwrap_or_default().starts_with(run) {
                    // Byte by byte, for the place.
                    let same = self.text.iter().skip(self.at).zip(run).take_while(|(a, b)| a == b).count();
                    self.at += same;
                    return Err(io::ErrorKind::InvalidData.into());
                }
                self.at += plain;
                json = rest;
                if plain > 0 {
                    continue;
                }
            }
            self.at = self.after_space();
            if self.text.get(self.at) != Some(byte) {
                return Err(io::ErrorKind::InvalidData.into());
            }
            self.at += 1;
            self.in_string = if *byte == b'"' && !self.escaped { !self.in_string } else { self.in_string };
            self.escaped = self.in_string && *byte == b'\\' && !self.escaped;
            json = json.get(1..).unwrap_or_default();
        }
        Ok(())
    }
}

impl Write for Expected<'_> {
    fn write(&mut self, json: &[u8]) -> io::Result<usize> {
        self.take(json)?;
        Ok(json.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How many levels are left.
#[derive(Clone, Copy)]
struct Level(usize);

impl Level {
    fn down<E: Error>(self) -> Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom(format!("it nests deeper than {MAX_DEPTH} levels")))
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without fractions")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        if value.unsigned_abs() > MAX_SAFE_INTEGER.unsigned_abs() {
            return Err(E::custom(format!("the integer {value} must be a string")));
        }
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        if value > MAX_SAFE_INTEGER.unsigned_abs() {
            return Err(E::custom(format!("the integer {value} must be a string")));
        }
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let level = self.down()?;
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(level)? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let level = self.down()?;
        let mut all = BTreeMap::new();
        while let Some(key) = fields.next_key::<String>()? {
            let value = fields.next_value_seed(level)?;
            if all.contains_key(&key) {
                return Err(A::Error::custom(format!("the key {key:?} is there twice")));
            }
            all.insert(key, value);
        }
        Ok(Value::Object(all.into_iter().collect()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        read(text, 1000).unwrap_err().to_string()
    }

    #[test]
    fn white_space_between_parts_changes_nothing() {
        let text = r#"{"a":[1,-2,"x \" y\\",null,true],"b":{}}"#;
        let spread = " {\r\n\t\"a\" : [ 1 , -2,\"x \\\" y\\\\\",\nnull,true ] , \"b\":{ } }\n";
        assert_eq!(read(text, 1000).unwrap(), read(spread, 1000).unwrap());
        assert_eq!(read(text, 1000).unwrap().to_string(), text);
    }

    #[test]
    fn one_value_has_one_text() {
        for other in
            [r#"{"b":1,"a":1}"#, r#"["\u0041"]"#, r#"["\u001B"]"#, r#"["\/"]"#, r#"["\u000a"]"#, r#"["\u00e9"]"#]
        {
            assert!(message(other).starts_with("it is not in the form that novate writes"), "{other}");
        }
        assert_eq!(
            read("[\n\n\"\\u001b\",\n\"\\u001B\"]", 1000).unwrap_err(),
            StrictError::Invalid {
                message: "it is not in the form that novate writes (keys in order, no needless escapes) at line 4"
                    .into(),
                line: 4
            }
        );
        assert_eq!(read("[\"\\u001b\",\"\\n\",\"\\b\",\"\\f\",\"\u{7f}é\"]", 1000).unwrap()[0], "\u{1b}");
    }

    #[test]
    fn what_readers_disagree_about_is_refused() {
        assert_eq!(message(r#"{"a": 1, "a": 1}"#), r#"the key "a" is there twice at line 1 column 16"#);
        assert_eq!(message("\u{feff}{}"), "it begins with a byte order mark");
        assert!(message("9007199254740992").contains("must be a string"));
        for text in
            ["1.5", "1e2", "-0", "1e400", "01", "18446744073709551616", "[1,]", "{} {}", "\"\0\"", "\"\\ud800\"", "NaN"]
        {
            assert!(read(text, 1000).is_err(), "{text}");
        }
    }

    #[test]
    fn size_and_depth_have_limits() {
        assert_eq!(read("[   ]", 4).unwrap_err(), StrictError::TooLarge { limit: 4 });
        let many = format!("[\n\"[,{{\",{}0]", "0,".repeat(MAX_VALUES));
        let error = read(&many, many.len()).unwrap_err();
        assert_eq!(error.to_string(), "it holds more than 5000000 values");
        assert!(matches!(error, StrictError::Invalid { line: 2, .. }));
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(read(&nested(MAX_DEPTH), 1000).is_ok());
        assert!(message(&nested(MAX_DEPTH + 1)).starts_with("it nests deeper than 32 levels"));
        assert!(read(&"[{\"a\":".repeat(1_000_000), usize::MAX).is_err());
    }

    #[test]
    fn canonical_as_the_standard_has_it() {
        for text in [
            r#"{"a":[1,-2,{"b":"\u001b\n\u007f \"é😀"}],"ab":null,"b":true}"#,
            // UTF-16 has U+10000 before U+FFFD, UTF-8 after it.
            "{\"\u{fffd}\":1,\"\u{10000}\":2}",
            r#"{"":{}}"#,
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(canonical(&value).unwrap(), serde_json_canonicalizer::to_vec(&value).unwrap(), "{text}");
        }
        let odd: Value = serde_json::from_str("{\"\u{fffd}\":1,\"\u{10000}\":2}").unwrap();
        assert!(!is_canonical(&odd) && !is_canonical(&serde_json::json!(1.5)));
    }
}
