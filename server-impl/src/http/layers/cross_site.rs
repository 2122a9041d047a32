//! Refuses requests that a page of another site makes a browser send (CSRF; OWASP ASVS 5.0, 3.5.1).
//!
//! A browser adds the cookie of this server to a request no matter which page causes it, and it reaches servers that no
//! one outside the network reaches. So a request that may change something needs more than that:
//!
//! | the operation | `Sec-Fetch-Site` is sent | only `Origin` is sent |
//! |---|---|---|
//! | is authorized by the cookie | must be `same-origin` or `none` | must be this server |
//! | needs no credential (login, sign-up) | must be `same-origin` or `none` | must be this server, if a page can send the request without a preflight request |
//! | is authorized by a header or the query | no page can know that credential: not checked | not checked |
//!
//! Browsers send `Sec-Fetch-Site` over https and to this machine, but not over http to other machines (Fetch Metadata
//! Request Headers, section 5), hence `Origin`. A request with neither does not come from a page of a current browser.
//!
//! Pages of other origins that CORS permits are not refused (`Cors::admits`). The operation of a refused request is found
//! here; all others are routed only by the contract.

use super::client_address::forwarded_host;
use super::cors::Authority;
use crate::error::Error;
use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use crate::http::{credentials, headers};
use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use http::{HeaderName, HeaderValue, Method};
use std::borrow::Cow;

static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The media types that a page may send to another origin without a preflight request (Fetch Standard,
/// "CORS-safelisted request-header").
const SAFELISTED: [&str; 3] = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

pub(crate) async fn handle<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    next: impl Next<A>,
) -> Answer {
    let may_be_foreign =
        !is_safe(&context.head.method) && headers::has_any(&context.head.headers, [&SEC_FETCH_SITE, &ORIGIN]);
    match may_be_foreign.then(|| refusal(server, context)).flatten() {
        Some(error) => context.refuse(error),
        None => next(server, context).await,
    }
}

/// Whether requests with this method change nothing (RFC 9110, section 9.2.1).
fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Why the request is refused, if it is. Its operation is then recorded in the context.
fn refusal<A>(server: &HttpServer<A>, context: &mut RequestContext) -> Option<Error> {
    let site = headers::text(&context.head.headers, &SEC_FETCH_SITE);
    if site.as_deref().is_some_and(is_own_site) {
        return None;
    }
    let operation = immich_api::route(&context.head.method, context.head.uri.path())?.operation;
    let authority = if !operation.is_secured() {
        Authority::Anyone
    } else if credentials::is_cookie(context, operation) {
        Authority::Cookie
    } else {
        return None;
    };
    if server.cors.admits(authority) {
        return None;
    }
    let message = if site.is_some() {
        "A page of another site may not send this request"
    } else {
        let can_be_sent = authority == Authority::Cookie || is_sent_without_preflight(context);
        if !can_be_sent || is_own_origin(server, context) {
            return None;
        }
        "The Origin of this request is not the address that it was sent to; a reverse proxy has to forward both"
    };
    context.operation = Some(operation);
    Some(Error::forbidden(message))
}

/// Whether this value of `Sec-Fetch-Site` is that of this server's own pages, or of a request that no page caused.
fn is_own_site(site: &str) -> bool {
    matches!(site, "same-origin" | "none")
}

/// Whether a page of another origin can send a request with this content type although CORS is off.
fn is_sent_without_preflight(context: &RequestContext) -> bool {
    let Some(sent) = context.header(&CONTENT_TYPE) else { return true };
    let media_type = sent.split([';', ',']).next().unwrap_or_default().trim();
    SAFELISTED.iter().any(|safe| media_type.eq_ignore_ascii_case(safe))
}

/// Whether `Origin` has the scheme, host and port that the client sent the request to.
fn is_own_origin<A>(server: &HttpServer<A>, context: &RequestContext) -> bool {
    let scheme = if context.client.secure { "https" } else { "http" };
    let Some(origin) = headers::text(&context.head.headers, &ORIGIN) else { return true };
    let Some((own, host)) = origin.split_once("://") else { return false };
    own.eq_ignore_ascii_case(scheme)
        && requested_host(server, context).is_some_and(|asked| is_same_host(host, &asked, context.client.secure))
}

/// The host, and the port if there is one, that the client sent the request to: as a trusted proxy reports it, or as it
/// is in the request.
fn requested_host<'c, A>(server: &HttpServer<A>, context: &'c RequestContext) -> Option<Cow<'c, str>> {
    let forwarded = server.proxies.contains(context.peer).then(|| forwarded_host(&context.head.headers)).flatten();
    forwarded.map(Cow::Borrowed).or_else(|| match context.head.uri.authority() {
        // HTTP/2, and the absolute form of HTTP/1.1, which has precedence over `Host` (RFC 9112, section 3.2.2).
        Some(authority) => Some(Cow::Borrowed(authority.as_str())),
        None => context.head.headers.get(HOST).map(HeaderValue::as_bytes).map(headers::latin1),
    })
}

/// Whether two hosts are the same, in any case, with or without the default port of the scheme.
fn is_same_host(one: &str, other: &str, secure: bool) -> bool {
    let default = if secure { ":443" } else { ":80" };
    let without = |host: &'_ str| host.strip_suffix(default).unwrap_or(host).len();
    match (one.get(..without(one)), other.get(..without(other))) {
        (Some(one), Some(other)) => !one.is_empty() && one.eq_ignore_ascii_case(other),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_compared_in_any_case_and_with_the_default_port_of_the_scheme() {
        for (one, other, secure) in [
            ("photos.example", "Photos.Example", true),
            ("photos.example", "photos.example:443", true),
            ("photos.example:80", "photos.example", false),
            ("[::1]:2283", "[::1]:2283", false),
            ("[::1]", "[::1]:80", false),
        ] {
            assert!(is_same_host(one, other, secure), "{one} {other}");
        }
        for (one, other, secure) in [
            ("photos.example", "photos.example:80", true),
            ("photos.example:2283", "photos.example:2284", false),
            ("photos.example", "photos.example.evil", true),
            ("evil-photos.example", "photos.example", true),
            ("photos.example:443", "photos.example", false),
            ("[::1]:8080", "[::1]:80", false),
            ("", "", true),
        ] {
            assert!(!is_same_host(one, other, secure), "{one} {other}");
        }
    }

    #[test]
    fn only_pages_of_the_server_and_the_user_are_its_own_site() {
        assert!(is_own_site("same-origin") && is_own_site("none"));
        for foreign in ["cross-site", "same-site", "", "same-origin, same-origin", "SAME-ORIGIN", "none, cross-site"] {
            assert!(!is_own_site(foreign), "{foreign}");
        }
    }
}
