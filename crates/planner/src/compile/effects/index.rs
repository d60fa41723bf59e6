//! Indexes.

use novate_sql::ast::CreateIndex;

use super::super::plain::Change;
use super::super::subject::resolve;
use super::{Effect, in_use};
use crate::operation::{HazardCode, OperationClass};

/// `CREATE INDEX` takes a `SHARE` lock; built concurrently, it lets writers in.
pub(super) fn create(effect: &mut Effect, change: &Change<'_>, create: &CreateIndex) {
    effect.is(OperationClass::Additive);
    let table = resolve(&create.table);
    let made = change.touched.created.is_empty();
    if made || !in_use(change, &table) {
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
