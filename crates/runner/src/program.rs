//! One package as one statement: the server itself asks, decides, runs and asks again, so that the number of round
//! trips does not grow with the number of operations, while each one is reported as it happens.

use std::time::Duration;

use novate_planner::{Check, Operation};
use novate_sql::Literal;
use serde::{Deserialize, Serialize};

use crate::asked::Asked;
use crate::event::Outcome;
use crate::observe::{self, Observation};

/// `SQLSTATE`s of the program's own failures. Class `NV` is used by nothing in PostgreSQL.
pub(crate) const PRECHECK_FAILED: &str = "NV001";
/// See [`PRECHECK_FAILED`].
pub(crate) const POSTCHECK_FAILED: &str = "NV002";

/// What reports begin with, so that they are told from the server's other notices.
const PREFIX: &str = "novate:";

/// What the last operation did, as a setting of the transaction: notices are for people, and may be kept from the
/// client by what an operation sets.
pub(crate) const LAST_OUTCOME: &str = "pg_catalog.current_setting('novate.outcome', true)";

/// The operation that cannot be begun without asking everything, as a setting of the transaction; empty where there is
/// none.
const STOPPED: &str = "pg_catalog.current_setting('novate.stopped')";

/// The body. `%L%` stands for the literal that holds the operations, `%F%` for the number of the first of them; `%D%`,
/// `%B%` and `%A%` for what observing adds.
const BODY: &str = r#"
DECLARE
  ops pg_catalog.jsonb := %L%::pg_catalog.jsonb;
  op pg_catalog.jsonb;
  question pg_catalog.jsonb;
  answer pg_catalog.bool;
  done pg_catalog.bool;
  affected pg_catalog.int8;
  total pg_catalog.int8;
  ms pg_catalog.int8;
  began pg_catalog.timestamptz;
  outcome pg_catalog.text := '';%D%
BEGIN%B%
  PERFORM pg_catalog.set_config('novate.stopped', '', true);
  FOR i IN 0 .. pg_catalog.jsonb_array_length(ops) - 1 LOOP
    op := ops -> i;
    began := pg_catalog.clock_timestamp();
    total := 0;
    IF op ? 'free' THEN
      EXECUTE op ->> 'free' INTO answer;
      IF answer IS NOT TRUE THEN
        PERFORM pg_catalog.set_config('novate.stopped', (i + %F%)::pg_catalog.text, true);
        EXIT;
      END IF;
    END IF;
    done := pg_catalog.jsonb_array_length(op -> 'done') > 0;
    FOR n IN 0 .. pg_catalog.jsonb_array_length(op -> 'done') - 1 LOOP
      EXIT WHEN NOT done;
      EXECUTE op -> 'done' ->> n INTO answer;
      done := coalesce(answer, false);
    END LOOP;
    IF done THEN
      outcome := '"skipped": true';
      RAISE NOTICE 'novate:{"finished": %, %}', i + %F%, outcome;
      CONTINUE;
    END IF;
    FOR n IN 0 .. pg_catalog.jsonb_array_length(op -> 'before') - 1 LOOP
      question := op -> 'before' -> n;
      EXECUTE question ->> 'sql' INTO answer;
      IF answer IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'NV001', MESSAGE = question ->> 'description', DETAIL = question ->> 'sql';
      END IF;
    END LOOP;
    FOR n IN 0 .. pg_catalog.jsonb_array_length(op -> 'run') - 1 LOOP
      EXECUTE op -> 'run' ->> n;
      GET DIAGNOSTICS affected = ROW_COUNT;
      total := total + affected;
    END LOOP;
    FOR n IN 0 .. pg_catalog.jsonb_array_length(op -> 'after') - 1 LOOP
      question := op -> 'after' -> n;
      EXECUTE question ->> 'sql' INTO answer;
      IF answer IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'NV002', MESSAGE = question ->> 'description', DETAIL = question ->> 'sql';
      END IF;
    END LOOP;
    ms := extract(epoch FROM pg_catalog.clock_timestamp() - began) * 1000;%A%
    outcome := '"rows": ' || total || ', "ms": ' || ms;
    RAISE NOTICE 'novate:{"finished": %, %}', i + %F%, outcome;
  END LOOP;
  PERFORM pg_catalog.set_config('novate.outcome', '{' || outcome || '}', true);
END
"#;

