//! Facts about an object, and the question that they make.

use std::fmt;

use crate::operation::Check;

/// Where the catalog keeps an object: what to select from, and which row is its.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) from: String,
    pub(super) row: String,
}

/// One fact, as a condition on that row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    /// As it follows `is`: `not null`. Nothing where it says only that nothing special is there.
    pub(super) words: Option<String>,
    /// The condition.
    pub(super) sql: String,
    /// What people read where it has just become true that nothing special is there.
    pub(super) none: Option<&'static str>,
}

impl Fact {
    /// Something that is said.
    pub(super) fn is(words: impl Into<String>, sql: impl Into<String>) -> Self {
        Self { words: Some(words.into()), sql: sql.into(), none: None }
    }

    /// Something that is not there, and is told only where it was.
    pub(super) fn not(none: &'static str, sql: impl Into<String>) -> Self {
        Self { words: None, sql: sql.into(), none: Some(none) }
    }
}

impl Place {
    pub(super) fn new(from: impl Into<String>, row: impl Into<String>) -> Self {
        Self { from: from.into(), row: row.into() }
    }

    /// That a row with these facts is there.
    pub(super) fn check(&self, what: impl fmt::Display, facts: &[Fact]) -> Check {
        let Self { from, row } = self;
        let told: Vec<&str> = facts.iter().filter_map(|fact| fact.words.as_deref()).collect();
        let told = if told.is_empty() { facts.iter().filter_map(|fact| fact.none).collect() } else { told };
        let description = match told.first() {
            None => format!("{what} is there"),
            Some(first) if first.starts_with("default ") => format!("{what} has {}", told.join(", ")),
            Some(_) => format!("{what} is {}", told.join(", ")),
        };
        let conditions = and(facts, "\n  AND ");
        Check { description, sql: format!("SELECT EXISTS (SELECT FROM {from}\nWHERE {row}{conditions})") }
    }

    /// That the row is there.
    pub(super) fn exists(&self) -> String {
        format!("SELECT EXISTS (SELECT FROM {} WHERE {})", self.from, self.row)
    }

    /// That the row is not there.
    pub(super) fn absent(&self) -> String {
        format!("SELECT NOT EXISTS (SELECT FROM {} WHERE {})", self.from, self.row)
    }
}

/// The conditions of facts, each behind `and`.
pub(super) fn and(facts: &[Fact], and: &str) -> String {
    facts.iter().flat_map(|fact| [and, fact.sql.as_str()]).collect()
}
