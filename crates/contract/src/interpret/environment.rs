//! How names without a schema are resolved.

use novate_sql::ast::Statement;

use crate::Ident;

/// The search path: where names without a schema are looked for and, its first entry, created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    search_path: Vec<Ident>,
    initial: Vec<Ident>,
}

impl Default for Environment {
    fn default() -> Self {
        Self::new(Ident::new("public"))
    }
}

impl Environment {
    /// Names without a schema belong to `default_schema`.
    pub fn new(default_schema: Ident) -> Self {
        Self { search_path: vec![default_schema.clone()], initial: vec![default_schema] }
    }

    /// Where a name without a schema is created.
    pub fn default_schema(&self) -> &Ident {
        // Neither constructor nor `follow` leaves the path empty.
        &self.search_path[0]
    }

    /// The default schema from before any `SET search_path`.
    pub(super) fn initial_schema(&self) -> &Ident {
        // The constructor puts it there.
        &self.initial[0]
    }

    /// Where a name without a schema is looked for, in order; never empty.
    pub fn search_path(&self) -> &[Ident] {
        &self.search_path
    }

    /// Follows `SET search_path` and its other spellings; any other statement changes nothing.
    ///
    /// An empty path, which `pg_dump` sets because it qualifies every name, means the initial one here.
    pub fn follow(&mut self, statement: &Statement) {
        let Statement::Set { name, values } = statement else { return };
        if name != "search_path" {
            return;
        }
        let schemas: Vec<Ident> = values
            .iter()
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .map(|part| if part.starts_with('"') { Ident::from_sql(part) } else { Ident::new(part) })
            .filter(|schema| !matches!(schema.as_str(), "" | "pg_catalog" | "$user" | "default"))
            .collect();
        self.search_path = if schemas.is_empty() { self.initial.clone() } else { schemas };
    }
}
