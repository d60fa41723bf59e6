//! From two contracts to a plan.

use std::borrow::Cow;

use novate_contract::interpret::{Environment, Interpreter};
use novate_contract::{Contract, UnsupportedObject};

use crate::changes;
use crate::diff::Difference;
use crate::error::PlanError;
use crate::heirs;
use crate::join;
use crate::lookalike;
use crate::operation::TransactionMode;
use crate::order;
use crate::plan::{Finding, Item, Plan, PlanOptions, PlannedStatement, Rename};
use crate::rename;
use crate::step::{Act, Step};

/// Works out what leads from one contract to another.
///
/// Renames come first; the rest is the difference between what they leave and the contract to reach. The same inputs
/// give the same plan. Objects that are not ours to change are left alone, and said to be where they differ.
pub fn plan(from: &Contract, to: &Contract, options: &PlanOptions) -> Result<Plan, PlanError> {
    let renamed = rename::apply(from, to, options)?;
    let statement = |(sql, object)| Item::Statement(PlannedStatement { sql, objects: vec![object], placeholder: None });
    let mut plan = Plan { items: renamed.statements.into_iter().map(statement).collect(), ..Plan::default() };
    let mut state = renamed.contract;
    let families = heirs::any(&state) || heirs::any(to);
    let mut steps = round(&mut plan, &state, to, options, families)?;
    if families {
        // What the parents' changes left to do is known only once they are carried out.
        state = Cow::Owned(carry_out(state.into_owned(), &steps));
        steps.extend(round(&mut plan, &state, to, options, false)?);
    }
    plan.items.extend(join::items(steps));
    let wanted =
        |object: &UnsupportedObject| to.unsupported.iter().any(|o| (&o.kind, &o.name) == (&object.kind, &object.name));
    let left = from.unsupported.iter().filter(|object| !wanted(object));
    plan.findings.extend(to.unsupported.iter().chain(left).cloned().map(Finding::Unsupported));
    Ok(plan)
}

/// What would be dropped and made anew, and looks like one object under two names: tables, columns and enums, the old name
/// first.
pub fn lookalikes(from: &Contract, to: &Contract, options: &PlanOptions) -> Vec<Rename> {
    let found = lookalike::findings(&Difference::between(from, to, options, false));
    let rename = |finding| match finding {
        Finding::LooksLikeRename { from, to, .. } => Some(Rename { from, to }),
        _ => None,
    };
    found.into_iter().filter_map(rename).collect()
}

fn round(
    plan: &mut Plan,
    from: &Contract,
    to: &Contract,
    options: &PlanOptions,
    parents_first: bool,
) -> Result<Vec<Step>, PlanError> {
    let diff = Difference::between(from, to, options, parents_first);
    let work = changes::steps(&diff);
    let found = diff.findings.iter().cloned().chain(lookalike::findings(&diff)).chain(work.findings);
    for finding in found {
        if !plan.findings.contains(&finding) {
            plan.findings.push(finding);
        }
    }
    let steps = order::sort(work.steps)?;
    if steps.iter().any(|step| step.objects.iter().filter_map(|id| id.table()).any(|t| diff.is_online(t))) {
        plan.transaction = TransactionMode::Statement;
    }
    Ok(steps)
}

/// What a contract is after the steps. What cannot be carried out on the model changes nothing: the next difference
/// then plans it as if nothing had been done for it.
fn carry_out(contract: Contract, steps: &[Step]) -> Contract {
    let mut interpreter = Interpreter::new(contract, Environment::default());
    for step in steps {
        let sql = match &step.act {
            Act::Alter { table, action, .. } => format!("ALTER TABLE {table} {action}"),
            Act::Statement(sql) => sql.clone(),
            Act::Transform(_) | Act::Raw(_) => continue,
        };
        let sql = match &step.placeholder {
            Some(placeholder) => sql.replace(&placeholder.line(), "NULL"),
            None => sql,
        };
        for statement in &novate_sql::parse(&sql).statements {
            if interpreter.apply(&statement.value).is_err() {
                break;
            }
        }
    }
    interpreter.into_contract()
}
