//! The metrics of a server.

use super::client::Client;
use super::server::{Launch, Server};

/// The port of a server with its metrics.
pub(crate) struct Metrics(Client);

impl Launch {
    /// Start it with metrics on a separate port.
    pub(crate) async fn start_measured(self) -> (Server, Metrics) {
        let port = local_postgres::free_port();
        let server = self.with("IMMICH_API_METRICS_PORT", port.to_string()).start().await;
        (server, Metrics(Client::new(([127, 0, 0, 1], port).into())))
    }
}

impl Metrics {
    /// All of them.
    pub(crate) async fn text(&self) -> String {
        self.0.raw("GET", "/metrics").await.must_be(200).text()
    }

    /// The value of one without labels, such as `request_body_bytes`.
    pub(crate) async fn value(&self, name: &str) -> u64 {
        let text = self.text().await;
        let name = format!("immich_api_{name} ");
        let value = text.lines().find_map(|line| line.strip_prefix(&name));
        value.unwrap_or_else(|| panic!("no {name}in\n{text}")).parse().expect("a count")
    }
}
