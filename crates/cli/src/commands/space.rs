//! `novate space`: spaces that others keep, installed from a folder.

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, Subcommand};
use novate_contract::{Space as SpaceName, json};
use novate_history::{Node, Store};
use novate_runner::forget;
use serde_json::json;

use super::contract::write_file;
use crate::config::{Config, FILE, SpaceConfig};
use crate::files::{self, MAX_SETTINGS_BYTES};
use crate::problem::{Place, Problem, shorten};
use crate::progress::{Progress, count};
use crate::project::{Context, Project, short};
use crate::sources;
use crate::spaces;
use crate::ui::{Report, Symbol};

/// `novate space`
#[derive(Debug, Subcommand)]
pub(crate) enum Space {
    /// Install a space from a folder, or bring an installed one up to date
    Add(Add),
    /// The spaces, in the order in which they are applied
    List,
    /// Take the marker of a space away that novate.toml does not have any more; its objects stay
    Forget(Forget),
}

/// `novate space add`
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The folder, with a novate.toml of its own
    #[arg(value_name = "FOLDER")]
    folder: Utf8PathBuf,
    /// Which of its spaces, where it has several
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// `novate space forget`
#[derive(Debug, Args)]
pub(crate) struct Forget {
    /// The space
    #[arg(value_name = "NAME")]
    name: String,
}

/// Runs the command that was given.
pub(crate) async fn run(context: &Context, args: &Space) -> Result<Report, Problem> {
    match args {
        Space::Add(args) => add(context, args),
        Space::List => list(context),
        Space::Forget(args) => forget_space(context, args).await,
    }
}

fn add(context: &Context, args: &Add) -> Result<Report, Problem> {
    let project = context.project()?;
    let folder = context.here.join(&args.folder);
    let folder = folder.canonicalize_utf8().map_err(|error| {
        Problem::input("SPACE.NOT_A_SPACE", format!("{} holds no space", args.folder))
            .why(error.to_string())
            .fix(format!("name a folder with a {FILE} of its own"))
    })?;
    let space = which(&folder, args.name.as_deref())?;
    let found = spaces::of_folder(&space, &folder)?;
    let incoming = Incoming::read(&space, &folder, &found)?;
    let root = project.config.root.canonicalize_utf8().unwrap_or_else(|_| project.config.root.clone());
    let before = project.config.spaces.get(&space);
    if let Some(own) = before.filter(|own| own.installed.is_none()) {
        return Err(Problem::input("SPACE.NOT_INSTALLED", format!("the space {space} is this project's own"))
            .why(format!("its contract is {}", shorten(own.contract.clone())))
            .fix("install the folder under another name, or take the section out first")
            .at(Place::file(project.config.root.join(FILE))));
    }
    let place =
        before.and_then(|own| own.installed.clone()).unwrap_or_else(|| root.join("spaces").join(space.as_str()));
    if let Some(own) = before {
        refuse_lost(&space, own, &incoming)?;
    }
    for name in project.config.spaces.keys().filter(|name| **name != space) {
        // One that cannot be read yet may be waiting for this very space; whoever reads it next says what is wrong.
        if let Ok(other) = sources::read(name, &project.config) {
            spaces::refuse_claims(&incoming.contract, &other.contract)?;
        }
    }
    let copied = place.canonicalize_utf8().ok().as_ref() != Some(&folder);
    if copied {
        incoming.copy(&folder, &found, &place)?;
    }
    let inside = place.strip_prefix(&root).or_else(|_| place.strip_prefix(&project.config.root)).unwrap_or(&place);
    if before.is_none() {
        register(&project, &space, inside)?;
    }
    // As the project sees it from here on.
    let config = Config::find(&context.here)?;
    sources::read(&space, &config)?;
    let hash = json::storage_hash(&incoming.contract);
    let verb = if before.is_some() { "brought up to date" } else { "installed" };
    let text = format!(
        "{} The space {space} is {verb} in {inside}: {}, at {}",
        Symbol::Done.text(),
        count(incoming.packages, "package"),
        hash.short()
    );
    let json = json!({ "space": space.as_str(), "folder": inside, "packages": incoming.packages, "at": hash.as_str(),
                       "updated": before.is_some() });
    Ok(Report::new(text, json).next("novate plan"))
}

