//! `novate db schema`: the live schema as a contract.

use novate_contract::json;
use novate_source::Layout;
use serde_json::json;

use crate::problem::Problem;
use crate::project::Context;
use crate::sources;
use crate::ui::{Report, Symbol};

/// Prints the live schema as contract SQL; as the contract's JSON with `--json`.
pub(crate) async fn run(context: &Context) -> Result<Report, Problem> {
    let project = context.project()?;
    let mut session = project.connect().await?;
    let live = novate_runner::read_live(&mut session).await?;
    session.close().await;
    let mut contract = live.contract;
    contract.space = context.space.clone();
    for object in &contract.unsupported {
        context.ui.note(
            Symbol::Warning,
            &format!("{} {} is of a kind that is not modelled and is left out", object.kind, object.name),
        );
    }
    let text: String = novate_source::write(&contract, Layout::One).into_iter().map(|file| file.text).collect();
    let file: serde_json::Value = serde_json::from_str(&json::to_json(&contract)).unwrap_or_default();
    Ok(Report::new(
        text.clone(),
        json!({ "sql": text, "contract": file, "unsupported": sources::unsupported_json(&contract) }),
    )
    .verbatim())
}
