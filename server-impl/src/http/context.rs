//! What is known of a request before anyone looks at its credential.

use crate::config::TrustedProxies;
use crate::http::client_address::{Client, client};
use http::HeaderMap;
use http::request::Parts;
use immich_wire::Query;
use rand::RngExt as _;
use std::net::IpAddr;
use swagger::{Has, XSpanIdString};

/// Header with the identifier of a request: echoed when the client sends one, else made up.
pub const CORRELATION_ID: &str = "x-immich-cid";

/// A longer identifier is not echoed: it would only blow up logs.
const LONGEST_CORRELATION_ID: usize = 128;

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
        let correlation_id = XSpanIdString(correlation_id(&head.headers));
        Self { head, client, correlation_id }
    }

    /// Names the request in the answer and in the log.
    #[must_use]
    pub fn correlation_id(&self) -> &str {
        &self.correlation_id.0
    }

    /// The query of the target.
    #[must_use]
    pub fn query(&self) -> Query<'_> {
        Query::parse(self.head.uri.query().unwrap_or_default())
    }

    /// A header as text, when it is there once or more and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name).and_then(|value| value.to_str().ok())
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

fn correlation_id(headers: &HeaderMap) -> String {
    let sent = headers.get(CORRELATION_ID).and_then(|value| value.to_str().ok());
    match sent {
        Some(sent) if !sent.is_empty() && sent.len() <= LONGEST_CORRELATION_ID => sent.to_owned(),
        _ => random_id(),
    }
}

/// Eight characters of lower-case base 36, as upstream makes them.
fn random_id() -> String {
    const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut random: u64 = rand::rng().random();
    (0..8)
        .map(|_| {
            let character = ALPHABET[usize::try_from(random % 36).unwrap_or_default()];
            random /= 36;
            char::from(character)
        })
        .collect()
}
