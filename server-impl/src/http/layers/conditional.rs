//! Adds the entity tag, and answers 304 to a client that has the body already (RFC 9110, section 13).

use super::compression;
use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::headers::has_any;
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use immich_wire::Body;
use sha1::{Digest as _, Sha1};

/// Characters of a SHA-1 in base64 without padding.
const DIGEST_CHARACTERS: usize = 27;

/// A streamed body has no entity tag: the tag would have to be sent before the bytes that it is made of.
pub(crate) async fn handle<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    next: impl Next<A>,
) -> Answer {
    let mut response = next(server, context).await;
    let Some(bytes) = response.body().as_full() else { return response };
    // A static file has one already.
    let tag = response.headers().get(ETAG).cloned().unwrap_or_else(|| entity_tag(bytes));
    let is_current = response.status().is_success() && not_modified(&context.head.method, &context.head.headers, &tag);
    let headers = response.headers_mut();
    headers.insert(ETAG, tag);
    if is_current {
        // A 304 has the `Vary` of its 200 (RFC 9110, section 15.4.5).
        compression::vary(headers);
        headers.remove(CONTENT_TYPE);
        headers.remove(CONTENT_LENGTH);
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::Empty;
    }
    response
}

/// The strong entity tag of a body, as Express makes it: length in hexadecimal, and SHA-1 in base64.
#[allow(clippy::expect_used, reason = "quotes, hexadecimal digits and base64 are valid in a header")]
pub(in crate::http) fn entity_tag(body: &[u8]) -> HeaderValue {
    let mut digest = [0; DIGEST_CHARACTERS];
    STANDARD_NO_PAD.encode_slice(Sha1::digest(body), &mut digest).expect("the digest has this many characters");
    let nibbles = (usize::BITS - body.len().leading_zeros()).div_ceil(4).max(1);
    let hexadecimal = (0..nibbles).rev().map(|at| b"0123456789abcdef"[(body.len() >> (4 * at)) % 16]);
    let mut tag = Vec::with_capacity(nibbles as usize + DIGEST_CHARACTERS + 3);
    tag.push(b'"');
    tag.extend(hexadecimal);
    tag.push(b'-');
    tag.extend_from_slice(&digest);
    tag.push(b'"');
    HeaderValue::try_from(tag).expect("a valid header value")
}

/// Whether a 2xx answer becomes 304, because the client has the body with this entity tag already.
///
/// The rules are those of the npm package `fresh`: a request is conditional if it is GET or HEAD, and does not send
/// `Cache-Control: no-cache`; tags match whether they are marked weak or not. `If-Modified-Since` has no effect, as no
/// answer has a `Last-Modified`.
fn not_modified(method: &Method, headers: &HeaderMap, entity_tag: &HeaderValue) -> bool {
    if method != Method::GET && method != Method::HEAD {
        return false;
    }
    // Most requests are not conditional.
    if !has_any(headers, [&IF_NONE_MATCH]) {
        return false;
    }
    if list(headers, CACHE_CONTROL).any(|directive| directive == b"no-cache") {
        return false;
    }
    let mut tags = list(headers, IF_NONE_MATCH);
    let (first, second) = (tags.next(), tags.next());
    // An asterisk stands for any tag if it stands alone.
    if first == Some(b"*") && second.is_none() {
        return true;
    }
    let own = strong(entity_tag.as_bytes());
    [first, second].into_iter().flatten().chain(tags).any(|tag| strong(tag) == own)
}

/// The entries of a header that is a list, over all its lines. A comma always ends an entry: the tags of this server
/// have none.
fn list(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &[u8]> {
    headers
        .get_all(name)
        .into_iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
}

/// The tag without the mark that it is weak.
fn strong(tag: &[u8]) -> &[u8] {
    tag.strip_prefix(b"W/").unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PONG: &str = r#""e-X79OU2IZYkDmLU4ZK9k3d4mHVbI""#;

    /// Whether a request with these headers is answered with 304, when the tag is [`PONG`].
    fn fresh(method: &Method, sent: &[(HeaderName, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        not_modified(method, &headers, &HeaderValue::from_static(PONG))
    }

    fn fresh_for(tags: &str) -> bool {
        fresh(&Method::GET, &[(IF_NONE_MATCH, tags)])
    }

    #[test]
    fn given_a_body_then_its_entity_tag_is_that_of_express() {
        assert_eq!(entity_tag(br#"{"res":"pong"}"#), PONG);
        assert_eq!(entity_tag(b""), r#""0-2jmj7l5rSw0yVb/vlWAYkK/YBwk""#);
        let long = entity_tag(&vec![b'x'; 70_000]);
        assert!(long.to_str().unwrap().starts_with("\"11170-"));
        assert_eq!(long.len(), 2 + 6 + 27);
    }

    #[test]
    fn given_the_tag_among_others_then_nothing_has_changed() {
        assert!(fresh_for(PONG));
        assert!(fresh_for(&format!("W/{PONG}")));
        assert!(fresh_for(&format!("\"a\",W/\"b\" ,  {PONG} , \"c\"")));
        assert!(fresh_for("*"));
        assert!(fresh(&Method::HEAD, &[(IF_NONE_MATCH, PONG)]));
        let two_lines = [(IF_NONE_MATCH, "\"a\""), (IF_NONE_MATCH, PONG)];
        assert!(fresh(&Method::GET, &two_lines));
    }

    #[test]
    fn given_other_tags_then_the_body_is_sent() {
        assert!(!fresh(&Method::GET, &[]));
        assert!(!fresh_for(""));
        assert!(!fresh_for("\"a\", \"b\""));
        assert!(!fresh_for(PONG.trim_matches('"')));
        assert!(!fresh_for(&PONG.to_lowercase()));
        assert!(!fresh_for("\"a\", *"));
        assert!(!fresh_for("*, \"a\""));
        assert!(!fresh_for(&format!("w/{PONG}")));
        assert!(!fresh_for("\u{e9}"));
    }

    #[test]
    fn given_a_weak_tag_of_the_answer_then_strong_and_weak_ones_match_it() {
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, HeaderValue::from_static(PONG));
        let weak = HeaderValue::try_from(format!("W/{PONG}")).unwrap();
        assert!(not_modified(&Method::GET, &headers, &weak));
    }

    #[test]
    fn given_no_cache_then_the_body_is_sent() {
        let with = |directives| {
            let sent = [(IF_NONE_MATCH, PONG), (CACHE_CONTROL, directives)];
            fresh(&Method::GET, &sent)
        };
        assert!(!with("no-cache"));
        assert!(!with("max-age=0 , no-cache"));
        assert!(!with("no-cache,max-age=0"));
        assert!(with("max-age=0"));
        assert!(with("no-cache-at-all, xno-cache"));
    }

    #[test]
    fn given_a_method_that_changes_things_then_the_answer_is_sent() {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
            assert!(!fresh(&method, &[(IF_NONE_MATCH, PONG)]));
            assert!(!fresh(&method, &[(IF_NONE_MATCH, "*")]));
        }
    }
}
