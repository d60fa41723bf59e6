//! One operation of a package in mode `statement`: in a transaction of its own, in rounds, or outside of any.

use std::time::Instant;

use novate_planner::{Check, Operation};
use novate_sql::ast::{AlterTableAction, Statement};
use novate_sql::{Literal, QName};

use super::Journey;
use crate::RunError;
use crate::apply::{self, Attempt};
use crate::asked::Asked;
use crate::contention::Patience;
use crate::error::OperationAt;
use crate::event::{Event, Outcome};
use crate::ledger::StoredOutcome;
use crate::program::{self, Report};
use crate::session::{Failure, Heard, Session};

/// Runs it to its end, again while locks are in the way, and records that it is complete.
pub(super) async fn run(
    journey: &Journey<'_>,
    session: &mut Session,
    index: usize,
    operation: &Operation,
    on: &mut dyn FnMut(Event),
) -> Result<Outcome, RunError> {
    let began = Instant::now();
    let mut work = Work { journey, session, index, operation };
    let mut patience = Patience::default();
    let mut rows = 0;
    loop {
        let attempt = if operation.execute.iter().any(|step| runs_alone(&step.sql)) {
            work.alone(on).await
        } else if operation.batch.is_some() {
            work.rounds(&mut rows, on).await
        } else {
            work.once(on).await
        };
        match attempt {
            Ok(Outcome::Skipped) if rows == 0 => return Ok(Outcome::Skipped),
            Ok(Outcome::Skipped) => return Ok(Outcome::Executed { rows, took: began.elapsed() }),
            Ok(Outcome::Executed { rows: more, .. }) => {
                return Ok(Outcome::Executed { rows: rows + more, took: began.elapsed() });
            }
            Err(Attempt::Contention { .. }) => {
                let (space, settings) = (journey.history.home.space, journey.settings);
                patience.pause(work.session, space, Some(operation), settings, on).await?;
            }
            Err(Attempt::Failed(error)) => {
                work.session.rollback().await;
                return Err(error);
            }
            Err(Attempt::CommitLost) => {
                return Err(RunError::ConnectionLost { reason: "while an operation committed".to_owned() });
            }
        }
    }
}

/// What an operation needs around it.
struct Work<'a> {
    journey: &'a Journey<'a>,
    session: &'a mut Session,
    index: usize,
    operation: &'a Operation,
}

