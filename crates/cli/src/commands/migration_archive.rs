//! `novate migration archive`: packages out of people's way, and still part of the history.

use clap::Args;
use serde_json::json;

use super::migration_emit::pick;
use crate::problem::Problem;
use crate::progress::count;
use crate::project::Context;
use crate::ui::{Report, Symbol};

/// `novate migration archive`
#[derive(Debug, Args)]
pub(crate) struct Archive {
    /// The packages
    #[arg(required = true, value_name = "PACKAGE")]
    packages: Vec<String>,
}

/// Moves packages into the archive.
pub(crate) fn run(context: &Context, args: &Archive) -> Result<Report, Problem> {
    let project = context.project()?;
    project.check_own()?;
    let history = project.whole_history()?;
    let names = args.packages.iter().map(|text| pick(&project, Some(text))).collect::<Result<Vec<_>, _>>()?;
    // One that is still being written is not done with.
    for name in &names {
        if let Some(package) = history.packages.get(name) {
            package.check_runnable()?;
        }
    }
    for name in &names {
        history.store.archive_package(name)?;
    }
    let listed: Vec<&str> = names.iter().map(novate_history::PackageName::as_str).collect();
    Ok(Report::new(
        format!(
            "{} {} in the archive: databases that need them still find them there",
            Symbol::Done.text(),
            count(names.len(), "package")
        ),
        json!({ "archived": listed }),
    )
    .next("novate check"))
}
