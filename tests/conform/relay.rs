//! What stands between a client and a server: proxies, ingresses, TLS.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What a relay does with a request.
pub(super) enum Decision {
    /// Sends it to the server, with this head.
    Forward(String),
    /// Opens a tunnel to this address.
    Tunnel(SocketAddr),
    /// Answers itself.
    Answer(&'static str),
    /// Never answers.
    Hang,
}

/// A relay for requests, each on its own connection.
pub(super) struct Relay {
    pub(super) address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Relay {
    /// Before this server; decides by the head of each request and how many came before.
    pub(super) async fn before(
        server: SocketAddr,
        decide: impl Fn(&str, usize) -> Decision + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (decide, count, heads) =
            (Arc::new(decide), Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let seen = Arc::clone(&heads);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (decide, count, seen) = (Arc::clone(&decide), Arc::clone(&count), Arc::clone(&seen));
                tokio::spawn(async move {
                    // A client may close the connection at any time.
                    let _ = relay(stream, server, &*decide, &count, &seen).await;
                });
            }
        });
        Self { address, heads, task }
    }

    /// The heads of the requests.
    pub(super) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn relay(
    mut client: TcpStream,
    server: SocketAddr,
    decide: &(impl Fn(&str, usize) -> Decision + Sync),
    count: &AtomicUsize,
    seen: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut received = Vec::new();
    let end = loop {
        if let Some(end) = received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break end + 4;
        }
        if client.read_buf(&mut received).await? == 0 {
            return Ok(());
        }
    };
    let rest = received.split_off(end);
    let head = String::from_utf8_lossy(&received).into_owned();
    seen.lock().unwrap().push(head.clone());
    match decide(&head, count.fetch_add(1, Ordering::Relaxed)) {
        Decision::Answer(response) => client.write_all(response.as_bytes()).await?,
        Decision::Hang => std::future::pending().await,
        Decision::Tunnel(to) => {
            let mut to = TcpStream::connect(to).await?;
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
            copy_bidirectional(&mut client, &mut to).await?;
        }
        Decision::Forward(head) => {
            let mut to = TcpStream::connect(server).await?;
            // The next request has to come on another connection.
            let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
            to.write_all(head.as_bytes()).await?;
            to.write_all(&rest).await?;
            copy_bidirectional(&mut client, &mut to).await?;
        }
    }
    Ok(())
}

/// A TLS listener before a server.
pub(super) struct TlsFront {
    pub(super) address: SocketAddr,
    task: JoinHandle<()>,
}

impl TlsFront {
    /// With this certificate and key. With an authority, clients need a certificate that it signed.
    pub(super) async fn before(
        server: SocketAddr,
        (certificate, key): &(String, String),
        clients: Option<&str>,
    ) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let read = |path: &str| CertificateDer::pem_file_iter(path).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
        let builder = match clients {
            None => builder.unwrap().with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(read(authority));
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
                builder.unwrap().with_client_cert_verifier(verifier)
            }
        };
        let config = builder.with_single_cert(read(certificate), PrivateKeyDer::from_pem_file(key).unwrap()).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    if let Ok(mut client) = acceptor.accept(stream).await
                        && let Ok(mut to) = TcpStream::connect(server).await
                    {
                        let _ = copy_bidirectional(&mut client, &mut to).await;
                    }
                });
            }
        });
        Self { address, task }
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.task.abort();
    }
}
