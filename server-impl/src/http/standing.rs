//! Answers that stand: what an operation says everybody is answered with, as long as the program runs
//! ([`Reply::standing`](immich_wire::Reply::standing)), is made once and kept as it goes out.
//!
//! Clients ask for such answers all the time, to see whether the server is there. A request is told at once to be one
//! for them if it is plain: nothing in it has a say in the answer.

use crate::http::compression::THRESHOLD;
use crate::http::context::CORRELATION_HEADER;
use crate::http::correlation_id;
use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, AUTHORIZATION, CONNECTION, COOKIE, DNT, HOST, PRAGMA, REFERER, USER_AGENT,
};
use http::{HeaderName, Method, Request, Response};
use http_body::Body as HttpBody;
use immich_api::{BASE_PATH, Operation};
use immich_wire::{Body, Standing};
use std::sync::OnceLock;

/// Headers that have no say in an answer that stands: all that is done with a request was gone through for each of
/// them. One that is not named here makes a request go the whole way. `Accept-Encoding` is here because only answers
/// are kept that are too short to be compressed, credentials because an operation that asks for one is never kept.
static WITHOUT_SAY: [HeaderName; 11] = [
    HOST,
    USER_AGENT,
    ACCEPT,
    ACCEPT_ENCODING,
    ACCEPT_LANGUAGE,
    CONNECTION,
    AUTHORIZATION,
    COOKIE,
    REFERER,
    DNT,
    PRAGMA,
];

/// Bytes of header values that a plain request may have: far from where the length of a head matters.
const LONGEST_HEADERS: usize = 8 * 1024;

/// The answers that are kept, by the operations that may have one.
#[derive(Debug)]
pub struct StandingAnswers {
    places: Box<[Place]>,
}

/// An operation that takes nothing from anybody: it can be read, by everyone, at one path.
#[derive(Debug)]
struct Place {
    operation: Operation,
    target: String,
    kept: OnceLock<Kept>,
}

#[derive(Debug)]
struct Kept {
    /// Status and headers.
    head: Response<()>,
    /// Which of the headers is the correlation id: counting them takes less than computing where it is.
    id_at: Option<usize>,
    body: Bytes,
}

impl Default for StandingAnswers {
    fn default() -> Self {
        let operations = Operation::ALL.into_iter().filter(|operation| {
            *operation.method() == Method::GET && !operation.is_secured() && !operation.path().contains('{')
        });
        let place = |operation: Operation| {
            let target = format!("{BASE_PATH}{}", operation.path());
            Place { operation, target, kept: OnceLock::new() }
        };
        Self { places: operations.map(place).collect() }
    }
}

/// A plain request for an operation that may have an answer that stands.
#[derive(Debug, Clone, Copy)]
pub struct Plain<'a> {
    place: &'a Place,
}

impl StandingAnswers {
    /// Whether a request is plain.
    #[must_use]
    pub fn plain<B: HttpBody>(&self, request: &Request<B>) -> Option<Plain<'_>> {
        let target = request.uri().path_and_query()?.as_str();
        let place = self.places.iter().find(|place| place.target == target)?;
        let mut length = 0;
        for (name, value) in request.headers() {
            // Every request has this one, and many have no other.
            if *name != HOST && !WITHOUT_SAY.contains(name) {
                return None;
            }
            length += value.len();
        }
        let is_plain = *request.method() == Method::GET && length <= LONGEST_HEADERS && request.body().is_end_stream();
        is_plain.then_some(Plain { place })
    }
}

