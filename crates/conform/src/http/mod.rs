//! Requests to the server under test, as they are on the wire.

mod client;
mod curl;
mod exchange;
mod proxy;
mod recorder;
pub(crate) mod shell;
mod target;
mod tls;
mod transport;

pub(crate) use client::{Client, Sent};
pub(crate) use curl::curl;
pub(crate) use exchange::{Credential, RequestExt, Response};
pub(crate) use http1_client::Request;
pub use proxy::proxy_of_environment;
pub(crate) use recorder::Recorder;
pub use recorder::{RecordedExchange, RecordedResponse};
pub(crate) use target::Target;
pub(crate) use transport::Connector;
pub use transport::{Transport, TransportError};
