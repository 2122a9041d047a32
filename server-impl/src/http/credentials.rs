//! Which credential a request carries.
//!
//! The first source that is not empty counts, and there is no falling through to the next when it turns out to be
//! bad: a stale cookie beats a good API key.

use crate::error::Error;
use crate::http::context::RequestContext;
use crate::http::cookies;
use http::header::AUTHORIZATION;
use immich_api::{Operation, Place, SecurityScheme};
use immich_wire::{RepeatedParameter, Secret};
use std::borrow::Cow;

/// What a request carries to show who sends it. Nothing in it has been checked.
#[derive(Debug)]
pub enum Credential {
    /// The key of a shared link.
    SharedLinkKey,
    /// The slug of a shared link.
    SharedLinkSlug,
    /// The token of a session.
    Session(Secret),
    /// The secret of an API key.
    ApiKey(Secret),
}

impl Credential {
    /// The answer to one that opens nothing.
    #[must_use]
    pub fn refusal(&self) -> Error {
        Error::unauthorized(match self {
            Self::SharedLinkKey => "Invalid share key",
            Self::SharedLinkSlug => "Invalid share slug",
            Self::Session(_) => "Invalid user token",
            Self::ApiKey(_) => "Invalid API key",
        })
    }
}

/// The answer to a request without a credential.
#[must_use]
pub fn missing() -> Error {
    Error::unauthorized("Authentication required")
}

/// The answer to a caller who lacks this permission.
#[must_use]
pub fn not_permitted(needed: &str) -> Error {
    Error::forbidden(format!("Missing required permission: {needed}"))
}

/// Finds the credential that counts for an operation; kinds that the contract does not accept there are not looked at.
///
/// # Errors
/// 400 when the query parameter that would count is given more than once.
pub fn find(context: &RequestContext, operation: Operation) -> Result<Option<Credential>, Error> {
    if is_given(context, "x-immich-share-key", "key") {
        return Ok(Some(Credential::SharedLinkKey));
    }
    if is_given(context, "x-immich-share-slug", "slug") {
        return Ok(Some(Credential::SharedLinkSlug));
    }
    if operation.accepts(SecurityScheme::Bearer) {
        let sent = first(context, &["x-immich-user-token", "x-immich-session-token"], "sessionKey")?;
        if let Some(token) = sent.or_else(|| bearer(context).map(Cow::Owned)) {
            return Ok(Some(Credential::Session(Secret::from(token.into_owned()))));
        }
    }
    if operation.accepts(SecurityScheme::Cookie)
        && let Place::Cookie(name) = SecurityScheme::Cookie.place()
        && let Some(token) = cookies::cookie(&context.head.headers, name).filter(|token| !token.is_empty())
    {
        return Ok(Some(Credential::Session(Secret::from(token.into_owned()))));
    }
    if operation.accepts(SecurityScheme::ApiKey)
        && let Place::Header(name) = SecurityScheme::ApiKey.place()
        && let Some(secret) = first(context, &[name], "apiKey")?
    {
        return Ok(Some(Credential::ApiKey(Secret::from(secret.into_owned()))));
    }
    Ok(None)
}

/// Whether this header, or else this query parameter, is there and not empty. As upstream looks a shared link up by
/// whatever it is given, a parameter that is given twice is one that leads nowhere, and no other fault.
fn is_given(context: &RequestContext, header: &str, parameter: &str) -> bool {
    context.header(header).is_some_and(|value| !value.is_empty())
        || match context.query().single(parameter) {
            Ok(value) => value.is_some(),
            Err(RepeatedParameter(_)) => true,
        }
}

/// The first of these headers that is not empty, else the query parameter.
fn first<'c>(context: &'c RequestContext, headers: &[&str], parameter: &str) -> Result<Option<Cow<'c, str>>, Error> {
    if let Some(value) = headers.iter().find_map(|name| context.header(name).filter(|value| !value.is_empty())) {
        return Ok(Some(value));
    }
    if context.head.uri.query().is_none() {
        return Ok(None);
    }
    context.query().single(parameter).map_err(|RepeatedParameter(name)| {
        Error::bad_request(format!("The query parameter {name} must be given only once"))
    })
}

/// The token of `Authorization: Bearer` (RFC 6750, section 2.1). As upstream does, the value is cut at single spaces.
fn bearer(context: &RequestContext) -> Option<String> {
    let header = context.header(AUTHORIZATION.as_str())?;
    let mut words = header.split(' ');
    let scheme = words.next()?;
    let token = words.next()?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.to_owned())
}
