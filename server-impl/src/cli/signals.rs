//! The signals that end a server: SIGTERM and SIGINT.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// The signals that end a server.
pub(super) struct Signals {
    /// The first: finish what is in flight.
    pub stop: oneshot::Receiver<()>,
    /// The second: do not wait.
    pub abort: oneshot::Receiver<()>,
}

impl Signals {
    /// Listens from now on.
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
                // Nobody listens any more when the server has already ended.
                let _ = sender.send(());
            }
        });
        Ok(Self { stop, abort })
    }
}
