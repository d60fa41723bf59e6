//! The client, and what it can be asked for.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::to_vec;

use crate::branch::{Branch, BranchId, BranchRequest, ProjectId};
use crate::call::{Call, Next, unexpected};
use crate::clock::{Clock, System};
use crate::error::{Cause, LeftBehind, NeonError, Task};
use crate::event::{Event, Reason};
use crate::http::{Authorities, Failure, Http, Method, Request};
use crate::pace::Limits;
use crate::secret::{ApiKey, ConnectionUri};
use crate::wire::{Branches, Create, Created, Deleted, Endpoints, Uri};

const BASE: &str = "https://console.neon.tech/api/v2";
const PAGE: &str = "100";
/// More than any plan allows branches.
const MAX_PAGES: usize = 200;

/// A client of one project. Calls block their thread, for minutes if need be; cloning is cheap.
#[derive(Clone)]
pub struct Neon {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) http: Http,
    pub(crate) key: ApiKey,
    pub(crate) project: ProjectId,
    pub(crate) limits: Limits,
    pub(crate) clock: Box<dyn Clock>,
    pub(crate) events: Box<dyn Fn(&Event) + Send + Sync>,
}

impl Inner {
    /// A question about the project.
    pub(crate) fn request(&self, segments: &[&str]) -> Request {
        self.with(Method::Get, segments)
    }

    fn with(&self, method: Method, segments: &[&str]) -> Request {
        let all: Vec<&str> = ["projects", self.project.as_str()].into_iter().chain(segments.iter().copied()).collect();
        Request::new(method, &all)
    }
}

/// A client that is to be.
pub struct Builder {
    key: ApiKey,
    project: ProjectId,
    base: String,
    authorities: Option<Authorities>,
    limits: Limits,
    clock: Box<dyn Clock>,
    events: Box<dyn Fn(&Event) + Send + Sync>,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("project", &self.project).field("base", &self.base).finish_non_exhaustive()
    }
}

impl fmt::Debug for Neon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Neon").field("project", &self.inner.project).finish_non_exhaustive()
    }
}

impl Builder {
    /// Another address of the API, without a slash at its end. The key is sent over https, or to this machine.
    #[must_use]
    pub fn base_url(mut self, base: impl Into<String>) -> Self {
        self.base = base.into();
        self
    }

    /// How long a call may take with all its requests and waits: 3 minutes unless it is said otherwise.
    #[must_use]
    pub fn call_timeout(mut self, limit: Duration) -> Self {
        self.limits.call = limit;
        self
    }

    /// How long a request may take: 30 seconds unless it is said otherwise.
    #[must_use]
    pub fn request_timeout(mut self, limit: Duration) -> Self {
        self.limits.request = limit;
        self
    }

    /// Who is told what is waited for.
    #[must_use]
    pub fn on_event(mut self, events: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.events = Box::new(events);
        self
    }

    #[cfg(test)]
    pub(crate) fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    #[cfg(test)]
    pub(crate) fn trusting(mut self, authorities: Authorities) -> Self {
        self.authorities = Some(authorities);
        self
    }

    /// The client. Nothing is sent yet.
    pub fn build(self) -> Result<Neon, NeonError> {
        let error = |cause| NeonError {
            task: Task::Prepare,
            project: self.project.clone(),
            cause,
            request_id: None,
            left_behind: LeftBehind::Nothing,
        };
        if !self.key.is_usable() {
            return Err(error(Cause::KeyUnusable));
        }
        let http = Http::new(&self.base, &self.key, self.authorities.clone()).map_err(|failure| {
            let reason = match failure {
                Failure::Hopeless(reason) | Failure::NotSent(reason) => reason,
                other => format!("{other:?}"),
            };
            error(Cause::Unavailable { attempts: 1, reason })
        })?;
        let Self { key, project, limits, clock, events, .. } = self;
        Ok(Neon { inner: Arc::new(Inner { http, key, project, limits, clock, events }) })
    }
}

impl Neon {
    /// A client with the ordinary limits that tells nobody what it waits for.
    pub fn new(key: ApiKey, project: ProjectId) -> Result<Self, NeonError> {
        Self::builder(key, project).build()
    }

    /// A client with limits and a listener of one's own.
    pub fn builder(key: ApiKey, project: ProjectId) -> Builder {
        let (limits, clock, events) = (Limits::default(), Box::new(System), Box::new(|_: &Event| {}));
        Builder { key, project, base: BASE.to_owned(), authorities: None, limits, clock, events }
    }

    /// The branches whose names begin so; all for an empty prefix.
    pub fn branches(&self, prefix: &str) -> Result<Vec<Branch>, NeonError> {
        let mut found = list(&Call::new(&self.inner, Task::List), &self.inner, prefix)?;
        found.retain(|branch| branch.name.starts_with(prefix));
        Ok(found)
    }

