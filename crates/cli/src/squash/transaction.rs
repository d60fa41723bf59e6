//! What a database with rows refuses within one transaction, and a new database, which has none, does not.

use novate_contract::{Contract, Deferral};
use novate_planner::{Operation, TransactionMode};

use super::{Stretch, refused};
use crate::problem::Problem;
use crate::project::Loaded;

/// Refuses to bring packages into one transaction where PostgreSQL wants a commit between them: a new value of an enum
/// cannot be used before, and a table with deferred checks that wait cannot be altered.
pub(super) fn check(history: &Loaded, stretch: &Stretch, ends: [&Contract; 2]) -> Result<(), Problem> {
    let packages: Vec<_> = stretch.packages(history).collect();
    let commits = packages.iter().any(|package| package.manifest.transaction == TransactionMode::Statement);
    if stretch.from.is_none() || commits {
        return Ok(());
    }
    let deferred = ends
        .iter()
        .flat_map(|contract| contract.tables.values())
        .any(|table| table.constraints.values().any(|constraint| constraint.deferral == Deferral::InitiallyDeferred));
    for (before, rest) in packages.iter().zip(1..).filter_map(|(one, at)| Some((one, packages.get(at..)?))) {
        let (adds, writes) = (before.operations.iter().any(adds_value), before.operations.iter().any(is_transform));
        let later = rest.iter().find(|later| {
            (adds && later.operations.iter().any(is_transform)) || (deferred && writes && !later.operations.is_empty())
        });
        if let Some(later) = later {
            let what = if adds { "adds a value to an enum" } else { "changes rows whose checks are deferred" };
            return Err(refused("PostgreSQL wants a commit within the stretch").why(format!(
                "{} {what}, which has to be committed before {} runs; a new database, without rows, would not show it",
                before.name, later.name
            )));
        }
    }
    Ok(())
}

fn is_transform(operation: &Operation) -> bool {
    operation.target.object_type == "transform"
}

fn adds_value(operation: &Operation) -> bool {
    operation.execute.iter().any(|statement| statement.sql.contains("ADD VALUE"))
}