/// The statement that runs operations in order, with what is asked around them. `first` is the number of the first one.
pub(crate) fn statement(operations: &[Operation], asked: &[Asked<'_>], first: usize, observing: Observing) -> String {
    let each = operations.iter().zip(asked).map(|(op, asked)| Wire {
        free: asked.free.map(|check| check.sql.as_str()),
        done: asked.done.iter().map(|check| check.sql.as_str()).collect(),
        before: asked.before.iter().copied().map(Question::of).collect(),
        run: op.execute.iter().map(|step| step.sql.as_str()).collect(),
        after: asked.after.iter().copied().map(Question::of).collect(),
    });
    block(each, first, observing)
}

/// As [`statement`], and which operation it stopped at.
pub(crate) fn batch(operations: &[Operation], asked: &[Asked<'_>], first: usize, observing: Observing) -> String {
    format!("{}; SELECT {STOPPED}", statement(operations, asked, first, observing))
}

/// The operation that a [`batch`] stopped at.
pub(crate) fn stopped(rows: &[Vec<Option<String>>]) -> Option<usize> {
    rows.last()?.first()?.as_deref()?.parse().ok()
}

/// The statement that asks after operations what was left to comparing.
pub(crate) fn questions(asked: &[Asked<'_>]) -> String {
    let each = asked
        .iter()
        .map(|asked| Wire { after: asked.compared.iter().copied().map(Question::of).collect(), ..Wire::default() });
    block(each, 0, Observing::No)
}

fn block<'a>(operations: impl Iterator<Item = Wire<'a>>, first: usize, observing: Observing) -> String {
    let operations: Vec<Wire<'_>> = operations.collect();
    // Texts and lists of them can always be written.
    let json = serde_json::to_string(&operations).unwrap_or_default();
    let (declare, begin, after) = match observing {
        Observing::Yes => (observe::DECLARE, observe::BEGIN, observe::AFTER),
        Observing::No => Default::default(),
    };
    let body = BODY.replace("%D%", declare).replace("%B%", begin).replace("%A%", after);
    let body = body.replace("%F%", &first.to_string());
    let body = body.replace("%L%", &Literal(&json).to_string());
    let tag = unused_tag(&body);
    format!("DO {tag}{body}{tag}")
}

/// Whether it is told what operations do beside what they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Observing {
    /// Not: it takes time.
    #[default]
    No,
    /// Yes: [`crate::Event::OperationObserved`].
    Yes,
}

/// An operation as the body reads it.
#[derive(Default, Serialize)]
struct Wire<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    free: Option<&'a str>,
    done: Vec<&'a str>,
    before: Vec<Question<'a>>,
    run: Vec<&'a str>,
    after: Vec<Question<'a>>,
}

#[derive(Serialize)]
struct Question<'a> {
    description: &'a str,
    sql: &'a str,
}

impl<'a> Question<'a> {
    fn of(check: &'a Check) -> Self {
        Self { description: &check.description, sql: &check.sql }
    }
}

/// A dollar quote that the text does not hold.
fn unused_tag(text: &str) -> String {
    let mut tag = "$novate$".to_owned();
    let mut n = 0_u32;
    while text.contains(&tag) {
        n += 1;
        tag = format!("$novate{n}$");
    }
    tag
}

/// What the program reported in a notice; `None` for notices that are not its own.
pub(crate) fn report(message: &str) -> Option<Report> {
    #[derive(Deserialize)]
    struct Told {
        finished: Option<usize>,
        skipped: Option<bool>,
        rows: Option<u64>,
        ms: Option<u64>,
        observed: Option<usize>,
        seen: Option<Observation>,
    }
    let wire: Told = serde_json::from_str(message.strip_prefix(PREFIX)?).ok()?;
    if let (Some(index), Some(seen)) = (wire.observed, wire.seen) {
        return Some(Report::Observed(index, seen));
    }
    let outcome = match wire.skipped {
        Some(true) => Outcome::Skipped,
        _ => Outcome::Executed {
            rows: wire.rows.unwrap_or_default(),
            took: Duration::from_millis(wire.ms.unwrap_or_default()),
        },
    };
    Some(Report::Finished(wire.finished?, outcome))
}

/// A report of the program. That an operation begins is not reported: it does where the one before it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Report {
    /// The operation of that index has ended.
    Finished(usize, Outcome),
    /// What the operation of that index was seen to do.
    Observed(usize, Observation),
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_told_from_other_notices() {
        assert_eq!(report("relation \"t\" does not exist, skipping"), None);
        assert_eq!(report("novate:{}"), None);
        assert_eq!(report("novate:{\"finished\": 1, \"skipped\": true}"), Some(Report::Finished(1, Outcome::Skipped)));
    }

    #[test]
    fn the_quote_is_never_in_the_text() {
        assert_eq!(unused_tag("x"), "$novate$");
        assert_eq!(unused_tag("a $novate$ b $novate1$"), "$novate2$");
    }
}
