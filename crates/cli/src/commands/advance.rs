//! `novate migrate --advance-ref`: a ref that moves with the database.

use novate_history::{Ref as Reference, RefName};
use novate_runner::Goal;

use super::refs;
use crate::problem::Problem;
use crate::project::Loaded;
use crate::ui::Report;

/// A ref that follows the database.
pub(crate) struct Advance {
    name: RefName,
    before: Option<Reference>,
}

impl Advance {
    /// Reads the ref before anything runs: what it requires, the run must provide.
    pub(crate) fn prepare(history: &Loaded, name: &str, goal: &mut Goal) -> Result<Self, Problem> {
        let name = RefName::parse(name)?;
        if goal.node.is_none() {
            return Err(refs::at_empty());
        }
        let before = refs::before(&history.store, &name)?;
        if let Some(before) = &before {
            history.graph.check_ref(&name, before)?;
            goal.invariants.extend(before.invariants.iter().cloned());
        }
        Ok(Self { name, before })
    }

    /// Moves it, once the run is done.
    pub(crate) fn write(self, history: &Loaded, goal: &Goal, report: &mut Report) -> Result<(), Problem> {
        let Some(hash) = goal.node.clone() else { return Ok(()) };
        let invariants = self.before.as_ref().map(|before| before.invariants.clone()).unwrap_or_default();
        let reference = Reference { hash: hash.clone(), invariants };
        history.store.write_ref(&self.name, &reference).map_err(|error| {
            let problem = Problem::from(error);
            let why = problem.why.clone().unwrap_or_default();
            let name = &self.name;
            problem
                .why(format!("{why}\nThe database is migrated; the ref {name} was not moved.").trim_start().to_owned())
                .fix(format!("novate ref set {name} {}", hash.short()))
        })?;
        let moved = refs::moved(&self.name, self.before.as_ref(), &reference);
        report.text = format!("{}\n{moved}", report.text);
        if let Some(map) = report.json.as_object_mut() {
            map.insert("advanced".to_owned(), refs::to_json(&self.name, self.before.as_ref(), &reference));
        }
        Ok(())
    }
}
