//! What a plan is: ordered items, and what people should know about them.

use novate_contract::{ObjectId, QName, UnsupportedObject};

use crate::operation::{Batch, OperationClass, TransactionMode};

/// What to plan for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanOptions {
    /// Objects that only change their name (or schema).
    pub renames: Vec<Rename>,
    /// Enum labels that only change their name.
    pub value_renames: Vec<ValueRename>,
    /// Whether every change is planned in lock-light form, as for tables marked `@online`.
    pub online: bool,
    /// The oldest major version of PostgreSQL that will run it (13 to 18).
    pub target_major: u16,
    /// Whether the result must run as it stands, on tables that may be empty: no transforms and no placeholders.
    pub script: bool,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self { renames: Vec::new(), value_renames: Vec::new(), online: false, target_major: 15, script: false }
    }
}

/// One object under its old and its new name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rename {
    /// What it is called in the starting contract.
    pub from: ObjectId,
    /// What it is called in the contract to reach.
    pub to: ObjectId,
}

/// One label of an enum under its old and its new name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ValueRename {
    /// The type, as the contract to reach calls it.
    pub ty: QName,
    /// What the label was.
    pub from: String,
    /// What it becomes.
    pub to: String,
}

/// What leads from one contract to another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// What to do, in order.
    pub items: Vec<Item>,
    /// What people should know.
    pub findings: Vec<Finding>,
    /// How it is applied.
    pub transaction: TransactionMode,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// What the author has to fill in before the plan can be applied: subject and question.
    pub fn placeholders(&self) -> Vec<&Placeholder> {
        self.items
            .iter()
            .flat_map(|item| match item {
                Item::Statement(statement) => statement.placeholder.iter().collect::<Vec<_>>(),
                Item::Transform(transform) => transform.run.iter().filter_map(Run::placeholder).collect(),
                Item::Raw(_) => Vec::new(),
            })
            .collect()
    }
}

/// One item of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A statement that says by itself what it does.
    Statement(PlannedStatement),
    /// A change to rows.
    Transform(Transform),
    /// A statement whose class and checks have to be said.
    Raw(Raw),
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStatement {
    /// The SQL, without a final semicolon. Where `placeholder` is set it contains [`Placeholder::line`] on a line of
    /// its own.
    pub sql: String,
    /// What it is about.
    pub objects: Vec<ObjectId>,
    /// What the author must fill in.
    pub placeholder: Option<Placeholder>,
}

/// A change to rows: a query that returns rows while work remains, and what does the work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transform {
    /// Its name in words: `backfill public.users.name`.
    pub name: String,
    /// The invariant that it provides, where it has been named.
    pub invariant: Option<String>,
    /// The query, without a final semicolon.
    pub check: String,
    /// The statements that do the work.
    pub run: Vec<Run>,
    /// Rows a round, where it runs repeatedly.
    pub batch: Option<Batch>,
    /// What it is about.
    pub objects: Vec<ObjectId>,
}

/// One step of a transform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// A statement, without a final semicolon.
    Sql(String),
    /// A statement that the author has to write.
    Placeholder(Placeholder),
}

impl Run {
    fn placeholder(&self) -> Option<&Placeholder> {
        match self {
            Self::Sql(_) => None,
            Self::Placeholder(placeholder) => Some(placeholder),
        }
    }
}

/// What only the author can know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    /// What it concerns: `public.users.name`.
    pub subject: String,
    /// The question.
    pub question: String,
}

impl Placeholder {
    /// The line that stands for it in `migration.sql`.
    pub fn line(&self) -> String {
        let one_line = |text: &str| text.replace(['\n', '\r'], " ");
        format!("-- @placeholder {}: {}", one_line(&self.subject), one_line(&self.question))
    }
}

/// A statement whose class and checks stand beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// What it does to data.
    pub class: OperationClass,
    /// One line for people.
    pub label: String,
    /// The statement, without a final semicolon.
    pub sql: String,
    /// Questions that are true when it has done its work.
    pub postcheck: Vec<String>,
    /// What it is about.
    pub objects: Vec<ObjectId>,
}

/// Something that people should know about a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// An object is dropped and one is created that looks the same: perhaps it was renamed.
    LooksLikeRename {
        /// What is dropped.
        from: ObjectId,
        /// What is created.
        to: ObjectId,
        /// The comment to put before the new object in the contract: `-- @renamed_from users.name`.
        hint: String,
    },
    /// An object of the contract to reach (or of the one to leave) is of a kind that is not managed yet.
    Unsupported(UnsupportedObject),
    /// An object differs and stays as it is, because its policy says so.
    LeftAlone {
        /// The object.
        id: ObjectId,
        /// Its policy, as contracts write it: `external`, `observed`, `tolerated`.
        policy: &'static str,
    },
    /// A remark about how something was planned.
    Note {
        /// The object.
        id: ObjectId,
        /// One sentence.
        message: String,
    },
}
