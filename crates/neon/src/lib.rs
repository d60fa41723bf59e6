//! A small client of [Neon's API](https://neon.com/docs/reference/api): it makes a branch of a project, says how to
//! connect to it, and deletes it.
//!
//! It speaks HTTP and does nothing else: key and project come from the caller, what is waited for goes to a callback,
//! and nothing is read from the environment or written anywhere. The certificates of the system's authorities are the
//! only files that are read.
//!
//! What is known of the API, and from where (`REF` is `https://neon.com/docs/reference/api`):
//!
//! - Making a branch is `POST /projects/{project_id}/branches`, and there is no way to connect to one before it has an
//!   endpoint of type `read_write`: `REF/branches/create-project-branch`. A branch that expires cannot have children,
//!   and expires at most 30 days from now: `https://neon.com/docs/guides/branch-expiration`.
//! - Most of the work goes on after the answer, in operations that are `scheduling`, `running`, `finished`, `failed`,
//!   `cancelling`, `cancelled` or `skipped`: `REF/key-concepts`, `REF/operations/get-project-operation`.
//! - Neon's own description of the API (`https://neon.com/api_spec/release/v2.json`) has the status `error` too, beside
//!   `failures_count` and `retry_at`: such an operation is taken for one that is tried again. An endpoint is `init`,
//!   `active` or `idle`, and one that is idle wakes for a connection.
//! - Listing filters by a part of the name or id, and a page says where the next one begins in `pagination.next`:
//!   `REF/branches/list-project-branches`. At most 10,000 branches a page:
//!   `https://api-docs.neon.tech/reference/listprojectbranches`.
//! - The connection string has the password of the role, and goes to the pooler only if `pooled=true`:
//!   `REF/projects/get-connection-uri`.
//! - A deleted branch can be brought back for seven days; one that is the root, the default, or has children cannot be
//!   deleted: `REF/branches/delete-project-branch`.
//! - An error is `{code, message, request_id}`, in which `code` may be empty. 423 (another operation is running) and
//!   503 are always safe to repeat; after any other failure a POST or DELETE may have been done:
//!   "General Error" of `https://api-docs.neon.tech/reference/createprojectbranchrole`.
//! - 429 comes from 700 requests a minute: `REF/key-concepts`, which asks for growing waits and names no `Retry-After`;
//!   it is kept where it is sent.
//! - Names are unique in a project: 409, and `BRANCHES_LIMIT_EXCEEDED` or `ROOT_BRANCHES_LIMIT_EXCEEDED` where a plan
//!   has no room. Neither is documented: both are what people report of it.

mod branch;
mod call;
mod client;
mod clock;
mod error;
mod event;
mod http;
mod pace;
mod secret;
mod wire;

pub use branch::{Branch, BranchId, BranchRequest, ProjectId};
pub use client::{Builder, Neon};
pub use error::{Cause, LeftBehind, NeonError};
pub use event::{Event, Reason};
pub use secret::{ApiKey, ConnectionUri};

#[cfg(test)]
mod tests;
