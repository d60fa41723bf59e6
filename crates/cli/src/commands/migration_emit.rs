//! `novate migration emit`: migration.sql into what runs.

use novate_contract::StorageHash;
use novate_history::{HistoryError, Manifest, NewPackage, PackageName, SourceDigest};
use serde_json::{Value, json};

use super::plan;
use crate::cli::MigrationEmit;
use crate::operations;
use crate::problem::{Problem, shorten};
use crate::progress::count;
use crate::project::{Context, Project};
use crate::ui::{Report, Symbol};

/// Compiles a package again; where none is named, every one that waits for it.
pub(crate) fn run(context: &Context, args: &MigrationEmit) -> Result<Report, Problem> {
    let project = context.project()?;
    project.check_own()?;
    let mut names = match &args.package {
        Some(_) => Vec::new(),
        None => waiting(&project)?,
    };
    if names.is_empty() {
        names.push(pick(&project, args.package.as_deref())?);
    }
    let mut emitted = Vec::new();
    let mut problems = Vec::new();
    for name in names {
        match emit(&project, &name, args.force) {
            Ok(one) => emitted.push(one),
            Err(problem) => problems.push(problem),
        }
    }
    if let Some(problem) = Problem::join(problems) {
        for one in emitted {
            context.ui.note(Symbol::Info, one.text.trim_start_matches("✔ "));
        }
        return Err(problem);
    }
    let text = emitted.iter().map(|one| one.text.as_str()).collect::<Vec<_>>().join("\n");
    let next = emitted.iter().find(|one| one.asks).or(emitted.last()).map(|one| one.next.clone());
    let mut rows: Vec<Value> = emitted.into_iter().map(|one| one.json).collect();
    // One package is told as it always was.
    let json = if rows.len() == 1 { rows.remove(0) } else { json!({ "packages": rows }) };
    let report = Report::new(text, json);
    Ok(Report { next, ..report })
}

/// A package that was compiled.
struct Compiled {
    text: String,
    /// Whether it has placeholders.
    asks: bool,
    next: String,
    json: Value,
}

fn emit(project: &Project<'_>, name: &PackageName, force: bool) -> Result<Compiled, Problem> {
    let store = project.store()?;
    let (manifest, source) = store.read_for_emit(name)?;
    let path = shorten(store.source_path(name));
    let before = store.contract(&manifest.from, name.as_str())?;
    let to = store.contract(&Some(manifest.to.clone()), name.as_str())?;
    let compiled = novate_planner::compile(&source, &before, &to)
        .map_err(|errors| operations::compile_problem(path.as_str(), &source, errors))?;
    let new = NewPackage {
        manifest: plan::manifest(project, manifest.from, manifest.to, manifest.created_at, &source, &compiled),
        operations: compiled.operations.clone(),
        source,
    };
    let unchanged = store
        .read_package(name)
        .is_ok_and(|old| old.manifest == new.manifest && old.operations == new.operations && old.source == new.source);
    if !unchanged {
        if let (false, Some(reason)) = (force, store.users_of(name)?) {
            return Err(HistoryError::PackageInUse { package: name.to_string(), reason }.into());
        }
        store.rewrite_package(name, &new)?;
    }
    let verb = if unchanged { "unchanged" } else { "emitted" };
    let mut text = format!("{} {name} {verb}: {}", Symbol::Done.text(), count(compiled.operations.len(), "operation"));
    for placeholder in &compiled.placeholders {
        text = format!("{text}\n{} {path}:{} asks: {}", Symbol::Warning.text(), placeholder.line, placeholder.question);
    }
    let is_data_work = new.manifest.from.as_ref() == Some(&new.manifest.to);
    let next = if !compiled.placeholders.is_empty() {
        format!("fill in {path}, then: novate migration emit {name}")
    } else if !is_data_work {
        "novate migrate".to_owned()
    } else if compiled.invariants.is_empty() {
        let warning = "it starts where it ends and provides nothing, so that no route passes it";
        text = format!("{text}\n{} {warning}", Symbol::Warning.text());
        format!("name its transform with @invariant in {path}, then: novate migration emit {name}")
    } else {
        format!("novate migrate --to {name}; a ref requires it with: novate ref set REF {name} --invariant ID")
    };
    Ok(Compiled {
        asks: !compiled.placeholders.is_empty(),
        json: json!({
            "package": name.as_str(),
            "written": !unchanged,
            "operations": operations::json(&compiled.operations),
            "placeholders": compiled.placeholders.iter()
                .map(|p| json!({ "line": p.line, "question": p.question })).collect::<Vec<_>>(),
        }),
        text,
        next,
    })
}

/// Packages that wait to be compiled: they ask something, or were edited since. By their manifests' times.
fn waiting(project: &Project<'_>) -> Result<Vec<PackageName>, Problem> {
    let store = project.store()?;
    let mut waiting = Vec::new();
    for name in store.package_names()? {
        let (manifest, source) = store.read_for_emit(&name)?;
        if waits(&manifest, &source) {
            waiting.push((manifest.created_at, name));
        }
    }
    waiting.sort();
    Ok(waiting.into_iter().map(|(_, name)| name).collect())
}

fn waits(manifest: &Manifest, source: &str) -> bool {
    !manifest.placeholders.is_empty() || SourceDigest::of(source) != manifest.source_digest
}

/// The package that was named (whole, by its slug, or by its path), or the newest.
pub(crate) fn pick(project: &Project<'_>, text: Option<&str>) -> Result<PackageName, Problem> {
    let store = project.store()?;
    let names = store.package_names()?;
    let Some(text) = text else {
        // What waits to be compiled, else the newest by its manifest: a name's minute is for people.
        let mut newest: Option<(bool, String, PackageName)> = None;
        for name in names {
            let (manifest, source) = store.read_for_emit(&name)?;
            let candidate = (waits(&manifest, &source), manifest.created_at, name);
            if newest.as_ref().is_none_or(|other| candidate > *other) {
                newest = Some(candidate);
            }
        }
        return newest.map(|(_, _, name)| name).ok_or_else(|| {
            Problem::input("STATE.UNKNOWN", "there is no package yet").fix("novate plan writes the first one")
        });
    };
    let wanted = text.trim_end_matches('/').rsplit('/').next().unwrap_or(text);
    if let Some(name) = names.iter().find(|name| name.as_str() == wanted) {
        return Ok(name.clone());
    }
    let by_slug: Vec<&PackageName> = names.iter().filter(|name| name.is_called(wanted)).collect();
    match by_slug.as_slice() {
        [only] => Ok((*only).clone()),
        [] => Err(HistoryError::UnknownState {
            text: text.to_owned(),
            nearest: names
                .iter()
                .min_by_key(|name| strsim::damerau_levenshtein(name.slug(), wanted))
                .map(ToString::to_string),
        }
        .into()),
        several => Err(HistoryError::AmbiguousState {
            text: text.to_owned(),
            candidates: several.iter().map(ToString::to_string).collect(),
        }
        .into()),
    }
}

/// A node for programs.
pub(crate) fn node_json(node: Option<&StorageHash>) -> Value {
    node.map_or(Value::Null, |hash| hash.as_str().into())
}
