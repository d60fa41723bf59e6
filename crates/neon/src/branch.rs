//! Projects and branches, as callers name them.

use std::fmt;

use jiff::Timestamp;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes an id as it is.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                // A name from elsewhere must not move the cursor of a terminal.
                self.0.chars().try_for_each(|c| write!(f, "{}", if c.is_control() { ' ' } else { c }))
            }
        }
    };
}

id!(
    /// The id of a project, such as `calm-river-12345678`.
    ProjectId
);
id!(
    /// The id of a branch, such as `br-young-forest-a5b6c7d8`.
    BranchId
);

/// A branch of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Its id.
    pub id: BranchId,
    /// Its name, unique in its project.
    pub name: String,
    /// What it was made from; `None` for a root.
    pub parent: Option<BranchId>,
    /// Whether it is the default branch of its project.
    pub is_default: bool,
    /// Whether it is protected; such a branch cannot be deleted.
    pub is_protected: bool,
    /// When it was made, where Neon says so.
    pub created_at: Option<Timestamp>,
    /// When Neon deletes it.
    pub expires_at: Option<Timestamp>,
}

/// A branch that is to be made, with all the data of its parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchRequest {
    pub(crate) name: String,
    pub(crate) parent: Option<BranchId>,
    pub(crate) expires_at: Option<Timestamp>,
}

impl BranchRequest {
    /// A child of the default branch. The name must be nobody else's: where the answer to the request is lost, the
    /// branch is found by it.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), parent: None, expires_at: None }
    }

    /// From another parent, which must not be one that expires.
    #[must_use]
    pub fn parent(mut self, parent: BranchId) -> Self {
        self.parent = Some(parent);
        self
    }

    /// Has Neon delete the branch at that time, whatever becomes of the caller: within 30 days, to the second.
    #[must_use]
    pub fn expires_at(mut self, at: Timestamp) -> Self {
        self.expires_at = Some(at);
        self
    }
}
