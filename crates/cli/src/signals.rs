//! Ctrl-C and SIGTERM: the first one asks the run to stop and roll back, the second one ends the program at once.

use novate_runner::Interrupt;

/// Listens until the program ends.
pub(crate) fn listen(interrupt: &Interrupt) {
    let interrupt = interrupt.clone();
    tokio::spawn(async move {
        loop {
            wait().await;
            if interrupt.is_set() {
                // The run was asked to stop and has not: whoever asks twice means it.
                #[allow(clippy::exit)]
                std::process::exit(i32::from(crate::exit::Exit::Interrupted.code()));
            }
            interrupt.interrupt();
        }
    });
}

#[cfg(unix)]
async fn wait() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn wait() {
    let _ = tokio::signal::ctrl_c().await;
}