/// The space that a folder holds.
fn which(folder: &Utf8Path, name: Option<&str>) -> Result<SpaceName, Problem> {
    let path = folder.join(FILE);
    let not_one = |why: String| {
        Problem::input("SPACE.NOT_A_SPACE", format!("{} holds no space to install", shorten(folder.to_owned())))
            .why(why)
    };
    let text = files::read(&path, MAX_SETTINGS_BYTES)
        .map_err(|error| not_one(format!("{FILE}: {error}")).fix(format!("name a folder with a {FILE} of its own")))?;
    let config = Config::parse(folder, &path, &text)?;
    let mut names: Vec<&SpaceName> = config.spaces.keys().filter(|name| **name != SpaceName::app()).collect();
    if let Some(wanted) = name {
        names.retain(|name| name.as_str() == wanted);
    }
    match names.as_slice() {
        [only] => Ok((*only).clone()),
        [] => Err(not_one(format!("its {FILE} has no [space.NAME] but the application's"))
            .fix("describe the space there, under a name of its own")),
        several => {
            let names: Vec<&str> = several.iter().map(|name| name.as_str()).collect();
            Err(not_one(format!("it holds several: {}", names.join(", "))).fix("say which one with --name"))
        }
    }
}

/// A space in the folder that it is installed from, read and checked.
struct Incoming {
    store: Store,
    contract: novate_contract::Contract,
    nodes: Vec<Node>,
    packages: usize,
}

impl Incoming {
    fn read(space: &SpaceName, folder: &Utf8Path, found: &SpaceConfig) -> Result<Self, Problem> {
        let path = folder.join(FILE);
        let text = files::read(&path, MAX_SETTINGS_BYTES).map_err(|error| {
            Problem::input("SPACE.NOT_A_SPACE", format!("{} cannot be read", shorten(path.clone())))
                .why(error.to_string())
        })?;
        let config = spaces::with_installed(Config::parse(folder, &path, &text)?)?;
        let contract = sources::read(space, &config)?.contract;
        let store = Store::new(space.clone(), found.migrations.clone());
        let (graph, packages) = store.graph()?;
        store.check_snapshots(&packages)?;
        for package in &packages {
            package.check_runnable()?;
        }
        let node: Node = Some(json::storage_hash(&contract));
        if !graph.contains(&node) {
            return Err(Problem::input("MIGRATION.NOT_PLANNED", "no package leads to the contract of the space")
                .why(format!("it is kept in {}", shorten(folder.to_owned())))
                .fix(format!("novate -C {} plan", shorten(folder.to_owned()))));
        }
        let nodes = graph.edges().iter().flat_map(|edge| [edge.from.clone(), edge.target()]).collect();
        Ok(Self { store, contract, nodes, packages: packages.len() })
    }

    /// Copies what belongs to the space, as a whole or not at all.
    fn copy(&self, folder: &Utf8Path, found: &SpaceConfig, place: &Utf8Path) -> Result<(), Problem> {
        let failed = |error: std::io::Error| {
            Problem::input("CONFIG.UNWRITABLE", format!("{} cannot be written", shorten(place.to_owned())))
                .why(error.to_string())
                .fix("check the folder's permissions and the free space")
        };
        let beside = place.parent().unwrap_or(Utf8Path::new("."));
        fs_err::create_dir_all(beside).map_err(failed)?;
        let new = tempfile::Builder::new().prefix(".novate-").tempdir_in(beside).map_err(failed)?;
        let to = Utf8Path::from_path(new.path()).unwrap_or(Utf8Path::new("."));
        let snapshots = self.store.folder().parent().unwrap_or(folder).join("snapshots");
        let emitted = found.contract.with_file_name(format!("{}.contract.json", self.contract.space));
        let parts = [folder.join(FILE), found.contract.clone(), emitted, self.store.folder().to_owned(), snapshots];
        for part in parts.iter().filter(|part| part.exists()) {
            let inside = part.strip_prefix(folder).map_err(|_| outside(part))?;
            copy_all(part, &to.join(inside)).map_err(failed)?;
        }
        // What it includes from elsewhere did not come along.
        let space = &self.contract.space;
        let copied = spaces::of_folder(space, to)?;
        Self::read(space, to, &copied).map_err(|problem| {
            let why = problem.why.clone().unwrap_or_default();
            problem
                .why(format!("{why}\nthat is how it reads once it is copied; what it includes must be in its contract"))
        })?;
        let old = tempfile::Builder::new().prefix(".novate-").tempdir_in(beside).map_err(failed)?;
        if place.exists() {
            fs_err::rename(place, old.path().join("old")).map_err(failed)?;
        }
        fs_err::rename(new.keep(), place).map_err(failed)?;
        make_readable(place).map_err(failed)
    }
}

fn outside(part: &Utf8Path) -> Problem {
    Problem::input("CONFIG.OUTSIDE_PROJECT", format!("{} lies outside of the space", shorten(part.to_owned())))
        .fix("move it into the folder of the space")
}

/// A temporary folder is nobody else's to read.
fn make_readable(place: &Utf8Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs_err::set_permissions(place, std::fs::Permissions::from_mode(0o755))?;
    }
    let _ = place;
    Ok(())
}

