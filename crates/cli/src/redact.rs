//! Passwords taken out of what is printed: what people typed is quoted back to them, servers quote statements, and logs
//! are read by others.
//!
//! The crates below hold no secret in their errors as far as they know it. This looks at the text alone, for what they
//! cannot know: a connection string where none was expected, a statement that sets a password.

use serde_json::Value;

const HIDDEN: &str = "***";

/// Words whose value is a secret however it is written.
const PASSWORDS: &[&str] = &["password", "passwd", "passphrase", "pwd"];
/// Words whose value is a secret in `word=value`; with spaces around it is SQL about a column.
const TOKENS: &[&str] = &["token", "secret", "apikey", "api_key", "access_key", "secret_key"];

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Something that went wrong, or is under way: anything may be quoted in it.
    Message,
    /// What was asked for. `password = ...` in its SQL is about a column, and reviewed.
    Result,
}

/// The text without passwords: in URLs, in `password=...`, in JSON and in SQL (`PASSWORD '...'`).
pub(crate) fn redact(text: &str, what: What) -> String {
    logins(&urls(&words(text, what)))
}

/// Every text in a value.
pub(crate) fn redact_json(value: &mut Value, what: What) {
    match value {
        Value::String(text) => *text = redact(text, what),
        Value::Array(values) => values.iter_mut().for_each(|value| redact_json(value, what)),
        Value::Object(map) => map.values_mut().for_each(|value| redact_json(value, what)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `user:***@place` in a word of its own, as a URL without its beginning.
fn logins(text: &str) -> String {
    let hide = |word: &str| {
        let (login, place) = word.rsplit_once('@').filter(|_| !word.contains("://"))?;
        let (user, password) = login.split_once(':')?;
        (!password.is_empty() && !user.is_empty()).then(|| format!("{user}:{HIDDEN}@{place}"))
    };
    text.split_inclusive(char::is_whitespace).map(|word| hide(word).unwrap_or_else(|| word.to_owned())).collect()
}

/// `scheme://user:***@place`.
fn urls(text: &str) -> String {
    let mut safe = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        safe.push_str(before);
        let end = after.find(|c: char| c.is_whitespace() || c == '"' || c == '\'').unwrap_or(after.len());
        let line = after.find('\n').unwrap_or(after.len());
        // A password may hold what ends a URL; then the `@` comes later in the line.
        let login = after[..end].rfind('@').or_else(|| {
            let late = after[..line].rfind('@')?;
            after[..end].contains(':').then_some(late)
        });
        let rest_from = match login.map(|at| (at, &after[..at])) {
            Some((at, login)) if login.contains(':') => {
                safe.push_str(login.split(':').next().unwrap_or_default());
                safe.push_str(":***");
                at
            }
            // Cut off before its `@`: what follows the colon is no port.
            None if !after.starts_with('[') => match after[..end].split_once(':') {
                Some((user, rest)) if !is_port(rest) => {
                    safe.push_str(user);
                    safe.push_str(":***");
                    end
                }
                _ => 0,
            },
            _ => 0,
        };
        rest = &after[rest_from..];
    }
    safe.push_str(rest);
    safe
}

fn is_port(text: &str) -> bool {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[end..].is_empty() || text[end..].starts_with(['/', '?', ',', '.', ')', ';', ':'])
}

/// The values of words that say what they are.
fn words(text: &str, what: What) -> String {
    let mut safe = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let (before, from) = rest.split_at(start);
        safe.push_str(before);
        let (word, after) = from.split_at(from.find(|c| !is_word(c)).unwrap_or(from.len()));
        safe.push_str(word);
        let taken = match hidden(word, after, &safe, what) {
            Some((lead, length)) => {
                safe.push_str(&after[..lead]);
                safe.push_str(HIDDEN);
                lead + length
            }
            None => 0,
        };
        rest = &after[taken..];
    }
    safe.push_str(rest);
    safe
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How much between a word and its secret is shown, and how much is hidden.
fn hidden(word: &str, after: &str, before: &str, what: What) -> Option<(usize, usize)> {
    let word = word.to_ascii_lowercase();
    let ends = |words: &[&str]| words.iter().any(|secret| word.ends_with(secret));
    let is_password = ends(PASSWORDS);
    if !is_password && !ends(TOKENS) {
        return None;
    }
    let loose = is_password && what == What::Message;
    let space = after.len() - after.trim_start_matches([' ', '\t']).len();
    let value = |lead: usize| {
        let length = length(&after[lead..]);
        (length > 0).then_some((lead, length))
    };
    if let Some(rest) = after[space..].strip_prefix('=').filter(|_| loose || space == 0) {
        let gap = if loose { rest.len() - rest.trim_start_matches([' ', '\t']).len() } else { 0 };
        return value(space + 1 + gap);
    }
    if let Some(rest) = after.strip_prefix("\":") {
        return value(2 + rest.len() - rest.trim_start_matches([' ', '\t']).len());
    }
    if word != "password" {
        return None;
    }
    let space = after.len() - after.trim_start().len();
    let next = after.get(space..).filter(|_| space > 0)?;
    let literal = next.starts_with(['\'', '$']) || next.starts_with("E'") || next.starts_with("e'");
    let null = next.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("null"));
    if literal || (sets_a_role(before) && !null) { value(space) } else { None }
}

/// Whether what stands before is the beginning of a statement about a role.
fn sets_a_role(before: &str) -> bool {
    let before = before.to_ascii_lowercase();
    let words: Vec<&str> = before.rsplit(|c| !is_word(c)).filter(|word| !word.is_empty()).take(30).collect();
    words.windows(2).any(|pair| matches!(pair, ["role" | "user" | "group", "create" | "alter"]))
}

/// How long the value is that a text begins with.
fn length(text: &str) -> usize {
    let prefix = usize::from(text.starts_with("E'") || text.starts_with("e'"));
    match text[prefix..].chars().next() {
        // A literal inside of a literal.
        Some('\'') if text[prefix..].starts_with("''") && text[prefix + 2..].starts_with(|c: char| c != '\'') => {
            match text[prefix + 2..].find("''") {
                Some(end) if end > 0 => prefix + end + 4,
                _ => prefix + 2,
            }
        }
        Some(quote @ ('\'' | '"')) => {
            let end = prefix + quoted(&text[prefix..], quote);
            // What follows a quote at once is a part of what was not meant to end there.
            let more = |c: char| !c.is_whitespace() && !",;&)}]".contains(c) && c != quote;
            end + text[end..].find(|c| !more(c)).unwrap_or(text.len() - end)
        }
        Some('$') => dollar_quoted(text).unwrap_or_else(|| bare(text)),
        Some('`') | None => 0,
        Some(_) => bare(text),
    }
}

/// A value without quotes. In a URL an `&` may be the password's own, so that what follows goes with it.
fn bare(text: &str) -> usize {
    text.find(|c: char| c.is_whitespace() || c == ';').unwrap_or(text.len())
}

/// Up to the closing quote; one that is missing is taken for the end of the text.
fn quoted(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' || (c == quote && chars.peek().is_some_and(|(_, next)| *next == quote)) {
            chars.next();
        } else if c == quote {
            return at + 1;
        }
    }
    text.len()
}

