//! Request bodies: read under a size limit and a deadline, decompressed, and decoded.
//!
//! Most operations take an [`Object`] with fields: [`read`] and [`decode`] make one. Only `application/json` and
//! `application/x-www-form-urlencoded` have fields. A body of any other media type, and an absent body, is an object
//! without fields, so that validation reports the missing ones.
//!
//! Operations that take something else have another [`BodyKind`] and get a [`RequestBody`].

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

pub use content::{BodyKind, RequestBody};
pub use error::BodyError;
pub use read::read;

use format::{Encoding, Format, Media};

/// The fields of a body.
pub type Object = serde_json::Map<String, Value>;

/// How many bytes of a body are read, and how long the server waits for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The maximum number of bytes of a body other than a form, as sent and decompressed.
    pub json_bytes: usize,
    /// The maximum number of bytes of a form, as sent and decompressed.
    pub form_bytes: usize,
    /// The deadline for the whole body to arrive.
    pub read_timeout: Duration,
}

impl Default for Limits {
    /// 10 MiB, 100 KiB for a form (both as upstream), within 30 seconds.
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
/// A JSON array has no fields and becomes an empty object. Bytes that are invalid in the charset become U+FFFD, as in
/// upstream; if that replaces punctuation, the JSON is malformed.
///
/// # Errors
/// Any [`BodyError`] except [`BodyError::Timeout`] and [`BodyError::Aborted`].
pub fn decode(headers: &HeaderMap, bytes: &[u8], limits: &Limits) -> Result<Object, BodyError> {
    if bytes.is_empty() {
        return Ok(Object::new());
    }
    let Some(Format { media, encoding }) = Format::of(headers, BodyKind::Fields)? else {
        return Ok(Object::new());
    };
    let plain = decompress(media, encoding, bytes, limits)?;
    match media {
        Media::Json(charset) => json::parse(&charset.decode(&plain)),
        Media::Form(charset) => form::parse(&charset.decode(&plain), charset),
        Media::Text(_) | Media::Binary => Ok(Object::new()),
    }
}

/// Decompresses a body. Both the compressed and the decompressed size are limited.
fn decompress<'b>(
    media: Media,
    encoding: Encoding,
    bytes: &'b [u8],
    limits: &Limits,
) -> Result<Cow<'b, [u8]>, BodyError> {
    let limit = limits.bytes(media);
    if bytes.len() > limit {
        return Err(BodyError::TooLarge { limit });
    }
    encoding::decompress(encoding, bytes, limit)
}

#[cfg(test)]
mod tests;
