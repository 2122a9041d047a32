//! The servers of a database: which one to connect to when the URL names several hosts, or a name has several addresses.
//!
//! The server that was the primary last comes first. If it has not opened a connection after a moment, the next one is
//! tried as well, so that a server that does not answer delays nothing.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::time::sleep;

use super::connect_error::ConnectError;
use super::socket::{Location, Server};

/// How long one server is tried before the next one is tried as well.
const HEAD_START: Duration = Duration::from_millis(200);

/// The servers that a URL names.
pub(super) struct Servers {
    hosts: Vec<Server>,
    /// The host that was connected to last.
    last: AtomicUsize,
}

impl Servers {
    pub(super) fn new(hosts: Vec<Server>) -> Self {
        Self { hosts, last: AtomicUsize::new(0) }
    }

    pub(super) fn all(&self) -> &[Server] {
        &self.hosts
    }

    /// Opens a connection to the first server on which `open` succeeds.
    pub(super) async fn open<T, F>(&self, open: impl Fn(Server) -> F) -> Result<T, ConnectError>
    where
        F: Future<Output = Result<T, ConnectError>>,
    {
        let last = self.last.load(Ordering::Relaxed);
        let in_turn = self.hosts.iter().enumerate().cycle().skip(last).take(self.hosts.len());
        let open_host = async |(index, host): (usize, &Server)| Ok((index, open_any_address(host, &open).await?));
        let (index, opened) = race(in_turn, open_host).await?;
        self.last.store(index, Ordering::Relaxed);
        Ok(opened)
    }
}

/// Tries all addresses of a host: behind one name there may be a primary and its standbys.
async fn open_any_address<T, F>(host: &Server, open: impl Fn(Server) -> F) -> Result<T, ConnectError>
where
    F: Future<Output = Result<T, ConnectError>>,
{
    if let Location::Tcp { name, address: None, port } = &host.location
        // If it fails, connecting fails with the same error, and explains it.
        && let Ok(found) = tokio::net::lookup_host((name.as_str(), *port)).await
    {
        let addresses: Vec<IpAddr> = found.map(|address| address.ip()).collect();
        if addresses.len() > 1 {
            return race(addresses, |address| open(host.at(address))).await;
        }
    }
    open(host.clone()).await
}

/// The first success. Each candidate starts when the former one has failed, or has had its head start.
async fn race<C, T, F>(candidates: impl IntoIterator<Item = C>, open: impl Fn(C) -> F) -> Result<T, ConnectError>
where
    F: Future<Output = Result<T, ConnectError>>,
{
    let mut candidates = candidates.into_iter().peekable();
    let mut attempts = FuturesUnordered::new();
    let mut errors = Vec::new();
    loop {
        attempts.extend(candidates.next().map(&open));
        let is_last = candidates.peek().is_none();
        let attempt = tokio::select! {
            attempt = attempts.next() => attempt,
            () = sleep(HEAD_START), if !is_last => continue,
        };
        match attempt {
            Some(Ok(opened)) => return Ok(opened),
            Some(Err(error)) => errors.push(error),
            None => return Err(ConnectError::of_servers(errors)),
        }
    }
}

impl ConnectError {
    /// The error of several servers.
    pub(super) fn of_servers(mut errors: Vec<Self>) -> Self {
        errors.dedup_by_key(|error| error.to_string());
        match (errors.pop(), errors.is_empty()) {
            (None, _) => Self::Closed,
            (Some(only), true) => only,
            (Some(last), false) => {
                errors.push(last);
                Self::NoServer(errors)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn servers(url: &str) -> Servers {
        Servers::new(Server::all(&url.parse().unwrap()))
    }

    fn port(server: &Server) -> u16 {
        match server.location {
            Location::Tcp { port, .. } => port,
            Location::Unix(_) => unreachable!("all have ports"),
        }
    }

    fn refused() -> ConnectError {
        ConnectError::Refused { address: "x".to_owned(), reason: "refused".to_owned() }
    }

    #[tokio::test]
    async fn the_server_that_was_used_last_is_tried_first() {
        let servers = servers("postgres://127.0.0.1:1,127.0.0.1:2,127.0.0.1:3/x");
        let tried = Mutex::new(Vec::new());
        let open = async |server: Server| {
            tried.lock().unwrap().push(port(&server));
            if port(&server) == 2 { Ok(()) } else { Err(refused()) }
        };
        servers.open(&open).await.unwrap();
        servers.open(&open).await.unwrap();

        assert_eq!(*tried.lock().unwrap(), [1, 2, 2]);
    }

    #[tokio::test]
    async fn a_server_that_does_not_answer_does_not_delay_the_others() {
        let servers = servers("postgres://127.0.0.1:1,127.0.0.1:2/x");
        let open = async |server: Server| {
            if port(&server) == 1 { std::future::pending().await } else { Ok(()) }
        };

        tokio::time::timeout(HEAD_START * 5, servers.open(open)).await.expect("in time").unwrap();
    }

    #[tokio::test]
    async fn when_all_fail_each_reason_is_reported() {
        let servers = servers("postgres://127.0.0.1:1,127.0.0.1:2/x");
        let open = async |server: Server| -> Result<(), ConnectError> {
            Err(ConnectError::Refused { address: port(&server).to_string(), reason: "r".to_owned() })
        };

        let error = servers.open(open).await.unwrap_err().to_string();

        assert!(error.contains("at 1 refused") && error.contains("; the database at 2 refused"), "{error}");
    }
}
