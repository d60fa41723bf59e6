//! The histories that an application carries.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use camino::Utf8PathBuf;
use novate_contract::{Contract, Space};
use novate_history::{Bundle, Disk, Embedded, HistoryError, Node};
use novate_runner::{Contracts, Goal, Home};

use crate::{Database, Error, ErrorKind, Migrate, Status, Verify};

/// The packages of an application's spaces, and where each space should be.
///
/// They come from [`migrations!`](crate::migrations) or from [`read`](Self::read), are cheap to clone, and hold no
/// connection. Most applications have one space; [`with`](Self::with) adds others.
#[derive(Debug, Clone)]
pub struct Migrations {
    sets: Vec<Set>,
}

/// The history of one space.
#[derive(Debug, Clone)]
struct Set {
    space: String,
    goal: Option<String>,
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    Embedded(&'static __Space),
    Read(Arc<Bundle<Disk>>),
}

/// What [`migrations!`](crate::migrations) becomes. No part of the interface.
#[doc(hidden)]
#[derive(Debug)]
#[allow(missing_docs)]
pub struct __Space {
    pub name: &'static str,
    pub folder: &'static str,
    pub pieces: &'static [&'static str],
    pub files: &'static [(&'static str, &'static [u32])],
}

impl Migrations {
    /// What the macro becomes. No part of the interface.
    #[doc(hidden)]
    pub fn __embedded(spaces: &'static [__Space]) -> Self {
        let set =
            |space: &'static __Space| Set { space: space.name.to_owned(), goal: None, source: Source::Embedded(space) };
        Self { sets: spaces.iter().map(set).collect() }
    }

    /// Reads the packages in a folder (`migrations/app`) and the snapshots beside it, under the checks that
    /// [`migrations!`](crate::migrations) makes at compile time: every hash, nothing stale, nothing half-filled.
    pub fn read(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref();
        let path = Utf8PathBuf::from_path_buf(folder.to_owned()).map_err(|path| {
            Error::new("MIGRATION.NOT_UTF8", ErrorKind::Input, format!("{} is not UTF-8", path.display()))
                .fix_is("give the folder a name that is".to_owned())
        })?;
        let bundle = Bundle::read(path).map_err(Error::join)?;
        let space = bundle.store.space().to_string();
        Ok(Self { sets: vec![Set { space, goal: None, source: Source::Read(Arc::new(bundle)) }] })
    }

    /// These, and then those: spaces are applied in the order in which they were given.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.sets.extend(other.sets);
        self
    }

    /// Sets where the spaces given so far should be, in place of the end of their histories: a ref (`production`), a
    /// package, `package^` (where it begins), or a contract's hash or the beginning of it.
    #[must_use]
    pub fn to(mut self, goal: impl Into<String>) -> Self {
        let goal = goal.into();
        self.sets.iter_mut().for_each(|set| set.goal = Some(goal.clone()));
        self
    }

    /// The names of the spaces, in order.
    pub fn spaces(&self) -> impl Iterator<Item = &str> {
        self.sets.iter().map(|set| set.space.as_str())
    }

    /// Brings a database to where it should be; nothing happens until the result is awaited.
    pub fn migrate(&self, database: &Database) -> Migrate {
        Migrate::new(self.clone(), database.clone())
    }

    /// Looks where a database stands, by what novate keeps there. Changes nothing, and waits for no lock.
    pub fn status(&self, database: &Database) -> Status {
        Status::new(self.clone(), database.clone())
    }

    /// Compares the schema of a database with the contract that it should be at. Changes nothing.
    pub fn verify(&self, database: &Database) -> Verify {
        Verify::new(self.clone(), database.clone())
    }

    /// Reads and checks everything, in order.
    pub(crate) fn load(&self) -> Result<Vec<Loaded>, Error> {
        for (at, set) in self.sets.iter().enumerate() {
            if self.sets.iter().take(at).any(|before| before.space == set.space) {
                let summary = format!("the space {} is given twice", set.space);
                return Err(Error::new("EMBED.SPACE_TWICE", ErrorKind::Input, summary)
                    .why_is("a space has one history, and one marker in a database".to_owned())
                    .fix_is("name the folder of each space once".to_owned()));
            }
        }
        self.sets.iter().map(|set| set.load().map_err(|error| error.in_space(&set.space))).collect()
    }
}

