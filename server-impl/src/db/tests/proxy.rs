//! A port between the program and the database that can be hung or cut.

use std::net::Ipv4Addr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio_postgres::config::Host;

use super::support::server;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Bytes pass.
    Pass,
    /// Connections open, but nothing passes: as with a hung database.
    Hang,
    /// Connections are closed, new ones immediately: as with a database that is down.
    Cut,
}

pub(super) struct Proxy {
    pub(super) port: u16,
    mode: watch::Sender<Mode>,
}

impl Proxy {
    pub(super) async fn new(mode: Mode) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mode = watch::Sender::new(mode);
        let modes = mode.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *modes.borrow() != Mode::Cut {
                    tokio::spawn(serve(client, modes.subscribe()));
                }
            }
        });
        Self { port, mode }
    }

    pub(super) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

async fn serve(client: TcpStream, modes: watch::Receiver<Mode>) {
    let server = server().await;
    let port = server.get_ports().first().copied().unwrap_or(5432);
    let (client_in, client_out) = client.into_split();
    match server.get_hosts().first() {
        Some(Host::Tcp(host)) => {
            let (server_in, server_out) = TcpStream::connect((host.as_str(), port)).await.unwrap().into_split();
            both(client_in, client_out, server_in, server_out, modes).await;
        }
        Some(Host::Unix(folder)) => {
            let socket = folder.join(format!(".s.PGSQL.{port}"));
            let (server_in, server_out) = UnixStream::connect(socket).await.unwrap().into_split();
            both(client_in, client_out, server_in, server_out, modes).await;
        }
        None => panic!("TEST_DATABASE_URL names a host"),
    }
}

async fn both(
    client_in: impl AsyncRead + Unpin,
    client_out: impl AsyncWrite + Unpin,
    server_in: impl AsyncRead + Unpin,
    server_out: impl AsyncWrite + Unpin,
    mut modes: watch::Receiver<Mode>,
) {
    let there = pass(client_in, server_out, modes.clone());
    let back = pass(server_in, client_out, modes.clone());
    // The end of either direction ends both.
    tokio::select! {
        () = there => {}
        () = back => {}
        _ = modes.wait_for(|mode| *mode == Mode::Cut) => {}
    }
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut modes: watch::Receiver<Mode>) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let Ok(length @ 1..) = from.read(&mut buffer).await else { return };
        if modes.wait_for(|mode| *mode != Mode::Hang).await.is_err() {
            return;
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
