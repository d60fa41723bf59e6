//! Work that is done while something else is waited for.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// What is being made on a thread of its own; here, once it is asked for, where there is no thread to be had.
pub(crate) struct Beside<T> {
    made: Receiver<T>,
    make: Arc<dyn Fn() -> T + Send + Sync>,
}

impl<T: Send + 'static> Beside<T> {
    /// Begins.
    pub(crate) fn start(make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let make: Arc<dyn Fn() -> T + Send + Sync> = Arc::new(make);
        let (sender, made) = sync_channel(1);
        let there = Arc::clone(&make);
        // Nobody may wait for it any more, and there may be no thread: what is asked for is made then.
        drop(thread::Builder::new().name("novate-beside".to_owned()).spawn(move || drop(sender.send(there()))));
        Self { made, make }
    }

    /// What was made.
    pub(crate) fn finish(self) -> T {
        self.made.recv().unwrap_or_else(|_| (self.make)())
    }
}
