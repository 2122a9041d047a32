//! The cookies of a login: how they are set, cleared and read.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use crate::http::headers;
use http::HeaderMap;
use http::header::{COOKIE, HeaderValue, InvalidHeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

/// Carries the session token.
pub const ACCESS_TOKEN: &str = "immich_access_token";
/// How the user logged in.
pub const AUTH_TYPE: &str = "immich_auth_type";
/// Tells the web client, which cannot read the token, that there is one.
pub const IS_AUTHENTICATED: &str = "immich_is_authenticated";

/// Browsers keep no cookie for longer than 400 days (RFC 6265bis, section 5.5).
const MAX_AGE: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// The `Set-Cookie` headers of a login with a password, in upstream's order. `secure` is whether the client's
/// connection is https; browsers drop a `Secure` cookie that comes over http.
///
/// # Errors
/// When the token holds characters no header may have, which no token drawn by this server does.
pub fn login_cookies(
    token: &SecretString,
    secure: bool,
    now: SystemTime,
) -> Result<[HeaderValue; 3], InvalidHeaderValue> {
    let max_age = MAX_AGE.as_secs();
    let expires = httpdate::fmt_http_date(now + MAX_AGE);
    let secure = if secure { " Secure;" } else { "" };
    // Written by hand, for clients see the attributes in upstream's order, which crates for cookies do not keep.
    let set = |name: &str, value: &str, http_only: &str| {
        let cookie =
            format!("{name}={value}; Max-Age={max_age}; Path=/; Expires={expires};{http_only}{secure} SameSite=Lax");
        HeaderValue::try_from(cookie).map(sensitive)
    };
    Ok([
        set(ACCESS_TOKEN, token.expose_secret(), " HttpOnly;")?,
        set(AUTH_TYPE, "password", " HttpOnly;")?,
        set(IS_AUTHENTICATED, "true", "")?,
    ])
}

/// The `Set-Cookie` headers of a logout, in upstream's order.
#[must_use]
pub fn cleared_cookies() -> [HeaderValue; 3] {
    [
        "immich_access_token=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "immich_auth_type=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "immich_is_authenticated=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    ]
    .map(|cookie| sensitive(HeaderValue::from_static(cookie)))
}

/// Keeps the value out of debug output and of HTTP/2's compression tables.
fn sensitive(mut value: HeaderValue) -> HeaderValue {
    value.set_sensitive(true);
    value
}

/// The value of a cookie, read as the npm package `cookie` does since 1.0: of a name sent twice the first counts, quotes
/// around a value belong to it, and percent-escapes are decoded unless they are broken. Names are compared letter by
/// letter.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<Cow<'a, str>> {
    headers.get_all(COOKIE).into_iter().flat_map(|header| header.as_bytes().split(|byte| *byte == b';')).find_map(
        |pair| {
            let equals = pair.iter().position(|byte| *byte == b'=')?;
            let (own, value) = (pair.get(..equals)?, pair.get(equals + 1..)?);
            (trim(own) == name.as_bytes()).then(|| decode(trim(value)))
        },
    )
}

fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// The text of a cookie's value. Bytes above 127 are read as ISO 8859-1, as upstream does.
fn decode(value: &[u8]) -> Cow<'_, str> {
    let plain = headers::latin1(value);
    if !plain.contains('%') {
        return plain;
    }
    match percent_decoded(&plain) {
        Some(text) => Cow::Owned(text),
        None => plain,
    }
}

/// The text with its percent-escapes decoded, or nothing if one is broken or they are not UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            decoded.push(hex_digit(bytes.next()?)? << 4 | hex_digit(bytes.next()?)?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
