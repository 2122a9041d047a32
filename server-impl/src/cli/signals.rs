//! The signals that a server handles: SIGTERM and SIGINT stop it, SIGHUP does not.

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
        let mut hangup = signal(SignalKind::hangup())?;
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                tracing::warn!("SIGHUP received: settings are read at start only; restart the server to change them");
            }
        });
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
