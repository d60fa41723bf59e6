//! What can go wrong, under stable codes, each with the next step.

use std::fmt;
use std::time::Duration;

use crate::branch::{BranchId, ProjectId};

/// What was being done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    Prepare,
    List,
    Create { name: String },
    Connect { branch: BranchId },
    Delete { branch: BranchId },
}

/// Why a call to Neon failed. No text of it holds the key or a password.
#[derive(Debug)]
pub struct NeonError {
    pub(crate) task: Task,
    pub(crate) project: ProjectId,
    pub(crate) cause: Cause,
    pub(crate) request_id: Option<String>,
    pub(crate) left_behind: LeftBehind,
}

/// What exists although the call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftBehind {
    /// Nothing that was not there before.
    Nothing,
    /// Perhaps the branch that was asked for: the answer was lost, and it could not be looked up.
    Perhaps,
    /// This branch, which the call made.
    Branch(BranchId),
}

/// The kinds of failure. `says` is Neon's own message, shortened, and may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The key is empty, or has characters that no key has.
    KeyUnusable,
    /// The key is not, or no longer, one of Neon's: 401.
    KeyRefused {
        /// Neon's message.
        says: String,
    },
    /// The key may not do this: 403.
    Forbidden {
        /// Neon's message.
        says: String,
    },
    /// Project or branch do not exist, or not for this key: 404.
    NotFound {
        /// Neon's message.
        says: String,
    },
    /// There is a branch of this name: 409.
    NameTaken {
        /// Neon's message.
        says: String,
    },
    /// The plan has no room for another branch.
    LimitReached {
        /// Neon's message.
        says: String,
    },
    /// Neon will not do it for another reason.
    Refused {
        /// The status.
        status: u16,
        /// Neon's message.
        says: String,
    },
    /// Other operations ran on the project for as long as was waited: 423.
    Locked {
        /// How many requests there were.
        attempts: u32,
        /// Neon's message.
        says: String,
    },
    /// There were too many requests for as long as was waited: 429.
    RateLimited {
        /// How many requests there were.
        attempts: u32,
        /// How long Neon asks to wait, if it does.
        wait: Option<Duration>,
        /// Neon's message.
        says: String,
    },
    /// Neon could not be reached, or failed each time.
    Unavailable {
        /// How many requests there were.
        attempts: u32,
        /// The last failure.
        reason: String,
    },
    /// What was answered is not what the API answers.
    UnexpectedAnswer {
        /// What is wrong with it; never a part of it, which may be a password.
        reason: String,
    },
    /// Time ran out.
    TimedOut {
        /// What was waited for.
        waiting: String,
    },
    /// An operation that Neon began did not succeed.
    OperationFailed {
        /// What it does, in Neon's word: `start_compute`.
        action: String,
        /// How it ended: `failed`, `cancelled`.
        status: String,
        /// Neon's message.
        says: String,
    },
}

