//! A plan as text: `migration.sql` for people to read and edit, and a bare script.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::operation::TransactionMode;
use crate::plan::{Item, Plan, Run};

const TEMPLATE: &str = include_str!("../templates/migration.sql");

/// What stands at the top of `migration.sql`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The migration's name.
    pub name: String,
    /// The hash of the contract that it starts from; `None` for an empty database.
    pub from: Option<String>,
    /// The hash of the contract that it leads to.
    pub to: String,
}

/// Why a plan could not be written.
#[derive(Debug, thiserror::Error)]
#[error("migration.sql could not be written: {0}")]
pub struct RenderError(#[from] minijinja::Error);

impl RenderError {
    /// Its stable code.
    pub fn code(&self) -> &'static str {
        "MIGRATION.NOT_RENDERED"
    }
}

/// Writes a plan as `migration.sql`.
pub fn render(plan: &Plan, header: &Header) -> Result<String, RenderError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?;
    environment.set_syntax(syntax);
    let items: Vec<Value> = plan.items.iter().map(item).collect();
    let mut text = environment.render_str(
        TEMPLATE,
        context! {
            name => one_line(&header.name),
            from => header.from.as_deref().unwrap_or("empty"),
            to => &header.to,
            by_statement => plan.transaction == TransactionMode::Statement,
            items => items,
        },
    )?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

fn item(item: &Item) -> Value {
    match item {
        Item::Statement(statement) => context! { kind => "statement", sql => &statement.sql },
        Item::Transform(transform) => context! {
            kind => "transform",
            name => one_line(&transform.name),
            invariant => &transform.invariant,
            batch => transform.batch.map(|batch| batch.size),
            check => &transform.check,
            run => transform.run.iter().map(run).collect::<Vec<_>>(),
        },
        Item::Raw(raw) => context! {
            kind => "raw",
            class => raw.class.as_str(),
            label => one_line(&raw.label),
            sql => &raw.sql,
            postcheck => &raw.postcheck,
        },
    }
}

fn run(run: &Run) -> String {
    match run {
        Run::Sql(sql) => format!("{sql};"),
        Run::Placeholder(placeholder) => placeholder.line(),
    }
}

/// A name that stands in a comment must not end it.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// Writes a plan as a bare script: its statements, and what its transforms run, each with its semicolon.
pub fn script(plan: &Plan) -> String {
    let lines = plan.items.iter().flat_map(|item| match item {
        Item::Statement(statement) => vec![format!("{};\n", statement.sql)],
        Item::Transform(transform) => transform.run.iter().map(|r| format!("{}\n", run(r))).collect(),
        Item::Raw(raw) => vec![format!("{};\n", raw.sql)],
    });
    lines.collect()
}
