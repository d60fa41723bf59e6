//! `ops.json`.

use camino::Utf8Path;
use novate_contract::json::strict;
use novate_planner::{Batch, Check, Hazard, HazardCode, Operation, OperationClass, Statement, Target};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::decode;
use crate::HistoryError;
use crate::files::MAX_OPS_BYTES;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OperationFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    batch: Option<BatchFile>,
    execute: Vec<StepFile>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hazards: Vec<HazardFile>,
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invariant_id: Option<String>,
    label: String,
    operation_class: String,
    postcheck: Vec<StepFile>,
    precheck: Vec<StepFile>,
    target: TargetFile,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchFile {
    size: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFile {
    description: String,
    sql: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HazardFile {
    code: String,
    message: String,
    object: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetFile {
    details: DetailsFile,
    id: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DetailsFile {
    name: String,
    object_type: String,
    schema: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    table: Option<String>,
}

/// The operations as the text of `ops.json`.
pub fn ops_json(operations: &[Operation]) -> String {
    strict::pretty(ops_value(operations))
}

/// The operations as a JSON value.
pub(crate) fn ops_value(operations: &[Operation]) -> Value {
    let files: Vec<OperationFile> = operations.iter().map(to_file).collect();
    // Strings and integers only: nothing in these types can fail to become JSON.
    serde_json::to_value(files).unwrap_or_default()
}

/// The operations that a text of `path` holds and the SHA-256 of its canonical JSON, without a tree between; `None` for
/// a text that is not in every way what [`ops_json`] writes, of which [`ops_from_value`] says what it is.
pub(crate) fn ops_as_written(path: &Utf8Path, text: &str) -> Option<(Result<Vec<Operation>, HistoryError>, String)> {
    let files: Vec<OperationFile> = serde_json::from_str(text).ok()?;
    // The types have their fields in order and integers of 32 bits: what they are written as is canonical.
    let digest = strict::said(text, MAX_OPS_BYTES, &files)?;
    Some((files.into_iter().map(|file| from_file(path, file)).collect(), digest))
}

/// The operations that a JSON value of `path` holds.
pub(crate) fn ops_from_value(path: &Utf8Path, value: Value) -> Result<Vec<Operation>, HistoryError> {
    let files: Vec<OperationFile> = decode(path, value)?;
    files.into_iter().map(|file| from_file(path, file)).collect()
}

fn to_file(operation: &Operation) -> OperationFile {
    let check = |check: &Check| StepFile { description: check.description.clone(), sql: check.sql.clone() };
    OperationFile {
        batch: operation.batch.map(|batch| BatchFile { size: batch.size }),
        execute: operation
            .execute
            .iter()
            .map(|step| StepFile { description: step.description.clone(), sql: step.sql.clone() })
            .collect(),
        hazards: operation
            .hazards
            .iter()
            .map(|hazard| HazardFile {
                code: hazard.code.as_str().to_owned(),
                message: hazard.message.clone(),
                object: hazard.object.clone(),
            })
            .collect(),
        id: operation.id.clone(),
        invariant_id: operation.invariant.clone(),
        label: operation.label.clone(),
        operation_class: operation.class.as_str().to_owned(),
        postcheck: operation.postcheck.iter().map(check).collect(),
        precheck: operation.precheck.iter().map(check).collect(),
        target: TargetFile {
            details: DetailsFile {
                name: operation.target.name.clone(),
                object_type: operation.target.object_type.clone(),
                schema: operation.target.schema.clone(),
                table: operation.target.table.clone(),
            },
            id: "postgres".to_owned(),
        },
    }
}

fn from_file(path: &Utf8Path, file: OperationFile) -> Result<Operation, HistoryError> {
    let unknown = |what: &str, value: &str| HistoryError::Corrupt {
        path: path.to_owned(),
        message: format!("{value:?} is no {what} (operation {})", file.id),
        line: 0,
    };
    if file.target.id != "postgres" {
        return Err(unknown("target that this version knows", &file.target.id));
    }
    let class = OperationClass::parse(&file.operation_class)
        .ok_or_else(|| unknown("operation class", &file.operation_class))?;
    let mut hazards = Vec::with_capacity(file.hazards.len());
    for hazard in &file.hazards {
        let code = HazardCode::parse(&hazard.code).ok_or_else(|| unknown("hazard", &hazard.code))?;
        hazards.push(Hazard { code, object: hazard.object.clone(), message: hazard.message.clone() });
    }
    let check = |step: StepFile| Check { description: step.description, sql: step.sql };
    Ok(Operation {
        label: file.label,
        class,
        target: Target {
            schema: file.target.details.schema,
            object_type: file.target.details.object_type,
            name: file.target.details.name,
            table: file.target.details.table,
        },
        precheck: file.precheck.into_iter().map(check).collect(),
        execute: file
            .execute
            .into_iter()
            .map(|step| Statement { description: step.description, sql: step.sql })
            .collect(),
        postcheck: file.postcheck.into_iter().map(check).collect(),
        invariant: file.invariant_id,
        hazards,
        batch: file.batch.map(|batch| Batch { size: batch.size }),
        id: file.id,
    })
}