impl Plain<'_> {
    /// What is asked for.
    #[must_use]
    pub fn operation(self) -> Operation {
        self.place.operation
    }

    /// The answer that was kept, with a correlation id of its own and the body that is made of its bytes.
    #[inline]
    #[must_use]
    pub fn answer<B>(self, body: impl FnOnce(Bytes) -> B) -> Option<Response<B>> {
        let kept = self.place.kept.get()?;
        let mut response = kept.head.clone().map(|()| body(kept.body.clone()));
        if let Some(id) = kept.id_at.and_then(|place| response.headers_mut().values_mut().nth(place)) {
            *id = correlation_id::header();
        }
        Some(response)
    }

    /// Keeps the finished answer to this request, if it is one that stands.
    pub fn keep(self, response: &Response<Body>) {
        let Some(body) = response.body().as_full().filter(|body| body.len() < THRESHOLD) else { return };
        if response.extensions().get::<Standing>().is_some() {
            self.place.kept.get_or_init(|| {
                let mut head = Response::new(());
                *head.status_mut() = response.status();
                *head.headers_mut() = response.headers().clone();
                let id_at = head.headers().keys().position(|name| *name == CORRELATION_HEADER);
                Kept { head, id_at, body: body.clone() }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;
    use http_body_util::{Empty, Full};

    const PING: &str = "/api/server/ping";

    fn get(target: &str, headers: &[(&str, &str)]) -> Request<Empty<Bytes>> {
        let request = Request::get(target);
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).body(Empty::new()).unwrap()
    }

    fn pong() -> Response<Body> {
        let response = Response::builder().header(&CORRELATION_HEADER, "first").header("etag", "\"e\"");
        response.extension(Standing).body(Body::from(Bytes::from_static(b"pong"))).unwrap()
    }

    #[test]
    fn given_an_answer_that_stands_then_the_next_plain_request_gets_it_under_a_name_of_its_own() {
        let answers = StandingAnswers::default();
        let browser = [("host", "photos"), ("accept-encoding", "gzip, br"), ("cookie", "immich_access_token=a")];
        let first = answers.plain(&get(PING, &[])).unwrap();
        assert!(first.answer(Body::from).is_none());

        first.keep(&pong());

        let plain = answers.plain(&get(PING, &browser)).unwrap();
        assert_eq!(plain.operation(), Operation::PingServer);
        let [one, other] = [plain.answer(Body::from).unwrap(), plain.answer(Body::from).unwrap()];
        assert_eq!((one.status(), one.body().as_full().unwrap().as_ref()), (StatusCode::OK, &b"pong"[..]));
        assert_eq!(one.headers()["etag"], "\"e\"");
        assert_ne!(one.headers()[&CORRELATION_HEADER], other.headers()[&CORRELATION_HEADER]);
        assert_ne!(one.headers()[&CORRELATION_HEADER], "first");
    }

    #[test]
    fn given_an_answer_that_does_not_stand_or_is_long_or_streamed_then_it_is_not_kept() {
        let answers = StandingAnswers::default();
        let plain = answers.plain(&get(PING, &[])).unwrap();
        let mut unmarked = pong();
        unmarked.extensions_mut().clear();
        let long = pong().map(|_| Body::from(Bytes::from(vec![b'x'; THRESHOLD])));
        let streamed = pong().map(|_| Body::stream(Full::new(Bytes::from_static(b"pong"))));

        for response in [unmarked, long, streamed] {
            plain.keep(&response);
            assert!(plain.answer(Body::from).is_none());
        }
    }

    #[test]
    fn given_anything_that_may_have_a_say_then_a_request_is_not_plain() {
        let answers = StandingAnswers::default();
        for header in [
            "if-none-match",
            "cache-control",
            "expect",
            "origin",
            "prefer",
            "x-immich-cid",
            "x-forwarded-for",
            "forwarded",
            "content-length",
            "x-made-up",
        ] {
            assert!(answers.plain(&get(PING, &[("host", "photos"), (header, "1")])).is_none(), "{header}");
        }
        let long = "x".repeat(LONGEST_HEADERS + 1);
        assert!(answers.plain(&get(PING, &[("cookie", &long)])).is_none());
        for target in ["/api/server/ping?a", "/api/server/ping/", "/api/Server/ping", "/api/users", "/"] {
            assert!(answers.plain(&get(target, &[])).is_none(), "{target}");
        }
        let mut head = get(PING, &[]);
        *head.method_mut() = Method::HEAD;
        assert!(answers.plain(&head).is_none());
        assert!(answers.plain(&get(PING, &[]).map(|_| Full::new(Bytes::from_static(b"{}")))).is_none());
    }
}
