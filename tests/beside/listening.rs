//! A small HTTP server of a test.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use http_server::{Connections, Limits, RequestBody};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const LIMIT: Duration = Duration::from_secs(60);

/// A running server; stops when dropped.
pub(super) struct Listening {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Listening {
    pub(super) async fn start<H, F>(handler: H) -> Self
    where
        H: Fn(Request<RequestBody>) -> F + Send + Sync + 'static,
        F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback interface has a free port");
        let address = listener.local_addr().expect("the listener is bound");
        let limits = Limits { head: LIMIT, idle: LIMIT, write: LIMIT, drain: LIMIT };
        let task = tokio::spawn(async move {
            let handler = Arc::new(move |_, request| handler(request));
            let connections = Arc::new(Connections::new(1_000).exempt(|_| true));
            http_server::serve(listener, connections, handler, limits, std::future::pending()).await;
        });
        Self { address, task }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}
