//! What a statement does to data and programs: its class and its hazards.
//!
//! Facts about locks, scans and rewrites are PostgreSQL's own: the manual's pages on `ALTER TABLE`, `CREATE INDEX` and
//! explicit locking, and `AlterTableGetLockLevel` and `ATColumnChangeRequiresRewrite` in `tablecmds.c`.

mod alter_table;
mod column;
mod constraint;
mod conversion;
mod index;
mod other;

use std::fmt;

use novate_contract::{ObjectId, QName};
use novate_sql::ast::Statement;

use super::plain::Change;
use crate::operation::{Hazard, HazardCode, OperationClass};

/// A class and hazards, put together from what the parts of a statement do.
#[derive(Debug, Default)]
pub(super) struct Effect {
    class: Option<OperationClass>,
    hazards: Vec<Hazard>,
}

impl Effect {
    /// The most harmful class of all parts.
    pub(super) fn class(&self) -> OperationClass {
        self.class.unwrap_or(OperationClass::Additive)
    }

    pub(super) fn into_hazards(self) -> Vec<Hazard> {
        self.hazards
    }

    fn is(&mut self, class: OperationClass) {
        self.class = self.class.max(Some(class));
    }

    fn hazard(&mut self, code: HazardCode, object: impl fmt::Display, message: impl Into<String>) {
        let hazard = Hazard { code, object: object.to_string(), message: message.into() };
        let same = |other: &Hazard| other.code == hazard.code && other.object == hazard.object;
        if !self.hazards.iter().any(same) {
            self.hazards.push(hazard);
        }
    }

    /// An exclusive lock on a table, held while something takes its time.
    fn blocks_all(&mut self, table: &QName, meanwhile: &str) {
        let message = format!("Nobody can read {table} while {meanwhile}.");
        self.hazard(HazardCode::BlocksReads, table, message);
        self.blocks_writes(table, meanwhile);
    }

    /// A lock on a table that lets readers in, held while something takes its time.
    fn blocks_writes(&mut self, table: &QName, meanwhile: &str) {
        let message = format!("Nobody can write to {table} while {meanwhile}.");
        self.hazard(HazardCode::BlocksWrites, table, message);
    }

    fn scans(&mut self, table: &QName) {
        self.hazard(HazardCode::Scan, table, format!("All of {table} is read."));
    }

    fn rewrites(&mut self, table: &QName) {
        self.hazard(HazardCode::Rewrite, table, format!("All of {table} and its indexes is written anew."));
        self.blocks_all(table, "it is written anew");
    }

    fn may_fail(&mut self, object: impl fmt::Display, message: impl Into<String>) {
        self.hazard(HazardCode::MayFail, object, message);
    }

    fn breaks(&mut self, object: impl fmt::Display, message: impl Into<String>) {
        self.hazard(HazardCode::BreaksClients, object, message);
    }
}

/// What a statement about `subject` does.
pub(super) fn of(change: &Change<'_>, subject: &ObjectId) -> Effect {
    let mut effect = Effect::default();
    match change.statement {
        Statement::AlterTable(alter) => alter_table::of(&mut effect, change, alter),
        Statement::CreateIndex(create) => index::create(&mut effect, change, create),
        _ => other::of(&mut effect, change, subject),
    }
    effect
}

/// Whether a table was there before the migration, so that rows may be in it and programs may use it.
fn in_use(change: &Change<'_>, table: &QName) -> bool {
    change.before.tables.contains_key(table) && !change.fresh.has_table(table)
}
