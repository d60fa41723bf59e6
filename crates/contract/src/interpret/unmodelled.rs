//! Statements about objects of kinds that are not modelled.

use novate_sql::ast::Unmodelled;

use super::Interpreter;

impl Interpreter {
    /// Keeps the name of what is created, so that it is reported and other statements may refer to it.
    pub(super) fn unmodelled(&mut self, statement: &Unmodelled) {
        let name = self.qualified(&statement.kind, &statement.name);
        if statement.verb == "drop" {
            self.directory.remove_unmodelled(&statement.kind, &name);
            self.contract.unsupported.retain(|object| object.kind != statement.kind || object.name != name);
            return;
        }
        self.directory.add_unmodelled(&statement.kind, &name);
        let known = |object: &crate::UnsupportedObject| object.kind == statement.kind && object.name == name;
        if !self.contract.unsupported.iter().any(known) {
            self.unsupported(&statement.kind, name);
        }
    }

    /// Whether an index of something that is not modelled may have this name.
    pub(super) fn has_unmodelled_index(&self, name: &novate_sql::NameRef) -> bool {
        let full = self.place(name);
        let start = format!("{full} on ");
        self.contract.unsupported.iter().any(|object| object.kind == "index" && object.name.starts_with(&start))
    }

    /// A name with its schema, for the kinds that live in one.
    fn qualified(&self, kind: &str, name: &str) -> String {
        let head = name.split('(').next().unwrap_or(name);
        let in_schema = matches!(
            kind,
            "view"
                | "materialized view"
                | "foreign table"
                | "function"
                | "procedure"
                | "aggregate"
                | "routine"
                | "type"
                | "composite type"
                | "range type"
                | "domain"
                | "collation"
                | "statistics"
        );
        if !in_schema || name.is_empty() || has_schema(head) {
            return name.to_owned();
        }
        format!("{}.{name}", self.environment.default_schema())
    }
}

/// Whether a dot stands outside quotes.
fn has_schema(name: &str) -> bool {
    let mut quoted = false;
    name.chars().any(|c| {
        if c == '"' {
            quoted = !quoted;
        }
        c == '.' && !quoted
    })
}
