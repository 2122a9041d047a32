//! Finds the client's address and protocol behind trusted proxies, and reports other peers that forward.

use crate::auth::throttle::ClientAddress;
use crate::config::TrustedProxies;
use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::headers::has_any;
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use http::header::FORWARDED;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};

static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
static FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// The client of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The address of the client. IPv4-mapped IPv6 addresses are converted to IPv4.
    pub address: IpAddr,
    /// Whether the client connects over https, to this server or to the first proxy.
    pub secure: bool,
    /// Whether many clients may share the address: the peer sent forwarded headers but is not trusted, so it may be a
    /// proxy that is missing in the configuration.
    pub may_be_shared: bool,
}

impl Client {
    /// A client that connects directly.
    #[must_use]
    pub fn direct(peer: IpAddr) -> Self {
        Self { address: peer.to_canonical(), secure: false, may_be_shared: false }
    }

    /// The address, as the throttle counts it.
    #[must_use]
    pub fn counted_address(&self) -> ClientAddress {
        ClientAddress { address: self.address, may_be_shared: self.may_be_shared }
    }
}

/// Other peers that are reported; further ones are not, so that clients cannot fill the log.
const MAX_REPORTED: usize = 16;

/// The trusted proxies, and the other peers that were reported because they forward.
#[derive(Debug, Default)]
pub struct Proxies {
    trusted: TrustedProxies,
    max_reported: usize,
    reported: Mutex<Vec<IpAddr>>,
}

impl Proxies {
    /// Trusts these proxies, and reports other peers that forward. The default trusts none, and reports none.
    #[must_use]
    pub fn new(trusted: TrustedProxies) -> Self {
        Self { trusted, max_reported: MAX_REPORTED, reported: Mutex::default() }
    }

    /// Whether the headers of this peer are trusted.
    pub(super) fn contains(&self, peer: IpAddr) -> bool {
        self.trusted.contains(peer)
    }

    /// Logs, once for each peer, that its headers are ignored, and the setting that would trust it.
    fn report(&self, peer: IpAddr) {
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.len() < self.max_reported && !reported.contains(&peer) {
            reported.push(peer);
            tracing::warn!(
                "ignoring the forwarded headers of {peer}, which is not a trusted proxy; if it is your reverse proxy, \
                 set IMMICH_TRUSTED_PROXIES={}",
                self.trusted.with(peer)
            );
        }
    }
}

pub(crate) async fn handle<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    next: impl Next<A>,
) -> Answer {
    context.client = client(context.client.address, &context.head.headers, &server.proxies.trusted);
    if context.client.may_be_shared {
        server.proxies.report(context.client.address);
    }
    next(server, context).await
}

