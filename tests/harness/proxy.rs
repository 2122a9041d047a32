//! A TCP proxy that can cut its connections, make them hang, count them, and lead new ones to another address.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What the proxy does with all connections.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    /// Bytes are forwarded.
    Forward,
    /// Connections are closed; new ones immediately.
    Cut,
    /// Connections stay open and no bytes are forwarded.
    Hang,
}

/// Forwards connections to one address; stops when dropped.
pub(crate) struct Proxy {
    address: SocketAddr,
    mode: watch::Sender<Mode>,
    target: watch::Sender<String>,
    /// Changes when the open connections are to be closed.
    drops: watch::Sender<()>,
    accepting: JoinHandle<()>,
    accepted: Arc<AtomicUsize>,
}

impl Proxy {
    /// Forward to `target` (`host:port`).
    pub(crate) async fn to(target: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback interface has a free port");
        let address = listener.local_addr().expect("the listener is bound");
        let (mode, modes) = watch::channel(Mode::Forward);
        let accepted = Arc::new(AtomicUsize::new(0));
        let (target, targets) = watch::channel(target.to_owned());
        let drops = watch::Sender::new(());
        let accepting = tokio::spawn(accept(listener, targets, modes, drops.clone(), Arc::clone(&accepted)));
        Self { address, mode, target, drops, accepting, accepted }
    }

    /// The number of connections opened so far.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Forward new connections to another address; those that are open stay.
    pub(crate) fn point_at(&self, target: &str) {
        self.target.send_replace(target.to_owned());
    }

    /// Forward to another address, and close the connections that are open.
    pub(crate) fn switch_to(&self, target: &str) {
        self.point_at(target);
        self.drops.send_replace(());
    }

    /// Close all connections: the database is lost.
    pub(crate) fn cut(&self) {
        self.mode.send_replace(Mode::Cut);
    }

    /// Stop forwarding: the database does not respond.
    pub(crate) fn hang(&self) {
        self.mode.send_replace(Mode::Hang);
    }

    /// Forward again: the database is back.
    pub(crate) fn restore(&self) {
        self.mode.send_replace(Mode::Forward);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
        self.accepting.abort();
    }
}

async fn accept(
    listener: TcpListener,
    targets: watch::Receiver<String>,
    modes: watch::Receiver<Mode>,
    drops: watch::Sender<()>,
    accepted: Arc<AtomicUsize>,
) {
    while let Ok((client, _)) = listener.accept().await {
        accepted.fetch_add(1, Ordering::Relaxed);
        if *modes.borrow() == Mode::Cut {
            continue;
        }
        let target = targets.borrow().clone();
        tokio::spawn(forward(client, target, modes.clone(), drops.subscribe()));
    }
}

async fn forward(client: TcpStream, target: String, modes: watch::Receiver<Mode>, mut drops: watch::Receiver<()>) {
    let Ok(server) = TcpStream::connect(&target).await else {
        return;
    };
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let mut cut = modes.clone();
    tokio::select! {
        _ = cut.wait_for(|mode| *mode == Mode::Cut) => {}
        _ = drops.changed() => {}
        () = pump(from_client, to_server, modes.clone()) => {}
        () = pump(from_server, to_client, modes) => {}
    }
}

async fn pump(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut modes: watch::Receiver<Mode>) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let passing = modes.wait_for(|mode| *mode == Mode::Forward).await.is_ok();
        if !passing || to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
