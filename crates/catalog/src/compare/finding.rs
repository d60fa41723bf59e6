//! What comparing finds: a tree of objects, what is expected and what is there.

use std::fmt;

use novate_contract::{Contract, Control, Ident, ObjectId, QName};

/// A difference between a contract and a live database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub object: Subject,
    /// Whether it is missing, extra or different.
    pub kind: FindingKind,
    /// How bad it is by itself; [`Finding::is_error`] asks the children too.
    pub severity: Severity,
    /// What the contract says may be done with it.
    pub control: Control,
    /// Both sides of everything that differs; empty where only the children do.
    pub differences: Vec<Difference>,
    /// What happened, in words, where the differences alone do not say it: a clause that follows the object's name.
    pub explanation: Option<String>,
    /// Statements that would mend it, in order, each with its semicolon, where somebody who knows has filled them in.
    pub mend: Vec<String>,
    /// Findings about its parts.
    pub children: Vec<Finding>,
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// An object of the model.
    Object(ObjectId),
    /// An object of a kind that is not modelled.
    Unsupported {
        /// Its kind in lower case.
        kind: String,
        /// Its name as people would write it.
        name: String,
    },
}

/// The kind of what a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubjectKind<'a>(&'a str);

impl<'a> SubjectKind<'a> {
    /// What people call it.
    pub fn as_str(self) -> &'a str {
        self.0
    }
}

impl Subject {
    /// Its kind.
    pub fn kind(&self) -> SubjectKind<'_> {
        match self {
            Self::Object(id) => SubjectKind(id.kind().as_str()),
            Self::Unsupported { kind, .. } => SubjectKind(kind),
        }
    }

    /// Its id, where its kind is modelled.
    pub fn id(&self) -> Option<&ObjectId> {
        match self {
            Self::Object(id) => Some(id),
            Self::Unsupported { .. } => None,
        }
    }

    /// The schema that it lives in.
    pub fn schema(&self) -> Option<&Ident> {
        self.id().and_then(ObjectId::schema)
    }

    /// The table that it is part of, or is.
    pub fn table(&self) -> Option<&QName> {
        self.id().and_then(ObjectId::table)
    }

    /// The name without its kind.
    pub fn name(&self) -> String {
        match self {
            Self::Object(id) => id.name(),
            Self::Unsupported { name, .. } => name.clone(),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(id) => id.fmt(f),
            Self::Unsupported { kind, name } => write!(f, "{kind} {name}"),
        }
    }
}

/// In which way an object differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingKind {
    /// The contract has it and the database has not.
    Missing,
    /// The database has it and the contract has not.
    Extra,
    /// Both have it, and it is not the same; or only its parts differ.
    Different,
}

impl FindingKind {
    /// What programs call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Different => "different",
        }
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The database satisfies the contract nevertheless.
    Note,
    /// The database does not satisfy the contract.
    Error,
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What: `default`, `type`, `on delete`, `predicate`, ...
    pub aspect: &'static str,
    /// As the contract says it.
    pub expected: String,
    /// As the server prints it.
    pub found: String,
    /// Why the server could not be asked whether the two mean the same, where that was tried.
    pub unsettled: Option<String>,
}

impl Difference {
    pub(crate) fn new(aspect: &'static str, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { aspect, expected: expected.into(), found: found.into(), unsettled: None }
    }
}

impl Finding {
    pub(crate) fn new(object: Subject, kind: FindingKind, severity: Severity) -> Self {
        Self {
            object,
            kind,
            severity,
            control: Control::Managed,
            differences: Vec::new(),
            explanation: None,
            mend: Vec::new(),
            children: Vec::new(),
        }
    }

    /// Fills in, here and below, what the contract says may be done with it.
    pub(crate) fn tell_control(&mut self, expected: &Contract) {
        if let Some(id) = self.object.id() {
            self.control = expected.control(id);
        }
        for child in &mut self.children {
            child.tell_control(expected);
        }
    }

    /// Whether it, or anything below it, keeps the database from satisfying the contract.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error || self.children.iter().any(Self::is_error)
    }

    /// Whether something that the contract has is not there, here or below.
    pub fn is_missing(&self) -> bool {
        self.kind == FindingKind::Missing || self.children.iter().any(Self::is_missing)
    }

    /// A clause that follows the object's name: `is missing`, `is a view`.
    pub fn summary(&self) -> String {
        let kind = match self.kind {
            FindingKind::Missing => "is missing",
            FindingKind::Extra => match self.object {
                Subject::Object(_) => "is not in the contract",
                Subject::Unsupported { .. } => "is not managed: novate does not model this kind yet",
            },
            FindingKind::Different if self.differences.is_empty() => "differs in its parts",
            FindingKind::Different => "differs",
        };
        match &self.explanation {
            Some(explanation) => format!("{kind}: {explanation}"),
            None => kind.to_owned(),
        }
    }
}
