//! Having PostgreSQL decide whether two texts mean the same.
//!
//! What the contract says is created beside the live object, on a temporary table of the same name and columns, and
//! both are read back through the same printer. Each question is a block of its own that undoes itself, so that one
//! that fails, because a function is missing, say, leaves the others alone and nothing is ever left behind.

mod question;

use std::collections::BTreeMap;

use novate_contract::Contract;
use novate_sql::Literal;
use serde::Deserialize;
use tokio_postgres::error::SqlState;
use tokio_postgres::{GenericClient, SimpleQueryMessage};

use question::{Question, questions};

use crate::compare::{Finding, FindingKind, Severity, Subject};
use crate::read::with_settings;
use crate::{CatalogError, Snapshot};

/// What a block raises in order to undo what it has done.
const DONE: &str = "NVDNE";

/// An answer as the server gives it.
#[derive(Debug, Deserialize)]
struct Answer {
    id: usize,
    /// The contract's definition in the server's words, and the live one.
    #[serde(default)]
    made: Option<String>,
    #[serde(default)]
    live: Option<String>,
    /// Why it could not be created.
    #[serde(default)]
    error: Option<String>,
}

/// Asks the server about every difference that may be one of wording only, in one round trip, and returns the findings
/// without those that turn out to be none. Where the server cannot be asked, the difference stays and says why.
///
/// In an open transaction everything happens behind a savepoint that is rolled back; otherwise in a transaction of its
/// own that is rolled back.
pub async fn settle(
    client: &impl GenericClient,
    expected: &Contract,
    live: &Snapshot,
    findings: Vec<Finding>,
) -> Result<Vec<Finding>, CatalogError> {
    let questions = questions(expected, live, &findings);
    if questions.is_empty() {
        return Ok(findings);
    }
    let answers = match ask(client, &batch(&questions, live)).await? {
        Ok(messages) => answers(&messages)?,
        Err(reason) => {
            (0..questions.len()).map(|id| Answer { id, made: None, live: None, error: Some(reason.clone()) }).collect()
        }
    };
    let about = |answer: &Answer| questions.get(answer.id).map(|question| (&question.object, question.aspect));
    let answers: Answers<'_> = answers.iter().filter_map(|answer| Some((about(answer)?, answer))).collect();
    let mut findings = findings;
    apply(&mut findings, &answers);
    Ok(findings.into_iter().filter_map(tidy).collect())
}

/// Runs the batch and undoes it. The inner error is the server's refusal of the whole, in words.
async fn ask(
    client: &impl GenericClient,
    batch: &str,
) -> Result<Result<Vec<SimpleQueryMessage>, String>, CatalogError> {
    const SAVEPOINT: &str = "novate_settle";
    let inside =
        format!("SAVEPOINT {SAVEPOINT};\n{batch}ROLLBACK TO SAVEPOINT {SAVEPOINT};\nRELEASE SAVEPOINT {SAVEPOINT}");
    match client.simple_query(&inside).await {
        Ok(messages) => Ok(Ok(messages)),
        // There is no transaction: SAVEPOINT itself was refused, and nothing has happened.
        Err(error) if error.code() == Some(&SqlState::NO_ACTIVE_SQL_TRANSACTION) => {
            match client.simple_query(&format!("BEGIN;\n{batch}ROLLBACK")).await {
                Ok(messages) => Ok(Ok(messages)),
                Err(error) => refused(client, error, "ROLLBACK").await,
            }
        }
        Err(error) => {
            let undo = format!("ROLLBACK TO SAVEPOINT {SAVEPOINT}; RELEASE SAVEPOINT {SAVEPOINT}");
            refused(client, error, &undo).await
        }
    }
}

async fn refused(
    client: &impl GenericClient,
    error: tokio_postgres::Error,
    undo: &str,
) -> Result<Result<Vec<SimpleQueryMessage>, String>, CatalogError> {
    let Some(words) = error.as_db_error().map(|db| db.message().to_owned()) else { return Err(error.into()) };
    client.batch_execute(undo).await?;
    Ok(Err(words))
}

/// The statements that ask: one block for all, whose answers come back as a setting, so that nothing has to be created
/// to hold them.
fn batch(questions: &[Question], live: &Snapshot) -> String {
    // Names that the contract leaves without a schema are found where the extensions are.
    let mut path = vec!["public".to_owned()];
    path.extend(live.extensions.values().map(|extension| extension.schema.to_string()).filter(|s| s != "public"));
    path.dedup();
    let path = path.join(", ");
    let blocks: Vec<String> = questions.iter().enumerate().map(|(id, question)| block(id, question, &path)).collect();
    let program = format!(
        "DECLARE made text; live text; answers text[] := '{{}}'; BEGIN\n{}\n\
         PERFORM pg_catalog.set_config('novate.answers', '[' || pg_catalog.array_to_string(answers, ',') || ']', \
         true);\nEND",
        blocks.join("\n")
    );
    let statements = format!("DO {};\nSELECT current_setting('novate.answers') AS novate_answers", Literal(&program));
    with_settings(&statements)
}

fn block(id: usize, question: &Question, path: &str) -> String {
    let create: Vec<String> = question.create.iter().map(|sql| format!("  EXECUTE {};\n", Literal(sql))).collect();
    format!(
        "BEGIN\n  PERFORM pg_catalog.set_config('search_path', {path}, true);\n{create}  \
         PERFORM pg_catalog.set_config('search_path', 'pg_catalog', true);\n  \
         EXECUTE {read} INTO made, live;\n  RAISE SQLSTATE {done};\n\
         EXCEPTION WHEN SQLSTATE {done} THEN\n  \
         answers[{at}] := pg_catalog.json_build_object('id', {id}, 'made', made, 'live', live);\n\
         WHEN OTHERS THEN\n  \
         answers[{at}] := pg_catalog.json_build_object('id', {id}, 'error', SQLERRM);\nEND;",
        at = id + 1,
        path = Literal(path),
        create = create.concat(),
        read = Literal(&format!("SELECT {}, {}", question.made, question.live)),
        done = Literal(DONE),
    )
}

fn answers(messages: &[SimpleQueryMessage]) -> Result<Vec<Answer>, CatalogError> {
    let text = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) if row.columns().first().is_some_and(|c| c.name() == "novate_answers") => {
            row.get(0)
        }
        _ => None,
    });
    let text = text.ok_or(CatalogError::NoAnswer)?;
    serde_json::from_str(text).map_err(|error| CatalogError::Unreadable {
        kind: "answer".to_owned(),
        object: text.to_owned(),
        reason: error.to_string(),
    })
}

/// Answers by what they are about: the object and the aspect.
type Answers<'a> = BTreeMap<(&'a Subject, &'a str), &'a Answer>;

fn apply(findings: &mut [Finding], answers: &Answers<'_>) {
    for finding in findings {
        let Finding { object, differences, children, .. } = finding;
        differences.retain_mut(|difference| {
            let Some(answer) = answers.get(&(&*object, difference.aspect)) else { return true };
            difference.unsettled.clone_from(&answer.error);
            answer.error.is_some() || answer.made.is_none() || answer.made != answer.live
        });
        apply(children, answers);
    }
}

/// The finding without children that have nothing left to say, if it has anything left itself.
fn tidy(mut finding: Finding) -> Option<Finding> {
    finding.children = finding.children.into_iter().filter_map(tidy).collect();
    let is_empty = finding.kind == FindingKind::Different && finding.differences.is_empty();
    if is_empty && finding.children.is_empty() {
        return None;
    }
    if is_empty {
        finding.severity = Severity::Note;
        finding.explanation = None;
    }
    Some(finding)
}
