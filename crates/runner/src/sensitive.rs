//! What of a statement nobody must see: the passwords that it sets. PostgreSQL repeats statements, and words of them, in
//! what it says.

/// What is shown instead.
const HIDDEN: &str = "***";

/// The passwords in a statement.
#[derive(Debug, Default)]
pub(crate) struct Sensitive(Vec<String>);

impl Sensitive {
    /// Finds what follows the word PASSWORD, quoted in whichever way or not at all.
    pub(crate) fn of<'a>(statements: impl IntoIterator<Item = &'a str>) -> Self {
        let mut found = Vec::new();
        for sql in statements {
            let lower = sql.to_ascii_lowercase();
            for (at, word) in lower.match_indices("password") {
                found.extend(value(&sql[at + word.len()..]));
            }
        }
        found.sort_by_key(|value: &String| std::cmp::Reverse(value.len()));
        Self(found)
    }

    /// The text without them.
    pub(crate) fn hide(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), HIDDEN))
    }
}

/// The value after the word, if one follows.
fn value(rest: &str) -> Option<String> {
    let text = rest.trim_start().trim_start_matches('=').trim_start();
    if text.len() == rest.len() {
        return None;
    }
    let text = text.strip_prefix(['E', 'e']).filter(|text| text.starts_with('\'')).unwrap_or(text);
    let value = if let Some(dollar) = text.strip_prefix('$') {
        let (tag, body) = dollar.split_once('$')?;
        body.split(&format!("${tag}$")).next().unwrap_or(body)
    } else if let Some(quoted) = text.strip_prefix("''").filter(|quoted| quoted.contains("''")) {
        // A literal inside of a literal.
        quoted.split("''").next().unwrap_or(quoted)
    } else if let Some(quoted) = text.strip_prefix('\'') {
        up_to_quote(quoted)
    } else {
        text.split(|c: char| c.is_whitespace() || "';,)".contains(c)).next().unwrap_or(text)
    };
    // Shorter words are everywhere, and no password.
    (value.len() > 2 && !value.eq_ignore_ascii_case("null")).then(|| value.to_owned())
}

/// The text before the quote that is neither doubled nor escaped.
fn up_to_quote(text: &str) -> &str {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' || (c == '\'' && chars.peek().is_some_and(|(_, next)| *next == '\'')) {
            chars.next();
        } else if c == '\'' {
            return &text[..at];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_statement_sets_is_hidden_in_what_is_said_of_it() {
        for sql in [
            "ALTER ROLE a PASSWORD 's3cret' VALID UNTIL 'x'",
            "ALTER ROLE a PASSWORD E's3cret'",
            "alter role a password $x$s3cret$x$",
            "ALTER ROLE a PASSWORD s3cret;",
            "ALTER ROLE a ENCRYPTED\tPASSWORD\n's3cret",
            "EXECUTE 'ALTER ROLE a PASSWORD ''s3cret'''",
            "CREATE SUBSCRIPTION s CONNECTION 'host=h password=s3cret user=u'",
        ] {
            let sensitive = Sensitive::of([sql]);
            assert_eq!(sensitive.hide("at or near \"s3cret\""), "at or near \"***\"", "{sql}");
            assert!(!sensitive.hide(sql).contains("s3cret"), "{sql}");
        }
        let doubled = Sensitive::of(["ALTER ROLE a PASSWORD 'it''s s3cret' LOGIN"]);
        assert!(!doubled.hide("'it''s s3cret' LOGIN").contains("s3cret"));
        let none = Sensitive::of(["ALTER TABLE t ADD password text; ALTER ROLE a PASSWORD NULL"]);
        assert_eq!(none.hide("ALTER TABLE t ADD password_hash int"), "ALTER TABLE t ADD password_hash int");
    }
}
