//! What a project's configuration says about its contract files.

use novate_contract::{Contract, Ident, Space};

use crate::ControlRule;

/// How contract files are read.
#[derive(Debug, Clone)]
pub struct SourceOptions {
    /// The space that they describe.
    pub space: Space,
    /// Where names without a schema belong.
    pub default_schema: Ident,
    /// Policies for objects that have no `@control` of their own; of several that fit, the last one counts.
    pub controls: Vec<ControlRule>,
    /// What a statement that takes something away means.
    pub drops: Drops,
    /// The contracts of the spaces that this one may refer to. What it refers to is taken over, as external.
    pub others: Vec<Contract>,
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self {
            space: Space::app(),
            default_schema: Ident::new("public"),
            controls: Vec::new(),
            drops: Drops::default(),
            others: Vec::new(),
        }
    }
}

/// What `DROP`, `RENAME`, `DO`, `INSERT` and their like mean in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Drops {
    /// The text is a description: they are errors.
    #[default]
    Refuse,
    /// The text is a script, executed from top to bottom: what takes away or renames is executed, and what carries data
    /// is passed over with a note.
    Execute,
}
