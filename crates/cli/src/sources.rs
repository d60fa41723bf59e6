//! A contract's sources, read, with everything that is wrong with them as one [`Problem`].

use std::collections::BTreeSet;

use camino::Utf8Path;
use novate_contract::{Contract, Ident, ObjectId, Space, UnsupportedObject};
use novate_source::{ControlRule, Drops, Note, RenameHint, Scripts, SourceError, SourceFile, SourceOptions, ValueHint};
use serde_json::{Value, json};

use crate::config::Config;
use crate::problem::{Place, Problem, shorten};
use crate::progress::count;
use crate::spaces;
use crate::ui::{Symbol, Ui};

/// More problems than these nobody reads at once; a file that is no contract may have millions.
const MOST_SHOWN: usize = 100;

/// What the sources say.
pub(crate) struct Sources {
    /// The contract.
    pub(crate) contract: Contract,
    /// Its rename hints.
    pub(crate) hints: Vec<RenameHint>,
    /// Its hints about enum labels.
    pub(crate) value_hints: Vec<ValueHint>,
    /// What people should know.
    pub(crate) notes: Vec<Note>,
    /// What of the contract was taken over from other spaces.
    borrowed: BTreeSet<ObjectId>,
}

/// Reads a space's contract, and of those that it may refer to what it needs of them.
pub(crate) fn read(space: &Space, config: &Config) -> Result<Sources, Problem> {
    Statements::of(space, config)?.read()
}

/// A space's contract whose statements were read, and no more.
pub(crate) struct Statements {
    options: SourceOptions,
    files: Vec<SourceFile>,
    scripts: Scripts,
}

impl Statements {
    /// Reads the statements of a space's contract, on every core, and all of the contracts that it may refer to.
    pub(crate) fn of(space: &Space, config: &Config) -> Result<Self, Problem> {
        let own = config.space(space)?;
        let needed = own.needs().iter().map(|name| read(name, config).map(|sources| sources.kept()));
        let options = options(space, Some(config), Drops::Refuse, needed.collect::<Result<_, _>>()?);
        let files = files(&own.contract, &config.root)?;
        let scripts = novate_source::parse(&files);
        Ok(Self { options, files, scripts })
    }

    /// Works out what they say, on one core.
    pub(crate) fn read(self) -> Result<Sources, Problem> {
        let sources = interpret(&self.files, self.scripts, &self.options)?;
        self.options.others.iter().try_for_each(|other| spaces::refuse_claims(&sources.contract, other))?;
        Ok(sources)
    }
}

/// Reads any file or folder as a state; what a script takes away again is executed. What it includes must be in the
/// project, or beside it where it was named outside of the project.
pub(crate) fn read_with(path: &Utf8Path, space: &Space, config: Option<&Config>) -> Result<Sources, Problem> {
    let inside = |folder: &&Utf8Path| match (path.canonicalize(), folder.canonicalize()) {
        (Ok(path), Ok(folder)) => path.starts_with(folder),
        _ => false,
    };
    let beside = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    let within = config.map(|config| config.root.as_path()).filter(inside).unwrap_or(beside);
    let needed = config.and_then(|config| config.spaces.get(space).map(|own| (config, own.needs())));
    let others = match needed {
        Some((config, needs)) => {
            needs.iter().map(|name| read(name, config).map(|it| it.kept())).collect::<Result<_, _>>()?
        }
        None => Vec::new(),
    };
    read_as(path, within, space, config, Drops::Execute, others)
}

fn read_as(
    path: &Utf8Path,
    within: &Utf8Path,
    space: &Space,
    config: Option<&Config>,
    drops: Drops,
    others: Vec<Contract>,
) -> Result<Sources, Problem> {
    let files = files(path, within)?;
    interpret(&files, novate_source::parse(&files), &options(space, config, drops, others))
}

fn files(path: &Utf8Path, within: &Utf8Path) -> Result<Vec<SourceFile>, Problem> {
    let mut files = novate_source::files::read(path.as_std_path(), within.as_std_path())?;
    files.iter_mut().for_each(shorten_paths);
    Ok(files)
}

fn options(space: &Space, config: Option<&Config>, drops: Drops, others: Vec<Contract>) -> SourceOptions {
    let own = config.and_then(|config| config.spaces.get(space));
    SourceOptions {
        space: space.clone(),
        default_schema: own.map_or_else(|| Ident::new("public"), |space| Ident::new(&space.default_schema)),
        controls: own
            .map(|own| own.control.iter().map(|(pattern, control)| ControlRule::new(pattern, *control)).collect())
            .unwrap_or_default(),
        drops,
        others,
    }
}

fn interpret(files: &[SourceFile], scripts: Scripts, options: &SourceOptions) -> Result<Sources, Problem> {
    let read = novate_source::interpret(files, scripts, options).map_err(|errors| problem(&errors, files))?;
    let problems = problems(&novate_contract::validate(&read.contract), &read, files);
    if let Some(problem) = Problem::join(problems) {
        return Err(problem);
    }
    Ok(Sources {
        contract: read.contract,
        hints: read.hints,
        value_hints: read.value_hints,
        notes: read.notes,
        borrowed: read.borrowed,
    })
}

