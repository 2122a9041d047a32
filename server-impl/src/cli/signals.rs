//! The signals that stop a server: SIGTERM and SIGINT.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// The signals that stop a server.
pub(super) struct Signals {
    /// The first: finish requests in progress.
    pub stop: oneshot::Receiver<()>,
    /// The second: exit immediately.
    pub abort: oneshot::Receiver<()>,
}

impl Signals {
    /// Installs the handlers.
    pub(super) fn listen() -> std::io::Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (stops, stop) = oneshot::channel();
        let (aborts, abort) = oneshot::channel();
        tokio::spawn(async move {
            for sender in [stops, aborts] {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                // Fails when the server has already stopped.
                let _ = sender.send(());
            }
        });
        Ok(Self { stop, abort })
    }
}
