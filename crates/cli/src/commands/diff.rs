//! `novate diff`: what leads from one state to another.

use novate_planner::PlanOptions;
use serde_json::json;

use crate::cli::Diff;
use crate::operations;
use crate::problem::Problem;
use crate::project::{Context, shell_word};
use crate::ui::{Report, Symbol};
use crate::{renames, states};

/// Plans from any state to any other, without writing anything.
pub(crate) async fn run(context: &Context, args: &Diff) -> Result<Report, Problem> {
    let from = states::find_or_connect(context, &args.from).await?;
    let to = states::find_or_connect(context, &args.to).await?;
    let major = context.project().ok().and_then(|project| project.config.postgres_major);
    let options = PlanOptions {
        renames: renames::collect(&args.rename, to.hints, &from.contract, &to.contract)?,
        value_renames: renames::values(to.value_hints, &from.contract),
        script: args.script,
        target_major: major.unwrap_or(PlanOptions::default().target_major),
        ..PlanOptions::default()
    };
    let plan = novate_planner::plan(&from.contract, &to.contract, &options)?;
    operations::print_findings(context.ui, &plan.findings);
    let sql = novate_planner::script(&plan);
    let mut json = json!({
        "from": from.described,
        "to": to.described,
        "equal": plan.is_empty(),
        "sql": sql,
        "findings": operations::findings_json(&plan.findings),
    });
    if args.script {
        return Ok(Report::new(sql, json).verbatim());
    }
    if plan.is_empty() {
        let text = format!("{} {} and {} are the same", Symbol::Done.text(), from.described, to.described);
        return Ok(Report::new(text, json));
    }
    let header = novate_planner::Header {
        name: "diff".to_owned(),
        from: None,
        to: novate_contract::json::storage_hash(&to.contract).as_str().to_owned(),
    };
    let source = novate_planner::render(&plan, &header)?;
    let compiled = novate_planner::compile(&source, &from.contract, &to.contract)
        .map_err(|errors| operations::compile_problem("the plan", &source, errors))?;
    if let Some(map) = json.as_object_mut() {
        map.insert("operations".to_owned(), operations::json(&compiled.operations));
    }
    Ok(Report::new(operations::table(&compiled), json).next(format!(
        "novate diff --from {} --to {} --script",
        shell_word(&args.from),
        shell_word(&args.to)
    )))
}
