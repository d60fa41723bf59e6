//! `novate ref`: names for contracts that deploys move to.

use std::collections::BTreeSet;

use novate_history::{HistoryError, Ref as Reference, RefName};
use serde_json::json;

use crate::cli::{Ref, RefDelete, RefSet};
use crate::problem::Problem;
use crate::project::Context;
use crate::states;
use crate::ui::{Report, Symbol};

/// Sets, lists or deletes refs.
pub(crate) fn run(context: &Context, args: &Ref) -> Result<Report, Problem> {
    match args {
        Ref::Set(args) => set(context, args),
        Ref::List => list(context),
        Ref::Delete(args) => delete(context, args),
    }
}

fn set(context: &Context, args: &RefSet) -> Result<Report, Problem> {
    let store = context.project()?.store()?;
    let name = RefName::parse(&args.name)?;
    let state = states::by_history(&store, &args.state)?;
    let Some(hash) = state.node else {
        return Err(Problem::input("STATE.UNKNOWN", "a ref cannot point at the empty database")
            .fix("name a contract: a hash, a package, or another ref"));
    };
    let known: BTreeSet<String> =
        store.packages()?.into_iter().flat_map(|package| package.manifest.provided_invariants).collect();
    if let Some(unknown) = args.invariant.iter().find(|id| !known.contains(*id)) {
        let invariant = unknown.clone();
        let known = known.into_iter().collect();
        return Err(HistoryError::UnknownInvariant { name: name.to_string(), invariant, known }.into());
    }
    let before = match store.read_ref(&name) {
        Ok(before) => Some(before),
        Err(HistoryError::RefMissing { .. }) => None,
        Err(other) => return Err(other.into()),
    };
    let mut invariants: BTreeSet<String> = args.invariant.iter().cloned().collect();
    if let Some(before) = &before {
        invariants.extend(before.invariants.iter().cloned());
    }
    let reference = Reference { hash: hash.clone(), invariants };
    store.write_ref(&name, &reference)?;
    let moved = match &before {
        Some(before) if before.hash != hash => format!(" (was {})", before.hash.short()),
        _ => String::new(),
    };
    Ok(Report::new(
        format!("{} {name} points at {}{moved}", Symbol::Done.text(), hash.short()),
        json!({ "ref": name.as_str(), "hash": hash.as_str(), "invariants": reference.invariants,
                "before": before.map(|before| before.hash.as_str().to_owned()) }),
    )
    .next(format!("novate migrate --to {name}")))
}

fn list(context: &Context) -> Result<Report, Problem> {
    let store = context.project()?.store()?;
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    for name in store.ref_names()? {
        let reference = store.read_ref(&name)?;
        let required: Vec<&str> = reference.invariants.iter().map(String::as_str).collect();
        let suffix = if required.is_empty() { String::new() } else { format!("  requires {}", required.join(", ")) };
        let known = store.contract(&Some(reference.hash.clone()), name.as_str());
        let mark = if known.is_ok() { "" } else { "  (no snapshot has this contract)" };
        lines.push(format!("{:<20} {}{suffix}{mark}", name.as_str(), reference.hash.short()));
        rows.push(json!({ "ref": name.as_str(), "hash": reference.hash.as_str(),
                          "invariants": reference.invariants, "dangling": known.is_err() }));
    }
    let text = if lines.is_empty() { "No refs yet.".to_owned() } else { lines.join("\n") };
    Ok(Report::new(text, json!({ "refs": rows })))
}

fn delete(context: &Context, args: &RefDelete) -> Result<Report, Problem> {
    let store = context.project()?.store()?;
    let name = RefName::parse(&args.name)?;
    store.delete_ref(&name)?;
    Ok(Report::new(format!("{} {name} deleted", Symbol::Done.text()), json!({ "ref": name.as_str() })))
}
