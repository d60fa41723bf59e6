//! An object as a list of aspects, each of which can be compared and shown by itself.
//!
//! Every field of the model is taken apart by name here, so that none can be forgotten: what has no aspect is neither
//! compared nor part of a fingerprint. Comments are objects of their own.

mod check;
mod column;
mod constraint;
mod enumeration;
mod exclusion;
mod extension;
mod foreign_key;
mod index;
mod primary_key;
mod schema;
mod sequence;
mod table;
mod unique;

use std::fmt::Display;

use novate_contract::{Expression, Object, StorageParameters};

/// One thing that can be said of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Aspect {
    /// What people call it: `default`, `type`, `predicate`.
    pub(crate) name: &'static str,
    /// Its value as people know it; empty for what is not there.
    pub(crate) shown: String,
    /// Its value with everything redundant removed: equality is decided by this.
    pub(crate) compared: String,
    /// Whether it was said at all, or is what PostgreSQL does by itself.
    pub(crate) said: bool,
}

/// What an absent value is shown as.
const NONE: &str = "none";

/// Every aspect of an object, in the order in which people expect them.
pub(crate) fn aspects(object: Object<'_>) -> Vec<Aspect> {
    match object {
        Object::Schema(schema) => schema::aspects(schema),
        Object::Extension(extension) => extension::aspects(extension),
        Object::Enum(payload) => enumeration::aspects(payload),
        Object::Sequence(sequence) => sequence::aspects(sequence),
        Object::Table(table) => table::aspects(table),
        Object::Column(column) => column::aspects(column),
        Object::Constraint(constraint) => constraint::aspects(constraint),
        Object::Index(index) => index::aspects(index),
        Object::Comment(text) => vec![aspect("text", text)],
    }
}

/// An object in words, a line an aspect.
pub(crate) fn text(object: Object<'_>) -> String {
    let lines: Vec<String> =
        aspects(object).into_iter().map(|aspect| format!("{}: {}", aspect.name, aspect.shown)).collect();
    lines.join("\n")
}

/// What was said of an object, in one line; `None` for what has more parts than a line can hold, or nothing to say.
pub(crate) fn line(object: Object<'_>) -> Option<String> {
    if let Object::Table(_) | Object::Schema(_) | Object::Extension(_) = object {
        return None;
    }
    let words = |aspect: Aspect| match (aspect.name, aspect.shown.as_str()) {
        ("type" | "text" | "condition", value) => value.to_owned(),
        (name, "yes") => name.to_owned(),
        (name, "no") => format!("not {name}"),
        (name, value) => format!("{name} {value}"),
    };
    let said: Vec<String> = aspects(object).into_iter().filter(|aspect| aspect.said).map(words).collect();
    Some(said.join(", "))
}

fn aspect(name: &'static str, value: impl Display) -> Aspect {
    let shown = value.to_string();
    Aspect { name, compared: shown.clone(), shown, said: true }
}

/// An aspect that has a value of PostgreSQL's own where nothing was said.
fn or_default(name: &'static str, value: Option<impl Display>, default: &str) -> Aspect {
    match value {
        Some(value) => aspect(name, value),
        None => Aspect { said: false, ..aspect(name, default) },
    }
}

fn optional(name: &'static str, value: Option<impl Display>) -> Aspect {
    or_default(name, value, NONE)
}

/// Something that is off unless it was asked for.
fn flag(name: &'static str, value: bool) -> Aspect {
    or_default(name, value.then_some("yes"), "no")
}

/// Something that is on unless it was given up.
fn unless(name: &'static str, value: bool) -> Aspect {
    or_default(name, (!value).then_some("no"), "yes")
}

fn list<T: Display>(name: &'static str, values: impl IntoIterator<Item = T>) -> Aspect {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    optional(name, (!values.is_empty()).then(|| values.join(", ")))
}

fn parameters(name: &'static str, values: &StorageParameters) -> Aspect {
    list(name, values.iter().map(|(key, value)| format!("{key}={value}")))
}

fn expression(name: &'static str, value: &Expression) -> Aspect {
    Aspect { name, shown: value.written.clone(), compared: value.canonical.to_string(), said: true }
}

fn optional_expression(name: &'static str, value: Option<&Expression>) -> Aspect {
    value.map_or_else(|| optional(name, None::<&str>), |value| expression(name, value))
}
