//! Indexes.

use novate_contract::ObjectId;
use novate_sql::ast::CreateIndex;

use super::super::plain::Change;
use super::super::subject::resolve;
use super::{Effect, in_use};
use crate::operation::{HazardCode, OperationClass};

/// `CREATE INDEX` takes a `SHARE` lock; built concurrently, it lets writers in.
pub(super) fn create(effect: &mut Effect, change: &Change<'_>, create: &CreateIndex) {
    effect.is(OperationClass::Additive);
    let table = resolve(&create.table);
    let there = change.touched.created.is_empty();
    if there || !in_use(change, &table) {
        return;
    }
    effect.hazard(HazardCode::IndexBuild, &table, format!("All of {table} is read and sorted."));
    if !create.concurrently {
        effect.blocks_writes(&table, "the index is built");
    }
    if create.unique {
        effect.is(OperationClass::Data);
        effect.may_fail(&table, format!("It fails where rows of {table} are alike."));
    }
}

/// `REINDEX` locks the index itself too, which every query on the table asks for.
pub(super) fn rebuild(effect: &mut Effect, index: &ObjectId, concurrently: bool) {
    effect.is(OperationClass::Widening);
    if let ObjectId::Index(table, _) = index {
        effect.hazard(HazardCode::IndexBuild, table, format!("All of {table} is read and sorted."));
        if !concurrently {
            effect.blocks_all(table, "the index is built");
        }
        effect.may_fail(index, format!("It fails where rows of {table} are alike and the index is unique."));
    }
}
