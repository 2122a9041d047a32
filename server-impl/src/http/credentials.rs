//! Finds the credential of a request.
//!
//! Only the first source that is not empty is used. If its credential is invalid, the next source is not tried: a stale
//! cookie takes precedence over a valid API key.

use crate::error::Error;
use crate::http::context::RequestContext;
use crate::http::cookies;
use crate::http::headers::has_any;
use http::HeaderName;
use http::header::AUTHORIZATION;
use immich_api::models::Permission;
use immich_api::{Operation, Place, SecurityScheme};
use immich_wire::{Choice as _, RepeatedParameter, Secret};
use std::borrow::Cow;
use std::sync::LazyLock;

static SHARE_KEY: HeaderName = HeaderName::from_static("x-immich-share-key");
static SHARE_SLUG: HeaderName = HeaderName::from_static("x-immich-share-slug");
static USER_TOKEN: HeaderName = HeaderName::from_static("x-immich-user-token");
static SESSION_TOKEN: HeaderName = HeaderName::from_static("x-immich-session-token");

/// The header of the scheme `ApiKey`, from the contract.
static API_KEY: LazyLock<Option<HeaderName>> = LazyLock::new(|| match SecurityScheme::ApiKey.place() {
    Place::Header(name) => HeaderName::try_from(name).ok(),
    Place::Bearer | Place::Cookie(_) | Place::Query(_) => None,
});

/// A credential as the request carries it, not yet checked.
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
    /// The error when this credential is invalid.
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

/// The error when a request has no credential.
#[must_use]
pub fn missing() -> Error {
    Error::unauthorized("Authentication required")
}

/// Rejects a credential in the query, also one that would not be used.
///
/// # Errors
/// 400 when the query has a parameter of a credential that is not empty.
pub fn reject_in_query(context: &RequestContext) -> Result<(), Error> {
    let query = context.query();
    let is_given = |name: &&str| query.all(name).iter().any(|value| !value.is_empty());
    if context.head.uri.query().is_some() && ["apiKey", "sessionKey", "key", "slug"].iter().any(is_given) {
        return Err(Error::bad_request("A credential in the query is not accepted; send it in a header"));
    }
    Ok(())
}

/// The error when the caller lacks this permission.
#[must_use]
pub fn not_permitted(needed: Permission) -> Error {
    Error::forbidden(format!("Missing required permission: {}", needed.as_str()))
}

/// Finds the credential to use for an operation. Kinds of credentials that the operation does not accept are ignored.
///
/// # Errors
/// 400 when the credential is a query parameter that is given more than once.
pub fn find(context: &RequestContext, operation: Operation) -> Result<Option<Credential>, Error> {
    if let Some(credential) = find_before_cookie(context, operation)? {
        return Ok(Some(credential));
    }
    if let Some(token) = cookie(context, operation) {
        return Ok(Some(Credential::Session(Secret::from(token.into_owned()))));
    }
    if operation.accepts(SecurityScheme::ApiKey)
        && let Some(name) = &*API_KEY
        && let Some(secret) = first(context, [name], "apiKey")?
    {
        return Ok(Some(Credential::ApiKey(Secret::from(secret.into_owned()))));
    }
    Ok(None)
}

/// Whether the credential that [`find`] finds is the cookie, which a browser adds to the requests of any page.
#[must_use]
pub fn is_cookie(context: &RequestContext, operation: Operation) -> bool {
    matches!(find_before_cookie(context, operation), Ok(None)) && cookie(context, operation).is_some()
}

/// The credential in a source that takes precedence over the cookie.
fn find_before_cookie(context: &RequestContext, operation: Operation) -> Result<Option<Credential>, Error> {
    let headers = &context.head.headers;
    // Most requests have none of these, and no query.
    let may_have_others =
        context.head.uri.query().is_some() || has_any(headers, [&SHARE_KEY, &SHARE_SLUG, &USER_TOKEN, &SESSION_TOKEN]);
    if may_have_others && is_given(context, &SHARE_KEY, "key") {
        return Ok(Some(Credential::SharedLinkKey));
    }
    if may_have_others && is_given(context, &SHARE_SLUG, "slug") {
        return Ok(Some(Credential::SharedLinkSlug));
    }
    if operation.accepts(SecurityScheme::Bearer) {
        let sent = if may_have_others { first(context, [&USER_TOKEN, &SESSION_TOKEN], "sessionKey")? } else { None };
        if let Some(token) = sent.or_else(|| bearer(context).map(Cow::Owned)) {
            return Ok(Some(Credential::Session(Secret::from(token.into_owned()))));
        }
    }
    Ok(None)
}

/// The token in the cookie, unless it is empty.
fn cookie(context: &RequestContext, operation: Operation) -> Option<Cow<'_, str>> {
    let Place::Cookie(name) = SecurityScheme::Cookie.place() else { return None };
    let token =
        operation.accepts(SecurityScheme::Cookie).then(|| cookies::cookie(&context.head.headers, name)).flatten();
    token.filter(|token| !token.is_empty())
}

/// Whether the request has a credential for an operation, valid or not.
pub fn is_present(context: &RequestContext, operation: Operation) -> bool {
    !matches!(find(context, operation), Ok(None))
}

/// Whether this header or this query parameter is present and not empty. A parameter that is given twice is present: as
/// in the original, the answer is that the credential is invalid, not that the parameter is repeated.
fn is_given(context: &RequestContext, header: &HeaderName, parameter: &str) -> bool {
    context.header(header).is_some_and(|value| !value.is_empty())
        || context.head.uri.query().is_some_and(|_| match context.query().single(parameter) {
            Ok(value) => value.is_some(),
            Err(RepeatedParameter(_)) => true,
        })
}

/// The first of these headers that is not empty; if there is none, the query parameter.
fn first<'c, const N: usize>(
    context: &'c RequestContext,
    headers: [&HeaderName; N],
    parameter: &str,
) -> Result<Option<Cow<'c, str>>, Error> {
    if let Some(value) = headers.into_iter().find_map(|name| context.header(name).filter(|value| !value.is_empty())) {
        return Ok(Some(value));
    }
    if context.head.uri.query().is_none() {
        return Ok(None);
    }
    context.query().single(parameter).map_err(|RepeatedParameter(name)| {
        Error::bad_request(format!("The query parameter {name} must be given only once"))
    })
}

/// The token of `Authorization: Bearer` (RFC 6750, section 2.1). The value is split at single spaces, as in the
/// original.
fn bearer(context: &RequestContext) -> Option<String> {
    let header = context.header(&AUTHORIZATION)?;
    let (scheme, rest) = header.split_at_checked("bearer ".len())?;
    let end = rest.bytes().position(|byte| byte == b' ').unwrap_or(rest.len());
    let token = rest.get(..end)?;
    (scheme.eq_ignore_ascii_case("bearer ") && !token.is_empty()).then(|| token.to_owned())
}
