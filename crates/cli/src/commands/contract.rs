//! `novate contract emit` and `novate contract infer`.

use camino::{Utf8Path, Utf8PathBuf};
use novate_contract::{Contract, Control, json};
use novate_source::{Layout, SourceFile};
use serde_json::json;

use crate::cli::{ControlArg, Emit, Infer, Split};
use crate::emitted::Emitted;
use crate::every::{Failure, in_each};
use crate::files::{self, MAX_SETTINGS_BYTES};
use crate::keepers::{self, Kept};
use crate::problem::{Problem, shorten};
use crate::progress::count;
use crate::project::{Context, Project, Scope};
use crate::sources;
use crate::ui::{Report, Symbol};

/// Writes the contract of every space of ours, unless one was named, as canonical JSON.
pub(crate) async fn emit(context: &Context, args: &Emit) -> Result<Report, Problem> {
    in_each(context, Failure::Stops, async |one| emit_space(context, one, args)).await
}

fn emit_space(asked: &Context, context: &Context, args: &Emit) -> Result<Report, Problem> {
    let project = context.project()?;
    if let (Scope::All, Some(folder)) = (asked.scope, &project.space_config()?.installed) {
        let text = format!("{} installed, and kept in {}", Symbol::Info.text(), shorten(folder.clone()));
        return Ok(Report::new(text, json!({ "installed": true })));
    }
    project.check_own()?;
    let sources = project.sources()?;
    sources.check_coverage(args.strict_coverage)?;
    sources.print_notes(context.ui);
    let hash = json::storage_hash(&sources.contract);
    let path = project.emitted_path()?;
    let shown = shorten(path.clone());
    let found = Emitted::find_with_hash(&path, &sources.contract, &hash);
    let stale = !matches!(found, Ok(Emitted::Current));
    if args.check {
        if let Some(problem) = found?.problem(&path) {
            return Err(problem);
        }
    } else if stale {
        write_emitted(&project, &sources.contract)?;
    }
    let what = summary(&sources.contract);
    let verb = if stale { "written" } else { "unchanged" };
    Ok(Report::new(
        format!("{} {shown} {verb}: {what}, {}", Symbol::Done.text(), hash.short()),
        json!({ "storageHash": hash.as_str(), "path": shown, "written": stale && !args.check,
                "unsupported": sources::unsupported_json(&sources.contract) }),
    ))
}

/// Writes the emitted contract where it is stale.
pub(crate) fn write_emitted(project: &Project<'_>, contract: &Contract) -> Result<(), Problem> {
    let path = project.emitted_path()?;
    if matches!(Emitted::find(&path, contract), Ok(Emitted::Current)) {
        return Ok(());
    }
    write_file(&path, &json::to_json(contract))
}

/// Writes a file, its folder too, so that a crash leaves the old or the new one.
pub(crate) fn write_file(path: &Utf8Path, text: &str) -> Result<(), Problem> {
    let failed = |error: std::io::Error| {
        Problem::input("CONFIG.UNWRITABLE", format!("{} cannot be written", shorten(path.to_owned())))
            .why(error.to_string())
            .fix("check the folder's permissions and the free space")
    };
    let folder = path.parent().unwrap_or(Utf8Path::new("."));
    fs_err::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::Builder::new().prefix(".novate-").tempfile_in(folder).map_err(failed)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs_err::set_permissions(file.path(), std::fs::Permissions::from_mode(0o644)).map_err(failed)?;
    }
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// What a contract holds, in a few words.
pub(crate) fn summary(contract: &Contract) -> String {
    let mut parts = vec![count(contract.tables.len(), "table")];
    for (n, what) in [
        (contract.enums.len(), "enum"),
        (contract.sequences.len(), "sequence"),
        (contract.extensions.len(), "extension"),
    ] {
        if n > 0 {
            parts.push(count(n, what));
        }
    }
    parts.join(", ")
}

/// Leaves out of a live schema what other spaces have.
pub(crate) fn leave_out(project: &Project<'_>, live: &mut Contract) -> Result<(), Problem> {
    let others = project.others()?;
    if others.is_empty() {
        return Ok(());
    }
    // What is borrowed from another space is not described here.
    live.leave_out(&Contract::empty(live.space.clone()), &others.iter().collect::<Vec<_>>());
    Ok(())
}

/// Writes a contract from a live database.
pub(crate) async fn infer(context: &Context, args: &Infer) -> Result<Report, Problem> {
    let project = context.project()?;
    let mut session = project.connect().await?;
    let live = novate_runner::read_live(&mut session).await?;
    let kept = keepers::find(&mut session, &live.contract).await?;
    session.close().await;
    for kept in &kept {
        context.ui.note(Symbol::Info, &kept.text());
    }
    keepers::refuse_unfinished(&kept)?;
    let mut contract = live.contract;
    contract.space = context.space.clone();
    leave_out(&project, &mut contract)?;
    if !args.only.is_empty() {
        restrict(&mut contract, &args.only)?;
    }
    if let Some(control) = args.control {
        set_control(&mut contract, control);
    } else {
        leave_alone(context, &mut contract, &kept);
    }
    let layout = match args.split {
        Split::One => Layout::One,
        Split::Schema => Layout::PerSchema,
        Split::Table => Layout::PerTable,
    };
    let written = novate_source::write(&contract, layout);
    for object in &contract.unsupported {
        let fate = if object.is_type() { "declared by name only" } else { "left out" };
        context.ui.note(
            Symbol::Warning,
            &format!("{} {} is of a kind that is not modelled and is {fate}", object.kind, object.name),
        );
    }
    if args.output.as_deref() == Some("-") {
        let text: String = written.iter().map(|file| file.text.as_str()).collect();
        return Ok(Report::new(text.clone(), json!({ "sql": text })).verbatim());
    }
    let written = place(context, &project, args, written)?;
    let hash = json::storage_hash(&contract);
    let names: Vec<&str> = written.iter().map(|path| path.as_str()).collect();
    Ok(Report::new(
        format!("{} {} written: {}", Symbol::Done.text(), names.join(", "), summary(&contract)),
        json!({ "files": written, "storageHash": hash.as_str(),
                "unsupported": sources::unsupported_json(&contract), "keptBy": keepers::to_json(&kept) }),
    )
    .next("novate plan --name baseline, then: novate db sign"))
}

