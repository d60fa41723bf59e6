//! Packages in mode `statement`: every operation commits by itself, and a run that stopped midway is resumed where it
//! was.
//!
//! No lock outlives a transaction here, so the right to work is a row: its owner is replaced by compare-and-swap, and
//! only once the session that held it is gone. That session, and what it sets for statements outside of transactions,
//! are why such packages do not run behind a pooler that shares sessions.

mod operation;

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use novate_contract::Space;
use novate_history::{Node, Package, PackageName};
use novate_sql::Literal;

use crate::apply::{self, Attempt};
use crate::contention::{self, Patience};
use crate::event::{Event, Outcome};
use crate::ledger::{self, Entry, Kind};
use crate::live::{self, Scope};
use crate::marker::{self, InTransit, NewMarker, Standing, Written};
use crate::migrate::{Applied, History};
use crate::session::{self, Failure, Session};
use crate::{RunError, Settings};

/// The owner of a package that was begun and that nobody works on.
pub(crate) const NOBODY: &str = "";

/// The right to work on a package, as this run holds it.
struct Claim {
    owner: String,
}

/// A package under way, and where the database stood when it began.
struct Journey<'a> {
    history: &'a History<'a>,
    package: &'a Package,
    claim: Claim,
    generation: i64,
    /// Whether the whole space is compared at the end, or only what the package touches.
    scope: Scope,
    settings: &'a Settings,
    /// Where names without a schema are found.
    search_path: String,
}

