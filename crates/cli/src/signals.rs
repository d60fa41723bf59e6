//! Ctrl-C and SIGTERM: the first one asks the run to stop and roll back, the second one ends the program at once.

use novate_runner::Interrupt;

/// Listens until the program ends. From here on a signal no longer ends the program by itself.
pub(crate) fn listen(interrupt: &Interrupt) {
    let interrupt = interrupt.clone();
    let Some(mut signals) = Signals::register() else { return };
    tokio::spawn(async move {
        loop {
            signals.next().await;
            if interrupt.is_set() {
                // The run was asked to stop and has not: whoever asks twice means it.
                #[allow(clippy::exit)]
                std::process::exit(i32::from(crate::exit::Exit::Interrupted.code()));
            }
            interrupt.interrupt();
        }
    });
}

/// The signals that ask to stop.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn register() -> Option<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Some(Self {
            interrupt: signal(SignalKind::interrupt()).ok()?,
            terminate: signal(SignalKind::terminate()).ok()?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signals that ask to stop.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn register() -> Option<Self> {
        Some(Self)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