/// `$tag$...$tag$`.
fn dollar_quoted(text: &str) -> Option<usize> {
    let end = text[1..].find('$')? + 2;
    let tag = text.get(..end).filter(|tag| tag[1..end - 1].chars().all(is_word))?;
    Some(text[end..].find(tag).map_or(text.len(), |at| at + 2 * end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out_wherever_they_stand() {
        for text in [
            "no postgresql://me:s3cret@db.example.com/x?a=b",
            "\"postgres://u:s3cret@h\"",
            "'postgres://u:s'3cret s3cret@h/x' found",
            "app:s3cret@127.0.0.1/x is not there",
            "mysql://app:s3cret",
            "postgresql://u@h/x?sslpassword=s3cret&sslmode=require",
            "host=h password=s3cret user=u",
            "host=h password = 's3cret s3cret' user=u",
            "password='it\\'s s3cret'",
            "PGPASSWORD=s3cret novate migrate",
            "-c app.api_token=s3cret",
            "{\"password\": \"s3cret\"}",
            "CREATE ROLE app LOGIN PASSWORD 's3cret' CREATEDB",
            "alter user app with encrypted password 'it''s s3cret';",
            "ALTER ROLE app PASSWORD E's3cr\\'s3cret'",
            "ALTER ROLE app PASSWORD $x$s3cret$x$ LOGIN",
            "ALTER ROLE app PASSWORD\n  s3cret LOGIN",
            "EXECUTE 'ALTER ROLE app PASSWORD ''s3cret'' LOGIN'",
            "CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'u', password 's3cret')",
            "CREATE SUBSCRIPTION s CONNECTION 'host=h password=s3cret' PUBLICATION p",
            "ALTER ROLE app PASSWORD 's3cret",
        ] {
            let safe = redact(text, What::Message);
            assert!(!safe.contains("3cret") && safe.contains(HIDDEN), "{text}: {safe}");
        }
    }

    #[test]
    fn all_else_is_left_as_it_is() {
        for text in [
            "postgresql://me@db.example.com/x?a=b and https://example.com/a",
            "postgresql://a:1,b:2/x and http://[::1]:80 and https://a.b:443.",
            "localhost:5432 asks for a password for `app`, and there is none",
            "password authentication failed for user \"app\"",
            "Check the password of `app` and where it comes from.",
            "Set PGPASSWORD, or add a line to `~/.pgpass`.",
            "the text after `password=` is not a `key=value` pair",
            "ALTER TABLE users ADD COLUMN password text NOT NULL",
            "ALTER TABLE users ADD COLUMN token text; UPDATE users SET token = 'x'",
            "ALTER ROLE app PASSWORD NULL",
            "the user does not exist; the password may be wrong",
        ] {
            assert_eq!(redact(text, What::Message), text);
        }
        let reviewed = "UPDATE users SET password = crypt('x'), pwd = 'y'";
        assert_eq!(redact(reviewed, What::Result), reviewed);
        let safe = redact("postgresql://me:s3cr:et@db.example.com/x?a=b, host=h password=x user=u", What::Result);
        assert_eq!(safe, "postgresql://me:***@db.example.com/x?a=b, host=h password=*** user=u");
    }
}