/// A history that was read and checked, from wherever it comes.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) space: Space,
    pub(crate) goal: Goal,
    bundle: AnyBundle,
}

#[derive(Debug)]
enum AnyBundle {
    Embedded(Box<Bundle<Embedded>>),
    Read(Arc<Bundle<Disk>>),
}

impl Set {
    fn load(&self) -> Result<Loaded, Error> {
        match &self.source {
            Source::Embedded(data) => {
                let space = Space::new(data.name).ok_or_else(|| {
                    Error::new("BUG.RUNTIME", ErrorKind::Other, format!("{:?} is no space's name", data.name))
                })?;
                let files = data.files.iter().map(|(path, pieces)| ((*path).to_owned(), data.text(pieces)));
                let bundle = Bundle::embedded(Embedded::new(files), space, data.folder).map_err(Error::join)?;
                let goal = goal(&bundle, self.goal.as_deref())?;
                let space = bundle.store.space().clone();
                Ok(Loaded { space, goal, bundle: AnyBundle::Embedded(Box::new(bundle)) })
            }
            Source::Read(bundle) => {
                let goal = goal(bundle, self.goal.as_deref())?;
                Ok(Loaded { space: bundle.store.space().clone(), goal, bundle: AnyBundle::Read(bundle.clone()) })
            }
        }
    }
}

impl __Space {
    fn text(&self, pieces: &[u32]) -> Cow<'static, str> {
        let piece =
            |at: &u32| usize::try_from(*at).ok().and_then(|at| self.pieces.get(at)).copied().unwrap_or_default();
        match pieces {
            [only] => Cow::Borrowed(piece(only)),
            several => Cow::Owned(several.iter().map(piece).collect()),
        }
    }
}

/// Where to go: what was asked for, else the end of the history.
fn goal<F: novate_history::Files>(bundle: &Bundle<F>, asked: Option<&str>) -> Result<Goal, HistoryError> {
    let Some(text) = asked else {
        let node = bundle.graph.head(bundle.store.space().as_str())?;
        return Ok(Goal { node, invariants: std::collections::BTreeSet::new() });
    };
    let state = bundle.store.resolve(text)?;
    Ok(Goal { node: state.node, invariants: state.invariants })
}

impl Contracts for Loaded {
    fn at(&self, node: &Node) -> Result<Contract, HistoryError> {
        self.contract(node)
    }
}

impl Loaded {
    /// As the runner takes it.
    pub(crate) fn history<'a>(&'a self, others: &'a [Contract]) -> novate_runner::History<'a> {
        let (graph, packages) = match &self.bundle {
            AnyBundle::Embedded(bundle) => (&bundle.graph, &bundle.packages),
            AnyBundle::Read(bundle) => (&bundle.graph, &bundle.packages),
        };
        novate_runner::History { home: Home { space: &self.space, others }, graph, packages, contracts: self }
    }

    pub(crate) fn graph(&self) -> &novate_history::Graph {
        match &self.bundle {
            AnyBundle::Embedded(bundle) => &bundle.graph,
            AnyBundle::Read(bundle) => &bundle.graph,
        }
    }

    /// The contract at a node.
    pub(crate) fn contract(&self, node: &Node) -> Result<Contract, HistoryError> {
        match &self.bundle {
            AnyBundle::Embedded(bundle) => bundle.store.contract(node, "the graph"),
            AnyBundle::Read(bundle) => bundle.store.contract(node, "the graph"),
        }
    }
}
