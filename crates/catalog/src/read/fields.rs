//! A row of an answer, field by field, as text that the server wrote.

use std::str::FromStr;

use tokio_postgres::SimpleQueryRow;

use super::query::Part;
use crate::CatalogError;

/// The number of an object in its catalog.
pub(super) type Oid = u32;

/// A row that is read from its first field to its last.
pub(super) struct Fields<'a> {
    part: Part,
    row: &'a SimpleQueryRow,
    next: usize,
}

impl<'a> Fields<'a> {
    /// The fields of a row of this part.
    pub(super) fn new(part: Part, row: &'a SimpleQueryRow) -> Self {
        Self { part, row, next: 0 }
    }

    /// The next field; `None` for NULL.
    pub(super) fn optional(&mut self) -> Result<Option<&'a str>, CatalogError> {
        let field = self.row.try_get(self.next).map_err(|error| self.unreadable(&error.to_string()))?;
        self.next += 1;
        Ok(field)
    }

    /// The next field, which is never NULL.
    pub(super) fn text(&mut self) -> Result<&'a str, CatalogError> {
        match self.optional()? {
            Some(text) => Ok(text),
            None => Err(self.unreadable(&format!("field {} is null", self.next))),
        }
    }

    /// The next field as a value.
    pub(super) fn value<T: FromStr>(&mut self) -> Result<T, CatalogError> {
        let text = self.text()?;
        self.parse(text)
    }

    /// The next field as a value; `None` for NULL.
    pub(super) fn optional_value<T: FromStr>(&mut self) -> Result<Option<T>, CatalogError> {
        self.optional()?.map(|text| self.parse(text)).transpose()
    }

    /// The next field, a boolean.
    pub(super) fn flag(&mut self) -> Result<bool, CatalogError> {
        Ok(self.text()? == "t")
    }

    /// The next field, a number of an object; `None` for 0 and NULL.
    pub(super) fn object(&mut self) -> Result<Option<Oid>, CatalogError> {
        Ok(self.optional_value()?.filter(|oid| *oid != 0))
    }

    /// The next field, a `"char"`; a blank one for NULL.
    pub(super) fn letter(&mut self) -> Result<char, CatalogError> {
        Ok(self.optional()?.and_then(|text| text.chars().next()).unwrap_or(' '))
    }

    /// The next field, numbers in an array or a vector; none for NULL.
    pub(super) fn numbers<T: FromStr>(&mut self) -> Result<Vec<T>, CatalogError> {
        let text = self.optional()?.unwrap_or_default();
        let inner = text.trim_start_matches('{').trim_end_matches('}');
        inner.split([',', ' ']).filter(|number| !number.is_empty()).map(|number| self.parse(number)).collect()
    }

    /// The next field, an array of texts without NULLs; none for NULL.
    pub(super) fn texts(&mut self) -> Result<Vec<String>, CatalogError> {
        let Some(text) = self.optional()? else { return Ok(Vec::new()) };
        elements(text).ok_or_else(|| self.unreadable(&format!("field {} is no array", self.next)))
    }

    /// Why this row makes no sense.
    pub(super) fn unreadable(&self, reason: &str) -> CatalogError {
        let fields = (0..self.row.len()).map(|at| self.row.try_get(at).ok().flatten().unwrap_or("NULL"));
        CatalogError::Unreadable {
            kind: self.part.name().replace('_', " "),
            object: fields.collect::<Vec<_>>().join(", "),
            reason: reason.to_owned(),
        }
    }

    fn parse<T: FromStr>(&self, text: &str) -> Result<T, CatalogError> {
        text.parse().map_err(|_| self.unreadable(&format!("field {} is {text:?}", self.next)))
    }
}

/// The elements of an array of texts in the form in which the server prints it: `{a,"b c","say \"x\""}`.
fn elements(array: &str) -> Option<Vec<String>> {
    let inner = array.strip_prefix('{')?.strip_suffix('}')?;
    let mut all = Vec::new();
    if inner.is_empty() {
        return Some(all);
    }
    let mut element = String::new();
    let mut quoted = false;
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => quoted = !quoted,
            '\\' => element.push(letters.next()?),
            ',' if !quoted => all.push(std::mem::take(&mut element)),
            other => element.push(other),
        }
    }
    all.push(element);
    (!quoted).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::elements;

    #[test]
    fn arrays_as_the_server_prints_them() {
        let read = |array: &str| elements(array).map(|all| all.join("|"));
        assert_eq!(read("{}"), Some(String::new()));
        assert_eq!(
            read("{fillfactor=70,autovacuum_enabled=off}").as_deref(),
            Some("fillfactor=70|autovacuum_enabled=off")
        );
        assert_eq!(read(r#"{"a,b","say \"x\"","","\\"}"#).as_deref(), Some(r#"a,b|say "x"||\"#));
        assert_eq!(read("a"), None);
        assert_eq!(read(r#"{"a}"#), None);
    }
}
