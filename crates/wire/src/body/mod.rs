//! Request bodies: read under a limit, decompressed, and decoded, most into an [`Object`].
//!
//! Only `application/json` and `application/x-www-form-urlencoded` carry fields. A body of any other media type, and
//! no body at all, is an object without fields, so that validation names what is missing.
//!
//! Operations that take something else than fields say so by their [`Intake`] and get a [`Content`].

mod charset;
mod content;
mod encoding;
mod error;
mod form;
mod format;
mod json;
mod read;

use std::borrow::Cow;
use std::time::Duration;

use http::HeaderMap;
use serde_json::Value;

pub use content::{Content, Intake};
pub use error::BodyError;
pub use read::read;

use format::{Encoding, Format, Media};

/// The fields of a body.
pub type Object = serde_json::Map<String, Value>;

/// How much of a body is taken, and for how long it is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of a body that is no form, both as sent and decompressed.
    pub json_bytes: usize,
    /// The most bytes of a form, both as sent and decompressed.
    pub form_bytes: usize,
    /// The longest the whole body may take to arrive.
    pub read_timeout: Duration,
}

impl Default for Limits {
    /// 10 MiB of JSON, 100 KiB of form (both as upstream), within 30 seconds.
    fn default() -> Self {
        Self { json_bytes: 10 * 1024 * 1024, form_bytes: 100 * 1024, read_timeout: Duration::from_secs(30) }
    }
}

impl Limits {
    fn bytes(&self, media: Media) -> usize {
        match media {
            Media::Json(_) | Media::Text(_) | Media::Binary => self.json_bytes,
            Media::Form(_) => self.form_bytes,
        }
    }
}

/// Decodes the bytes of a body by its `Content-Type` and `Content-Encoding`.
///
/// A JSON array has no fields and gives an empty object. Bytes that are not valid in the charset become U+FFFD, as
/// upstream decodes them; where they stand for punctuation, the JSON is malformed.
///
/// # Errors
/// Any [`BodyError`] but [`BodyError::Timeout`] and [`BodyError::Aborted`].
pub fn decode(headers: &HeaderMap, bytes: &[u8], limits: &Limits) -> Result<Object, BodyError> {
    if bytes.is_empty() {
        return Ok(Object::new());
    }
    let Some(Format { media, encoding }) = Format::of(headers, Intake::Fields)? else {
        return Ok(Object::new());
    };
    let plain = plain(media, encoding, bytes, limits)?;
    match media {
        Media::Json(charset) => json::parse(&charset.decode(&plain)),
        Media::Form(charset) => form::parse(&charset.decode(&plain), charset),
        Media::Text(_) | Media::Binary => Ok(Object::new()),
    }
}

/// The bytes as they were before they were encoded, under the limit.
fn plain<'b>(media: Media, encoding: Encoding, bytes: &'b [u8], limits: &Limits) -> Result<Cow<'b, [u8]>, BodyError> {
    let limit = limits.bytes(media);
    if bytes.len() > limit {
        return Err(BodyError::TooLarge { limit });
    }
    encoding::decompress(encoding, bytes, limit)
}

#[cfg(test)]
mod tests;
