//! What can be wrong with a `migration.sql`.

use novate_contract::interpret::InterpretError;
use novate_contract::{Control, ObjectId};
use novate_sql::Span;

/// Why a `migration.sql` could not be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// It is not PostgreSQL's SQL.
    #[error("this is not SQL: {message}")]
    Syntax {
        /// The parser's words.
        message: String,
        /// Where.
        span: Span,
    },
    /// A `-- @word` that means nothing.
    #[error("-- @{name} is no directive")]
    UnknownDirective {
        /// The word.
        name: String,
        /// The directive that is written most like it.
        nearest: Option<&'static str>,
        /// The comment.
        span: Span,
    },
    /// A directive where it cannot stand.
    #[error("-- @{name} cannot stand here: {reason}")]
    DirectiveMisplaced {
        /// The directive.
        name: &'static str,
        /// One clause.
        reason: &'static str,
        /// The comment.
        span: Span,
    },
    /// A directive that lacks what it needs, or has something it cannot use.
    #[error("-- @{name} {reason}")]
    DirectiveInvalid {
        /// The directive.
        name: &'static str,
        /// One clause.
        reason: String,
        /// How it is written.
        form: &'static str,
        /// The comment.
        span: Span,
    },
    /// A block without its `-- @end`.
    #[error("-- @{name} has no -- @end")]
    Unclosed {
        /// The directive that opened it.
        name: &'static str,
        /// That directive.
        span: Span,
    },
    /// A line for `psql`.
    #[error("a line for psql cannot be run by a server")]
    PsqlCommand {
        /// The line.
        span: Span,
    },
    /// A statement that the compiler does not understand.
    #[error("{what} is not a change that novate understands")]
    Unrecognised {
        /// What it is.
        what: String,
        /// The statement.
        span: Span,
    },
    /// `INSERT`, `UPDATE`, `DELETE` or `MERGE` by itself.
    #[error("{what} stands outside a transform")]
    DmlOutsideTransform {
        /// `UPDATE public.users`.
        what: String,
        /// The statement.
        span: Span,
    },
    /// `SET`, `BEGIN`, `COMMIT` and their like.
    #[error("{what} cannot stand in a migration")]
    SessionStatement {
        /// The keyword, and what it is about.
        what: String,
        /// The statement.
        span: Span,
    },
    /// `DROP ... CASCADE`.
    #[error("CASCADE drops more than is said{}", also(goes))]
    Cascade {
        /// What would go besides what is named, as far as the contract knows.
        goes: Vec<ObjectId>,
        /// The statement.
        span: Span,
    },
    /// A change to something that the contract leaves to others.
    #[error("{object} is {}, and this changes it", policy(*control))]
    NotOurs {
        /// The object.
        object: ObjectId,
        /// Its policy.
        control: Control,
        /// The statement.
        span: Span,
    },
    /// A statement that would fail at this point of the migration.
    #[error("{error}")]
    Impossible {
        /// Why.
        error: InterpretError,
        /// The statement.
        span: Span,
    },
    /// A statement about nothing that the contract knows.
    #[error("this changes nothing that the contract knows")]
    NoEffect {
        /// The statement.
        span: Span,
    },
    /// The statements do not lead to the contract that they should lead to.
    #[error("the statements do not lead to the contract: {}", sentence(differences))]
    WrongTarget {
        /// Each object that would differ, and how.
        differences: Vec<Difference>,
        /// The end of the file.
        span: Span,
    },
    /// A transform without its check or its run.
    #[error("the transform {name} has no {missing}")]
    TransformIncomplete {
        /// Its name.
        name: String,
        /// `-- @check` or `-- @run`.
        missing: &'static str,
        /// Its first line.
        span: Span,
    },
    /// A transform's check that is not one query.
    #[error("the check of a transform is one query")]
    TransformCheckNotQuery {
        /// What is there instead.
        span: Span,
    },
    /// A transform's check that returns a row whatever the data.
    #[error("this query always returns one row, so its work would never be done")]
    TransformCheckNotRowset {
        /// The query.
        span: Span,
    },
    /// A statement in a transform's run that does not change rows.
    #[error("{what} does not change rows")]
    TransformRunNotDml {
        /// The kind of statement.
        what: String,
        /// The statement.
        span: Span,
    },
    /// A name in a transform that exists neither before nor after the migration.
    #[error("{what} exists neither before nor after this migration")]
    TransformUnknownName {
        /// `table public.user`, `column nam`.
        what: String,
        /// The name that is written most like it.
        nearest: Option<String>,
        /// The name.
        span: Span,
    },
    /// Something that cannot run inside the package's one transaction.
    #[error("{what} cannot run inside one transaction with the rest")]
    NeedsStatementMode {
        /// `CREATE INDEX CONCURRENTLY`, `-- @batch`.
        what: &'static str,
        /// The statement or directive.
        span: Span,
    },
    /// A raw block without anything to run.
    #[error("the raw operation \"{label}\" has no statement")]
    RawEmpty {
        /// Its label.
        label: String,
        /// Its first line.
        span: Span,
    },
    /// A raw block without a postcheck.
    #[error("the raw operation \"{label}\" has no -- @postcheck")]
    RawWithoutPostcheck {
        /// Its label.
        label: String,
        /// Its first line.
        span: Span,
    },
    /// A check of a raw block that is no query.
    #[error("a check is one SELECT of one boolean")]
    CheckNotQuery {
        /// The statement.
        span: Span,
    },
    /// A statement in a seed that no check decides on.
    #[error("{what} stands outside of a check and its run")]
    SeedOutsideBlock {
        /// What it is.
        what: String,
        /// The statement.
        span: Span,
    },
    /// A name in a seed that the contract does not have.
    #[error("the contract has no {what}")]
    SeedUnknownName {
        /// `table public.user`, `column nam`.
        what: String,
        /// The name that is written most like it.
        nearest: Option<String>,
        /// The name.
        span: Span,
    },
    /// Two transforms that provide one invariant.
    #[error("the invariant {name} is provided twice")]
    InvariantTwice {
        /// The invariant.
        name: String,
        /// The second one.
        span: Span,
    },
}

