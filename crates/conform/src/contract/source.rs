//! Where a contract is read from: a file or a URL.

use crate::control::Stop;
use crate::http::{Client, Connector, Recorder, Request, Transport, TransportError};
use std::io;
use std::time::Duration;

/// Why a contract cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file cannot be read, or no server responds at the URL.
    #[error("could not read the contract from {source_name}: {cause}")]
    Read {
        /// File or URL.
        source_name: String,
        /// Why not.
        cause: io::Error,
    },
    /// The server has no such document.
    #[error("could not read the contract from {source_name}: the response has status {status}")]
    Status {
        /// The URL.
        source_name: String,
        /// Its status.
        status: u16,
    },
    /// The URL cannot be used.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

/// Reads the text of a contract from a file or an `http` or `https` URL. Of `transport` only what concerns TLS and the proxy is used:
/// headers and passwords are for the server that is checked.
///
/// # Errors
/// See [`SourceError`].
pub async fn read_source(source: &str, transport: &Transport, timeout: Duration) -> Result<String, SourceError> {
    let read = |cause| SourceError::Read { source_name: source.to_owned(), cause };
    if !source.starts_with("http://") && !source.starts_with("https://") {
        return std::fs::read_to_string(source).map_err(read);
    }
    let transport = Transport { headers: Vec::new(), user: None, ..transport.clone() };
    let connector = Connector::new(source, "", &transport)?;
    let path = if connector.target.prefix.is_empty() { "/" } else { &connector.target.prefix }.to_owned();
    let client = Client::new(connector, timeout, Recorder::new(false), Stop::default());
    let response = client.send("the contract", &Request::new("GET", path)).await.result.map_err(read)?;
    if !response.is_success() {
        return Err(SourceError::Status { source_name: source.to_owned(), status: response.status });
    }
    let text = response.decoded().map_err(|problem| read(io::Error::other(problem)))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
