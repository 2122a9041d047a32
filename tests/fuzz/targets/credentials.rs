//! Credentials: a session token is found in the first place that has one, and is exactly what was sent there.
//!
//! An input is a list of lines: the operation, the query, then a value for each header.

#![no_main]

use http::Request;
use immich_api::Operation;
use immich_fuzz::{headers, latin1, lines};
use immich_server::http::context::RequestContext;
use immich_server::http::credentials::{Credential, find};
use libfuzzer_sys::fuzz_target;

const HEADERS: [&str; 7] = [
    "x-immich-user-token",
    "x-immich-session-token",
    "authorization",
    "cookie",
    "x-api-key",
    "x-immich-share-key",
    "x-immich-share-slug",
];

fuzz_target!(|data: &[u8]| {
    let mut lines = lines(data);
    let operation = lines.next().and_then(|line| line.first()).map_or(0, |byte| usize::from(*byte));
    let operation = Operation::ALL[operation % Operation::ALL.len()];
    let query = lines.next().map(latin1).filter(|query| !query.is_empty()).map(|query| format!("?{query}"));
    let target = format!("{}{}", operation.path().replace(['{', '}'], ""), query.unwrap_or_default());
    let Ok(mut request) = Request::builder().method(operation.method()).uri(target).body(None) else { return };
    *request.headers_mut() = headers(HEADERS.into_iter().zip(lines).filter(|(_, value)| !value.is_empty()));
    let sent = request.headers().clone();
    let context = RequestContext::new(request, ([127, 0, 0, 1], 1).into());

    let Ok(found) = find(&context, operation) else {
        assert!(context.head.uri.query().is_some(), "only a repeated parameter is an error");
        return;
    };

    let text = |name: &str| sent.get(name).map(|value| latin1(value.as_bytes())).filter(|text| !text.is_empty());
    match found {
        None => {
            // The tokens of a mobile app are accepted wherever a session is.
            if operation.accepts(immich_api::SecurityScheme::Bearer) {
                assert_eq!(text("x-immich-user-token"), None);
                assert_eq!(text("x-immich-session-token"), None);
            }
            assert_eq!(text("x-immich-share-key"), None);
            assert_eq!(text("x-immich-share-slug"), None);
        }
        Some(credential) => {
            assert!(!format!("{credential:?}").contains("Secret(\""), "a secret is shown");
            if let Credential::Session(token) = &credential {
                let token = token.expose();
                assert!(!token.is_empty());
                if let Some(first) = text("x-immich-user-token").or_else(|| text("x-immich-session-token")) {
                    assert_eq!(token, first);
                }
            }
            if let Credential::ApiKey(secret) = &credential
                && let Some(sent) = text("x-api-key")
            {
                assert_eq!(secret.expose(), sent);
            }
        }
    }
});