/// An object that a migration leaves other than the contract wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The object.
    pub object: ObjectId,
    /// How it is off.
    pub kind: DifferenceKind,
}

/// How an object is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DifferenceKind {
    /// The contract has it and the migration does not make it.
    Missing,
    /// The migration leaves it and the contract does not have it.
    Extra,
    /// Both have it and it is not the same.
    Other,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { object, kind } = self;
        match kind {
            DifferenceKind::Missing => write!(f, "{object} is missing"),
            DifferenceKind::Extra => write!(f, "{object} is still there"),
            DifferenceKind::Other => write!(f, "{object} is different"),
        }
    }
}

impl CompileError {
    /// Its stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "MIGRATION.SYNTAX",
            Self::UnknownDirective { .. } => "MIGRATION.UNKNOWN_DIRECTIVE",
            Self::DirectiveMisplaced { .. } => "MIGRATION.DIRECTIVE_MISPLACED",
            Self::DirectiveInvalid { .. } => "MIGRATION.DIRECTIVE_INVALID",
            Self::Unclosed { .. } => "MIGRATION.BLOCK_UNCLOSED",
            Self::PsqlCommand { .. } => "MIGRATION.PSQL_COMMAND",
            Self::Unrecognised { .. } => "MIGRATION.UNRECOGNISED_STATEMENT",
            Self::DmlOutsideTransform { .. } => "MIGRATION.DML_OUTSIDE_TRANSFORM",
            Self::SessionStatement { .. } => "MIGRATION.SESSION_STATEMENT",
            Self::Cascade { .. } => "MIGRATION.CASCADE",
            Self::NotOurs { .. } => "MIGRATION.NOT_OURS",
            Self::Impossible { .. } => "MIGRATION.IMPOSSIBLE_STATEMENT",
            Self::NoEffect { .. } => "MIGRATION.NO_EFFECT",
            Self::WrongTarget { .. } => "MIGRATION.WRONG_TARGET",
            Self::TransformIncomplete { .. } => "MIGRATION.TRANSFORM_INCOMPLETE",
            Self::TransformCheckNotQuery { .. } => "MIGRATION.TRANSFORM_CHECK_NOT_QUERY",
            Self::TransformCheckNotRowset { .. } => "MIGRATION.TRANSFORM_CHECK_NOT_ROWSET",
            Self::TransformRunNotDml { .. } => "MIGRATION.TRANSFORM_RUN_NOT_DML",
            Self::TransformUnknownName { .. } => "MIGRATION.TRANSFORM_UNKNOWN_NAME",
            Self::NeedsStatementMode { .. } => "MIGRATION.NEEDS_STATEMENT_MODE",
            Self::RawEmpty { .. } => "MIGRATION.RAW_EMPTY",
            Self::RawWithoutPostcheck { .. } => "MIGRATION.RAW_WITHOUT_POSTCHECK",
            Self::CheckNotQuery { .. } => "MIGRATION.CHECK_NOT_QUERY",
            Self::SeedOutsideBlock { .. } => "SEED.OUTSIDE_BLOCK",
            Self::SeedUnknownName { .. } => "SEED.UNKNOWN_NAME",
            Self::InvariantTwice { .. } => "MIGRATION.INVARIANT_TWICE",
        }
    }

    /// Where in `migration.sql`.
    pub fn span(&self) -> Span {
        match self {
            Self::Syntax { span, .. }
            | Self::UnknownDirective { span, .. }
            | Self::DirectiveMisplaced { span, .. }
            | Self::DirectiveInvalid { span, .. }
            | Self::Unclosed { span, .. }
            | Self::PsqlCommand { span }
            | Self::Unrecognised { span, .. }
            | Self::DmlOutsideTransform { span, .. }
            | Self::SessionStatement { span, .. }
            | Self::Cascade { span, .. }
            | Self::NotOurs { span, .. }
            | Self::Impossible { span, .. }
            | Self::NoEffect { span }
            | Self::WrongTarget { span, .. }
            | Self::TransformIncomplete { span, .. }
            | Self::TransformCheckNotQuery { span }
            | Self::TransformCheckNotRowset { span }
            | Self::TransformRunNotDml { span, .. }
            | Self::TransformUnknownName { span, .. }
            | Self::NeedsStatementMode { span, .. }
            | Self::RawEmpty { span, .. }
            | Self::RawWithoutPostcheck { span, .. }
            | Self::CheckNotQuery { span }
            | Self::SeedOutsideBlock { span, .. }
            | Self::SeedUnknownName { span, .. }
            | Self::InvariantTwice { span, .. } => *span,
        }
    }

    /// What is behind it, where that helps.
    pub fn why(&self) -> Option<String> {
        let text = match self {
            Self::Unrecognised { .. } => "What a statement does decides its class, its hazards and its checks.",
            Self::DmlOutsideTransform { .. } => {
                "A change to rows needs a check that tells whether there is work left, so that it can be skipped, resumed and proven."
            }
            Self::SessionStatement { .. } => {
                "Transactions and settings are the runner's, so that it can keep its promises."
            }
            Self::Cascade { .. } => "Nothing is dropped that was not named and reviewed.",
            Self::NotOurs { control, .. } => match control {
                Control::Tolerated => "A tolerated object is created where it is absent, and never altered or dropped.",
                _ => "What the contract leaves to others can be read, referred to and checked, never changed.",
            },
            Self::Impossible { error, .. } => return error.why(),
            Self::WrongTarget { .. } => {
                "The last step of a migration compares the database with the contract, and would roll everything back."
            }
            Self::TransformCheckNotRowset { .. } => {
                "The transform runs while the check returns rows, and has succeeded once it returns none."
            }
            Self::TransformRunNotDml { .. } => {
                "A transform changes rows; changes to the schema are statements of their own."
            }
            Self::RawWithoutPostcheck { .. } => {
                "Nobody but its author knows when a raw operation has done its work, and a crashed run has to know."
            }
            Self::SeedOutsideBlock { .. } => {
                "A seed runs again and again: its check tells whether there is work, and it changes rows alone."
            }
            Self::NeedsStatementMode { .. } => "PostgreSQL refuses it, or it would hold its locks until the end.",
            _ => return None,
        };
        Some(text.to_owned())
    }

    /// The next step.
    pub fn fix(&self) -> Option<String> {
        let text = match self {
            Self::Syntax { .. } => "Correct the statement; every statement ends with a semicolon.",
            Self::UnknownDirective { nearest: Some(nearest), .. } => {
                return Some(format!("Write `-- @{nearest}`, or leave out the @ if it is a comment."));
            }
            Self::UnknownDirective { .. } => "Leave out the @ if it is a comment.",
            Self::DirectiveMisplaced { .. } => "Move it, or leave out the @ if it is a comment.",
            Self::DirectiveInvalid { form, .. } => return Some(format!("Write `{form}`.")),
            Self::Unclosed { .. } => "Add `-- @end` after the last statement that belongs to it.",
            Self::PsqlCommand { .. } => "Write out what it stands for, or remove it.",
            Self::Unrecognised { .. } => {
                "Wrap it: `-- @raw <class> <label>`, the statement, `-- @postcheck`, a query that is true afterwards, `-- @end`. The classes are additive, widening, data and destructive."
            }
            Self::DmlOutsideTransform { .. } => {
                "Wrap it: `-- @transform <name>`, `-- @check`, a query that returns a row while there is work, `-- @run`, the statement, `-- @end`."
            }
            Self::SessionStatement { .. } => {
                "Remove it; for separate transactions write `-- @transaction statement` at the top."
            }
            Self::Cascade { goes, .. } if !goes.is_empty() => {
                "Leave out CASCADE and drop these first, each in a statement of its own."
            }
            Self::Cascade { .. } => "Leave out CASCADE, or wrap the statement in `-- @raw destructive <label>`.",
            Self::NotOurs { .. } => "Remove the statement, or give the object another policy in the contract.",
            Self::Impossible { error, .. } => return Some(impossible_fix(error)),
            Self::NoEffect { .. } => {
                "Remove it, or wrap it in `-- @raw <class> <label>` if databases may hold what the contract does not."
            }
            Self::WrongTarget { .. } => {
                "Add or correct the statements for these objects, or change the contract and plan again with `novate plan`."
            }
            Self::TransformIncomplete { missing, .. } => {
                return Some(format!("Add a line `{missing}`, and after it what belongs there."));
            }
            Self::TransformCheckNotQuery { .. } => "Write one SELECT that returns a row while there is work to do.",
            Self::TransformCheckNotRowset { .. } => {
                "Select the rows that still need work: `SELECT 1 FROM ... WHERE ... LIMIT 1`."
            }
            Self::TransformRunNotDml { .. } => {
                "Use INSERT, UPDATE, DELETE or MERGE, or move the statement out of the transform."
            }
            Self::SeedOutsideBlock { .. } => {
                "Write `-- @check`, a query that returns a row while there is work, `-- @run`, the statements, `-- @end`. Changes to the schema belong into the contract."
            }
            Self::TransformUnknownName { nearest: Some(nearest), .. }
            | Self::SeedUnknownName { nearest: Some(nearest), .. } => {
                return Some(format!("Did you mean {nearest}?"));
            }
            Self::TransformUnknownName { .. } | Self::SeedUnknownName { .. } => "Correct the name.",
            Self::NeedsStatementMode { .. } => "Add the line `-- @transaction statement` at the top of the file.",
            Self::RawEmpty { .. } => "Add the statement, or remove the block.",
            Self::RawWithoutPostcheck { .. } => {
                "Add `-- @postcheck` and a query that is true once its work is done: `SELECT EXISTS (...)`."
            }
            Self::CheckNotQuery { .. } => "Write `SELECT <boolean>`, for example `SELECT EXISTS (...)`.",
            Self::InvariantTwice { .. } => "Give each transform an invariant of its own.",
        };
        Some(text.to_owned())
    }
}

fn impossible_fix(error: &InterpretError) -> String {
    match error {
        InterpretError::Dependents { .. } => "Drop what needs it first, each in a statement of its own.".to_owned(),
        InterpretError::Missing { .. } => {
            "Correct the name, or put the statement that makes it before this one.".to_owned()
        }
        InterpretError::Exists { .. } | InterpretError::NameTaken { .. } => {
            "Use another name, or put the statement that frees this one before.".to_owned()
        }
        _ => "Correct the statement.".to_owned(),
    }
}

fn policy(control: Control) -> &'static str {
    match control {
        Control::Managed => "managed",
        Control::Tolerated => "tolerated",
        Control::Observed => "only observed",
        Control::External => "external",
    }
}

fn also(goes: &[ObjectId]) -> String {
    match goes {
        [] => String::new(),
        goes => format!(": {}", list(goes)),
    }
}

fn sentence(differences: &[Difference]) -> String {
    const SHOWN: usize = 5;
    let shown = list(differences.get(..SHOWN).unwrap_or(differences));
    match differences.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown}, and {more} more"),
    }
}

fn list<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
