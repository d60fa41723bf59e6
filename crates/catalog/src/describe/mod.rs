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

use std::fmt::{self, Display};

use novate_contract::{Expression, Object, StorageParameters, Table};

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

/// Who is told the aspects of an object.
pub(crate) trait Listener {
    /// Takes one. `compared` is the value with everything redundant removed, where that is not what is shown.
    fn take(&mut self, name: &'static str, shown: &dyn Display, compared: Option<&dyn Display>, said: bool);
}

impl Listener for Vec<Aspect> {
    fn take(&mut self, name: &'static str, shown: &dyn Display, compared: Option<&dyn Display>, said: bool) {
        let shown = shown.to_string();
        let compared = compared.map_or_else(|| shown.clone(), ToString::to_string);
        self.push(Aspect { name, shown, compared, said });
    }
}

/// What an absent value is shown as.
const NONE: &str = "none";

/// Tells every aspect of an object, in the order in which people expect them.
pub(crate) fn describe(object: Object<'_>, to: &mut dyn Listener) {
    match object {
        Object::Schema(schema) => schema::describe(schema, to),
        Object::Extension(extension) => extension::describe(extension, to),
        Object::Enum(payload) => enumeration::describe(payload, to),
        Object::Sequence(sequence) => sequence::describe(sequence, to),
        Object::Table(table) => table::describe(table, to),
        Object::Column(column) => column::describe(column, to),
        Object::Constraint(constraint) => constraint::describe(constraint, to),
        Object::Index(index) => index::describe(index, to),
        Object::Comment(text) => aspect(to, "text", text),
    }
}

/// Every aspect of an object.
pub(crate) fn aspects(object: Object<'_>) -> Vec<Aspect> {
    let mut all = Vec::new();
    describe(object, &mut all);
    all
}

/// An object in words, a line an aspect.
pub(crate) fn text(object: Object<'_>) -> String {
    let lines: Vec<String> =
        aspects(object).into_iter().map(|aspect| format!("{}: {}", aspect.name, aspect.shown)).collect();
    lines.join("\n")
}

/// What was said of an object, in one line; of a table, which has more parts than a line can hold, its columns.
pub(crate) fn line(object: Object<'_>) -> String {
    match object {
        Object::Table(table) => return columns(table),
        Object::Schema(_) => return "schema".to_owned(),
        _ => {}
    }
    let words = |aspect: Aspect| match (aspect.name, aspect.shown.as_str()) {
        ("type" | "text" | "condition", value) => value.to_owned(),
        (name, "yes") => name.to_owned(),
        (name, "no") => format!("not {name}"),
        (name, value) => format!("{name} {value}"),
    };
    let said: Vec<String> = aspects(object).into_iter().filter(|aspect| aspect.said).map(words).collect();
    match object {
        Object::Extension(_) if said.is_empty() => "extension".to_owned(),
        Object::Enum(_) if said.is_empty() => "no values".to_owned(),
        _ => said.join(", "),
    }
}

/// More columns than this are counted.
const NAMED: usize = 8;

fn columns(table: &Table) -> String {
    let names: Vec<String> = table.columns.keys().take(NAMED).map(ToString::to_string).collect();
    match table.columns.len().saturating_sub(NAMED) {
        _ if names.is_empty() => "no columns".to_owned(),
        0 => format!("columns {}", names.join(", ")),
        more => format!("columns {} and {more} more", names.join(", ")),
    }
}

fn aspect(to: &mut dyn Listener, name: &'static str, value: impl Display) {
    to.take(name, &value, None, true);
}

/// An aspect that has a value of PostgreSQL's own where nothing was said.
fn or_default(to: &mut dyn Listener, name: &'static str, value: Option<impl Display>, default: &str) {
    match value {
        Some(value) => to.take(name, &value, None, true),
        None => to.take(name, &default, None, false),
    }
}

fn optional(to: &mut dyn Listener, name: &'static str, value: Option<impl Display>) {
    or_default(to, name, value, NONE);
}

/// Something that is off unless it was asked for.
fn flag(to: &mut dyn Listener, name: &'static str, value: bool) {
    or_default(to, name, value.then_some("yes"), "no");
}

/// Something that is on unless it was given up.
fn unless(to: &mut dyn Listener, name: &'static str, value: bool) {
    or_default(to, name, (!value).then_some("no"), "yes");
}

fn list<T: Display>(to: &mut dyn Listener, name: &'static str, values: &[T]) {
    optional(to, name, (!values.is_empty()).then_some(Joined(values)));
}

fn parameters(to: &mut dyn Listener, name: &'static str, values: &StorageParameters) {
    let values: Vec<String> = values.iter().map(|(key, value)| format!("{key}={value}")).collect();
    list(to, name, &values);
}

fn expression(to: &mut dyn Listener, name: &'static str, value: &Expression) {
    to.take(name, &value.written, Some(&value.canonical), true);
}

fn optional_expression(to: &mut dyn Listener, name: &'static str, value: Option<&Expression>) {
    match value {
        Some(value) => expression(to, name, value),
        None => optional(to, name, None::<&str>),
    }
}

/// Values with commas between.
struct Joined<'a, T>(&'a [T]);

impl<T: Display> Display for Joined<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, value) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            value.fmt(f)?;
        }
        Ok(())
    }
}
