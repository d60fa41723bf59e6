//! Runs on a thread of their own.
//!
//! A run reads files and hashes, which would hold up an executor, and must end in order when nobody waits for it any
//! more. So it has a thread with a runtime of its own, and the future that the application awaits only listens: dropping
//! it asks the run to stop, which cancels the statement, rolls back and closes the connection.

use std::panic::resume_unwind;

use novate_runner::{Interrupt, RunError, Session};
use tokio::sync::{mpsc, oneshot};

use crate::{Database, Error, ErrorKind, Event};

/// What a run is given.
pub(crate) struct Hands {
    database: Database,
    interrupt: Interrupt,
    events: mpsc::UnboundedSender<Event>,
}

impl Hands {
    /// Connects, unless it is told to stop first.
    pub(crate) async fn connect(&self) -> Result<Session, Error> {
        let open = Session::open(self.database.string(), "novate-embed", self.interrupt.clone());
        tokio::select! {
            session = open => Ok(session?),
            () = self.interrupt.wait() => Err(RunError::Interrupted.into()),
        }
    }

    /// Passes an event on. Where nobody listens any more the run is about to stop.
    pub(crate) fn tell(&self, space: &str, event: novate_runner::Event) {
        if let Some(event) = Event::of(space, event) {
            let _ = self.events.send(event);
        }
    }
}

/// Asks the run to stop once nobody waits for it.
struct StopOnDrop(Interrupt);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.interrupt();
    }
}

/// Runs `work` to its end, passing on what it tells.
pub(crate) async fn drive<T, W>(database: Database, work: W, mut on: impl FnMut(Event)) -> Result<T, Error>
where
    T: Send + 'static,
    W: AsyncFnOnce(Hands) -> Result<T, Error> + Send + 'static,
{
    let interrupt = Interrupt::default();
    let stop = StopOnDrop(interrupt.clone());
    let (events, mut told) = mpsc::unbounded_channel();
    let (finish, mut finished) = oneshot::channel();
    let hands = Hands { database, interrupt, events };
    let failed = |error: std::io::Error| {
        Error::new("BUG.RUNTIME", ErrorKind::Other, format!("a thread for the run could not be had: {error}"))
    };
    let thread = std::thread::Builder::new()
        .name("novate".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
            let result = match runtime {
                Ok(runtime) => runtime.block_on(work(hands)),
                Err(error) => Err(failed(error)),
            };
            // Where the future was dropped nobody wants to know.
            let _ = finish.send(result);
        })
        .map_err(failed)?;
    let result = loop {
        tokio::select! {
            biased;
            Some(event) = told.recv() => on(event),
            result = &mut finished => break result,
        }
    };
    while let Ok(event) = told.try_recv() {
        on(event);
    }
    drop(stop);
    match result {
        Ok(result) => result,
        // It ended without a result: it panicked.
        Err(_) => match thread.join() {
            Err(panic) => resume_unwind(panic),
            Ok(()) => Err(Error::new("BUG.RUNTIME", ErrorKind::Other, "the run ended without a result")),
        },
    }
}
