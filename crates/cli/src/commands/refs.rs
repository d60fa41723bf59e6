//! `novate ref`: names for contracts that deploys move to.

use std::collections::BTreeSet;

use novate_history::{HistoryError, Ref as Reference, RefName, Store};
use serde_json::{Value, json};

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
    let project = context.project()?;
    project.check_own()?;
    let history = project.outline()?;
    let name = RefName::parse(&args.name)?;
    let state = states::by_history(&history.store, &args.state)?;
    let Some(hash) = state.node else { return Err(at_empty()) };
    let before = before(&history.store, &name)?;
    let mut invariants: BTreeSet<String> = args.invariant.iter().cloned().collect();
    // A name that is not known any more is not lost either: `novate ref delete` is for that.
    let kept = before.iter().flat_map(|before| before.invariants.iter().cloned());
    history.graph.check_ref(&name, &Reference { hash: hash.clone(), invariants: invariants.clone() })?;
    invariants.extend(kept);
    let reference = Reference { hash, invariants };
    history.store.write_ref(&name, &reference)?;
    Ok(Report::new(moved(&name, before.as_ref(), &reference), to_json(&name, before.as_ref(), &reference))
        .next(format!("novate migrate --to {name}")))
}

/// Where a ref stands, `None` where there is none of that name.
pub(crate) fn before(store: &Store, name: &RefName) -> Result<Option<Reference>, Problem> {
    match store.read_ref(name) {
        Ok(before) => Ok(Some(before)),
        Err(HistoryError::RefMissing { .. }) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// The refusal of a ref without a contract.
pub(crate) fn at_empty() -> Problem {
    Problem::input("STATE.UNKNOWN", "a ref cannot point at the empty database")
        .fix("name a contract: a hash, a package, or another ref")
}

/// Where a ref points now, for people.
pub(crate) fn moved(name: &RefName, before: Option<&Reference>, now: &Reference) -> String {
    let was = match before {
        Some(before) if before.hash != now.hash => format!(" (was {})", before.hash.short()),
        _ => String::new(),
    };
    format!("{} {name} points at {}{was}", Symbol::Done.text(), now.hash.short())
}

/// Where a ref points now, for programs.
pub(crate) fn to_json(name: &RefName, before: Option<&Reference>, now: &Reference) -> Value {
    json!({ "ref": name.as_str(), "hash": now.hash.as_str(), "invariants": now.invariants,
            "before": before.map(|before| before.hash.as_str()) })
}

fn list(context: &Context) -> Result<Report, Problem> {
    let history = context.project()?.outline()?;
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    let names = history.store.ref_names()?;
    let width = names.iter().map(|name| name.as_str().len()).max().unwrap_or_default().min(40);
    for name in names {
        let reference = history.store.read_ref(&name)?;
        let node = Some(reference.hash.clone());
        let dangling = history.store.contract(&node, name.as_str()).is_err();
        let package = history.graph.leads_to(&node);
        let place = match (&package, dangling) {
            (_, true) => "no snapshot has this contract".to_owned(),
            (Some(edge), _) => edge.package.to_string(),
            (None, _) => "no package leads there".to_owned(),
        };
        lines.push(format!("{:<width$}  {}  {place}", name.as_str(), reference.hash.short()));
        for invariant in &reference.invariants {
            let by = history.graph.providers(invariant).next();
            let by = by.map_or("no package provides it".to_owned(), |edge| format!("provided by {}", edge.package));
            lines.push(format!("{:<width$}  requires {invariant} ({by})", ""));
        }
        rows.push(json!({ "ref": name.as_str(), "hash": reference.hash.as_str(),
                          "package": package.map(|edge| edge.package.as_str()),
                          "invariants": reference.invariants, "dangling": dangling }));
    }
    let text = if lines.is_empty() { "No refs yet.".to_owned() } else { lines.join("\n") };
    Ok(Report::new(text, json!({ "refs": rows })))
}

fn delete(context: &Context, args: &RefDelete) -> Result<Report, Problem> {
    let project = context.project()?;
    project.check_own()?;
    let store = project.store()?;
    let name = RefName::parse(&args.name)?;
    store.delete_ref(&name)?;
    Ok(Report::new(format!("{} {name} deleted", Symbol::Done.text()), json!({ "ref": name.as_str() })))
}
