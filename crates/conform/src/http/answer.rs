//! An answer as it came.

use flate2::read::{GzDecoder, ZlibDecoder};
use serde_json::Value;
use std::io::Read as _;

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In order, names as sent.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Bytes after the end of the answer: a body where none belongs.
    pub(crate) beyond: Vec<u8>,
}

impl Answer {
    /// The first header of that name, whatever its case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers_named(name).next()
    }

    pub(crate) fn headers_named(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body with its content encoding undone.
    pub(crate) fn decoded(&self) -> Result<Vec<u8>, String> {
        let mut plain = Vec::new();
        let body = self.body.as_slice();
        let result = match self.header("content-encoding") {
            None | Some("identity") => return Ok(body.to_vec()),
            Some("gzip") => GzDecoder::new(body).read_to_end(&mut plain),
            Some("deflate") => ZlibDecoder::new(body).read_to_end(&mut plain),
            Some("br") => brotli::Decompressor::new(body, 4096).read_to_end(&mut plain),
            Some(other) => return Err(format!("content encoding {other}")),
        };
        result.map(|_| plain).map_err(|error| format!("the content encoding cannot be undone: {error}"))
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Value, String> {
        let body = self.decoded()?;
        serde_json::from_slice(&body).map_err(|error| format!("no JSON: {error}"))
    }

    /// One text of a JSON body: `/apiKey/id`.
    pub(crate) fn text_at(&self, pointer: &str) -> Option<String> {
        self.json().ok()?.pointer(pointer)?.as_str().map(str::to_owned)
    }
}
