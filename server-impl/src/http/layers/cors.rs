//! Answers preflight requests, and lists in headers which pages of other origins may read an answer (Fetch Standard,
//! section "CORS protocol").

use super::request_id::CORRELATION_ID;
use crate::config::Environment;
use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use immich_wire::Body;

const METHODS: HeaderValue = HeaderValue::from_static("GET,HEAD,PUT,PATCH,POST,DELETE");
const ANY: HeaderValue = HeaderValue::from_static("*");

/// Which web pages of other origins may call the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cors {
    /// None.
    Off,
    /// All, without the credentials that browsers keep: the original's rule in development.
    Anyone,
    /// All, with any header and with cookies: for the mock, which holds no data.
    Everything,
}

/// What authorizes a request that has no credential in a header or in its query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Authority {
    /// The cookie that the browser adds.
    Cookie,
    /// Nothing: the operation needs no credential.
    Anyone,
}

impl From<Environment> for Cors {
    fn from(environment: Environment) -> Self {
        match environment {
            Environment::Production => Self::Off,
            Environment::Development => Self::Anyone,
        }
    }
}

pub(crate) async fn handle<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    next: impl Next<A>,
) -> Answer {
    let mut response = match server.cors.preflight(&context.head.method, &context.head.headers) {
        Some(response) => Box::new(response),
        None => next(server, context).await,
    };
    server.cors.describe(&context.head.headers, response.headers_mut());
    response
}

impl Cors {
    /// Whether pages of other origins may send requests with this authority that change something. In development they
    /// may log in, but a browser sends them no cookie: `*` as the allowed origin excludes it.
    pub(super) fn admits(self, authority: Authority) -> bool {
        match (self, authority) {
            (Self::Off, _) | (Self::Anyone, Authority::Cookie) => false,
            (Self::Anyone, Authority::Anyone) | (Self::Everything, _) => true,
        }
    }

    /// The answer to a preflight request, without the headers that [`describe`](Self::describe) adds to all answers.
    fn preflight(self, method: &Method, request: &HeaderMap) -> Option<Response<Body>> {
        if self == Self::Off || method != Method::OPTIONS {
            return None;
        }
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        // `*` does not include `Authorization`, and includes nothing where cookies are sent.
        let requested = request.get(ACCESS_CONTROL_REQUEST_HEADERS).filter(|_| self == Self::Everything);
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, requested.cloned().unwrap_or(ANY));
        Some(response)
    }

    /// Adds the CORS headers of an answer.
    fn describe(self, request: &HeaderMap, response: &mut HeaderMap) {
        match self {
            Self::Off => {}
            Self::Anyone => {
                response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
            }
            Self::Everything => {
                response.append(VARY, HeaderValue::from_static("Origin"));
                response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, request.get(ORIGIN).cloned().unwrap_or(ANY));
                if request.contains_key(ORIGIN) {
                    response.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
                }
                if let Ok(names) = HeaderValue::try_from(format!("ETag,Preference-Applied,{}", CORRELATION_ID.as_str()))
                {
                    response.insert(ACCESS_CONTROL_EXPOSE_HEADERS, names);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_page() -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_static("http://localhost:3000"));
        headers.insert(ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static("authorization,prefer"));
        headers
    }

    fn described(cors: Cors, request: &HeaderMap) -> HeaderMap {
        let mut headers = HeaderMap::new();
        cors.describe(request, &mut headers);
        headers
    }

    #[test]
    fn given_none_may_call_then_nothing_is_said_and_options_is_a_method_like_any_other() {
        assert!(described(Cors::Off, &from_page()).is_empty());
        assert!(Cors::Off.preflight(&Method::OPTIONS, &from_page()).is_none());
    }

    #[test]
    fn given_development_then_the_answers_are_those_of_upstream() {
        let cors = Cors::from(Environment::Development);
        let response = cors.preflight(&Method::OPTIONS, &from_page()).unwrap();

        assert_eq!(response.status(), 204);
        assert_eq!(response.headers()[ACCESS_CONTROL_ALLOW_METHODS], "GET,HEAD,PUT,PATCH,POST,DELETE");
        assert_eq!(response.headers()[ACCESS_CONTROL_ALLOW_HEADERS], "*");
        assert_eq!(described(cors, &from_page())[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert!(cors.preflight(&Method::GET, &from_page()).is_none());
    }

    #[test]
    fn given_everything_then_a_page_may_send_its_headers_and_cookies_and_read_ours() {
        let response = Cors::Everything.preflight(&Method::OPTIONS, &from_page()).unwrap();
        assert_eq!(response.headers()[ACCESS_CONTROL_ALLOW_HEADERS], "authorization,prefer");

        let headers = described(Cors::Everything, &from_page());
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], "http://localhost:3000");
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_CREDENTIALS], "true");
        assert_eq!(headers[ACCESS_CONTROL_EXPOSE_HEADERS], "ETag,Preference-Applied,x-immich-cid");
        assert_eq!(headers[VARY], "Origin");
    }

    #[test]
    fn given_everything_and_no_page_then_no_credentials_are_spoken_of() {
        let headers = described(Cors::Everything, &HeaderMap::new());
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert!(!headers.contains_key(ACCESS_CONTROL_ALLOW_CREDENTIALS));
    }
}