/// Paths as people see them, in messages and in what is kept of unsupported objects.
fn shorten_paths(file: &mut SourceFile) {
    file.path = shorten(file.path.clone().into()).into_string();
    for include in &mut file.includes {
        shorten_paths(&mut include.file);
    }
}

fn text_of<'a>(files: &'a [SourceFile], path: &str) -> Option<&'a str> {
    files.iter().find_map(|file| {
        if file.path == path {
            return Some(file.text.as_str());
        }
        file.includes.iter().find_map(|include| text_of(std::slice::from_ref(&include.file), path))
    })
}

fn problem(errors: &[SourceError], files: &[SourceFile]) -> Problem {
    let shown = errors.iter().take(MOST_SHOWN).map(|error| {
        let mut problem = Problem::input(error.code(), error.problem.to_string());
        problem.why = error.why();
        problem.fix = error.fix();
        problem.at(place(&error.place, files))
    });
    let mut problems: Vec<Problem> = shown.collect();
    if let (Some(last), more @ 1..) = (problems.last_mut(), errors.len().saturating_sub(MOST_SHOWN)) {
        let more = format!("{} after this one", count(more, "problem"));
        last.why = Some(last.why.take().map_or_else(|| more.clone(), |why| format!("{why}\n{more}")));
    }
    Problem::join(problems).unwrap_or_else(|| Problem::input("CONTRACT.SYNTAX", "the contract cannot be read"))
}

fn place(place: &novate_source::Place, files: &[SourceFile]) -> Place {
    match text_of(files, &place.path) {
        Some(text) => Place::span(&*place.path, text, place.span),
        None => Place::file(&*place.path),
    }
}

/// What is wrong with the contract as a whole, each where the object is described.
fn problems(found: &[novate_contract::Problem], read: &novate_source::Read, files: &[SourceFile]) -> Vec<Problem> {
    found
        .iter()
        .map(|found| {
            let mut problem = Problem::input(found.code(), found.to_string());
            problem.why = found.why();
            problem.fix = found.fix();
            problem.place = read.places.get(&found.object).map(|at| place(at, files));
            problem
        })
        .collect()
}

impl Sources {
    /// The contract without what it takes over from other spaces: what this space is about.
    pub(crate) fn kept(&self) -> Contract {
        self.contract.without(&self.borrowed)
    }

    /// Says what people should know.
    pub(crate) fn print_notes(&self, ui: Ui) {
        for note in &self.notes {
            let symbol = if is_warning(note) { Symbol::Warning } else { Symbol::Info };
            ui.note(symbol, &format!("{}: {} ({})", note.place, note.message, note.code));
        }
    }

    /// The notes that are worth more than a glance, as warnings; the others are said as notes.
    pub(crate) fn warnings(&self, ui: Ui) -> Vec<Problem> {
        let (warnings, notes): (Vec<&Note>, Vec<&Note>) = self.notes.iter().partition(|note| is_warning(note));
        for note in notes {
            ui.note(Symbol::Info, &format!("{}: {} ({})", note.place, note.message, note.code));
        }
        warnings.into_iter().map(warning).collect()
    }

    /// Refuses objects of kinds that are not modelled, where that was asked for.
    pub(crate) fn check_coverage(&self, strict: bool) -> Result<(), Problem> {
        check_coverage(&self.contract, strict)
    }
}

/// Whether a note is worth more than a glance.
fn is_warning(note: &Note) -> bool {
    [Note::UNSUPPORTED, Note::NAME_CUT].contains(&note.code)
}

/// See [`Sources::check_coverage`].
pub(crate) fn check_coverage(contract: &Contract, strict: bool) -> Result<(), Problem> {
    if !strict || contract.unsupported.is_empty() {
        return Ok(());
    }
    let listed: Vec<String> = contract.unsupported.iter().map(describe).collect();
    Err(Problem::input(
        "CONTRACT.UNSUPPORTED_OBJECT",
        format!("{} of a kind that is not modelled", count(contract.unsupported.len(), "object")),
    )
    .why(listed.join("\n"))
    .fix("leave --strict-coverage out to go on without them, or keep them in hand-written packages")
    .meta(json!({ "unsupported": unsupported_json(contract) })))
}

fn warning(note: &Note) -> Problem {
    let mut place = Place::line(&*note.place.path, note.place.line);
    if let Some(at) = &mut place.at {
        at.column = note.place.column;
    }
    let fix = match note.code {
        Note::NAME_CUT => "give it a name of at most 63 bytes",
        _ => "keep it in a hand-written package, or take it out of the contract",
    };
    Problem::input(note.code, &note.message).fix(fix).at(place).warning()
}

fn describe(object: &UnsupportedObject) -> String {
    if object.place.is_empty() {
        format!("{} {}", object.kind, object.name)
    } else {
        format!("{} {} ({})", object.kind, object.name, object.place)
    }
}

/// The objects of kinds that are not modelled, for programs.
pub(crate) fn unsupported_json(contract: &Contract) -> Value {
    contract
        .unsupported
        .iter()
        .map(|object| json!({ "objectType": object.kind, "name": object.name, "place": object.place }))
        .collect()
}
