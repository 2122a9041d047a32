//! The context of a request: its parts, and what the layers add to them.

use crate::error::Error;
use crate::http::headers;
use crate::http::layers::client_address::Client;
use crate::http::pipeline::Answer;
use crate::telemetry::audit::{self, AuditRecord};
use http::request::Parts;
use http::{HeaderName, Method, Request};
use http_server::RequestBody;
use immich_api::Operation;
use immich_wire::{Query, RequestError};
use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use swagger::{Has, XSpanIdString};

/// The log shows at most this many characters of a text that the client sent: it may send kilobytes.
const LOGGED_LETTERS: usize = 128;

/// A request on its way through the layers: its parts, and what the layers add to them.
#[derive(Debug)]
pub struct RequestContext {
    /// Method, target and headers.
    pub head: Parts,
    /// The body, until the contract reads it.
    pub(super) body: Option<RequestBody>,
    /// The other end of the connection: the client, or a proxy.
    pub peer: IpAddr,
    /// The client. It is the peer of the connection, until the layer `client_address` finds the client behind trusted
    /// proxies.
    pub client: Client,
    /// The requested operation; none before routing, and for an unknown route.
    pub operation: Option<Operation>,
    /// What the request changes, for the audit log.
    pub audit: AuditRecord,
    /// Identifies the request in the answer and in the log; empty until the layer `request_id` sets it.
    correlation_id: XSpanIdString,
}

impl RequestContext {
    /// Creates the context of a request from `peer`, before the first layer.
    #[must_use]
    pub fn new(request: Request<Option<RequestBody>>, peer: SocketAddr) -> Self {
        let (head, body) = request.into_parts();
        Self {
            head,
            body,
            peer: peer.ip().to_canonical(),
            client: Client::direct(peer.ip()),
            operation: None,
            audit: AuditRecord::default(),
            correlation_id: XSpanIdString(String::new()),
        }
    }

    /// The identifier of the request in the answer and in the log.
    #[must_use]
    pub fn correlation_id(&self) -> &str {
        &self.correlation_id.0
    }

    /// Sets the identifier of the request.
    pub(super) fn set_correlation_id(&mut self, id: String) {
        self.correlation_id = XSpanIdString(id);
    }

    /// The identifier, short enough for a log.
    #[must_use]
    pub fn logged_correlation_id(&self) -> &str {
        shortened(self.correlation_id())
    }

    /// This request for the audit log, if it may change something.
    #[must_use]
    pub fn change(&self, operation: Operation) -> Option<audit::Request<'_>> {
        (!self.is_read() && audit::is_change(operation)).then(|| audit::Request {
            operation,
            client: self.client.address,
            correlation_id: self.logged_correlation_id(),
            record: &self.audit,
        })
    }

    /// The query parameters of the request target.
    #[must_use]
    pub fn query(&self) -> Query<'_> {
        Query::parse(self.head.uri.query().unwrap_or_default())
    }

    /// A header as text, see [`headers::text`].
    #[must_use]
    pub fn header(&self, name: &HeaderName) -> Option<Cow<'_, str>> {
        headers::text(&self.head.headers, name)
    }

    /// Whether this is a read: `GET`, or `HEAD`, which is answered wherever `GET` is.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.head.method == Method::GET || self.head.method == Method::HEAD
    }

    /// The answer to this request when it fails with `error`. As in the original, its body has the identifier under the
    /// base path only, and not when the body of the request could not be read.
    pub(crate) fn refuse(&self, error: Error) -> Answer {
        let is_unread = matches!(error, Error::Request(RequestError::Body(_) | RequestError::Expectation));
        let id = (!is_unread && self.is_under_base_path()).then(|| self.correlation_id());
        Box::new(error.into_response(self.operation, id))
    }

    fn is_under_base_path(&self) -> bool {
        let path = self.head.uri.path();
        let base = immich_api::BASE_PATH;
        path.get(..base.len()).is_some_and(|start| start.eq_ignore_ascii_case(base))
            && matches!(path.as_bytes().get(base.len()), None | Some(b'/'))
    }
}

impl Drop for RequestContext {
    /// Audits a request that is dropped before its response, because the client disconnected: the change may have been
    /// made.
    fn drop(&mut self) {
        if self.operation.is_none()
            && !self.is_read()
            && let Some(route) = immich_api::route(&self.head.method, self.head.uri.path())
            && let Some(change) = self.change(route.operation)
        {
            audit::abandoned(change);
        }
    }
}

/// The beginning of a text that the client sent, short enough for a log.
#[must_use]
pub fn shortened(text: &str) -> &str {
    match text.char_indices().nth(LOGGED_LETTERS) {
        Some((end, _)) => text.get(..end).unwrap_or_default(),
        None => text,
    }
}

impl Has<XSpanIdString> for RequestContext {
    fn get(&self) -> &XSpanIdString {
        &self.correlation_id
    }

    fn get_mut(&mut self) -> &mut XSpanIdString {
        &mut self.correlation_id
    }

    fn set(&mut self, value: XSpanIdString) {
        self.correlation_id = value;
    }
}
