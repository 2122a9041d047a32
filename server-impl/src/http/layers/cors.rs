//! Which pages of other origins may call (Fetch Standard, section "CORS protocol").

use crate::config::Environment;
use crate::http::context::CORRELATION_ID;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use immich_wire::Body;

const METHODS: HeaderValue = HeaderValue::from_static("GET,HEAD,PUT,PATCH,POST,DELETE");
const ANY: HeaderValue = HeaderValue::from_static("*");

/// Which pages of other origins may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cors {
    /// None.
    Off,
    /// All, without credentials that browsers keep: upstream's rule in development.
    Anyone,
    /// All, with every header they like and with cookies: for what holds nobody's data.
    Everything,
}

impl From<Environment> for Cors {
    fn from(environment: Environment) -> Self {
        match environment {
            Environment::Production => Self::Off,
            Environment::Development => Self::Anyone,
        }
    }
}

impl Cors {
    /// The answer to a browser that asks whether a page may call; the headers of every answer are still to be added.
    pub(super) fn preflight(self, method: &Method, request: &HeaderMap) -> Option<Response<Body>> {
        if self == Self::Off || method != Method::OPTIONS {
            return None;
        }
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        // An asterisk does not stand for `Authorization`, nor for anything when there are cookies.
        let asked = request.get(ACCESS_CONTROL_REQUEST_HEADERS).filter(|_| self == Self::Everything);
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.cloned().unwrap_or(ANY));
        Some(response)
    }

    /// Adds what every answer says.
    pub(super) fn describe(self, request: &HeaderMap, response: &mut HeaderMap) {
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
                if let Ok(names) = HeaderValue::try_from(format!("ETag,Preference-Applied,{CORRELATION_ID}")) {
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
