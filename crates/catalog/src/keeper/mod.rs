//! The tool that kept a database before: recognised by the tables in which it remembers what it applied.
//!
//! A table is recognised by its columns, because every tool lets people choose its name and schema; the name is asked
//! too only where others could have made such a table for themselves. Each tool is one file: a shape, a question, and
//! what the answer means. Nothing here speaks to a server.

mod alembic;
mod dbmate;
mod diesel;
mod django;
mod drizzle;
mod flyway;
mod golang_migrate;
mod knex;
mod liquibase;
mod past;
mod prisma;
mod rails;
mod refinery;
mod shape;
mod sqlx;

use novate_contract::{Contract, Control, ObjectId, QName};

pub use past::{Past, Row, Unfinished};
use shape::{Name, Shape};

/// What is known of a tool.
struct Tool {
    /// As people call it.
    name: &'static str,
    /// The page of `docs/taking-over` that is about it, where there is one.
    guide: Option<&'static str>,
    /// The table that remembers.
    table: Shape,
    /// Tables that the tool makes beside it, in the same schema: locks, environments.
    beside: &'static [Shape],
    /// Asks what was applied, the oldest first: the table, and those beside it that are there.
    question: fn(&QName, &[QName]) -> String,
    /// What the rows of the answer mean.
    past: fn(&Keeper, &[Row]) -> Past,
}

/// Every tool; the first whose shape fits a table has it.
const TOOLS: &[Tool] = &[
    prisma::TOOL,
    flyway::TOOL,
    alembic::TOOL,
    drizzle::TOOL,
    sqlx::TOOL,
    diesel::TOOL,
    refinery::TOOL,
    django::TOOL,
    knex::TOOL,
    liquibase::TOOL,
    golang_migrate::TOOL,
    rails::TOOL,
    dbmate::TOOL,
];

/// A tool that keeps a database, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keeper {
    /// The tool, as people call it: `Prisma Migrate`.
    pub tool: &'static str,
    /// The name of its page in `docs/taking-over`, where it has one: `prisma`.
    pub guide: Option<&'static str>,
    /// The table in which it remembers what it applied.
    pub table: QName,
    /// Its other tables.
    pub beside: Vec<QName>,
}

impl Keeper {
    /// Its tables.
    pub fn tables(&self) -> impl Iterator<Item = &QName> {
        std::iter::once(&self.table).chain(&self.beside)
    }

    /// The query whose rows [`Self::past`] understands; it only reads.
    pub fn question(&self) -> String {
        self.known().map(|tool| (tool.question)(&self.table, &self.beside)).unwrap_or_default()
    }

    /// What the tool did, by the rows that [`Self::question`] gave.
    pub fn past(&self, rows: &[Row]) -> Past {
        self.known().map(|tool| (tool.past)(self, rows)).unwrap_or_default()
    }

    fn known(&self) -> Option<&'static Tool> {
        TOOLS.iter().find(|tool| tool.name == self.tool)
    }
}

/// The tools whose tables a database holds, by the tables' names.
pub fn keepers(live: &Contract) -> Vec<Keeper> {
    let found = live.tables.iter().filter_map(|(name, table)| {
        let tool = TOOLS.iter().find(|tool| tool.table.fits(name, table))?;
        let beside = live.tables.iter().filter(|(other, table)| {
            other.schema == name.schema && tool.beside.iter().any(|shape| shape.fits(other, table))
        });
        let beside = beside.map(|(other, _)| other.clone()).collect();
        Some(Keeper { tool: tool.name, guide: tool.guide, table: name.clone(), beside })
    });
    found.collect()
}

/// Makes what the tools keep for themselves something that novate declares and leaves alone: it is not created in a
/// new database, not changed, and no difference in it is an error. The sequences that such a table owns go with it, and
/// so does a schema that holds nothing else.
pub fn leave_alone(contract: &mut Contract, keepers: &[Keeper]) {
    let theirs = |name: &QName| keepers.iter().any(|keeper| keeper.tables().any(|table| table == name));
    contract.tables.change_where(|name, _| theirs(name), |_, table| table.control = Control::Observed);
    let ours: Vec<_> = contract
        .objects()
        .into_keys()
        .filter(|id| !matches!(id, ObjectId::Schema(_)) && contract.control(id) != Control::Observed)
        .filter_map(|id| id.schema().cloned())
        .collect();
    let of_keepers: Vec<_> = keepers.iter().map(|keeper| keeper.table.schema.clone()).collect();
    for (name, schema) in &mut contract.schemas {
        if name.as_str() != "public" && of_keepers.contains(name) && !ours.contains(name) {
            schema.control = Control::Observed;
        }
    }
}

#[cfg(test)]
mod tests;
