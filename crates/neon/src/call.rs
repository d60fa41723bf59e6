//! A call of the caller: its requests, repeated where that is safe, until it succeeds or there is no more to hope for.

use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::branch::BranchId;
use crate::client::Inner;
use crate::error::{Cause, LeftBehind, NeonError, Task};
use crate::event::{Event, Reason};
use crate::http::{Answer, Failure, Request};
use crate::pace::{Pace, UNAVAILABLE_ATTEMPTS};
use crate::wire::{ErrorBody, Operation, OperationAnswer, Standing};

/// Neon's messages are sentences.
const LONGEST_MESSAGE: usize = 300;

pub(crate) struct Call<'a> {
    neon: &'a Inner,
    task: Task,
    pace: Pace<'a>,
    left_behind: LeftBehind,
}

/// Why one request did not succeed.
pub(crate) struct Trouble {
    pub(crate) cause: Cause,
    request_id: Option<String>,
    /// How to go on.
    pub(crate) next: Next,
    /// Whether it may have been done all the same.
    pub(crate) maybe_done: bool,
}

#[derive(PartialEq, Eq)]
pub(crate) enum Next {
    GiveUp,
    Again(Option<Duration>),
}

impl<'a> Call<'a> {
    pub(crate) fn new(neon: &'a Inner, task: Task) -> Self {
        Self { neon, task, pace: Pace::new(&*neon.clock, neon.limits), left_behind: LeftBehind::Nothing }
    }

    /// Sends a request that may be repeated.
    pub(crate) fn ask<T: DeserializeOwned>(&self, request: &Request) -> Result<T, NeonError> {
        let mut attempt = 0;
        loop {
            match self.once(request) {
                Ok(value) => return Ok(value),
                Err(trouble) => self.rest(trouble, &mut attempt)?,
            }
        }
    }

    /// Sends a request once.
    pub(crate) fn once<T: DeserializeOwned>(&self, request: &Request) -> Result<T, Trouble> {
        let answer = self.neon.http.send(request, self.pace.request()).map_err(|failure| self.no_answer(failure))?;
        match answer.status {
            // An empty body is how Neon says that there was nothing to do.
            204 => parse(b"{}"),
            200..=299 => parse(&answer.body),
            _ => Err(self.refused(&answer)),
        }
    }

    /// Waits before the next attempt, or ends with the trouble if there is none.
    pub(crate) fn rest(&self, trouble: Trouble, attempt: &mut u32) -> Result<(), NeonError> {
        *attempt += 1;
        let Next::Again(asked) = trouble.next else { return Err(self.fail(trouble, *attempt)) };
        let reason = match trouble.cause {
            Cause::Locked { .. } => Reason::Locked,
            Cause::RateLimited { .. } => Reason::RateLimited,
            _ if *attempt >= UNAVAILABLE_ATTEMPTS => return Err(self.fail(trouble, *attempt)),
            _ => Reason::Unavailable,
        };
        let Some(delay) = self.pace.backoff(*attempt, asked) else { return Err(self.fail(trouble, *attempt)) };
        self.wait(reason, *attempt, delay);
        Ok(())
    }

    /// Waits until operations have ended well.
    pub(crate) fn finish(&self, operations: Vec<Operation>) -> Result<(), NeonError> {
        for mut operation in operations {
            let mut attempt = 0;
            loop {
                match operation.standing() {
                    Standing::Done => break,
                    Standing::Failed => return Err(self.operation_failed(operation)),
                    Standing::Running => {}
                }
                attempt += 1;
                let reason = Reason::Operation { action: self.neon.tidy(&operation.action) };
                self.until_next(reason, attempt, || format!("operation {} ({})", operation.action, operation.status))?;
                let request = self.neon.request(&["operations", &operation.id]);
                operation = self.ask::<OperationAnswer>(&request)?.operation;
            }
        }
        Ok(())
    }

    /// Waits before the next question whether something is ready, or ends with what was waited for.
    pub(crate) fn until_next(
        &self,
        reason: Reason,
        attempt: u32,
        waiting: impl FnOnce() -> String,
    ) -> Result<(), NeonError> {
        let Some(delay) = self.pace.poll(attempt) else {
            return Err(self.error(Cause::TimedOut { waiting: self.neon.tidy(&waiting()) }, None));
        };
        self.wait(reason, attempt, delay);
        Ok(())
    }

    fn wait(&self, reason: Reason, attempt: u32, delay: Duration) {
        (self.neon.events)(&Event::Waiting { reason, attempt, delay });
        self.pace.sleep(delay);
    }

