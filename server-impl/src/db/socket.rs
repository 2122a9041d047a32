//! Opening a socket to one server of the database, with the options of the connection string.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};

use rustix::net::sockopt;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream, lookup_host};
use tokio_postgres::Config;
use tokio_postgres::config::Host;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsStream};
use tokio_postgres_rustls::MakeRustlsConnect;

const DEFAULT_PORT: u16 = 5432;

/// One server of a connection string.
#[derive(Clone, Debug)]
pub(super) struct Server {
    /// For messages: the host and the port.
    pub(super) address: String,
    pub(super) location: Location,
}

/// Where a server listens.
#[derive(Clone, Debug)]
pub(super) enum Location {
    /// Its name is what its certificate must contain.
    Tcp { name: String, address: Option<IpAddr>, port: u16 },
    /// The path of the socket.
    Unix(PathBuf),
}

impl Server {
    /// The servers of a connection string, in its order. `hostaddr` replaces the look-up of the host beside it.
    pub(super) fn all(config: &Config) -> Vec<Self> {
        let (hosts, addresses) = (config.get_hosts(), config.get_hostaddrs());
        (0..hosts.len().max(addresses.len()))
            .filter_map(|index| {
                let ports = config.get_ports();
                let port = ports.get(index).or(ports.first()).copied().unwrap_or(DEFAULT_PORT);
                let address = addresses.get(index).copied();
                Some(match (hosts.get(index), address) {
                    (Some(Host::Unix(folder)), None) => Self::on_unix_socket(folder, port),
                    (Some(Host::Tcp(name)), _) => Self::on_tcp(name.clone(), address, port),
                    (_, Some(address)) => Self::on_tcp(address.to_string(), Some(address), port),
                    (None, None) => return None,
                })
            })
            .collect()
    }

    /// The same server at one of the addresses of its name.
    pub(super) fn at(&self, ip: IpAddr) -> Self {
        let mut server = self.clone();
        if let Location::Tcp { address, .. } = &mut server.location {
            *address = Some(ip);
        }
        server
    }

    fn on_unix_socket(folder: &Path, port: u16) -> Self {
        let path = folder.join(format!(".s.PGSQL.{port}"));
        Self { address: format!("{}:{port}", folder.display()), location: Location::Unix(path) }
    }

    fn on_tcp(name: String, address: Option<IpAddr>, port: u16) -> Self {
        Self { address: format!("{name}:{port}"), location: Location::Tcp { name, address, port } }
    }
}

/// Connects to the first address of a name that accepts.
pub(super) async fn connect_tcp(
    name: &str,
    address: Option<IpAddr>,
    port: u16,
    config: &Config,
) -> io::Result<TcpStream> {
    let addresses = match address {
        Some(address) => vec![(address, port).into()],
        None => lookup_host((name, port)).await?.collect(),
    };
    let mut failure = io::Error::new(io::ErrorKind::AddrNotAvailable, "the host name has no address");
    for address in addresses {
        match within(config, TcpStream::connect(address)).await {
            Ok(stream) => return set_options(&stream, config).map(|()| stream),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

pub(super) async fn connect_unix(path: &Path, config: &Config) -> io::Result<UnixStream> {
    within(config, UnixStream::connect(path)).await
}

async fn within<T>(config: &Config, connecting: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    match config.get_connect_timeout() {
        Some(limit) => tokio::time::timeout(*limit, connecting).await.unwrap_or_else(|_| {
            Err(io::Error::new(io::ErrorKind::TimedOut, format!("no connection within {limit:?}")))
        }),
        None => connecting.await,
    }
}

fn set_options(stream: &TcpStream, config: &Config) -> io::Result<()> {
    stream.set_nodelay(true)?;
    #[cfg(target_os = "linux")]
    if let Some(limit) = config.get_tcp_user_timeout() {
        sockopt::set_tcp_user_timeout(stream, u32::try_from(limit.as_millis()).unwrap_or(u32::MAX))?;
    }
    if config.get_keepalives() {
        sockopt::set_socket_keepalive(stream, true)?;
        sockopt::set_tcp_keepidle(stream, config.get_keepalives_idle())?;
        if let Some(interval) = config.get_keepalives_interval() {
            sockopt::set_tcp_keepintvl(stream, interval)?;
        }
        if let Some(retries) = config.get_keepalives_retries() {
            sockopt::set_tcp_keepcnt(stream, retries)?;
        }
    }
    Ok(())
}

/// A connection to a server.
pub(super) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
    Tls(Box<Encrypted>),
}

pub(super) type Encrypted = <MakeRustlsConnect as MakeTlsConnect<TcpStream>>::Stream;

trait Io: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Io for T {}

impl Stream {
    fn inner(&mut self) -> Pin<&mut dyn Io> {
        Pin::new(match self {
            Self::Tcp(stream) => stream,
            Self::Unix(stream) => stream,
            Self::Tls(stream) => stream,
        })
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.inner().poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.inner().poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_shutdown(context)
    }
}

impl TlsStream for Stream {
    fn channel_binding(&self) -> ChannelBinding {
        match self {
            Self::Tcp(_) | Self::Unix(_) => ChannelBinding::none(),
            Self::Tls(stream) => stream.channel_binding(),
        }
    }
}
