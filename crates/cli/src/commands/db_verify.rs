//! `novate db verify`: is the database what its contract says?

use std::cell::RefCell;
use std::collections::BTreeMap;

use novate_catalog::Finding;
use novate_contract::{Contract, json as contract_json};
use novate_runner::{Home, MarkerState, Mode, Strictness, Verification, verify};
use serde_json::json;

use super::migration_emit::node_json;
use crate::cli::DbVerify;
use crate::every::{Failure, in_each};
use crate::exit::Exit;
use crate::findings;
use crate::lanes::goal_of;
use crate::problem::Problem;
use crate::project::{Context, Project};
use crate::spaces::{orphans, unknown_here};
use crate::states;
use crate::ui::{Report, Symbol};

/// Verifies every space, unless one was named, in the mode that was asked for.
pub(crate) async fn run(context: &Context, args: &DbVerify) -> Result<Report, Problem> {
    let signed = RefCell::new(BTreeMap::new());
    let verified = in_each(context, Failure::IsOneOfMany, async |one| {
        let project = one.project()?;
        let to = goal_of(&project, context, args.to.as_deref())?;
        verify_space(&project, to, args, &signed).await
    })
    .await;
    match orphans(&unknown_here(&context.project()?.config, signed.into_inner())) {
        problems if problems.is_empty() => verified,
        problems if args.strict => {
            let found = verified.err().into_iter().chain(problems.into_iter().map(|it| it.exit(Exit::Differences)));
            Problem::join(found.collect()).map_or_else(|| Ok(Report::default()), Err)
        }
        problems => {
            for problem in problems {
                context.ui.note(Symbol::Warning, &format!("{}; {}", problem.summary, problem.fix.unwrap_or_default()));
            }
            verified
        }
    }
}

async fn verify_space(
    project: &Project<'_>,
    to: Option<&str>,
    args: &DbVerify,
    signed: &RefCell<BTreeMap<String, String>>,
) -> Result<Report, Problem> {
    let contract = contract(project, to)?;
    let others = project.others()?;
    let home = Home { space: &project.context.space, others: &others };
    let mode = match (args.marker_only, args.schema_only) {
        (true, _) => Mode::MarkerOnly,
        (_, true) => Mode::SchemaOnly,
        _ => Mode::Full,
    };
    let strictness = Strictness { extras: args.strict, coverage: args.strict_coverage };
    let mut session = project.connect().await?;
    let mut found = verify(&mut session, home, &contract, mode, strictness).await?;
    session.close().await;
    // What is nobody's here may be a forgotten space's: no statement is offered that would drop it.
    if !unknown_here(&project.config, found.standing.spaces.clone()).is_empty() {
        found.mend.clear();
    }
    signed.replace(found.standing.spaces.clone());
    report(&found, args.marker_only)
}

/// The contract to hold a database against: the one that was asked for, else the project's.
pub(crate) fn contract(project: &Project<'_>, to: Option<&str>) -> Result<Contract, Problem> {
    match to {
        Some(text) => Ok(states::find(project.context, text)?.contract),
        None => {
            let contract = project.sources()?.contract;
            project.check_emitted(&contract, &contract_json::storage_hash(&contract))?;
            Ok(contract)
        }
    }
}

fn report(found: &Verification, marker_only: bool) -> Result<Report, Problem> {
    let changed = found.changed_since_signature.as_ref();
    let json = json!({
        "contract": found.contract.as_str(),
        "marker": match &found.marker {
            MarkerState::NotAsked => json!({ "state": "not-asked" }),
            MarkerState::Matches => json!({ "state": "matches" }),
            MarkerState::Missing => json!({ "state": "missing" }),
            MarkerState::Elsewhere(hash) => json!({ "state": "elsewhere", "hash": hash.as_str() }),
            MarkerState::InTransit(package) => json!({ "state": "in-transit", "package": package }),
        },
        "findings": findings::json(&found.findings),
        "mend": found.mend,
        "changedSinceSignature": changed.map(|ids| ids.iter().map(ToString::to_string).collect::<Vec<_>>()),
        "signedAt": found.standing.marker.as_ref().map(|marker| marker.updated_at.clone()),
        "at": node_json(found.standing.node().as_ref()),
    });
    let errors: Vec<Finding> = found.findings.iter().filter(|finding| finding.is_error()).cloned().collect();
    let notes: Vec<&Finding> = found.findings.iter().filter(|finding| !finding.is_error()).collect();
    if found.holds() {
        let what = if marker_only { "The marker is at the contract" } else { "The database is what its contract says" };
        let mut text = format!("{} {what} ({})", Symbol::Done.text(), found.contract.short());
        for line in notes.iter().flat_map(|note| findings::leaves(note)) {
            text = format!("{text}\n{} {line}", Symbol::Info.text());
        }
        return Ok(Report::new(text, json));
    }
    let (code, summary, fix) = match &found.marker {
        MarkerState::InTransit(package) => (
            "MIGRATION.IN_TRANSIT",
            format!("the package {package} is in transit"),
            "novate migrate resumes it".to_owned(),
        ),
        MarkerState::Missing if errors.is_empty() => (
            "MARKER.MISSING",
            "the schema fits, and the database has no marker".to_owned(),
            "novate db sign".to_owned(),
        ),
        MarkerState::Missing => (
            "MARKER.MISSING",
            "the database has no marker, and the schema is not what the contract says".to_owned(),
            "novate db init brings it under control; novate contract infer adopts what is there".to_owned(),
        ),
        MarkerState::Elsewhere(hash) => (
            "MARKER.ELSEWHERE",
            format!("the database is signed at {}, the contract is {}", hash.short(), found.contract.short()),
            "novate migrate; or, if it was changed by hand to fit, novate db sign --force".to_owned(),
        ),
        MarkerState::NotAsked | MarkerState::Matches => (
            "DB.DRIFT",
            match errors.iter().map(findings::count).sum::<usize>() {
                1 => "1 object differs from the contract".to_owned(),
                more => format!("{more} objects differ from the contract"),
            },
            findings::advice(&errors, "change the contract and plan, or mend the database, then: novate db sign"),
        ),
    };
    let mut problem = Problem::input(code, summary).fix(fix).exit(Exit::Differences).meta(json);
    if matches!(found.marker, MarkerState::InTransit(_)) {
        problem = problem.exit(Exit::InTransit);
    }
    let mut why = findings::text(&errors);
    if !found.mend.is_empty() {
        let statements = found.mend.iter().flat_map(|sql| sql.lines()).map(|line| format!("\n  {line}"));
        why = format!("{why}\nmended by{}", statements.collect::<String>());
    }
    if let Some(ids) = changed.filter(|ids| !ids.is_empty()) {
        let named: Vec<String> = ids.iter().take(20).map(ToString::to_string).collect();
        why = format!("{why}\nchanged since the database was signed: {}", named.join(", "));
    }
    let why = why.trim_matches('\n');
    Err(if why.is_empty() { problem } else { problem.why(why) })
}
