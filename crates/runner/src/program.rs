//! One package as one statement: the server itself asks, decides, runs and asks again, so that the number of round
//! trips does not grow with the number of operations, while each one is reported as it happens.

use std::time::Duration;

use novate_planner::Operation;
use novate_sql::Literal;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::event::Outcome;

/// `SQLSTATE`s of the program's own failures. Class `NV` is used by nothing in PostgreSQL.
pub(crate) const PRECHECK_FAILED: &str = "NV001";
/// See [`PRECHECK_FAILED`].
pub(crate) const POSTCHECK_FAILED: &str = "NV002";

/// What reports begin with, so that they are told from the server's other notices.
const PREFIX: &str = "novate:";

/// What the last operation did, as a setting of the transaction: notices are for people, and may be kept from the
/// client by what an operation sets.
pub(crate) const LAST_OUTCOME: &str = "pg_catalog.current_setting('novate.outcome', true)";

/// The body. `%L%` stands for the literal that holds the operations.
const BODY: &str = r"
DECLARE
  ops pg_catalog.jsonb := %L%::pg_catalog.jsonb;
  op pg_catalog.jsonb;
  question pg_catalog.jsonb;
  step pg_catalog.text;
  answer pg_catalog.bool;
  done pg_catalog.bool;
  affected pg_catalog.int8;
  total pg_catalog.int8;
  began pg_catalog.timestamptz;
  outcome pg_catalog.jsonb;
BEGIN
  FOR i IN 0 .. pg_catalog.jsonb_array_length(ops) - 1 LOOP
    op := ops -> i;
    began := pg_catalog.clock_timestamp();
    total := 0;
    RAISE NOTICE 'novate:%', pg_catalog.jsonb_build_object('started', i);
    done := pg_catalog.jsonb_array_length(op -> 'after') > 0;
    FOR question IN SELECT pg_catalog.jsonb_array_elements(op -> 'after') LOOP
      EXIT WHEN NOT done;
      EXECUTE question ->> 'sql' INTO answer;
      done := coalesce(answer, false);
    END LOOP;
    IF done THEN
      outcome := pg_catalog.jsonb_build_object('skipped', true);
      PERFORM pg_catalog.set_config('novate.outcome', outcome::pg_catalog.text, true);
      RAISE NOTICE 'novate:%', pg_catalog.jsonb_build_object('finished', i) || outcome;
      CONTINUE;
    END IF;
    FOR question IN SELECT pg_catalog.jsonb_array_elements(op -> 'before') LOOP
      EXECUTE question ->> 'sql' INTO answer;
      IF answer IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'NV001', MESSAGE = question ->> 'description', DETAIL = question ->> 'sql';
      END IF;
    END LOOP;
    FOR step IN SELECT pg_catalog.jsonb_array_elements_text(op -> 'run') LOOP
      EXECUTE step;
      GET DIAGNOSTICS affected = ROW_COUNT;
      total := total + affected;
    END LOOP;
    FOR question IN SELECT pg_catalog.jsonb_array_elements(op -> 'after') LOOP
      EXECUTE question ->> 'sql' INTO answer;
      IF answer IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'NV002', MESSAGE = question ->> 'description', DETAIL = question ->> 'sql';
      END IF;
    END LOOP;
    outcome := pg_catalog.jsonb_build_object('rows', total, 'ms',
      (extract(epoch FROM pg_catalog.clock_timestamp() - began) * 1000)::pg_catalog.int8);
    PERFORM pg_catalog.set_config('novate.outcome', outcome::pg_catalog.text, true);
    RAISE NOTICE 'novate:%', pg_catalog.jsonb_build_object('finished', i) || outcome;
  END LOOP;
END
";

/// The statement that runs `operations` in order.
pub(crate) fn statement(operations: &[Operation]) -> String {
    let ops: Vec<Value> = operations
        .iter()
        .map(|op| {
            let questions = |checks: &[novate_planner::Check]| -> Vec<Value> {
                checks.iter().map(|c| json!({ "description": c.description, "sql": c.sql })).collect()
            };
            json!({
                "before": questions(&op.precheck),
                "run": op.execute.iter().map(|s| s.sql.as_str()).collect::<Vec<_>>(),
                "after": questions(&op.postcheck),
            })
        })
        .collect();
    let literal = Literal(&Value::from(ops).to_string()).to_string();
    let body = BODY.replace("%L%", &literal);
    let tag = unused_tag(&body);
    format!("DO {tag}{body}{tag}")
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
    struct Wire {
        started: Option<usize>,
        finished: Option<usize>,
        skipped: Option<bool>,
        rows: Option<u64>,
        ms: Option<u64>,
    }
    let wire: Wire = serde_json::from_str(message.strip_prefix(PREFIX)?).ok()?;
    match (wire.started, wire.finished) {
        (Some(index), None) => Some(Report::Started(index)),
        (None, Some(index)) if wire.skipped == Some(true) => Some(Report::Finished(index, Outcome::Skipped)),
        (None, Some(index)) => Some(Report::Finished(
            index,
            Outcome::Executed {
                rows: wire.rows.unwrap_or_default(),
                took: Duration::from_millis(wire.ms.unwrap_or_default()),
            },
        )),
        _ => None,
    }
}

/// A report of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Report {
    /// The operation of that index begins.
    Started(usize),
    /// The operation of that index has ended.
    Finished(usize, Outcome),
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_told_from_other_notices() {
        assert_eq!(report("relation \"t\" does not exist, skipping"), None);
        assert_eq!(report("novate:{\"started\": 3}"), Some(Report::Started(3)));
        assert_eq!(report("novate:{\"finished\": 1, \"skipped\": true}"), Some(Report::Finished(1, Outcome::Skipped)));
    }

    #[test]
    fn the_quote_is_never_in_the_text() {
        assert_eq!(unused_tag("x"), "$novate$");
        assert_eq!(unused_tag("a $novate$ b $novate1$"), "$novate2$");
    }
}
