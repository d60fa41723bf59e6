//! `novate migration new`: a package to write by hand.

use novate_contract::json;
use novate_planner::Header;
use serde_json::json;

use super::plan;
use crate::cli::New;
use crate::operations;
use crate::problem::{Problem, shorten};
use crate::project::{Context, short};
use crate::states;
use crate::ui::{Report, Symbol};

/// Writes an empty package between two contracts; between a contract and itself where no goal is given.
pub(crate) fn run(context: &Context, args: &New) -> Result<Report, Problem> {
    let project = context.project()?;
    project.check_own()?;
    let history = project.outline()?;
    let from = match &args.from {
        Some(text) => states::find(context, text)?.node,
        None => history.graph.head(context.space.as_str())?,
    };
    let before = history.contract(&from)?;
    let to = match &args.to {
        Some(text) => states::find(context, text)?.contract,
        None if from.is_none() => project.sources()?.contract,
        None => before.clone(),
    };
    let hash = json::storage_hash(&to);
    let header = Header {
        name: args.name.clone(),
        from: from.as_ref().map(|hash| hash.as_str().to_owned()),
        to: hash.as_str().to_owned(),
    };
    let source = novate_planner::render(&novate_planner::Plan::default(), &header)?;
    // What the author will write is not there yet, so it cannot lead anywhere yet: the package waits for its emit.
    let compiled = novate_planner::compile(&source, &before, &before)
        .map_err(|errors| operations::compile_problem("the template", &source, errors))?;
    let mut new_source = source.clone();
    let mut compiled = compiled;
    if from.as_ref() != Some(&hash) {
        let line = new_source.lines().count() + 1;
        let question = "what leads there? Write the statements here".to_owned();
        new_source = format!("{new_source}-- @placeholder migration: {question}\n");
        compiled
            .placeholders
            .push(novate_planner::PlaceholderLine { question: format!("migration: {question}"), line });
    }
    let name = plan::write(&project, &history, &args.name, from.clone(), &before, &to, &new_source, &compiled)?;
    let path = shorten(history.store.source_path(&name));
    Ok(Report::new(
        format!(
            "{} {name} written: from {} to {}\n{path}",
            Symbol::Done.text(),
            short(&from),
            hash.short(),
        ),
        json!({ "package": name.as_str(), "source": path, "from": from.as_ref().map(novate_contract::StorageHash::as_str),
                "to": hash.as_str() }),
    )
    .next(format!("write {path}, then: novate migration emit {name}")))
}
