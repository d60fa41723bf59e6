//! What people call a state, everywhere the same: a contract file or folder, a package, `package^`, a ref, a hash or
//! its beginning, a database URL, `empty`.

use std::collections::BTreeSet;

use novate_contract::{Contract, json};
use novate_history::{HistoryError, Node, Ref, RefName, Store};
use novate_runner::connection::is_connection_string;
use novate_source::{RenameHint, ValueHint};

use crate::problem::Problem;
use crate::project::Context;
use crate::sources;
use crate::variables::Variables;

/// A state that was named.
pub(crate) struct NamedState {
    /// What is there.
    pub(crate) contract: Contract,
    /// Its node; what a database holds has the hash that its schema would have.
    pub(crate) node: Node,
    /// How it was named, for messages.
    pub(crate) described: String,
    /// The invariants that a route there must provide.
    pub(crate) invariants: BTreeSet<String>,
    /// The ref that named it, where one did.
    pub(crate) reference: Option<(RefName, Ref)>,
    /// The renames that a contract file asks for.
    pub(crate) hints: Vec<RenameHint>,
    /// The enum labels that it says were renamed.
    pub(crate) value_hints: Vec<ValueHint>,
}

/// Finds a state among contract files and the history. Databases are [`find_or_connect`]'s.
pub(crate) fn find(context: &Context, text: &str) -> Result<NamedState, Problem> {
    if text == "empty" {
        return Ok(plain(Contract::empty(context.space.clone()), None, "the empty database"));
    }
    refuse_databases(text)?;
    let path = context.here.join(text);
    let project = context.project();
    if path.exists() && (path.is_dir() || text.contains('.') || text.contains('/')) && !is_package(&path) {
        let config = project.as_ref().ok().map(|project| &project.config);
        let sources = sources::read_with(&path, &context.space, config)?;
        let hash = json::storage_hash(&sources.contract);
        let mut state = plain(sources.contract, Some(hash), text);
        state.hints = sources.hints;
        state.value_hints = sources.value_hints;
        return Ok(state);
    }
    let looks_like_file = text.contains('/')
        || camino::Utf8Path::new(text).extension().is_some_and(|ext| ext.eq_ignore_ascii_case("sql"));
    match project {
        Ok(project) => {
            let store = project.store()?;
            match by_history(&store, text) {
                Err(problem) if looks_like_file && problem.code == "STATE.UNKNOWN" => Err(missing_file(text)),
                other => other,
            }
        }
        Err(_) if looks_like_file => Err(missing_file(text)),
        Err(problem) => Err(problem),
    }
}

/// What is not quoted back: it may hold a password.
fn refuse_databases(text: &str) -> Result<(), Problem> {
    if !is_connection_string(text) {
        return Ok(());
    }
    Err(Problem::input("STATE.UNKNOWN", "a database cannot be named here")
        .why("only a contract file, a package, a ref, a hash or empty says where a history stands")
        .fix("name the database with --db; novate diff compares with any database"))
}

fn missing_file(text: &str) -> Problem {
    Problem::input("CONTRACT.FILE_MISSING", format!("{text} is not there"))
        .fix("give a file or folder with .sql files, a package, a ref, a hash, or empty")
}

fn is_package(path: &camino::Utf8Path) -> bool {
    path.join("migration.json").is_file()
}

/// Finds a state in the history.
pub(crate) fn by_history(store: &Store, text: &str) -> Result<NamedState, Problem> {
    refuse_databases(text)?;
    // A package may be given as the path of its folder.
    let name = text.trim_end_matches('/').rsplit('/').next().unwrap_or(text);
    let state = match store.resolve(text) {
        Err(error) if error.code() == "STATE.UNKNOWN" && name != text => store.resolve(name)?,
        other => other?,
    };
    let contract = match (store.contract(&state.node, &state.described), &state.reference) {
        (Err(HistoryError::SnapshotMissing { hash, .. }), Some((name, _))) => {
            return Err(HistoryError::RefDangling { name: name.to_string(), hash }.into());
        }
        (found, _) => found?,
    };
    Ok(NamedState {
        contract,
        node: state.node,
        described: state.described,
        invariants: state.invariants,
        reference: state.reference,
        hints: Vec::new(),
        value_hints: Vec::new(),
    })
}

/// Finds a state that may be a database's.
pub(crate) async fn find_or_connect(context: &Context, text: &str) -> Result<NamedState, Problem> {
    if !is_connection_string(text) {
        return find(context, text);
    }
    let variables = Variables::read(None)?;
    let string = crate::project::parse_connection(text, &variables)?;
    let summary = string.safe_summary();
    let mut session = novate_runner::Session::open(&string, "novate", context.interrupt.clone()).await?;
    let live = novate_runner::read_live(&mut session).await?;
    session.close().await;
    let mut contract = live.contract;
    if let Ok(project) = context.project()
        && project.config.spaces.len() > 1
    {
        let own = project.sources()?.contract;
        contract.leave_out(&own, &project.others()?.iter().collect::<Vec<_>>());
    }
    let hash = json::storage_hash(&contract);
    Ok(plain(contract, Some(hash), &summary))
}

fn plain(contract: Contract, node: Node, described: &str) -> NamedState {
    NamedState {
        contract,
        node,
        described: described.to_owned(),
        invariants: BTreeSet::new(),
        reference: None,
        hints: Vec::new(),
        value_hints: Vec::new(),
    }
}
