//! The tools that kept a database before novate: what is said of them, and when they must be heard first.

use novate_catalog::{Keeper, Past, keepers};
use novate_contract::Contract;
use novate_runner::Session;
use serde_json::{Value, json};

use crate::problem::Problem;
use crate::progress::count;

/// A tool, and what it did.
pub(crate) struct Kept {
    pub(crate) keeper: Keeper,
    pub(crate) past: Past,
}

/// The tools whose tables a database holds. No transaction may be open.
pub(crate) async fn find(session: &mut Session, live: &Contract) -> Result<Vec<Kept>, Problem> {
    let mut found = Vec::new();
    for keeper in keepers(live) {
        let past = novate_runner::past(session, &keeper).await?;
        found.push(Kept { keeper, past });
    }
    Ok(found)
}

/// Refuses to take over what another tool began and did not finish: nobody knows what state it is in.
pub(crate) fn refuse_unfinished(found: &[Kept]) -> Result<(), Problem> {
    let problems = found.iter().filter_map(|kept| {
        let unfinished = kept.past.unfinished.as_ref()?;
        let Keeper { tool, table, .. } = &kept.keeper;
        let problem =
            Problem::input("DB.UNFINISHED_MIGRATION", format!("{tool} began {} and did not finish", unfinished.what))
                .why(format!("{} ({table}); nothing was changed", unfinished.why))
                .fix(unfinished.fix.clone())
                .meta(to_json(std::slice::from_ref(kept)));
        Some(problem)
    });
    Problem::join(problems.collect()).map_or(Ok(()), Err)
}

/// Refuses to sign a database for the first time while another tool is not done with it.
pub(crate) async fn refuse_at_first_signature(
    session: &mut Session,
    space: &novate_contract::Space,
) -> Result<(), Problem> {
    // A marker that is damaged or in transit is told by whoever signs.
    let first = novate_runner::standing(session, space)
        .await
        .is_ok_and(|standing| standing.marker.is_none() && standing.in_transit.is_none());
    if !first {
        return Ok(());
    }
    let live = novate_runner::read_live(session).await?;
    refuse_unfinished(&find(session, &live.contract).await?)
}

impl Kept {
    /// What people are told of the tool.
    pub(crate) fn text(&self) -> String {
        let Keeper { tool, table, .. } = &self.keeper;
        let Past { applied, last, .. } = &self.past;
        let applied = applied.map(|applied| format!("{} in {table}", count(applied, "migration")));
        let applied = applied.unwrap_or_else(|| format!("it remembers in {table}"));
        let last = last.as_ref().map_or_else(String::new, |last| format!(", the last {last}"));
        format!("{tool} kept this database: {applied}{last}")
    }

    /// What people are warned of.
    pub(crate) fn warning(&self) -> Option<String> {
        let unfinished = self.past.unfinished.as_ref()?;
        Some(format!("{} began {} and did not finish: {}", self.keeper.tool, unfinished.what, unfinished.why))
    }
}

/// The tools for programs.
pub(crate) fn to_json(found: &[Kept]) -> Value {
    found
        .iter()
        .map(|Kept { keeper, past }| {
            json!({
                "tool": keeper.tool,
                "tables": keeper.tables().map(ToString::to_string).collect::<Vec<_>>(),
                "applied": past.applied,
                "last": past.last,
                "unfinished": past.unfinished.as_ref().map(|unfinished| unfinished.what.clone()),
                "guide": keeper.guide.map(|guide| format!("docs/taking-over/{guide}.md")),
            })
        })
        .collect()
}
