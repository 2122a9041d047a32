//! Finds the operation for a method and a path.

use crate::Operation;
use http::Method;
use immich_wire::path::{self, BadEscape, Segments};

/// The operation of a request and the segments of its path.
#[derive(Debug)]
pub struct Route<'p> {
    /// The operation.
    pub operation: Operation,
    /// The raw segments of the path, including the base path.
    pub segments: Segments<'p>,
}

/// Finds the operation for a method and a raw path (with the base path, without the query).
///
/// Literal segments match in any ASCII case, one trailing slash is allowed, and `HEAD` finds the operation of `GET`.
#[must_use]
pub fn route<'p>(method: &Method, path: &'p str) -> Option<Route<'p>> {
    let segments = path::segments(path)?;
    let (base, rest) = segments.split_first()?;
    if !is(base, "api") {
        return None;
    }
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let operation = match *rest {
        [s0] if method == Method::POST && is(s0, "api-keys") => Operation::CreateApiKey,
        [s0] if method == Method::GET && is(s0, "api-keys") => Operation::GetApiKeys,
        [s0] if method == Method::POST && is(s0, "sessions") => Operation::CreateSession,
        [s0] if method == Method::GET && is(s0, "sessions") => Operation::GetSessions,
        [s0] if method == Method::DELETE && is(s0, "sessions") => Operation::DeleteAllSessions,
        [s0] if method == Method::GET && is(s0, "users") => Operation::SearchUsers,
        [s0, s1] if method == Method::GET && is(s0, "api-keys") && is(s1, "me") => Operation::GetMyApiKey,
        [s0, s1] if method == Method::POST && is(s0, "auth") && is(s1, "login") => Operation::Login,
        [s0, s1] if method == Method::POST && is(s0, "auth") && is(s1, "admin-sign-up") => Operation::SignUpAdmin,
        [s0, s1] if method == Method::POST && is(s0, "auth") && is(s1, "validateToken") => {
            Operation::ValidateAccessToken
        }
        [s0, s1] if method == Method::POST && is(s0, "auth") && is(s1, "change-password") => Operation::ChangePassword,
        [s0, s1] if method == Method::POST && is(s0, "auth") && is(s1, "logout") => Operation::Logout,
        [s0, s1] if method == Method::GET && is(s0, "server") && is(s1, "about") => Operation::GetAboutInfo,
        [s0, s1] if method == Method::GET && is(s0, "server") && is(s1, "ping") => Operation::PingServer,
        [s0, s1] if method == Method::GET && is(s0, "server") && is(s1, "version") => Operation::GetServerVersion,
        [s0, s1] if method == Method::GET && is(s0, "server") && is(s1, "features") => Operation::GetServerFeatures,
        [s0, s1] if method == Method::GET && is(s0, "server") && is(s1, "config") => Operation::GetServerConfig,
        [s0, s1] if method == Method::GET && is(s0, "users") && is(s1, "me") => Operation::GetMyUser,
        [s0, s1] if method == Method::PUT && is(s0, "users") && is(s1, "me") => Operation::UpdateMyUser,
        [s0, _] if method == Method::GET && is(s0, "api-keys") => Operation::GetApiKey,
        [s0, _] if method == Method::PUT && is(s0, "api-keys") => Operation::UpdateApiKey,
        [s0, _] if method == Method::DELETE && is(s0, "api-keys") => Operation::DeleteApiKey,
        [s0, _] if method == Method::DELETE && is(s0, "sessions") => Operation::DeleteSession,
        [s0, _] if method == Method::GET && is(s0, "users") => Operation::GetUser,
        _ => return None,
    };
    Some(Route { operation, segments })
}

/// Decodes the path parameters of every route that matches this raw path with any method. Called if no route matches:
/// as in upstream's router, an invalid escape is reported before an unknown method.
///
/// # Errors
/// The first path parameter with an invalid escape.
pub fn check_parameters(path: &str) -> Result<(), BadEscape> {
    let Some(segments) = path::segments(path) else { return Ok(()) };
    let Some((base, rest)) = segments.split_first() else { return Ok(()) };
    if !is(base, "api") {
        return Ok(());
    }
    if let [s0, s1] = *rest
        && is(s0, "api-keys")
    {
        path::decode(s1)?;
    }
    if let [s0, s1] = *rest
        && is(s0, "sessions")
    {
        path::decode(s1)?;
    }
    if let [s0, s1] = *rest
        && is(s0, "users")
    {
        path::decode(s1)?;
    }
    Ok(())
}

fn is(segment: &str, literal: &str) -> bool {
    segment.eq_ignore_ascii_case(literal)
}
