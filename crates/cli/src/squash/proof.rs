//! The proof: two new databases, two ways, one end.

use std::collections::{BTreeMap, BTreeSet};

use novate_catalog::{CompareOptions, Fingerprint, Snapshot, compare as differences};
use novate_contract::{Contract, Control, ObjectId, QName, Table};
use novate_history::{Edge, Graph, Package};
use novate_runner::{Applied, Goal, History, Home, Session, migrate, read_live, standing};
use novate_scratch::Server;

use super::external;
use crate::findings;
use crate::problem::Problem;
use crate::project::{Context, Loaded, Project, parse_connection};

/// What a rehearsal needs.
pub(super) struct Rehearsal<'a> {
    pub(super) context: &'a Context,
    pub(super) project: &'a Project<'a>,
    pub(super) history: &'a Loaded,
    pub(super) server: &'a Server,
    /// The contract at the end.
    pub(super) after: &'a Contract,
}

/// A new database at the end of a way.
pub(super) struct Rehearsed {
    /// What ran.
    pub(super) applied: Vec<Applied>,
    live: Snapshot,
    invariants: BTreeSet<String>,
    /// For each table how many rows, and a digest of the values that were written and not chosen by the server.
    rows: BTreeMap<QName, String>,
}

impl Rehearsal<'_> {
    /// Takes a new database along these edges; `new` is a package that is not in the history.
    pub(super) async fn run(&self, edges: &[Edge], new: Option<Package>) -> Result<Rehearsed, Problem> {
        let database = self.server.database("squash")?;
        let theirs = external::script(self.after)?;
        if !theirs.is_empty() {
            database.execute(&theirs)?;
        }
        let string = parse_connection(&database.url(), &self.project.variables)?;
        let mut session = Session::open(&string, "novate", self.context.interrupt.clone()).await?;
        let graph = Graph::new(edges.to_vec());
        let mut packages = self.history.packages.clone();
        packages.extend(new.map(|package| (package.name.clone(), package)));
        let home = Home::alone(&self.context.space);
        let history = History { home, graph: &graph, packages: &packages, contracts: self.history };
        let node = edges.last().and_then(Edge::target);
        // Every edge is to be gone along, so what they provide is required.
        let goal = Goal { node, invariants: edges.iter().flat_map(|edge| edge.provides.clone()).collect() };
        let done = migrate(&mut session, &history, &goal, &self.project.config.settings(), &mut |_| ()).await?;
        let invariants = standing(&mut session, &self.context.space)
            .await?
            .marker
            .map(|marker| marker.invariants)
            .unwrap_or_default();
        let live = read_live(&mut session).await?;
        session.close().await;
        let mut rows = BTreeMap::new();
        for (name, table) in &self.after.tables {
            if self.after.control(&ObjectId::Table(name.clone())) <= Control::Tolerated {
                let answer = database.execute(&count_and_digest(name, table))?;
                let value = answer.first().and_then(|row| row.first()).and_then(Clone::clone);
                rows.insert(name.clone(), value.unwrap_or_default());
            }
        }
        Ok(Rehearsed { applied: done.applied, live, invariants, rows })
    }
}

/// How many rows, and a digest of them. A column with a default or a value that the server makes is left out: two runs
/// have other times and other random numbers.
fn count_and_digest(name: &QName, table: &Table) -> String {
    let columns = table
        .columns
        .iter()
        .filter(|(_, column)| column.default.is_none() && column.identity.is_none() && column.generated.is_none())
        .map(|(column, _)| column.to_string());
    let columns: Vec<String> = columns.collect();
    format!(
        "SELECT pg_catalog.count(*) || ' ' || pg_catalog.coalesce(pg_catalog.md5(pg_catalog.string_agg(r, '|' ORDER BY r \
         COLLATE \"C\")), '') FROM (SELECT ROW({})::pg_catalog.text AS r FROM {name}) rows",
        columns.join(", ")
    )
    .replace("pg_catalog.coalesce", "coalesce")
}

/// Refuses two databases that differ; the number of tables whose rows were compared.
pub(super) fn compare(long: &Rehearsed, short: &Rehearsed) -> Result<usize, Problem> {
    let options = CompareOptions { strict: true, strict_coverage: false };
    let mut found = differences(&long.live.contract, &short.live, &options);
    if found.is_empty() {
        found = differences(&short.live.contract, &long.live, &options);
    }
    if !found.is_empty() {
        return Err(differ(&findings::text(&found)));
    }
    let changes = Fingerprint::of(&long.live).changes(&short.live);
    let ids: Vec<String> =
        [&changes.changed, &changes.gone, &changes.new].into_iter().flatten().map(ToString::to_string).collect();
    if !ids.is_empty() {
        return Err(differ(&format!("the server prints other words for {}", ids.join(", "))));
    }
    let unlike: Vec<String> = long
        .rows
        .iter()
        .filter(|(name, rows)| short.rows.get(name) != Some(rows))
        .map(|(name, _)| name.to_string())
        .collect();
    if !unlike.is_empty() {
        return Err(differ(&format!("other rows in {}", unlike.join(", "))));
    }
    let lost: Vec<&str> = long.invariants.difference(&short.invariants).map(String::as_str).collect();
    if !lost.is_empty() {
        return Err(differ(&format!("the invariants {} are not provided", lost.join(", "))));
    }
    Ok(long.rows.len())
}

fn differ(what: &str) -> Problem {
    Problem::input("MIGRATION.SQUASH_DIFFERS", "the short way does not end where the long one does")
        .why(format!("on a throwaway server, the short way has:\n{what}\nnothing was written"))
        .fix("give a shorter stretch, one on either side of what differs: novate migration squash FROM..TO")
}