    /// Notes a branch that exists from now on.
    pub(crate) fn made(&mut self, branch: &BranchId) {
        self.left_behind = LeftBehind::Branch(branch.clone());
        (self.neon.events)(&Event::Made { branch: branch.clone() });
    }

    /// Notes that a branch may exist.
    pub(crate) fn perhaps_made(&mut self) {
        self.left_behind = LeftBehind::Perhaps;
    }

    /// The error that a trouble becomes after so many attempts.
    pub(crate) fn fail(&self, trouble: Trouble, made: u32) -> NeonError {
        let mut cause = trouble.cause;
        if let Cause::Locked { attempts, .. }
        | Cause::RateLimited { attempts, .. }
        | Cause::Unavailable { attempts, .. } = &mut cause
        {
            *attempts = made;
        }
        self.error(cause, trouble.request_id)
    }

    pub(crate) fn error(&self, cause: Cause, request_id: Option<String>) -> NeonError {
        let left_behind = self.left_behind.clone();
        NeonError { task: self.task.clone(), project: self.neon.project.clone(), cause, request_id, left_behind }
    }

    fn operation_failed(&self, operation: Operation) -> NeonError {
        let cause = Cause::OperationFailed {
            action: self.neon.tidy(&operation.action),
            status: self.neon.tidy(&operation.status),
            says: self.neon.tidy(&operation.error.unwrap_or_default()),
        };
        self.error(cause, None)
    }

    fn no_answer(&self, failure: Failure) -> Trouble {
        let (cause, next, maybe_done) = match failure {
            Failure::NotSent(reason) => (self.unavailable(&reason), Next::Again(None), false),
            Failure::Hopeless(reason) => (self.unavailable(&reason), Next::GiveUp, false),
            Failure::Lost(reason) => (self.unavailable(&reason), Next::Again(None), true),
            Failure::TimedOut => (Cause::TimedOut { waiting: "an answer".to_owned() }, Next::Again(None), true),
            Failure::Garbage(reason) => (Cause::UnexpectedAnswer { reason }, Next::GiveUp, true),
        };
        Trouble { cause, request_id: None, next, maybe_done }
    }

    fn unavailable(&self, reason: &str) -> Cause {
        Cause::Unavailable { attempts: 0, reason: self.neon.tidy(reason) }
    }

    fn refused(&self, answer: &Answer) -> Trouble {
        let body = ErrorBody::read(&answer.body);
        let says = self.neon.tidy(&body.message);
        let wait = answer.retry_after;
        let (cause, next, maybe_done) = match answer.status {
            423 => (Cause::Locked { attempts: 0, says }, Next::Again(wait), false),
            429 => (Cause::RateLimited { attempts: 0, wait, says }, Next::Again(wait), false),
            status @ 500..=599 => {
                let reason = if says.is_empty() { String::new() } else { format!(": {says}") };
                let cause = self.unavailable(&format!("Neon answered with status {status}{reason}"));
                (cause, Next::Again(wait), status != 503)
            }
            401 => (Cause::KeyRefused { says }, Next::GiveUp, false),
            _ if body.code.ends_with("LIMIT_EXCEEDED") => (Cause::LimitReached { says }, Next::GiveUp, false),
            403 => (Cause::Forbidden { says }, Next::GiveUp, false),
            404 => (Cause::NotFound { says }, Next::GiveUp, false),
            409 => (Cause::NameTaken { says }, Next::GiveUp, false),
            status @ 400..=499 => (Cause::Refused { status, says }, Next::GiveUp, false),
            status => {
                let reason = format!("its status is {status}");
                (Cause::UnexpectedAnswer { reason }, Next::GiveUp, true)
            }
        };
        Trouble { cause, request_id: body.request_id.map(|id| self.neon.tidy(&id)), next, maybe_done }
    }
}

/// Reads an answer. Where it is not what it should be, no part of it is repeated: it may hold a password.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Trouble> {
    serde_json::from_slice(body).map_err(|error| {
        let what = if error.is_data() { "it lacks what was asked for" } else { "it is not JSON" };
        unexpected(format!("{what} (line {}, column {})", error.line(), error.column()))
    })
}

/// An answer that is of no use.
pub(crate) fn unexpected(reason: String) -> Trouble {
    Trouble { cause: Cause::UnexpectedAnswer { reason }, request_id: None, next: Next::GiveUp, maybe_done: true }
}

impl Inner {
    /// A text from elsewhere, fit to be shown: one line, not long, without the key.
    fn tidy(&self, text: &str) -> String {
        let text: String = self.key.scrub(text).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let text = text.trim();
        match text.char_indices().nth(LONGEST_MESSAGE) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        }
    }
}
