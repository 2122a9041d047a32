//! Entity tags, and requests that ask only for what has changed (RFC 9110, section 13).

use std::cell::RefCell;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hyper::header::{CACHE_CONTROL, HeaderName, HeaderValue, IF_NONE_MATCH};
use hyper::{HeaderMap, Method};
use sha1::{Digest as _, Sha1};

/// Characters of the digest in an entity tag: all but the padding.
const DIGEST_CHARACTERS: usize = 27;

/// The longest body whose tag is kept.
const LONGEST_KEPT: usize = 512;

/// How many tags a thread keeps.
const PLACES: usize = 64;

thread_local! {
    static RECENT: RefCell<[Option<(Bytes, HeaderValue)>; PLACES]> = const { RefCell::new([const { None }; PLACES]) };
}

/// The strong entity tag of a body, as Express makes it: length in hexadecimal, and SHA-1 in base64.
#[must_use]
#[allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "quotes, hexadecimal digits and base64 may all stand in a header"
)]
pub fn entity_tag(body: &[u8]) -> HeaderValue {
    let mut digest = STANDARD.encode(Sha1::digest(body));
    digest.truncate(DIGEST_CHARACTERS);
    HeaderValue::try_from(format!("\"{:x}-{digest}\"", body.len())).expect("a valid header value")
}

/// As [`entity_tag`], for the answer to a request that only reads. The tags of the last short bodies are kept: many
/// clients are told the same, and the digest is the dearest part of a short answer. A body that may hold a new secret,
/// the answer to any other request, is not kept.
#[must_use]
pub fn entity_tag_of_read(body: &Bytes) -> HeaderValue {
    if body.len() > LONGEST_KEPT {
        return entity_tag(body);
    }
    RECENT.with_borrow_mut(|recent| {
        let place = place(body);
        match &recent[place] {
            Some((kept, tag)) if kept == body => tag.clone(),
            _ => {
                let tag = entity_tag(body);
                recent[place] = Some((body.clone(), tag.clone()));
                tag
            }
        }
    })
}

/// Where the tag of a body is kept: by its length and some of its bytes, which is enough to part most bodies.
fn place(body: &[u8]) -> usize {
    let sample =
        body.iter().step_by(8).fold(body.len(), |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    sample % PLACES
}

/// Whether the answer is to be 304, for the client has the body with this entity tag already.
///
/// To be asked for answers of status 2xx only. The rules are those of the npm package `fresh`: a request counts if it
/// is GET or HEAD, and not if it says `Cache-Control: no-cache`; tags match whether they are marked weak or not.
/// `If-Modified-Since` plays no part, as no answer has a `Last-Modified`.
#[must_use]
pub fn not_modified(method: &Method, headers: &HeaderMap, entity_tag: &HeaderValue) -> bool {
    if method != Method::GET && method != Method::HEAD {
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
    fn given_reads_of_many_bodies_again_and_again_then_each_has_its_own_tag() {
        let bodies: Vec<Bytes> = (0..PLACES * 4).map(|number| Bytes::from(format!("{number:0100}"))).collect();
        for body in bodies.iter().chain(&bodies).chain([&Bytes::from(vec![b'x'; LONGEST_KEPT + 1])]) {
            assert_eq!(entity_tag_of_read(body), entity_tag(body));
            assert_eq!(entity_tag_of_read(body), entity_tag(body), "also when it was asked for just now");
        }
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