/// The client of a request from `peer`, the other end of its connection.
///
/// The rules are those of Express. Each proxy appends to `X-Forwarded-For` the address that it received the request
/// from, so the list is read from its end. The first address that is not a trusted proxy is the client; the entries
/// before it may be forged. Reading stops at an entry that is not an address, and the one read before it is the client.
/// If the peer is trusted, the first entry of `X-Forwarded-Proto` is the client's protocol, in lower case.
///
/// `Forwarded` (RFC 7239) is read in the same way if the request has neither of these headers.
fn client(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> Client {
    let peer = peer.to_canonical();
    let is_forwarded = has_any(headers, [&FORWARDED_FOR, &FORWARDED_PROTO, &FORWARDED]);
    if !is_forwarded || !proxies.contains(peer) {
        return Client { may_be_shared: is_forwarded, ..Client::direct(peer) };
    }
    if has_any(headers, [&FORWARDED_FOR, &FORWARDED_PROTO]) {
        let hops = values(headers, &FORWARDED_FOR).rev();
        let hops = hops.flat_map(|value| value.rsplit(|byte| *byte == b','));
        let protocol =
            values(headers, &FORWARDED_PROTO).next().and_then(|value| value.split(|byte| *byte == b',').next());
        Client {
            address: walk(peer, hops.map(parse_hop), proxies),
            secure: protocol.is_some_and(|protocol| protocol.trim_ascii() == b"https"),
            may_be_shared: false,
        }
    } else {
        let lists: Vec<_> = values(headers, &FORWARDED).map(String::from_utf8_lossy).collect();
        let elements: Vec<_> = lists.iter().flat_map(|list| split_quoted(list, ',')).collect();
        let hops = elements.iter().rev();
        let hops = hops.map(|element| parameter(element, "for").and_then(parse_node));
        let protocol = elements.first().and_then(|element| parameter(element, "proto"));
        let secure = protocol.is_some_and(|protocol| protocol.trim().eq_ignore_ascii_case("https"));
        Client { address: walk(peer, hops, proxies), secure, may_be_shared: false }
    }
}

/// The host that the client asked for, as a trusted proxy reports it: the first entry of `X-Forwarded-Host`, or else the
/// first element of `Forwarded` (RFC 7239, section 5.3).
pub(super) fn forwarded_host(headers: &HeaderMap) -> Option<&str> {
    // A value that is not text is no host, and equals none.
    let texts = |name| values(headers, name).next().map(|value| std::str::from_utf8(value).unwrap_or("?"));
    if let Some(list) = texts(&FORWARDED_HOST) {
        return list.split(',').next().map(str::trim);
    }
    let element = texts(&FORWARDED).and_then(|value| split_quoted(value, ',').next())?;
    parameter(element, "host")
}

/// Follows the hops, the nearest first, until one is not trusted or not readable.
fn walk(peer: IpAddr, hops: impl Iterator<Item = Option<IpAddr>>, proxies: &TrustedProxies) -> IpAddr {
    let mut address = peer;
    for hop in hops {
        let Some(hop) = hop else { break };
        address = hop;
        if !proxies.contains(hop) {
            break;
        }
    }
    address
}

/// The values of a header, in order. They may be no text: a proxy appends to whatever the client sent.
fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl DoubleEndedIterator<Item = &'a [u8]> {
    headers.get_all(name).into_iter().map(HeaderValue::as_bytes)
}

/// Parses an entry of `X-Forwarded-For`: an address, to which some proxies add a port.
fn parse_hop(entry: &[u8]) -> Option<IpAddr> {
    let entry = std::str::from_utf8(entry).ok()?.trim_matches([' ', '\t']);
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    let address = bare.parse::<IpAddr>().ok().or_else(|| {
        let with_port = entry.parse::<SocketAddr>().ok()?;
        Some(with_port.ip())
    })?;
    Some(address.to_canonical())
}

/// Parses the node of a `for` parameter (RFC 7239, section 6): an address with an optional port, which may be a name
/// such as `_port`. IPv6 addresses are in brackets, which nginx cannot add. `None` for a name instead of an address.
fn parse_node(node: &str) -> Option<IpAddr> {
    if let Ok(address) = node.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    let address = if let Some(rest) = node.strip_prefix('[') {
        let (address, _port) = rest.split_once(']')?;
        IpAddr::V6(address.parse().ok()?)
    } else {
        let (address, _port) = node.split_once(':').unwrap_or((node, ""));
        IpAddr::V4(address.parse().ok()?)
    };
    Some(address.to_canonical())
}

/// The value of a parameter of a `Forwarded` element, without its quotes. Escapes in quotes are kept: no address and no
/// protocol needs one.
fn parameter<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    split_quoted(element, ';').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        let value = value.trim_matches([' ', '\t']);
        let unquoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        key.trim_matches([' ', '\t']).eq_ignore_ascii_case(name).then(|| unquoted.unwrap_or(value))
    })
}

/// Splits at a character, but not inside quotes.
fn split_quoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |character| {
        if escaped {
            escaped = false;
            return false;
        }
        match character {
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        character == separator && !quoted
    })
}

#[cfg(test)]
mod tests;