    /// Makes a branch with an endpoint, and waits until that can be connected to.
    ///
    /// Where it fails, [`NeonError::left_behind`] says what there is to delete.
    pub fn create_branch(&self, request: &BranchRequest) -> Result<Branch, NeonError> {
        let mut call = Call::new(&self.inner, Task::Create { name: request.name.clone() });
        let (branch, operations) = match self.create(&mut call, request)? {
            Found::Made(created) => (Branch::from(created.branch), created.operations),
            Found::Again(branch) => (branch, Vec::new()),
        };
        call.made(&branch.id);
        call.finish(operations)?;
        let endpoints = self.inner.request(&["branches", branch.id.as_str(), "endpoints"]);
        let mut attempt = 0;
        while !call.ask::<Endpoints>(&endpoints)?.ready() {
            attempt += 1;
            call.until_next(Reason::Endpoint, attempt, || "the branch's endpoint".to_owned())?;
        }
        Ok(branch)
    }

    /// Sends the request until a branch exists, and never while one may exist already.
    fn create(&self, call: &mut Call<'_>, request: &BranchRequest) -> Result<Found, NeonError> {
        let body = to_vec(&Create::new(request)).map_err(|error| call.fail(unexpected(error.to_string()), 1))?;
        let post = self.inner.with(Method::Post, &["branches"]).body(body);
        let mut attempt = 0;
        let mut unsure = false;
        loop {
            let trouble = match call.once::<Created>(&post) {
                Ok(created) => return Ok(Found::Made(created)),
                Err(trouble) => trouble,
            };
            unsure |= trouble.maybe_done;
            if !unsure {
                call.rest(trouble, &mut attempt)?;
                continue;
            }
            // From here on a request may have been done, or be done while others are answered: the name tells.
            call.perhaps_made();
            let rested = match trouble.next {
                Next::GiveUp => Err(call.fail(trouble, attempt + 1)),
                Next::Again(_) => call.rest(trouble, &mut attempt),
            };
            match (list(call, &self.inner, &request.name), rested) {
                (Ok(branches), rested) => {
                    if let Some(branch) = branches.into_iter().find(|branch| branch.name == request.name) {
                        return Ok(Found::Again(branch));
                    }
                    rested.map_err(|error| NeonError { left_behind: LeftBehind::Nothing, ..error })?;
                }
                (Err(_), Err(error)) | (Err(error), Ok(())) => return Err(error),
            }
        }
    }

    /// Where a branch is connected to, as a role: the server itself and no pooler.
    pub fn connection_string(&self, branch: &BranchId, database: &str, role: &str) -> Result<ConnectionUri, NeonError> {
        let call = Call::new(&self.inner, Task::Connect { branch: branch.clone() });
        let request = self
            .inner
            .request(&["connection_uri"])
            .query("branch_id", branch.as_str())
            .query("database_name", database)
            .query("role_name", role)
            .query("pooled", "false");
        let answer: Uri = call.ask(&request)?;
        ConnectionUri::new(answer.uri)
            .ok_or_else(|| call.fail(unexpected("it holds no connection string of PostgreSQL".to_owned()), 1))
    }

    /// Deletes a branch with its endpoints, and waits until that is done.
    pub fn delete_branch(&self, branch: &BranchId) -> Result<(), NeonError> {
        let call = Call::new(&self.inner, Task::Delete { branch: branch.clone() });
        let request = self.inner.with(Method::Delete, &["branches", branch.as_str()]);
        let mut attempt = 0;
        let mut unsure = false;
        loop {
            match call.once::<Deleted>(&request) {
                Ok(deleted) => return call.finish(deleted.operations),
                // An earlier request, whose answer was lost, has done it.
                Err(trouble) if unsure && matches!(trouble.cause, Cause::NotFound { .. }) => return Ok(()),
                Err(trouble) => {
                    unsure |= trouble.maybe_done;
                    call.rest(trouble, &mut attempt)?;
                }
            }
        }
    }
}

enum Found {
    Made(Created),
    Again(Branch),
}

/// The branches with that text somewhere in their names or ids, on all pages.
fn list(call: &Call<'_>, neon: &Inner, search: &str) -> Result<Vec<Branch>, NeonError> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut cursor: Option<String> = None;
    for _ in 0..MAX_PAGES {
        let mut request = neon.request(&["branches"]).query("limit", PAGE);
        if !search.is_empty() {
            request = request.query("search", search);
        }
        if let Some(cursor) = &cursor {
            request = request.query("cursor", cursor);
        }
        let page: Branches = call.ask(&request)?;
        let next = page.next();
        found.extend(page.branches.into_iter().map(Branch::from));
        match next {
            None => return Ok(found),
            // A page that leads to itself would be read for ever.
            Some(next) if !seen.insert(next.clone()) => break,
            next => cursor = next,
        }
    }
    Err(call.fail(unexpected("its pages have no end".to_owned()), 1))
}