impl NeonError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self.cause {
            Cause::KeyUnusable | Cause::KeyRefused { .. } | Cause::Forbidden { .. } => "NEON.UNAUTHORIZED",
            Cause::NotFound { .. } => "NEON.NOT_FOUND",
            Cause::NameTaken { .. } => "NEON.NAME_TAKEN",
            Cause::LimitReached { .. } => "NEON.LIMIT_REACHED",
            Cause::Refused { .. } => "NEON.REFUSED",
            Cause::Locked { .. } => "NEON.LOCKED",
            Cause::RateLimited { .. } => "NEON.RATE_LIMITED",
            Cause::Unavailable { .. } => "NEON.UNAVAILABLE",
            Cause::UnexpectedAnswer { .. } => "NEON.UNEXPECTED_ANSWER",
            Cause::TimedOut { .. } => "NEON.TIMED_OUT",
            Cause::OperationFailed { .. } => "NEON.OPERATION_FAILED",
        }
    }

    /// What kind of failure it is.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// What the call left behind, for the caller to delete.
    pub fn left_behind(&self) -> &LeftBehind {
        &self.left_behind
    }

    /// Neon's id of the request, which its support asks for.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Why it is so.
    pub fn why(&self) -> Option<String> {
        let mut parts = Vec::new();
        match &self.cause {
            Cause::KeyUnusable => parts.push("it is empty, or holds spaces or letters that no key has".to_owned()),
            Cause::KeyRefused { says }
            | Cause::Forbidden { says }
            | Cause::NotFound { says }
            | Cause::NameTaken { says }
            | Cause::LimitReached { says }
            | Cause::Refused { says, .. }
            | Cause::Locked { says, .. }
            | Cause::RateLimited { says, .. }
            | Cause::OperationFailed { says, .. } => {
                if !says.is_empty() {
                    parts.push(format!("Neon says: {says}"));
                }
            }
            Cause::Unavailable { reason, .. } | Cause::UnexpectedAnswer { reason } => parts.push(reason.clone()),
            Cause::TimedOut { waiting } => parts.push(format!("still waiting for {waiting}")),
        }
        if let Some(id) = &self.request_id {
            parts.push(format!("request {id}"));
        }
        match (&self.left_behind, &self.task) {
            (LeftBehind::Branch(id), _) => parts.push(format!("branch {id} exists")),
            (LeftBehind::Perhaps, Task::Create { name }) => parts.push(format!("branch {name} may exist all the same")),
            _ => {}
        }
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// The next step.
    pub fn fix(&self) -> Option<String> {
        let project = &self.project;
        Some(match &self.cause {
            Cause::KeyUnusable | Cause::KeyRefused { .. } => {
                "make an API key in the Neon console, under account settings, and use that".to_owned()
            }
            Cause::Forbidden { .. } => format!("use an API key that may work on project {project}"),
            Cause::NotFound { .. } => match &self.task {
                Task::Create { .. } => format!("check the id of project {project}, and that of the parent branch"),
                Task::Connect { .. } => {
                    "check that branch, database and role exist, and that the key may see them".into()
                }
                _ => format!("check the id of project {project}, and that the key may see it"),
            },
            Cause::NameTaken { .. } => "use another name, or delete that branch".to_owned(),
            Cause::LimitReached { .. } => {
                format!("delete branches of project {project} that nobody needs, or change its plan")
            }
            Cause::Refused { .. } => "change what Neon names, and try again".to_owned(),
            Cause::Locked { .. } => format!("try again when the operations of project {project} are finished"),
            Cause::RateLimited { wait: Some(wait), .. } => format!("try again in {} s", wait.as_secs()),
            Cause::RateLimited { wait: None, .. } => "try again in some minutes".to_owned(),
            Cause::Unavailable { .. } => "check the network, and https://neonstatus.com, and try again".to_owned(),
            Cause::UnexpectedAnswer { .. } => {
                "check that no proxy answers in Neon's place; if none does, report it".to_owned()
            }
            Cause::TimedOut { .. } => {
                format!("look at the operations of project {project} in the Neon console, and try again")
            }
            Cause::OperationFailed { .. } => {
                format!("look at the operation in the Neon console of project {project}, and try again")
            }
        })
    }
}

impl std::error::Error for NeonError {}

impl fmt::Display for NeonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let project = &self.project;
        match &self.task {
            Task::Prepare => write!(f, "Neon project {project} cannot be worked on")?,
            Task::List => write!(f, "the branches of Neon project {project} could not be listed")?,
            Task::Create { name } => write!(f, "branch {name} of Neon project {project} could not be made ready")?,
            Task::Connect { branch } => {
                write!(f, "there is no connection string for branch {branch} of Neon project {project}")?;
            }
            Task::Delete { branch } => write!(f, "branch {branch} of Neon project {project} could not be deleted")?,
        }
        f.write_str(": ")?;
        match &self.cause {
            Cause::KeyUnusable => f.write_str("the API key cannot be one"),
            Cause::KeyRefused { .. } => f.write_str("the API key was refused"),
            Cause::Forbidden { .. } => f.write_str("the API key does not allow it"),
            Cause::NotFound { .. } => f.write_str("Neon knows no such thing, or not for this API key"),
            Cause::NameTaken { .. } => f.write_str("there is one already"),
            Cause::LimitReached { .. } => f.write_str("the plan allows no more"),
            Cause::Refused { status, .. } => write!(f, "Neon refused (status {status})"),
            Cause::Locked { attempts, .. } => write!(f, "other operations ran on the project, {}", times(*attempts)),
            Cause::RateLimited { attempts, .. } => write!(f, "too many requests, {}", times(*attempts)),
            Cause::Unavailable { attempts, .. } => {
                write!(f, "Neon could not be reached or failed, {}", times(*attempts))
            }
            Cause::UnexpectedAnswer { .. } => f.write_str("the answer was not understood"),
            Cause::TimedOut { .. } => f.write_str("it took too long"),
            Cause::OperationFailed { action, status, .. } => write!(f, "Neon's operation {action} ended as {status}"),
        }
    }
}

fn times(attempts: u32) -> String {
    if attempts == 1 { "at the first attempt".to_owned() } else { format!("at each of {attempts} attempts") }
}
