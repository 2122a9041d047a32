//! Bodies that are made rather than written down, and answers that come compressed.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::Value;

use crate::harness::Response;

/// Make the body a recipe describes; `expand` fills in the variables of its text.
pub(super) fn generate(recipe: &Value, expand: impl Fn(&str) -> String) -> Vec<u8> {
    let part = |name: &str| recipe[name].as_str().unwrap_or_default();
    let text = expand(part("text"));
    match recipe["kind"].as_str() {
        Some("pad") => {
            let count = recipe["count"].as_u64().expect("pad has a count");
            let filling = part("char").repeat(usize::try_from(count).unwrap());
            format!("{}{filling}{}", expand(part("prefix")), expand(part("suffix"))).into_bytes()
        }
        Some("gzip") => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(text.as_bytes()).unwrap();
            encoder.finish().unwrap()
        }
        // What HTTP calls deflate is the zlib format (RFC 9110, section 8.4.1.2).
        Some("deflate") => {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(text.as_bytes()).unwrap();
            encoder.finish().unwrap()
        }
        Some("utf16le") => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Some("latin1") => text.chars().map(|c| u8::try_from(u32::from(c)).expect("a character of Latin-1")).collect(),
        other => panic!("body_gen of kind {other:?}"),
    }
}

/// The body of an answer with its content encoding undone.
pub(super) fn decoded(response: &Response) -> Result<Vec<u8>, String> {
    let mut plain = Vec::new();
    let body = response.body.as_slice();
    let result = match response.header("content-encoding") {
        None | Some("identity") => return Ok(body.to_vec()),
        Some("gzip") => GzDecoder::new(body).read_to_end(&mut plain),
        Some("deflate") => ZlibDecoder::new(body).read_to_end(&mut plain),
        Some("br") => brotli::Decompressor::new(body, 4096).read_to_end(&mut plain),
        Some(other) => return Err(format!("content encoding {other}")),
    };
    result.map(|_| plain).map_err(|error| format!("the content encoding cannot be undone: {error}"))
}

/// RFC 4648, section 4.
pub(super) fn from_base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<u32> = text
        .bytes()
        .filter(|byte| *byte != b'=')
        .map(|byte| {
            let digit = ALPHABET.iter().position(|known| *known == byte);
            u32::try_from(digit.expect("a base64 digit")).unwrap()
        })
        .collect();
    digits
        .chunks(4)
        .flat_map(|group| {
            let bits = group.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - group.len()));
            let bytes = bits.to_be_bytes();
            bytes[1..group.len()].to_vec()
        })
        .collect()
}
