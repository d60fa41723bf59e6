//! `novate migration squash`: a stretch of the history as one package, the old ones in the archive.

use clap::Args;
use novate_history::{Node, PackageName};
use serde_json::json;

use super::plan;
use crate::operations;
use crate::problem::{Problem, shorten};
use crate::progress::count;
use crate::project::{Context, Project, shell_word};
use crate::squash::{Stretch, squash};
use crate::states;
use crate::ui::{Report, Symbol};

/// `novate migration squash`
#[derive(Debug, Args)]
pub(crate) struct Squash {
    /// From where to where, as FROM..TO: hashes, refs, packages, package^ or empty; without TO, to the head
    #[arg(value_name = "FROM..TO")]
    stretch: String,
    /// What the package is about
    #[arg(long, value_name = "TITLE")]
    name: Option<String>,
    /// Prove it and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Squashes a stretch, once it is proven on a throwaway server.
pub(crate) async fn run(context: &Context, args: &Squash) -> Result<Report, Problem> {
    let project = context.project()?;
    project.check_own()?;
    let history = project.whole_history()?;
    let (from, to) = ends(&project, &history.graph, &args.stretch)?;
    let stretch = Stretch::find(&history, from, to)?;
    let title = args.name.clone().unwrap_or_else(|| "squashed".to_owned());
    let squashed = squash(context, &project, &history, &stretch, &title).await?;

    let mut lines = vec![
        operations::table(&squashed.compiled),
        String::new(),
        format!(
            "{} proven on a throwaway server: both ways end in the same schema, with the same rows in {}",
            Symbol::Done.text(),
            count(squashed.tables, "table")
        ),
        format!("{} {}: {}", Symbol::Info.text(), squashed.how, count(squashed.compiled.operations.len(), "operation")),
    ];
    for left_out in &squashed.left_out {
        lines.push(format!("{} left out, since a new database has no rows for it: {left_out}", Symbol::Info.text()));
    }
    let current = history.store.current_names()?;
    let replaced: Vec<PackageName> =
        stretch.edges.iter().map(|edge| edge.package.clone()).filter(|name| current.contains(name)).collect();
    let mut json = json!({
        "written": !args.dry_run,
        "package": null,
        "how": squashed.how,
        "operations": operations::json(&squashed.compiled.operations),
        "leftOut": squashed.left_out,
        "archived": replaced.iter().map(PackageName::as_str).collect::<Vec<_>>(),
    });
    if args.dry_run {
        lines.push(format!("{} would go to the archive: {}", Symbol::Info.text(), count(replaced.len(), "package")));
        let named = args.name.as_ref().map(|name| format!(" --name {}", shell_word(name))).unwrap_or_default();
        let next = format!("novate migration squash {}{named}", args.stretch);
        return Ok(Report::new(lines.join("\n"), json).next(next));
    }
    let (before, after) = (history.contract(&stretch.from)?, history.contract(&stretch.to)?);
    let outline = history.outline();
    // The new package first: whatever ends this in between, every way that there was is still there.
    let name = plan::write(
        &project,
        &outline,
        &title,
        stretch.from.clone(),
        &before,
        &after,
        &squashed.source,
        &squashed.compiled,
    )?;
    for old in &replaced {
        history.store.archive_package(old)?;
    }
    lines.push(format!("{} {} written", Symbol::Done.text(), shorten(history.store.source_path(&name))));
    lines.push(format!(
        "{} {} in the archive, where databases that stand between still find them",
        Symbol::Done.text(),
        count(replaced.len(), "package")
    ));
    if let Some(object) = json.as_object_mut() {
        object.insert("package".to_owned(), name.as_str().into());
    }
    Ok(Report::new(lines.join("\n"), json).next("novate check"))
}

/// The two ends that were named.
fn ends(project: &Project<'_>, graph: &novate_history::Graph, text: &str) -> Result<(Node, Node), Problem> {
    let Some((from, to)) = text.split_once("..") else {
        return Err(Problem::input("USAGE", format!("{text} is not FROM..TO"))
            .fix("name both ends, for instance: novate migration squash empty..production"));
    };
    let from = states::find(project.context, from)?.node;
    let to = if to.is_empty() {
        graph.head(project.context.space.as_str())?
    } else {
        states::find(project.context, to)?.node
    };
    Ok((from, to))
}
