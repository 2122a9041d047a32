//! The exchanges of a run, kept for reports that show all of them.

use super::{Request, Sent, Target};
use crate::secrets::Secrets;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use time::OffsetDateTime;

/// How many bytes of a body are kept: some requests send megabytes.
const LONGEST_BODY: usize = 64 * 1024;

/// A request and its response as they were on the wire. Secrets are shortened.
#[derive(Debug, Clone)]
pub struct RecordedExchange {
    /// `operationId`, or the name of a group of recorded cases.
    pub operation: String,
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Names and values, in the order in which they were sent.
    pub request_headers: Vec<(String, String)>,
    /// The body, if one was sent. At most 64 KiB are kept; bytes that are not UTF-8 are replaced.
    pub request_body: Option<String>,
    /// The response, or why there is none.
    pub response: Result<RecordedResponse, String>,
    /// When the request was sent, in UTC.
    pub started: OffsetDateTime,
    /// How long it took until the whole response was received.
    pub took: Duration,
    /// Whether the connection to the server was encrypted.
    pub over_tls: bool,
}

/// The response of a [`RecordedExchange`].
#[derive(Debug, Clone)]
pub struct RecordedResponse {
    /// The status code.
    pub status: u16,
    /// Names and values, in the order and spelling in which they were received.
    pub headers: Vec<(String, String)>,
    /// The body without its transfer and content coding. At most 64 KiB are kept; bytes that are not UTF-8 are replaced.
    pub body: String,
}

/// Keeps the exchanges of a run, if a report needs them. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorder(Option<Arc<Mutex<Vec<RecordedExchange>>>>);

impl Recorder {
    /// One that keeps exchanges only if `keeps` is set.
    pub(crate) fn new(keeps: bool) -> Self {
        Self(keeps.then(Arc::default))
    }

    /// Keeps an exchange. The secrets of the response must be known already.
    pub(crate) fn add(&self, operation: &str, target: &Target, request: &Request, sent: &Sent, secrets: &Secrets) {
        let Some(exchanges) = &self.0 else { return };
        let hidden = |headers: &[(String, String)]| -> Vec<(String, String)> {
            headers.iter().map(|(name, value)| (name.clone(), secrets.redact(value))).collect()
        };
        let response = match &sent.result {
            Ok(response) => Ok(RecordedResponse {
                status: response.status,
                headers: hidden(&response.headers),
                body: shown(&response.decoded().unwrap_or_else(|_| response.body.clone()), secrets),
            }),
            Err(error) => Err(error.to_string()),
        };
        let exchange = RecordedExchange {
            operation: operation.to_owned(),
            method: request.method.clone(),
            url: target.url(&secrets.redact(&request.target)),
            request_headers: hidden(&request.headers),
            request_body: request.body.as_deref().map(|body| shown(body, secrets)),
            response,
            started: sent.started,
            took: sent.took,
            over_tls: target.is_https(),
        };
        exchanges.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    }

    /// All exchanges, in the order in which they were checked.
    pub(crate) fn exchanges(&self) -> Vec<RecordedExchange> {
        let Some(exchanges) = &self.0 else { return Vec::new() };
        exchanges.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A body as text, shortened, without secrets.
fn shown(body: &[u8], secrets: &Secrets) -> String {
    if body.len() > LONGEST_BODY {
        // A body that is cut is not JSON: a secret at the cut would not be recognized.
        return format!("({} bytes)", body.len());
    }
    secrets.redact_body(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Response;

    #[test]
    fn an_exchange_is_kept_without_its_secrets_and_only_when_asked_for() {
        let secret = "abcdefghijklmnopqrstuvwxyz";
        let mut secrets = Secrets::new(["token".to_owned()]);
        secrets.add(secret);
        let target = Target::parse("http://localhost:1", "/api").unwrap().0;
        let request = Request::new("POST", format!("/api/x?key={secret}")).header("x-key", secret).body(secret);
        let received = http1_client::Response {
            status: 201,
            headers: vec![("Set-Cookie".to_owned(), format!("t={secret}"))],
            body: format!("{{\"token\":\"{secret}\"}}").into_bytes(),
        };
        let sent = Sent {
            result: Ok(Response { received, surplus: Vec::new() }),
            started: OffsetDateTime::UNIX_EPOCH,
            took: Duration::from_millis(3),
        };
        let (off, on) = (Recorder::default(), Recorder::new(true));
        for recorder in [&off, &on] {
            recorder.add("x", &target, &request, &sent, &secrets);
        }

        assert!(off.exchanges().is_empty());
        let [kept] = <[_; 1]>::try_from(on.exchanges()).unwrap();
        assert_eq!(kept.url, "http://localhost:1/api/x?key=abcdef…");
        assert_eq!(kept.request_headers, [("x-key".to_owned(), "abcdef…".to_owned())]);
        assert_eq!(kept.request_body.as_deref(), Some("abcdef…"));
        let response = kept.response.unwrap();
        assert_eq!(response.headers, [("Set-Cookie".to_owned(), "t=abcdef…".to_owned())]);
        assert_eq!(response.body, "{\"token\":\"abcdef…\"}");
    }
}
