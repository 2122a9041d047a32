//! What is known of a request before anyone looks at its credential.

use crate::config::TrustedProxies;
use crate::http::client_address::{Client, client};
use crate::http::{correlation_id, headers};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};
use immich_wire::Query;
use std::borrow::Cow;
use std::net::IpAddr;
use swagger::{Has, XSpanIdString};

/// Header with the identifier of a request: echoed as it is when the client sends one, else made up.
pub const CORRELATION_ID: &str = "x-immich-cid";

/// The same as a header's name.
pub static CORRELATION_HEADER: HeaderName = HeaderName::from_static(CORRELATION_ID);

/// Letters of an identifier that logs show: a client may send kilobytes.
const LOGGED_LETTERS: usize = 128;

/// A request without its body.
#[derive(Debug)]
pub struct RequestContext {
    /// Method, target and headers.
    pub head: Parts,
    /// Who sent it, past the trusted proxies.
    pub client: Client,
    /// Names the request in the answer and in the log.
    correlation_id: XSpanIdString,
}

impl RequestContext {
    /// Looks at the head of a request that came from `peer`.
    #[must_use]
    pub fn new(head: Parts, peer: IpAddr, proxies: &TrustedProxies) -> Self {
        let client = client(peer, &head.headers, proxies);
        let correlation_id = XSpanIdString(name(&head.headers));
        Self { head, client, correlation_id }
    }

    /// Names the request in the answer and in the log.
    #[must_use]
    pub fn correlation_id(&self) -> &str {
        &self.correlation_id.0
    }

    /// The same as a header; it holds what the client sent byte by byte.
    #[must_use]
    pub fn correlation_header(&self) -> Option<HeaderValue> {
        headers::value(self.correlation_id())
    }

    /// The same, short enough for a log.
    #[must_use]
    pub fn logged_correlation_id(&self) -> &str {
        let id = self.correlation_id();
        match id.char_indices().nth(LOGGED_LETTERS) {
            Some((end, _)) => id.get(..end).unwrap_or_default(),
            None => id,
        }
    }

    /// The query of the target.
    #[must_use]
    pub fn query(&self) -> Query<'_> {
        Query::parse(self.head.uri.query().unwrap_or_default())
    }

    /// A header as text, see [`headers::text`].
    #[must_use]
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        headers::text(&self.head.headers, name)
    }

    /// Whether the path lies under the contract's base path.
    #[must_use]
    pub fn is_under_base_path(&self) -> bool {
        let path = self.head.uri.path();
        let base = immich_api::BASE_PATH;
        path.get(..base.len()).is_some_and(|start| start.eq_ignore_ascii_case(base))
            && matches!(path.as_bytes().get(base.len()), None | Some(b'/'))
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

fn name(sent: &HeaderMap) -> String {
    if !sent.contains_key(&CORRELATION_HEADER) {
        return correlation_id::random();
    }
    match headers::text(sent, CORRELATION_ID) {
        Some(sent) if !sent.is_empty() => sent.into_owned(),
        _ => correlation_id::random(),
    }
}
