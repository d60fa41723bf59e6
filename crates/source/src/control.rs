//! Policies by pattern.

use novate_contract::{Contract, Control, Ident, ObjectId, QName};

/// A policy for whatever fits a pattern.
///
/// A pattern without a dot is about schemas (`auth`, `tenant_*`), one with a dot about tables, types and sequences
/// (`auth.*`, `public.legacy_*`). `*` stands for any text and `?` for one character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlRule {
    schema: String,
    name: Option<String>,
    control: Control,
}

impl ControlRule {
    /// `pattern` in stored form: quotes are not part of it.
    pub fn new(pattern: &str, control: Control) -> Self {
        match pattern.split_once('.') {
            Some((schema, name)) => Self { schema: schema.to_owned(), name: Some(name.to_owned()), control },
            None => Self { schema: pattern.to_owned(), name: None, control },
        }
    }

    fn fits_schema(&self, schema: &Ident) -> bool {
        self.name.is_none() && fits(&self.schema, schema.as_str())
    }

    fn fits_object(&self, name: &QName) -> bool {
        let fits_name = |pattern: &String| fits(pattern, name.name.as_str());
        self.name.as_ref().is_some_and(fits_name) && fits(&self.schema, name.schema.as_str())
    }
}

/// Gives every object the policy of the last rule that fits it, unless `decided` says that it has one of its own.
pub(crate) fn apply(contract: &mut Contract, rules: &[ControlRule], decided: &dyn Fn(&ObjectId) -> bool) {
    if rules.is_empty() {
        return;
    }
    let of_object = |name: &QName| rules.iter().rev().find(|rule| rule.fits_object(name)).map(|rule| rule.control);
    for (name, schema) in &mut contract.schemas {
        let rule = rules.iter().rev().find(|rule| rule.fits_schema(name));
        if let Some(rule) = rule.filter(|_| !decided(&ObjectId::Schema(name.clone()))) {
            schema.control = rule.control;
        }
    }
    let of_table = |name: &QName| of_object(name).filter(|_| !decided(&ObjectId::Table(name.clone())));
    contract.tables.change_where(
        |name, table| of_table(name).is_some_and(|control| control != table.control),
        |name, table| table.control = of_table(name).unwrap_or(table.control),
    );
    for (name, payload) in &mut contract.enums {
        if let Some(control) = of_object(name).filter(|_| !decided(&ObjectId::Enum(name.clone()))) {
            payload.control = control;
        }
    }
    for (name, sequence) in &mut contract.sequences {
        if let Some(control) = of_object(name).filter(|_| !decided(&ObjectId::Sequence(name.clone()))) {
            sequence.control = control;
        }
    }
}

/// Whether `text` fits a pattern of `*` and `?`.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut place, mut star) = (0, 0, None);
    while place < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(c) if *c == '?' || Some(c) == text.get(place) => {
                at += 1;
                place += 1;
            }
            _ => match star {
                // The last star takes one character more.
                Some((after, from)) => {
                    star = Some((after, from + 1));
                    at = after + 1;
                    place = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*b*c", "aXbXbc", true),
            ("a*b*c", "aXbXb", false),
            ("tenant_??", "tenant_01", true),
            ("tenant_?", "tenant_01", false),
            ("", "a", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }
}
