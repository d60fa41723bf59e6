//! `novate migration show`: one package.

use novate_history::Edge;
use serde_json::json;

use super::graph::refs;
use super::migration_emit::{node_json, pick};
use super::migration_list::marks;
use crate::cli::Show;
use crate::operations;
use crate::problem::{Problem, shorten};
use crate::project::{Context, short};
use crate::ui::{Report, Symbol};

/// Shows a package: from where to where, operations, hazards, SQL.
pub(crate) fn run(context: &Context, args: &Show) -> Result<Report, Problem> {
    let project = context.project()?;
    let store = project.store()?;
    let package = store.read_package(&pick(&project, args.package.as_deref())?)?;
    let history = project.outline()?;
    let edge = Edge::of(&package);
    let marks = marks(&history.graph, &edge, &package.manifest, package.is_stale());
    let (refs, known) = (refs(&history)?, package.manifest.to.clone());
    let here = refs.get(&Some(known)).cloned().unwrap_or_default();
    let sql: Vec<String> =
        package.operations.iter().flat_map(|op| op.execute.iter().map(|step| format!("{};", step.sql))).collect();
    let sql = sql.join("\n\n");
    let mut text = if args.sql {
        sql.clone()
    } else {
        let marks = if marks.is_empty() { String::new() } else { format!("  ({})", marks.join(", ")) };
        let mut lines = vec![
            format!("{}{marks}", package.name),
            format!("  from         {}", short(&package.manifest.from)),
            format!("  to           {}", package.manifest.to.short()),
            format!("  hash         {}", package.hash),
            format!("  created      {}", package.manifest.created_at),
            format!("  transaction  {}", package.manifest.transaction.as_str()),
        ];
        if !package.manifest.provided_invariants.is_empty() {
            lines.push(format!("  provides     {}", package.manifest.provided_invariants.join(", ")));
        }
        if !here.is_empty() {
            lines.push(format!("  refs         {}", here.join(", ")));
        }
        lines.push(String::new());
        lines.push(operations::lines(&package.operations));
        lines.join("\n")
    };
    let path = shorten(package.source_path());
    if package.is_stale() {
        text = format!("{text}\n{} {path} was edited and not emitted since", Symbol::Warning.text());
    }
    for placeholder in &package.manifest.placeholders {
        text = format!("{text}\n{} {path}:{} asks: {}", Symbol::Warning.text(), placeholder.line, placeholder.question);
    }
    let report = Report::new(
        text,
        json!({
            "package": package.name.as_str(),
            "from": node_json(package.manifest.from.as_ref()),
            "to": package.manifest.to.as_str(),
            "migrationHash": package.hash.as_str(),
            "createdAt": package.manifest.created_at,
            "transaction": package.manifest.transaction.as_str(),
            "providedInvariants": package.manifest.provided_invariants,
            "rollback": history.graph.is_rollback(&edge),
            "refs": here,
            "stale": package.is_stale(),
            "placeholders": package.manifest.placeholders.iter()
                .map(|p| json!({ "line": p.line, "question": p.question })).collect::<Vec<_>>(),
            "operations": operations::json(&package.operations),
            "sql": sql,
        }),
    );
    Ok(if args.sql { report.verbatim() } else { report })
}
