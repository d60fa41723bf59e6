//! Identifiers as PostgreSQL stores them, and how they are written.

use std::fmt;

use smol_str::SmolStr;

/// PostgreSQL's `NAMEDATALEN - 1`: longer identifiers are cut to this many bytes.
pub const MAX_IDENT_BYTES: usize = 63;

/// An identifier in its stored form: folded where it was not quoted, quotes removed, at most 63 bytes.
///
/// `Display` writes it as SQL, quoted only where PostgreSQL's `quote_ident` would quote it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ident(SmolStr);

impl Ident {
    /// The identifier with exactly this stored form, cut at 63 bytes on a character boundary as PostgreSQL does.
    pub fn new(stored: impl AsRef<str>) -> Self {
        Self(SmolStr::new(truncate(stored.as_ref(), MAX_IDENT_BYTES)))
    }

    /// Reads one identifier as written in SQL: `Users` folds to `users`, `"Users"` keeps its case.
    ///
    /// Folding is ASCII only, as in a UTF-8 database.
    pub fn from_sql(written: &str) -> Self {
        match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) => Self::new(inner.replace("\"\"", "\"")),
            None => Self::new(written.to_ascii_lowercase()),
        }
    }

    /// The stored form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `text` cut to at most `max` bytes without splitting a character.
pub(crate) fn truncate(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let mut end = max;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl AsRef<str> for Ident {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Ident {
    fn from(stored: &str) -> Self {
        Self::new(stored)
    }
}

impl std::borrow::Borrow<str> for Ident {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if crate::literal::ident_is_safe(&self.0) {
            f.write_str(&self.0)
        } else {
            write!(f, "\"{}\"", self.0.replace('"', "\"\""))
        }
    }
}

/// A name as a statement gives it: with or without its schema.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameRef {
    /// The schema, where it was written.
    pub schema: Option<Ident>,
    /// The object's own name.
    pub name: Ident,
}

impl NameRef {
    /// The full name, with `default_schema` where none was written.
    pub fn resolve(&self, default_schema: &Ident) -> QName {
        QName::new(self.schema.clone().unwrap_or_else(|| default_schema.clone()), self.name.clone())
    }
}

impl fmt::Display for NameRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => write!(f, "{}", self.name),
        }
    }
}

/// A schema-qualified name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QName {
    /// The schema.
    pub schema: Ident,
    /// The object's own name.
    pub name: Ident,
}

impl QName {
    /// `schema.name`.
    pub fn new(schema: impl Into<Ident>, name: impl Into<Ident>) -> Self {
        Self { schema: schema.into(), name: name.into() }
    }
}

impl fmt::Display for QName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_unless_quoted_and_quotes_only_where_needed() {
        assert_eq!(Ident::from_sql("Users").as_str(), "users");
        assert_eq!(Ident::from_sql("\"Us\"\"ers\"").to_string(), "\"Us\"\"ers\"");
        assert_eq!(Ident::new("order").to_string(), "\"order\"");
        assert_eq!(Ident::new("name").to_string(), "name");
        assert_eq!(Ident::new("1a").to_string(), "\"1a\"");
    }

    #[test]
    fn cuts_at_63_bytes_without_splitting_a_character() {
        assert_eq!(Ident::new("é".repeat(40)).as_str().len(), 62);
    }
}
