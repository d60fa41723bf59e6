//! Packages in mode `statement`: every operation commits by itself, and a run that stopped midway is resumed where it
//! was.
//!
//! No lock can outlive a transaction here (a pooler may hand the next statement to another session), so the right to
//! work is a row: its owner is replaced by compare-and-swap, and only once the session that held it is gone.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use novate_history::{Node, Package, PackageName};
use novate_planner::Operation;
use novate_sql::Literal;
use novate_sql::ast::{AlterTableAction, Statement};

use crate::apply::{self, Attempt};
use crate::connection::Notice;
use crate::event::{Event, Outcome};
use crate::ledger::{self, Entry, Kind};
use crate::live::{self, Scope};
use crate::marker::{self, InTransit, NewMarker, Standing};
use crate::migrate::{Applied, History};
use crate::program::{self, Report};
use crate::session::{Failure, Session};
use crate::{RunError, Settings, contention};

/// The right to work on a package, as this run holds it.
struct Claim {
    owner: String,
}

/// Begins a package: the transaction that holds the lock records it and commits.
pub(crate) async fn start(
    session: &mut Session,
    history: &History<'_>,
    standing: &Standing,
    package: &Package,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Applied, (RunError, bool)> {
    let claim = Claim { owner: token() };
    let text = |value: Option<&str>| value.map_or("NULL".to_owned(), |v| Literal(v).to_string());
    let insert = format!(
        "INSERT INTO novate.progress (space, package, migration_hash, from_hash, to_hash, operation, operation_id, owner, \
         owner_pid, owner_start, started_at) SELECT {}, {}, {}, {}, {}, 0, {}, {}, a.pid, a.backend_start, \
         pg_catalog.clock_timestamp() FROM pg_catalog.pg_stat_activity a WHERE a.pid = pg_catalog.pg_backend_pid(); \
         COMMIT",
        Literal(history.space.as_str()),
        Literal(package.name.as_str()),
        Literal(package.hash.as_str()),
        text(package.manifest.from.as_ref().map(novate_contract::StorageHash::as_str)),
        Literal(package.manifest.to.as_str()),
        Literal(package.operations.first().map_or("", |op| op.id.as_str())),
        Literal(&claim.owner),
    );
    session.batch(&insert, &mut |_| ()).await.map_err(|failure| (failure.into_refused("begin the package"), false))?;
    work(session, history, standing, package, &claim, 0, settings, on).await.map_err(|error| (error, true))
}

/// Goes on with a package that another run began.
pub(crate) async fn resume(
    session: &mut Session,
    history: &History<'_>,
    standing: &Standing,
    under_way: &InTransit,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Applied, RunError> {
    let unknown = || RunError::TransitUnknown { package: under_way.package.clone() };
    if under_way.alive {
        return Err(RunError::InTransit { transit: under_way.clone() });
    }
    let name = PackageName::parse(&under_way.package).map_err(|_| unknown())?;
    let package = history.package(&name)?;
    if package.hash.as_str() != under_way.migration_hash {
        return Err(unknown());
    }
    let claim = Claim { owner: token() };
    // The lock of the space is held: of two runs that find the owner gone, the second finds this one alive.
    let take = format!(
        "UPDATE novate.progress p SET owner = {}, owner_pid = a.pid, owner_start = a.backend_start FROM \
         pg_catalog.pg_stat_activity a WHERE a.pid = pg_catalog.pg_backend_pid() AND p.space = {}; COMMIT",
        Literal(&claim.owner),
        Literal(history.space.as_str()),
    );
    session.batch(&take, &mut |_| ()).await.map_err(|failure| failure.into_refused("take over the package"))?;
    work(session, history, standing, package, &claim, under_way.operation, settings, on).await
}

#[allow(clippy::too_many_arguments)]
async fn work(
    session: &mut Session,
    history: &History<'_>,
    standing: &Standing,
    package: &Package,
    claim: &Claim,
    first: usize,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Applied, RunError> {
    let began = Instant::now();
    on(Event::PackageStarted { package: package.name.clone(), operations: package.operations.len() });
    let mut outcomes: Vec<Option<Outcome>> = vec![None; package.operations.len()];
    for (index, operation) in package.operations.iter().enumerate().skip(first) {
        on(Event::OperationStarted { index, label: operation.label.clone() });
        let mut work = Work { session, space: history.space.as_str(), package, claim, settings };
        let outcome = work.operation(index, operation, on).await?;
        on(Event::OperationFinished { index, label: operation.label.clone(), outcome: outcome.clone() });
        if let Some(slot) = outcomes.get_mut(index) {
            *slot = Some(outcome);
        }
    }
    finish(session, history, standing, package, &outcomes, settings, on).await?;
    let took = began.elapsed();
    on(Event::PackageFinished { package: package.name.clone(), took });
    Ok(Applied { package: package.name.clone(), outcomes, took })
}

/// Compares, moves the marker and takes the progress row away, in one transaction under the lock.
async fn finish(
    session: &mut Session,
    history: &History<'_>,
    before: &Standing,
    package: &Package,
    outcomes: &[Option<Outcome>],
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<(), RunError> {
    let standing = contention::begin(session, history.space, settings, on).await?;
    if standing.generation() != before.generation() {
        return Err(RunError::MarkerMoved);
    }
    on(Event::Comparing { package: package.name.clone() });
    let node: Node = Some(package.manifest.to.clone());
    let to = (history.contract)(&node)?;
    let live = live::read(session).await?;
    let findings = live::differences(session, &to, &live, Scope::Touched, &package.operations).await?;
    if !findings.is_empty() {
        session.rollback().await;
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
        space: history.space,
        contract: &to,
        invariants: &invariants,
        fingerprint: &fingerprint,
        generation: standing.generation(),
    };
    let from = standing.node();
    let space = Literal(history.space.as_str());
    let entry = Entry {
        space: history.space,
        kind: Kind::Migrate,
        package: Some((package.name.as_str(), package.hash.as_str())),
        from: from.as_ref(),
        to: &package.manifest.to,
        operations: ledger::outcomes(&package.operations, outcomes),
        app_tag: settings.app_tag.as_deref(),
        started_at: &format!("(SELECT started_at FROM novate.progress WHERE space = {space})"),
    };
    let writes = format!("{}; DELETE FROM novate.progress WHERE space = {space}", marker::write_sql(&new, &entry));
    match apply::commit(session, &writes, true).await {
        Ok(()) => Ok(()),
        Err(Attempt::Failed(error)) => Err(error),
        Err(Attempt::CommitLost) => Err(RunError::CommitUnknown { package: package.name.to_string() }),
        Err(Attempt::Contention { .. }) => Err(RunError::MarkerMoved),
    }
}

/// What one operation needs around it.
struct Work<'a> {
    session: &'a mut Session,
    space: &'a str,
    package: &'a Package,
    claim: &'a Claim,
    settings: &'a Settings,
}

impl Work<'_> {
    async fn operation(
        &mut self,
        index: usize,
        operation: &Operation,
        on: &mut dyn FnMut(Event),
    ) -> Result<Outcome, RunError> {
        if operation.execute.iter().any(|step| runs_alone(&step.sql)) {
            return self.alone(index, operation, on).await;
        }
        let began = Instant::now();
        let mut total = 0;
        let mut attempt = 1;
        loop {
            match self.round(index, operation, on).await {
                Ok(Round { outcome: Outcome::Skipped, .. }) if total > 0 => {
                    return Ok(Outcome::Executed { rows: total, took: began.elapsed() });
                }
                Ok(Round { outcome: Outcome::Executed { rows, .. }, complete: false }) => {
                    if rows == 0 {
                        return Err(self.stuck(operation));
                    }
                    total += rows;
                }
                Ok(Round { outcome: Outcome::Executed { rows, .. }, .. }) => {
                    return Ok(Outcome::Executed { rows: total + rows, took: began.elapsed() });
                }
                Ok(Round { outcome: Outcome::Skipped, .. }) => return Ok(Outcome::Skipped),
                Err(Attempt::Failed(error)) => {
                    self.session.rollback().await;
                    return Err(error);
                }
                Err(Attempt::CommitLost) => {
                    return Err(RunError::ConnectionLost { reason: "while an operation committed".to_owned() });
                }
                Err(Attempt::Contention { .. }) => {
                    attempt += 1;
                    let space = novate_contract::Space::new(self.space).unwrap_or_else(novate_contract::Space::app);
                    contention::pause(self.session, &space, Some(operation), attempt, began, self.settings, on).await?;
                }
            }
        }
    }

    fn stuck(&self, operation: &Operation) -> RunError {
        RunError::PostcheckFailed {
            at: crate::error::OperationAt { package: self.package.name.to_string(), operation: operation.id.clone() },
            label: operation.label.clone(),
            description: "a round changed no row, and work remains".to_owned(),
            sql: operation.postcheck.first().map(|check| check.sql.clone()).unwrap_or_default(),
        }
    }

    /// One transaction: the operation (or one round of it), then the progress row.
    async fn round(
        &mut self,
        index: usize,
        operation: &Operation,
        on: &mut dyn FnMut(Event),
    ) -> Result<Round, Attempt> {
        let mut one = operation.clone();
        if operation.batch.is_some() {
            // Work may remain after a round; whether it does is asked when the next one begins.
            one.postcheck.clear();
            let done = self.holds(&operation.postcheck).await.map_err(Attempt::Failed)?;
            if done {
                self.advance(index).await.map_err(Attempt::Failed)?;
                return Ok(Round { outcome: Outcome::Skipped, complete: true });
            }
        }
        let next = if operation.batch.is_some() { index } else { index + 1 };
        let sql = format!(
            "{}; {}; {}; COMMIT",
            self.settings.begin(),
            self.progress(next),
            program::statement(std::slice::from_ref(&one)),
        );
        let mut outcome = Outcome::Skipped;
        let mut on_notice = |notice: Notice| match program::report(&notice.message) {
            Some(Report::Finished(_, reported)) => outcome = reported,
            Some(Report::Started(_)) => {}
            None => on(Event::Notice { severity: notice.severity, message: notice.message }),
        };
        match self.session.batch(&sql, &mut on_notice).await {
            Ok(_) => Ok(Round { outcome, complete: operation.batch.is_none() }),
            Err(failure) if failure.is_contention() => Err(Attempt::Contention { operation: Some(operation.clone()) }),
            Err(failure) if failure.sqlstate() == Some("NV003") => Err(RunError::MarkerMoved.into()),
            Err(failure) => Err(Attempt::Failed(apply::explain(failure, self.package.name.as_str(), Some(operation)))),
        }
    }

    /// A statement that PostgreSQL wants outside of transactions, such as `CREATE INDEX CONCURRENTLY`.
    async fn alone(
        &mut self,
        index: usize,
        operation: &Operation,
        on: &mut dyn FnMut(Event),
    ) -> Result<Outcome, RunError> {
        let began = Instant::now();
        if !operation.postcheck.is_empty() && self.holds(&operation.postcheck).await? {
            self.advance(index).await?;
            return Ok(Outcome::Skipped);
        }
        self.sweep(operation).await?;
        for check in &operation.precheck {
            if !self.holds(std::slice::from_ref(check)).await? {
                return Err(RunError::PrecheckFailed {
                    at: crate::error::OperationAt {
                        package: self.package.name.to_string(),
                        operation: operation.id.clone(),
                    },
                    label: operation.label.clone(),
                    description: check.description.clone(),
                    sql: check.sql.clone(),
                });
            }
        }
        for step in &operation.execute {
            let mut on_notice =
                |notice: Notice| on(Event::Notice { severity: notice.severity, message: notice.message });
            let answer = self.session.batch(&step.sql, &mut on_notice).await;
            if let Err(failure) = answer {
                let error = match failure {
                    Failure::Interrupted => RunError::Interrupted,
                    failure => apply::explain(failure, self.package.name.as_str(), Some(operation)),
                };
                return Err(error);
            }
        }
        if !self.holds(&operation.postcheck).await? {
            return Err(RunError::PostcheckFailed {
                at: crate::error::OperationAt {
                    package: self.package.name.to_string(),
                    operation: operation.id.clone(),
                },
                label: operation.label.clone(),
                description: "its result is there".to_owned(),
                sql: operation.postcheck.first().map(|check| check.sql.clone()).unwrap_or_default(),
            });
        }
        self.advance(index).await?;
        Ok(Outcome::Executed { rows: 0, took: began.elapsed() })
    }

    /// Drops what a concurrent build that failed has left: an invalid index of the name that is to be built.
    async fn sweep(&mut self, operation: &Operation) -> Result<(), RunError> {
        for step in &operation.execute {
            for statement in novate_sql::parse(&step.sql).statements {
                let Statement::CreateIndex(create) = statement.value else { continue };
                let Some(name) = create.name else { continue };
                let schema = create.table.schema.clone().unwrap_or_else(|| "public".into());
                let index = novate_sql::QName::new(schema, name.value).to_string();
                let left = format!(
                    "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = pg_catalog.to_regclass({}) AND \
                     NOT indisvalid)",
                    Literal(&index)
                );
                if self.answer(&left).await? {
                    self.session
                        .batch(&format!("DROP INDEX CONCURRENTLY IF EXISTS {index}"), &mut |_| ())
                        .await
                        .map_err(|failure| failure.into_refused("drop an index whose build had failed"))?;
                }
            }
        }
        Ok(())
    }

    async fn holds(&mut self, checks: &[novate_planner::Check]) -> Result<bool, RunError> {
        for check in checks {
            if !self.answer(&check.sql).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn answer(&mut self, sql: &str) -> Result<bool, RunError> {
        let sql = format!("{}; {sql}; COMMIT", self.settings.begin());
        match self.session.batch(&sql, &mut |_| ()).await {
            Ok(rows) => Ok(rows.last().and_then(|row| row.first()).and_then(Option::as_deref) == Some("t")),
            Err(failure) => {
                self.session.rollback().await;
                Err(failure.into_refused("ask whether an operation is needed"))
            }
        }
    }

    async fn advance(&mut self, index: usize) -> Result<(), RunError> {
        let sql = format!("{}; {}; COMMIT", self.settings.begin(), self.progress(index + 1));
        match self.session.batch(&sql, &mut |_| ()).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.sqlstate() == Some("NV003") => Err(RunError::MarkerMoved),
            Err(failure) => Err(failure.into_refused("record the progress")),
        }
    }

    /// Moves the progress row, if it is still ours.
    fn progress(&self, operation: usize) -> String {
        let id = self.package.operations.get(operation).map_or("", |op| op.id.as_str());
        let update = format!(
            "UPDATE novate.progress SET operation = {operation}, operation_id = {}, updated_at = \
             pg_catalog.clock_timestamp() WHERE space = {} AND owner = {}",
            Literal(id),
            Literal(self.space),
            Literal(&self.claim.owner),
        );
        let body = format!(
            "DECLARE changed pg_catalog.int8; BEGIN EXECUTE {}; GET DIAGNOSTICS changed = ROW_COUNT; IF changed <> 1 THEN \
             RAISE EXCEPTION USING ERRCODE = 'NV003', MESSAGE = 'another session has taken over'; END IF; END",
            Literal(&update)
        );
        format!("DO {}", Literal(&body))
    }
}

/// What one transaction of an operation did, and whether the operation is complete with it.
struct Round {
    outcome: Outcome,
    complete: bool,
}

/// Whether PostgreSQL refuses the statement inside a transaction block.
fn runs_alone(sql: &str) -> bool {
    novate_sql::parse(sql).statements.iter().any(|statement| match &statement.value {
        Statement::CreateIndex(create) => create.concurrently,
        Statement::Drop { concurrently, .. } => *concurrently,
        Statement::AlterTable(alter) => alter.actions.iter().any(
            |action| matches!(&action.value, AlterTableAction::Unmodelled(words) if words.contains("CONCURRENTLY")),
        ),
        Statement::Procedural(word) => matches!(word.as_str(), "VACUUM" | "REINDEX"),
        _ => false,
    })
}

/// A word that no other run uses.
fn token() -> String {
    let state = RandomState::new();
    format!("{:016x}{:016x}", state.hash_one(0), state.hash_one(Duration::from_secs(1)))
}