/// Leaves what other tools keep for themselves to them.
fn leave_alone(context: &Context, contract: &mut Contract, kept: &[Kept]) {
    let keepers: Vec<novate_catalog::Keeper> = kept.iter().map(|kept| kept.keeper.clone()).collect();
    novate_catalog::leave_alone(contract, &keepers);
    let theirs = keepers.iter().flat_map(novate_catalog::Keeper::tables);
    let theirs: Vec<String> =
        theirs.filter(|table| contract.tables.contains_key(table)).map(ToString::to_string).collect();
    if !theirs.is_empty() {
        let text = format!("{} is only observed: novate never changes it", theirs.join(", "));
        context.ui.note(Symbol::Info, &text);
    }
}

fn place(
    context: &Context,
    project: &Project<'_>,
    args: &Infer,
    contents: Vec<SourceFile>,
) -> Result<Vec<Utf8PathBuf>, Problem> {
    let target = match &args.output {
        Some(path) => context.here.join(path),
        None => project.space_config()?.contract.clone(),
    };
    let single = args.split == Split::One && (target.extension() == Some("sql") || !target.is_dir());
    if !single && target.is_file() {
        return Err(Problem::input("CONTRACT.EXISTS", format!("{} is a file", shorten(target.clone())))
            .why("a contract that is split needs a folder")
            .fix("give a folder with --output, and name it in novate.toml"));
    }
    let mut written = Vec::new();
    for file in contents {
        let path = if single { target.clone() } else { target.join(&file.path) };
        let blank = files::read(&path, MAX_SETTINGS_BYTES).is_ok_and(|text| is_blank(&text));
        if path.exists() && !args.force && !blank {
            return Err(Problem::input("CONTRACT.EXISTS", format!("{} is there already", shorten(path.clone())))
                .why("what it says would be lost")
                .fix("give another place with --output, or --force"));
        }
        write_file(&path, &file.text)?;
        written.push(shorten(path));
    }
    Ok(written)
}

/// Whether a contract file says nothing, as the one that `init` writes.
fn is_blank(text: &str) -> bool {
    text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with("--"))
}

/// Keeps only the tables and types that were named, with the schemas that they live in.
fn restrict(contract: &mut Contract, only: &[String]) -> Result<(), Problem> {
    let wanted = |name: &novate_contract::QName| only.iter().any(|text| *text == name.to_string());
    for text in only {
        let known = contract.tables.keys().chain(contract.enums.keys()).chain(contract.sequences.keys());
        if !known.into_iter().any(|name| name.to_string() == *text) {
            return Err(Problem::input("STATE.UNKNOWN", format!("the database has no table or type {text}"))
                .fix("give it with its schema, as novate db schema shows it"));
        }
    }
    contract.tables.retain(wanted);
    contract.enums.retain(|name, _| wanted(name));
    let tables: Vec<novate_contract::QName> = contract.tables.keys().cloned().collect();
    contract.sequences.retain(|name, sequence| {
        wanted(name) || sequence.owner.as_ref().is_some_and(|owner| tables.contains(&owner.table))
    });
    contract.extensions.clear();
    contract.unsupported.retain(novate_contract::UnsupportedObject::is_type);
    let used: Vec<novate_contract::Ident> =
        contract.tables.keys().chain(contract.enums.keys()).map(|name| name.schema.clone()).collect();
    contract.schemas.retain(|name, _| used.contains(name));
    // What such a table refers to is not declared beside it, so its foreign keys cannot be either.
    let is_known = |constraint: &novate_contract::Constraint| match &constraint.kind {
        novate_contract::ConstraintKind::ForeignKey(key) => tables.contains(&key.references),
        _ => true,
    };
    contract.tables.change_where(
        |_, table| !table.constraints.values().all(is_known),
        |_, table| table.constraints.retain(|_, constraint| is_known(constraint)),
    );
    Ok(())
}

fn set_control(contract: &mut Contract, control: ControlArg) {
    let control = match control {
        ControlArg::Managed => Control::Managed,
        ControlArg::Tolerated => Control::Tolerated,
        ControlArg::Observed => Control::Observed,
        ControlArg::External => Control::External,
    };
    contract.tables.change_where(|_, table| table.control != control, |_, table| table.control = control);
    for payload in contract.enums.values_mut() {
        payload.control = control;
    }
    for sequence in contract.sequences.values_mut() {
        sequence.control = control;
    }
    for (name, schema) in &mut contract.schemas {
        if name.as_str() != "public" {
            schema.control = control;
        }
    }
}
