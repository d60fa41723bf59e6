//! From two contracts to a plan.

use novate_contract::Contract;

use crate::changes;
use crate::diff::Difference;
use crate::error::PlanError;
use crate::join;
use crate::lookalike;
use crate::operation::TransactionMode;
use crate::order;
use crate::plan::{Finding, Item, Plan, PlanOptions, PlannedStatement};
use crate::rename;

/// Works out what leads from one contract to another.
///
/// Renames come first; the rest is the difference between what they leave and the contract to reach. The same inputs
/// give the same plan. Objects that are not ours to change are left alone, and said to be where they differ.
pub fn plan(from: &Contract, to: &Contract, options: &PlanOptions) -> Result<Plan, PlanError> {
    let renamed = rename::apply(from, to, &options.renames)?;
    let diff = Difference::between(&renamed.contract, to, options);
    let work = changes::steps(&diff);
    let mut findings = diff.findings.clone();
    findings.extend(lookalike::findings(&diff));
    findings.extend(work.findings);
    findings.extend(to.unsupported.iter().cloned().map(Finding::Unsupported));
    let steps = order::sort(work.steps)?;
    let online = steps.iter().any(|step| step.objects.iter().filter_map(|id| id.table()).any(|t| diff.is_online(t)));
    let statement = |(sql, object)| Item::Statement(PlannedStatement { sql, objects: vec![object], placeholder: None });
    let mut items: Vec<Item> = renamed.statements.into_iter().map(statement).collect();
    items.extend(join::items(steps));
    let transaction = if online { TransactionMode::Statement } else { TransactionMode::Package };
    Ok(Plan { items, findings, transaction })
}