fn copy_all(from: &Utf8Path, to: &Utf8Path) -> std::io::Result<()> {
    if let Some(folder) = to.parent() {
        fs_err::create_dir_all(folder)?;
    }
    // A link may lead anywhere; what is installed is files.
    let kind = fs_err::symlink_metadata(from)?.file_type();
    if kind.is_symlink() {
        return Err(std::io::Error::other(format!("{from} is a link")));
    }
    if kind.is_file() {
        return fs_err::copy(from, to).map(drop);
    }
    fs_err::create_dir_all(to)?;
    for entry in from.read_dir_utf8()? {
        let entry = entry?;
        copy_all(entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Refuses a history that does not go on from the one that is installed: databases may stand anywhere in that.
fn refuse_lost(space: &SpaceName, own: &SpaceConfig, incoming: &Incoming) -> Result<(), Problem> {
    let graph = Store::new(space.clone(), own.migrations.clone()).outline()?;
    let lost = graph.edges().iter().map(novate_history::Edge::target).find(|node| !incoming.nodes.contains(node));
    match lost {
        None => Ok(()),
        Some(node) => {
            Err(Problem::input("SPACE.HISTORY_LOST", format!("the new {space} does not know {}", short(&node)))
                .why("the installed one has a package that leads there, and databases may stand there")
                .fix("install a version whose history has it; a folder that was squashed keeps it in its archive"))
        }
    }
}

/// Adds a section to `novate.toml`; everything else in it stays as people wrote it.
fn register(project: &Project<'_>, space: &SpaceName, folder: &Utf8Path) -> Result<(), Problem> {
    let path = project.config.root.join(FILE);
    let text = files::read(&path, MAX_SETTINGS_BYTES).map_err(|error| {
        Problem::input("CONFIG.UNREADABLE", format!("{} cannot be read", shorten(path.clone()))).why(error.to_string())
    })?;
    let gap = if text.is_empty() || text.ends_with("\n\n") { "" } else { "\n" };
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let folder = folder.as_str().replace('\\', "/");
    write_file(&path, &format!("{text}{end}{gap}[space.{space}]\nfrom = {}\n", toml::Value::String(folder)))
}

fn list(context: &Context) -> Result<Report, Problem> {
    let config = context.project()?.config;
    let order = spaces::order(&config)?;
    let width = order.iter().map(|name| name.as_str().len()).max().unwrap_or_default();
    let (mut lines, mut rows) = (Vec::new(), Vec::new());
    for name in &order {
        let one = context.of(name);
        let project = one.project()?;
        let own = project.space_config()?;
        // What is wrong with a contract, other commands say at length.
        let hash = project.sources().ok().map(|sources| json::storage_hash(&sources.contract));
        let at = hash.as_ref().map_or_else(|| "unreadable".to_owned(), |hash| hash.short().to_string());
        let packages = project.outline()?.graph.edges().len();
        let place = match &own.installed {
            Some(folder) => format!("installed in {}", shorten(folder.clone())),
            None => format!("described in {}", shorten(own.contract.clone())),
        };
        let needs: Vec<&str> = own.needs().iter().map(SpaceName::as_str).collect();
        let after = if needs.is_empty() { String::new() } else { format!(", after {}", needs.join(", ")) };
        lines.push(format!("{:<width$}  {at:<12}  {}, {place}{after}", name.as_str(), count(packages, "package")));
        rows.push(json!({ "space": name.as_str(), "contract": hash.as_ref().map(novate_contract::StorageHash::as_str), "packages": packages, "needs": needs,
                          "installed": own.installed.as_ref().map(|folder| shorten(folder.clone())) }));
    }
    Ok(Report::new(lines.join("\n"), json!({ "spaces": rows })))
}

async fn forget_space(context: &Context, args: &Forget) -> Result<Report, Problem> {
    let project = context.project()?;
    let name = SpaceName::new(&args.name).ok_or_else(|| {
        Problem::input("CONFIG.UNKNOWN_SPACE", format!("{:?} cannot be the name of a space", args.name))
            .fix("use lower-case letters, digits, '-' and '_'")
    })?;
    if project.config.spaces.contains_key(&name) {
        return Err(Problem::input("SPACE.IN_USE", format!("{FILE} has the space {name}"))
            .why("a database that forgets it would be migrated as if it had never been")
            .fix(format!("take [space.{name}] out of {FILE} first"))
            .at(Place::file(project.config.root.join(FILE))));
    }
    let mut session = project.connect().await?;
    let mut progress = Progress::new(context.ui);
    let hash = forget(&mut session, &name, &project.settings(), &mut |event| progress.on(&event)).await?;
    session.close().await;
    let text = format!(
        "{} The database does not know the space {name} any more (it was at {}); its objects are as they were",
        Symbol::Done.text(),
        hash.short()
    );
    Ok(Report::new(text, json!({ "space": name.as_str(), "was": hash.as_str() })))
}