impl Work<'_> {
    /// The operation and the progress row in one transaction.
    async fn once(&mut self, on: &mut dyn FnMut(Event)) -> Result<Outcome, Attempt> {
        self.transaction(self.index + 1, self.operation, on).await
    }

    /// Rounds until no work is left, each a transaction that adds to the progress row. `total` counts rows.
    async fn rounds(&mut self, total: &mut u64, on: &mut dyn FnMut(Event)) -> Result<Outcome, Attempt> {
        // Whether work remains is asked between the rounds: it may remain after one, and others may do it.
        let mut round = self.operation.clone();
        round.precheck.clear();
        round.postcheck.clear();
        let mut idle = false;
        loop {
            if self.holds(&self.operation.postcheck).await? {
                // Rows of earlier rounds stay what is recorded.
                self.advance(Some(&Outcome::Skipped)).await?;
                return Ok(Outcome::Skipped);
            }
            if idle {
                return Err(self.postcheck_failed("a round changed no row, and work remains").into());
            }
            match self.transaction(self.index, &round, on).await? {
                Outcome::Executed { rows, .. } => {
                    idle = rows == 0;
                    *total += rows;
                }
                Outcome::Skipped => idle = true,
            }
        }
    }

    /// One transaction: the right to work, the program, what came of it.
    async fn transaction(
        &mut self,
        next: usize,
        operation: &Operation,
        on: &mut dyn FnMut(Event),
    ) -> Result<Outcome, Attempt> {
        let sql = format!(
            "{}; SET LOCAL search_path = {}; {}; {}; {}; SELECT {}; COMMIT",
            self.journey.settings.begin(),
            self.journey.search_path,
            self.moved(next),
            program::statement(
                std::slice::from_ref(operation),
                &[Asked::all(operation)],
                0,
                self.journey.settings.observing
            ),
            self.recorded(program::LAST_OUTCOME),
            program::LAST_OUTCOME,
        );
        let index = self.index;
        let mut on_heard = |heard: Heard| match heard.report() {
            Err(event) => on(event),
            Ok(Report::Observed(_, observation)) => on(Event::OperationObserved { index, observation }),
            Ok(Report::Finished(..)) => {}
        };
        match self.session.batch(&sql, &mut on_heard).await {
            Ok(rows) => {
                let text = rows.last().and_then(|row| row.first()).and_then(Option::as_deref).unwrap_or_default();
                let outcome = serde_json::from_str::<StoredOutcome>(text)
                    .map_err(|error| RunError::MarkerCorrupt { reason: format!("an outcome: {error}") })?;
                Ok(outcome.outcome())
            }
            Err(failure) => Err(self.failed(failure)),
        }
    }

    /// A statement that PostgreSQL wants outside of transactions, such as `CREATE INDEX CONCURRENTLY`.
    async fn alone(&mut self, on: &mut dyn FnMut(Event)) -> Result<Outcome, Attempt> {
        let began = Instant::now();
        if !self.operation.postcheck.is_empty() && self.holds(&self.operation.postcheck).await? {
            self.advance(Some(&Outcome::Skipped)).await?;
            return Ok(Outcome::Skipped);
        }
        // Only the owner may go on: nothing below is in one transaction with the progress row.
        self.advance_to(self.index, None).await?;
        self.set_session().await?;
        let ran = self.execute_alone(on).await;
        self.reset_session().await;
        ran?;
        if !self.holds(&self.operation.postcheck).await? {
            return Err(self.postcheck_failed("its result is there").into());
        }
        let outcome = Outcome::Executed { rows: 0, took: began.elapsed() };
        self.advance(Some(&outcome)).await?;
        Ok(outcome)
    }

    async fn execute_alone(&mut self, on: &mut dyn FnMut(Event)) -> Result<(), Attempt> {
        self.sweep().await?;
        for check in &self.operation.precheck {
            if !self.holds(std::slice::from_ref(check)).await? {
                return Err(RunError::PrecheckFailed {
                    at: self.at(),
                    label: self.operation.label.clone(),
                    description: check.description.clone(),
                    sql: check.sql.clone(),
                }
                .into());
            }
        }
        for step in &self.operation.execute {
            let mut on_heard = |heard: Heard| {
                if let Err(event) = heard.report() {
                    on(event);
                }
            };
            if let Err(failure) = self.session.batch(&step.sql, &mut on_heard).await {
                return Err(self.failed(failure));
            }
        }
        Ok(())
    }

    /// Sets on the session what every transaction sets for itself. There is no limit to the wait for locks: a build
    /// waits for every older transaction, and keeps nobody out meanwhile.
    async fn set_session(&mut self) -> Result<(), RunError> {
        let limit = self.journey.settings.statement_timeout.map_or(0, |limit| limit.as_millis().max(1));
        let sql = format!(
            "SET lock_timeout = 0; SET statement_timeout = {limit}; SET search_path = {}; {}",
            self.journey.search_path,
            crate::Settings::notice_loss("false"),
        );
        let set = self.session.batch(&sql, &mut |_| ()).await;
        set.map(|_| ()).map_err(|failure| failure.into_refused("prepare the session"))
    }

    async fn reset_session(&mut self) {
        if !self.session.interrupt.is_set() {
            // A session that is gone has nothing to reset.
            let reset = "SELECT pg_catalog.set_config(name, reset_val, false) FROM pg_catalog.pg_settings WHERE name IN \
                         ('lock_timeout', 'statement_timeout', 'search_path', 'client_connection_check_interval')";
            let _ = self.session.batch(reset, &mut |_| ()).await;
        }
    }

    /// Drops what a concurrent build that failed has left: an invalid index of the name that is to be built.
    async fn sweep(&mut self) -> Result<(), RunError> {
        for step in &self.operation.execute {
            for statement in novate_sql::parse(&step.sql).statements {
                let Statement::CreateIndex(create) = statement.value else { continue };
                let Some(name) = create.name else { continue };
                let schema = create.table.schema.clone().unwrap_or_else(|| "public".into());
                let index = QName::new(schema, name.value).to_string();
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

    async fn holds(&mut self, checks: &[Check]) -> Result<bool, RunError> {
        for check in checks {
            if !self.answer(&check.sql).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn answer(&mut self, sql: &str) -> Result<bool, RunError> {
        let begin = self.journey.settings.begin();
        let sql = format!("{begin}; SET LOCAL search_path = {}; {sql}; COMMIT", self.journey.search_path);
        match self.session.batch(&sql, &mut |_| ()).await {
            Ok(rows) => Ok(rows.last().and_then(|row| row.first()).and_then(Option::as_deref) == Some("t")),
            Err(failure) => {
                self.session.rollback().await;
                Err(failure.into_refused("ask whether an operation is needed"))
            }
        }
    }

    /// Records that the operation is complete.
    async fn advance(&mut self, outcome: Option<&Outcome>) -> Result<(), Attempt> {
        self.advance_to(self.index + 1, outcome).await
    }

    async fn advance_to(&mut self, next: usize, outcome: Option<&Outcome>) -> Result<(), Attempt> {
        let record = match outcome {
            None => String::new(),
            Some(Outcome::Skipped) => format!("{}; ", self.recorded("'{\"skipped\": true}'")),
            Some(Outcome::Executed { rows, took }) => {
                let value = format!("{{\"rows\": {rows}, \"ms\": {}}}", took.as_millis());
                format!("{}; ", self.recorded(&Literal(&value).to_string()))
            }
        };
        let sql = format!("{}; {}; {record}COMMIT", self.journey.settings.begin(), self.moved(next));
        match self.session.batch(&sql, &mut |_| ()).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.is_contention() => Err(Attempt::Contention { operation: None }),
            Err(failure) if failure.sqlstate() == Some("NV003") => Err(RunError::MarkerMoved.into()),
            Err(failure) => Err(failure.into_refused("record the progress").into()),
        }
    }

    /// The statement that moves the progress row to an operation, if it is still ours.
    fn moved(&self, next: usize) -> String {
        let id = self.journey.package.operations.get(next).map_or("", |op| op.id.as_str());
        self.journey.as_owner(&format!(
            "UPDATE novate.progress SET operation = {next}, operation_id = {}, updated_at = \
             pg_catalog.clock_timestamp() WHERE space = {}",
            Literal(id),
            Literal(self.journey.history.home.space.as_str()),
        ))
    }

    /// The statement that adds an outcome, an SQL expression for JSON text, to what the progress row says of the
    /// operation.
    fn recorded(&self, outcome: &str) -> String {
        let id = Literal(&self.operation.id);
        let sum = |what: &str| {
            format!(
                "coalesce((p.outcomes::pg_catalog.jsonb -> {id} ->> '{what}')::pg_catalog.int8, 0) + (o.o ->> \
                 '{what}')::pg_catalog.int8"
            )
        };
        format!(
            "UPDATE novate.progress p SET outcomes = (p.outcomes::pg_catalog.jsonb || \
             pg_catalog.jsonb_build_object({id}, CASE WHEN o.o ? 'skipped' THEN coalesce(p.outcomes::pg_catalog.jsonb -> \
             {id}, o.o) ELSE pg_catalog.jsonb_build_object('rows', {}, 'ms', {}) END))::pg_catalog.text FROM (SELECT \
             {outcome}::pg_catalog.jsonb AS o) o WHERE p.space = {}",
            sum("rows"),
            sum("ms"),
            Literal(self.journey.history.home.space.as_str()),
        )
    }

    fn failed(&self, failure: Failure) -> Attempt {
        if failure.is_contention() {
            return Attempt::Contention { operation: Some(self.operation.clone()) };
        }
        if failure.sqlstate() == Some("NV003") {
            return RunError::MarkerMoved.into();
        }
        apply::explain(failure, self.journey.package.name.as_str(), Some(self.operation)).into()
    }

    fn postcheck_failed(&self, description: &str) -> RunError {
        RunError::PostcheckFailed {
            at: self.at(),
            label: self.operation.label.clone(),
            description: description.to_owned(),
            sql: self.operation.postcheck.first().map(|check| check.sql.clone()).unwrap_or_default(),
        }
    }

    fn at(&self) -> OperationAt {
        OperationAt { package: self.journey.package.name.to_string(), operation: self.operation.id.clone() }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_alone() {
        assert!(runs_alone("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)"));
        assert!(runs_alone("DROP INDEX CONCURRENTLY public.i"));
        assert!(runs_alone("VACUUM t"));
        assert!(!runs_alone("CREATE INDEX i ON t (a)"));
        assert!(!runs_alone("ALTER TABLE t VALIDATE CONSTRAINT c"));
    }
}
