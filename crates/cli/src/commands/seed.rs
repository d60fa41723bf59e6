//! `novate seed`: rows that a project ships beside its schema.

use novate_contract::json;
use serde_json::json;

use crate::problem::Problem;
use crate::progress::count;
use crate::project::Context;
use crate::seeds::{self, Seeds};
use crate::ui::{Report, Symbol};

/// `novate seed`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Run everything in one transaction and roll it back
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Only check the files of every environment against the contract; connects to nothing
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) check: bool,
}

/// Runs the seeds of the chosen environment, or only looks at all of them.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Report, Problem> {
    let project = context.project()?;
    let contract = project.sources()?.contract;
    if args.check {
        let found = Seeds::check(&project, &contract)?;
        let text = format!("{} {} in order", Symbol::Done.text(), count(found, "seed"));
        return Ok(Report::new(text, json!({ "files": found })));
    }
    let seeds = Seeds::read(&project, &contract)?;
    let mut settings = project.settings();
    settings.dry_run = args.dry_run;
    if seeds.is_empty() {
        return Ok(Report::new(seeds::text(&[], &settings), json!({ "seeds": [], "dryRun": args.dry_run })));
    }
    let mut session = project.connect().await?;
    let seeded = seeds.run(context, &mut session, &json::storage_hash(&contract), &settings).await?;
    session.close().await;
    let json = json!({ "seeds": seeds::json(&seeded), "dryRun": args.dry_run });
    let report = Report::new(seeds::text(&seeded, &settings), json);
    let worked = seeded.iter().any(novate_runner::Seeded::ran);
    Ok(if args.dry_run && worked { report.next("novate seed") } else { report })
}