/// Begins a package: the transaction that holds the lock records it and commits.
pub(crate) async fn start(
    session: &mut Session,
    history: &History<'_>,
    standing: &Standing,
    package: &Package,
    scope: Scope,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Applied, (RunError, bool)> {
    let search_path = search_path(history, package).map_err(|error| (error, false))?;
    let claim = Claim { owner: token() };
    let text = |value: Option<&str>| value.map_or("NULL".to_owned(), |v| Literal(v).to_string());
    let insert = format!(
        "INSERT INTO novate.progress (space, package, migration_hash, from_hash, to_hash, operation, operation_id, owner, \
         owner_pid, owner_start, owner_application, started_at) SELECT {}, {}, {}, {}, {}, 0, {}, {}, a.pid, \
         a.backend_start, a.application_name, pg_catalog.clock_timestamp() FROM pg_catalog.pg_stat_activity a WHERE a.pid = \
         pg_catalog.pg_backend_pid(); COMMIT",
        Literal(history.home.space.as_str()),
        Literal(package.name.as_str()),
        Literal(package.hash.as_str()),
        text(package.manifest.from.as_ref().map(novate_contract::StorageHash::as_str)),
        Literal(package.manifest.to.as_str()),
        Literal(package.operations.first().map_or("", |op| op.id.as_str())),
        Literal(&claim.owner),
    );
    match session.batch(&insert, &mut |_| ()).await {
        Ok(_) => {}
        Err(Failure::Lost(error)) => {
            let begun =
                begun(session, history.home.space, package, settings, on).await.map_err(|error| (error, false))?;
            return Err((session::lost(&error), begun));
        }
        Err(failure) => return Err((failure.into_refused("begin the package"), false)),
    }
    let journey = Journey { history, package, claim, generation: standing.generation(), scope, settings, search_path };
    journey.run(session, 0, on).await.map_err(|error| (error, true))
}

fn search_path(history: &History<'_>, package: &Package) -> Result<String, RunError> {
    Ok(Settings::search_path(&history.contracts.at(&Some(package.manifest.to.clone()))?))
}

/// Asks the database whether a package was begun, the answer to whose first COMMIT was lost.
async fn begun(
    session: &mut Session,
    space: &Space,
    package: &Package,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<bool, RunError> {
    let unknown = || RunError::CommitUnknown { package: package.name.to_string() };
    session.reconnect().await.map_err(|_| unknown())?;
    let now = contention::begin(session, space, settings, on).await.map_err(|_| unknown())?;
    session.rollback().await;
    Ok(now.in_transit.is_some_and(|transit| transit.package == package.name.as_str()))
}

/// Goes on with a package that another run began and whose session is gone.
pub(crate) async fn resume(
    session: &mut Session,
    history: &History<'_>,
    goal: &Node,
    standing: &Standing,
    under_way: &InTransit,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Applied, RunError> {
    let unknown = || RunError::TransitUnknown { package: under_way.package.clone() };
    let name = PackageName::parse(&under_way.package).map_err(|_| unknown())?;
    let package = history.package(&name)?;
    package.check_runnable()?;
    if package.manifest.to.as_str() != under_way.to_hash || package.manifest.from != standing.node() {
        return Err(unknown());
    }
    // One that was mended and emitted again begins anew: what is there already is skipped.
    let same = package.hash.as_str() == under_way.migration_hash;
    let first = if same { under_way.operation } else { 0 };
    let search_path = search_path(history, package)?;
    let claim = Claim { owner: token() };
    // The lock of the space is held: of two runs that find the owner gone, the second finds this one alive.
    let take = format!(
        "UPDATE novate.progress p SET owner = {}, migration_hash = {}, operation = {first}, owner_pid = a.pid, owner_start = \
         a.backend_start, owner_application = a.application_name FROM pg_catalog.pg_stat_activity a WHERE a.pid = \
         pg_catalog.pg_backend_pid() AND p.space = {}; COMMIT",
        Literal(&claim.owner),
        Literal(package.hash.as_str()),
        Literal(history.home.space.as_str()),
    );
    session.batch(&take, &mut |_| ()).await.map_err(|failure| failure.into_refused("take over the package"))?;
    on(Event::Resuming { package: package.name.clone(), operation: first });
    let there = *goal == Some(package.manifest.to.clone());
    let scope = if there { Scope::Whole } else { Scope::Touched };
    let journey = Journey { history, package, claim, generation: standing.generation(), scope, settings, search_path };
    journey.run(session, first, on).await
}

impl Journey<'_> {
    /// Works on the package; a run that fails leaves it to whoever comes next.
    async fn run(&self, session: &mut Session, first: usize, on: &mut dyn FnMut(Event)) -> Result<Applied, RunError> {
        let result = self.work(session, first, on).await;
        if result.is_err() {
            let space = Literal(self.history.home.space.as_str());
            let release = format!("UPDATE novate.progress SET owner = '{NOBODY}' WHERE space = {space}");
            session.last_word(&self.as_owner(&release)).await;
        }
        result
    }

    async fn work(&self, session: &mut Session, first: usize, on: &mut dyn FnMut(Event)) -> Result<Applied, RunError> {
        let began = Instant::now();
        let package = self.package;
        on(Event::PackageStarted { package: package.name.clone(), operations: package.operations.len() });
        for (index, operation) in package.operations.iter().enumerate().skip(first) {
            on(Event::OperationStarted { index, label: operation.label.clone() });
            let outcome = operation::run(self, session, index, operation, on).await?;
            on(Event::OperationFinished { index, label: operation.label.clone(), outcome });
        }
        let outcomes = self.finish(session, on).await?;
        let took = began.elapsed();
        on(Event::PackageFinished { package: package.name.clone(), took });
        Ok(Applied { package: package.name.clone(), outcomes, took })
    }

    /// Compares, moves the marker and takes the progress row away, in one transaction under the lock; gives what
    /// became of the operations, of all runs.
    async fn finish(&self, session: &mut Session, on: &mut dyn FnMut(Event)) -> Result<Vec<Option<Outcome>>, RunError> {
        let mut patience = Patience::default();
        loop {
            let standing = contention::begin(session, self.history.home.space, self.settings, on).await?;
            if standing.generation() != self.generation {
                return Err(RunError::MarkerMoved);
            }
            let outcomes = self.outcomes(&standing);
            let writes = self.arrive(session, &standing, &outcomes, on).await?;
            match apply::commit(session, &writes, apply::End::Commit).await {
                Ok(()) => return Ok(outcomes),
                Err(Attempt::Failed(error)) => return Err(error),
                Err(Attempt::CommitLost) => return self.commit_lost(session, on).await.map(|()| outcomes),
                Err(Attempt::Contention { .. }) => {
                    patience.pause(session, self.history.home.space, None, self.settings, on).await?;
                }
            }
        }
    }

    /// What the package's progress says of its operations.
    fn outcomes(&self, standing: &Standing) -> Vec<Option<Outcome>> {
        let known = standing.in_transit.as_ref().map(|transit| &transit.outcomes);
        let of = |id: &str| known.and_then(|known| known.get(id)).map(ledger::StoredOutcome::outcome);
        self.package.operations.iter().map(|operation| of(&operation.id)).collect()
    }

    /// Compares with the contract; gives the statements that move the marker there.
    async fn arrive(
        &self,
        session: &mut Session,
        standing: &Standing,
        outcomes: &[Option<Outcome>],
        on: &mut dyn FnMut(Event),
    ) -> Result<String, RunError> {
        let package = self.package;
        on(Event::Comparing { package: package.name.clone() });
        let to = self.history.contracts.at(&Some(package.manifest.to.clone()))?;
        let live = self.history.home.see(live::read(session).await?, &to);
        let findings = live::differences(session, &to, &live, self.scope, &package.operations).await?;
        if !findings.is_empty() {
            return Err(RunError::ResultMismatch {
                package: package.name.to_string(),
                to: package.manifest.to.clone(),
                findings,
            });
        }
        let mut invariants: BTreeSet<String> =
            standing.marker.as_ref().map(|marker| marker.invariants.clone()).unwrap_or_default();
        invariants.extend(package.manifest.provided_invariants.iter().cloned());
        let fingerprint = live::fingerprint(&live);
        let new = NewMarker {
            space: self.history.home.space,
            contract: Written::of(&to, package.manifest.to.clone()),
            invariants: &invariants,
            fingerprint: &fingerprint,
            generation: standing.generation(),
        };
        let from = standing.node();
        let space = Literal(self.history.home.space.as_str());
        let entry = Entry {
            space: self.history.home.space,
            kind: Kind::Migrate,
            package: Some((package.name.as_str(), package.hash.as_str())),
            from: from.as_ref(),
            to: &package.manifest.to,
            operations: ledger::outcomes(&package.operations, outcomes),
            app_tag: self.settings.app_tag.as_deref(),
            started_at: &format!("(SELECT started_at FROM novate.progress WHERE space = {space})"),
        };
        let delete = self.as_owner(&format!("DELETE FROM novate.progress WHERE space = {space}"));
        Ok(format!("{}; {delete}", marker::write_sql(&new, &entry)))
    }

    /// Asks whether the last COMMIT took place, whose answer was lost.
    async fn commit_lost(&self, session: &mut Session, on: &mut dyn FnMut(Event)) -> Result<(), RunError> {
        let unknown = || RunError::CommitUnknown { package: self.package.name.to_string() };
        session.reconnect().await.map_err(|_| unknown())?;
        let now =
            contention::begin(session, self.history.home.space, self.settings, on).await.map_err(|_| unknown())?;
        session.rollback().await;
        if now.node().as_ref() == Some(&self.package.manifest.to) && now.generation() > self.generation {
            Ok(())
        } else {
            Err(RunError::ConnectionLost { reason: "while committing; the marker was not moved".to_owned() })
        }
    }

    /// A statement on the progress row that fails where the row is no longer ours.
    fn as_owner(&self, statement: &str) -> String {
        let statement = format!("{statement} AND owner = {}", Literal(&self.claim.owner));
        let body = format!(
            "DECLARE changed pg_catalog.int8; BEGIN EXECUTE {}; GET DIAGNOSTICS changed = ROW_COUNT; IF changed <> 1 THEN \
             RAISE EXCEPTION USING ERRCODE = 'NV003', MESSAGE = 'another session has taken over'; END IF; END",
            Literal(&statement)
        );
        format!("DO {}", Literal(&body))
    }
}

/// A word that no other run uses.
fn token() -> String {
    let state = RandomState::new();
    format!("{:016x}{:016x}", state.hash_one(0), state.hash_one(Duration::from_secs(1)))
}
