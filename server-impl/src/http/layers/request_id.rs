//! Gives each request an identifier: the one that the client sent, or a new one. The layer `response_headers` adds it to
//! the answer; it is also in the log line, and in the body of an error.

use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::headers;
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use http::{HeaderMap, HeaderName};
use rand::RngExt as _;

/// Header with the identifier, in the request and in the answer.
pub static CORRELATION_ID: HeaderName = HeaderName::from_static("x-immich-cid");

/// Characters of a new identifier: eight digits of lower-case base 36, as in the original.
const LENGTH: usize = 8;

const ALPHABET: [u8; 36] = *b"0123456789abcdefghijklmnopqrstuvwxyz";

pub(crate) async fn handle<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    next: impl Next<A>,
) -> Answer {
    context.set_correlation_id(sent(&context.head.headers).unwrap_or_else(random));
    next(server, context).await
}

fn sent(headers: &HeaderMap) -> Option<String> {
    headers::text(headers, &CORRELATION_ID).filter(|sent| !sent.is_empty()).map(Into::into)
}

/// A new identifier. It must be unique, but need not be unpredictable.
fn random() -> String {
    let bytes: [u8; LENGTH] = rand::rng().random();
    let mut id = String::with_capacity(LENGTH);
    for byte in bytes {
        // Some digits are more likely than others, which does not matter here.
        id.push(char::from(ALPHABET[usize::from(byte) * ALPHABET.len() / 256]));
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_request_gets_a_different_identifier_in_the_form_of_the_original() {
        let ids: HashSet<String> = (0..1_000).map(|_| random()).collect();

        assert_eq!(ids.len(), 1_000);
        let is_id = |id: &String| id.len() == 8 && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        assert!(ids.iter().all(is_id));
    }

    #[test]
    fn identifiers_of_one_thread_do_not_follow_each_other() {
        let ids: Vec<String> = (0..100).map(|_| random()).collect();

        let beginnings: HashSet<&str> = ids.iter().filter_map(|id| id.get(..LENGTH - 1)).collect();

        assert_eq!(beginnings.len(), ids.len(), "no two differ in their last letter only");
    }
}
