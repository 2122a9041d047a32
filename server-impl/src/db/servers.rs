//! The servers of a database: which one to connect to when the URL names several hosts, or a name has several addresses.
//!
//! The server that was the primary last comes first. If it has not opened a connection after a moment, the next one is
//! tried as well, so that a server that does not answer delays nothing.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::time::sleep;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, TargetSessionAttrs};

use super::connect::ConnectError;

/// How long one server is tried before the next one is tried as well.
const HEAD_START: Duration = Duration::from_millis(200);

/// The servers that a URL names.
pub(super) struct Servers {
    /// One host each.
    hosts: Vec<Config>,
    /// The host that was connected to last.
    last: AtomicUsize,
}

impl Servers {
    pub(super) fn new(config: &Config) -> Self {
        let count = config.get_hosts().len().max(config.get_hostaddrs().len());
        Self { hosts: (0..count).map(|index| only(config, index)).collect(), last: AtomicUsize::new(0) }
    }

    /// Opens a connection to the first server on which `open` succeeds.
    pub(super) async fn open<T, F>(&self, open: impl Fn(Config) -> F) -> Result<T, ConnectError>
    where
        F: Future<Output = Result<T, ConnectError>>,
    {
        let last = self.last.load(Ordering::Relaxed);
        let in_turn = (0..self.hosts.len()).map(|step| (last + step) % self.hosts.len());
        let open_host = async |index: usize| {
            let host = self.hosts.get(index).cloned().unwrap_or_default();
            Ok((index, open_any_address(host, &open).await?))
        };
        let (index, opened) = race(in_turn, open_host).await?;
        self.last.store(index, Ordering::Relaxed);
        Ok(opened)
    }
}

/// Tries all addresses of a host: behind one name there may be a primary and its standbys.
async fn open_any_address<T, F>(host: Config, open: impl Fn(Config) -> F) -> Result<T, ConnectError>
where
    F: Future<Output = Result<T, ConnectError>>,
{
    if let ([Host::Tcp(name)], [], [port]) = (host.get_hosts(), host.get_hostaddrs(), host.get_ports())
        // If it fails, connecting fails with the same error, and explains it.
        && let Ok(found) = tokio::net::lookup_host((name.as_str(), *port)).await
    {
        let addresses: Vec<IpAddr> = found.map(|address| address.ip()).collect();
        if addresses.len() > 1 {
            let at = |address| {
                let mut config = host.clone();
                config.hostaddr(address);
                open(config)
            };
            return race(addresses, at).await;
        }
    }
    open(host).await
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
                Self::Several(errors)
            }
        }
    }
}

/// The same configuration with only one of the hosts. Whether it is the primary, this program checks itself.
fn only(config: &Config, index: usize) -> Config {
    let mut one = Config::new();
    match config.get_hosts().get(index) {
        Some(Host::Tcp(name)) => drop(one.host(name)),
        #[cfg(unix)]
        Some(Host::Unix(folder)) => drop(one.host_path(folder)),
        None => {}
    }
    if let Some(address) = config.get_hostaddrs().get(index) {
        one.hostaddr(*address);
    }
    let ports = config.get_ports();
    one.port(ports.get(index).or(ports.first()).copied().unwrap_or(5432));
    if let Some(user) = config.get_user() {
        one.user(user);
    }
    if let Some(password) = config.get_password() {
        one.password(password);
    }
    if let Some(name) = config.get_dbname() {
        one.dbname(name);
    }
    if let Some(options) = config.get_options() {
        one.options(options);
    }
    if let Some(name) = config.get_application_name() {
        one.application_name(name);
    }
    if let Some(limit) = config.get_connect_timeout() {
        one.connect_timeout(*limit);
    }
    if let Some(limit) = config.get_tcp_user_timeout() {
        one.tcp_user_timeout(*limit);
    }
    one.keepalives(config.get_keepalives()).keepalives_idle(config.get_keepalives_idle());
    if let Some(interval) = config.get_keepalives_interval() {
        one.keepalives_interval(interval);
    }
    if let Some(retries) = config.get_keepalives_retries() {
        one.keepalives_retries(retries);
    }
    one.ssl_mode(config.get_ssl_mode()).ssl_negotiation(config.get_ssl_negotiation());
    one.channel_binding(config.get_channel_binding()).target_session_attrs(TargetSessionAttrs::Any);
    one
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn servers(url: &str) -> Servers {
        Servers::new(&url.parse().unwrap())
    }

    fn port(config: &Config) -> u16 {
        config.get_ports()[0]
    }

    fn refused() -> ConnectError {
        ConnectError::Refused { address: "x".to_owned(), reason: "refused".to_owned() }
    }

    #[test]
    fn each_host_keeps_the_options_of_the_url() {
        let url = "postgres://ann:pw@a:1,b:2/photos?connect_timeout=3&application_name=x&sslmode=disable\
                   &keepalives_idle=7&channel_binding=disable&options=-c%20geqo%3Doff&tcp_user_timeout=9";
        let config: Config = url.parse().unwrap();
        for (index, host) in ["a:1", "b:2"].into_iter().enumerate() {
            let alone: Config = url.replace("a:1,b:2", host).parse().unwrap();
            assert_eq!(only(&config, index), alone);
        }
    }

    #[tokio::test]
    async fn the_server_that_was_used_last_is_tried_first() {
        let servers = servers("postgres://127.0.0.1:1,127.0.0.1:2,127.0.0.1:3/x");
        let tried = Mutex::new(Vec::new());
        let open = async |config: Config| {
            tried.lock().unwrap().push(port(&config));
            if port(&config) == 2 { Ok(()) } else { Err(refused()) }
        };
        servers.open(&open).await.unwrap();
        servers.open(&open).await.unwrap();

        assert_eq!(*tried.lock().unwrap(), [1, 2, 2]);
    }

    #[tokio::test]
    async fn a_server_that_does_not_answer_does_not_delay_the_others() {
        let servers = servers("postgres://127.0.0.1:1,127.0.0.1:2/x");
        let open = async |config: Config| {
            if port(&config) == 1 { std::future::pending().await } else { Ok(()) }
        };

        tokio::time::timeout(HEAD_START * 5, servers.open(open)).await.expect("in time").unwrap();
    }

    #[tokio::test]
    async fn when_all_fail_each_reason_is_reported() {
        let servers = servers("postgres://127.0.0.1:1,127.0.0.1:2/x");
        let open = async |config: Config| -> Result<(), ConnectError> {
            Err(ConnectError::Refused { address: port(&config).to_string(), reason: "r".to_owned() })
        };

        let error = servers.open(open).await.unwrap_err().to_string();

        assert!(error.contains("at 1 refused") && error.contains("; the database at 2 refused"), "{error}");
    }
}
