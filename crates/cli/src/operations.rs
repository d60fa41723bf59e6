//! Plans and operations as people and programs read them.

use novate_planner::{CompileError, Compiled, Finding, Item, Operation, OperationClass, Plan};
use serde_json::{Value, json};

use crate::problem::{Place, Problem};
use crate::ui::{Symbol, Ui};

/// The operations as a table: class, label, and the hazards below each.
pub(crate) fn table(compiled: &Compiled) -> String {
    lines(&compiled.operations)
}

/// See [`table`].
pub(crate) fn lines(operations: &[Operation]) -> String {
    let mut lines = Vec::new();
    for operation in operations {
        let style = match operation.class {
            OperationClass::Additive => Symbol::Done.style(),
            OperationClass::Widening => Symbol::Info.style(),
            OperationClass::Data => Symbol::Warning.style(),
            OperationClass::Destructive => Symbol::Failed.style(),
        };
        lines.push(format!("  {style}{:<11}{style:#} {}", operation.class.as_str(), operation.label));
        for hazard in &operation.hazards {
            let warn = Symbol::Warning.style();
            lines.push(format!("  {:<11} {warn}{}{warn:#}: {}", "", hazard.code.as_str(), hazard.message));
        }
    }
    lines.join("\n")
}

/// The operations for programs.
pub(crate) fn json(operations: &[Operation]) -> Value {
    operations
        .iter()
        .map(|operation| {
            json!({
                "id": operation.id,
                "label": operation.label,
                "class": operation.class.as_str(),
                "hazards": operation.hazards.iter().map(|hazard| json!({
                    "code": hazard.code.as_str(), "object": hazard.object, "message": hazard.message,
                })).collect::<Vec<_>>(),
                "sql": operation.execute.iter().map(|step| step.sql.as_str()).collect::<Vec<_>>(),
            })
        })
        .collect()
}

/// What a package should be called where nobody says so: its first change, and that there are more.
pub(crate) fn title(plan: &Plan) -> String {
    let objects = |item: &Item| match item {
        Item::Statement(statement) => statement.objects.clone(),
        Item::Transform(transform) => transform.objects.clone(),
        Item::Raw(raw) => raw.objects.clone(),
    };
    let verb = |item: &Item| match item {
        Item::Statement(statement) => match statement.sql.split_whitespace().next().unwrap_or_default() {
            "CREATE" => "create",
            "DROP" => "drop",
            _ => "change",
        },
        Item::Transform(_) => "fill",
        Item::Raw(_) => "change",
    };
    match plan.items.first() {
        Some(item) => match objects(item).first() {
            Some(object) => {
                let name = object.name();
                format!("{} {}", verb(item), name.strip_prefix("public.").unwrap_or(&name))
            }
            None => "migration".to_owned(),
        },
        None => "adopt".to_owned(),
    }
}

/// Says what the planner found worth a word.
pub(crate) fn print_findings(ui: Ui, findings: &[Finding]) {
    for finding in findings {
        let (symbol, text) = match finding {
            Finding::LooksLikeRename { from, to, hint } => (
                Symbol::Warning,
                format!(
                    "{from} is dropped and {to} looks the same. If it was renamed, put this before it in the contract:\n\
                     {hint}"
                ),
            ),
            Finding::Unsupported(object) => (
                Symbol::Warning,
                format!(
                    "{} {} is of a kind that is not modelled and is not planned (CONTRACT.UNSUPPORTED_OBJECT)",
                    object.kind, object.name
                ),
            ),
            Finding::LeftAlone { id, policy } => {
                (Symbol::Info, format!("{id} differs and is left alone: it is {policy}"))
            }
            Finding::Note { id, message } => (Symbol::Info, format!("{id}: {message}")),
        };
        ui.note(symbol, &text);
    }
}

/// Findings for programs.
pub(crate) fn findings_json(findings: &[Finding]) -> Value {
    findings
        .iter()
        .map(|finding| match finding {
            Finding::LooksLikeRename { from, to, hint } => {
                json!({ "kind": "looks-like-rename", "from": from.to_string(), "to": to.to_string(), "hint": hint })
            }
            Finding::Unsupported(object) => json!({
                "kind": "unsupported", "objectType": object.kind, "name": object.name, "place": object.place,
                "code": "CONTRACT.UNSUPPORTED_OBJECT",
            }),
            Finding::LeftAlone { id, policy } => {
                json!({ "kind": "left-alone", "object": id.to_string(), "policy": policy })
            }
            Finding::Note { id, message } => json!({ "kind": "note", "object": id.to_string(), "message": message }),
        })
        .collect()
}

/// An error of the compiler with its place in the source.
pub(crate) fn compile_error(path: &str, source: &str, error: &CompileError) -> Problem {
    let mut problem = Problem::input(error.code(), error.to_string());
    problem.why = error.why();
    problem.fix = error.fix();
    problem.at(Place::span(path, source, error.span()))
}

/// Errors of the compiler, each with its place in the source.
pub(crate) fn compile_problem(path: &str, source: &str, errors: Vec<CompileError>) -> Problem {
    Problem::join(errors.into_iter().map(|error| compile_error(path, source, &error)).collect())
        .unwrap_or_else(|| Problem::input("MIGRATION.UNRECOGNISED_STATEMENT", "it does not compile"))
}
