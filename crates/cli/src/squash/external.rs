//! What somebody else keeps and a contract declares: a throwaway server has to have it before anything runs.

use novate_contract::{ConstraintKind, Contract, Control, ObjectId, QName};
use novate_planner::PlanOptions;

use crate::problem::Problem;

/// The statements that make the external objects of a contract in an empty database; nothing where there are none.
pub(super) fn script(contract: &Contract) -> Result<String, Problem> {
    let theirs = |id: &ObjectId| contract.control(id) == Control::External;
    let mut made = Contract::empty(contract.space.clone());
    for (name, extension) in
        contract.extensions.iter().filter(|(name, _)| theirs(&ObjectId::Extension((*name).clone())))
    {
        made.extensions.insert(name.clone(), extension.clone());
    }
    for (name, payload) in contract.enums.iter().filter(|(name, _)| theirs(&ObjectId::Enum((*name).clone()))) {
        made.enums.insert(name.clone(), payload.clone());
    }
    for (name, sequence) in contract.sequences.iter().filter(|(name, _)| theirs(&ObjectId::Sequence((*name).clone()))) {
        made.sequences.insert(name.clone(), sequence.clone());
    }
    let tables: Vec<QName> =
        contract.tables.keys().filter(|name| theirs(&ObjectId::Table((*name).clone()))).cloned().collect();
    for (name, table) in contract.tables.iter().filter(|(name, _)| tables.contains(name)) {
        made.tables.insert(name.clone(), table.clone());
    }
    // Ours comes later, so nothing of theirs can refer to it here.
    made.tables.change_where(
        |_, _| true,
        |_, table| {
            table.constraints.retain(|_, constraint| match &constraint.kind {
                ConstraintKind::ForeignKey(key) => tables.contains(&key.references),
                _ => true,
            });
        },
    );
    for (name, schema) in &contract.schemas {
        let holds = made.objects().keys().any(|id| id.schema() == Some(name));
        if holds || theirs(&ObjectId::Schema(name.clone())) {
            made.schemas.insert(name.clone(), schema.clone());
        }
    }
    manage(&mut made);
    let options = PlanOptions { script: true, ..Default::default() };
    let plan = novate_planner::plan(&Contract::empty(contract.space.clone()), &made, &options)?;
    Ok(novate_planner::script(&plan))
}

/// On the throwaway server they are ours to make.
fn manage(contract: &mut Contract) {
    contract.tables.change_where(|_, _| true, |_, table| table.control = Control::Managed);
    contract.schemas.values_mut().for_each(|schema| schema.control = Control::Managed);
    contract.extensions.values_mut().for_each(|extension| extension.control = Control::Managed);
    contract.enums.values_mut().for_each(|payload| payload.control = Control::Managed);
    contract.sequences.values_mut().for_each(|sequence| sequence.control = Control::Managed);
}
