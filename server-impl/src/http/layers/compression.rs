//! Response compression: whether, how, and the compressing itself.
//!
//! The rules are those of the npm packages `compression` and `negotiator`, by which upstream answers. In the order of
//! use: [`negotiate`] looks at request and answer, and adds the `Vary` header; [`compress`] does the work;
//! [`describe`] sets the headers of the compressed answer. The entity tag stays that of the body as it was, as it does
//! upstream.

mod stream;

use std::io::{self, Write as _};

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use hyper::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, VARY,
};
use hyper::{HeaderMap, Method};

/// Bodies below this many bytes are sent as they are.
pub const THRESHOLD: usize = 1024;

/// Bodies above this many bytes are compressed on a thread for blocking work; up to it, compressing takes about
/// half a millisecond and is done on the spot.
pub const INLINE_LIMIT: usize = 64 * 1024;

/// The quality upstream compresses with, of 0 to 11.
const BROTLI_QUALITY: i32 = 4;

pub use stream::compress_stream;

/// How a body is encoded on its way (RFC 9110, section 8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `br`
    Brotli,
    /// `gzip`
    Gzip,
    /// `deflate`, which is the format of zlib
    Deflate,
    /// As it is.
    Identity,
}

impl Encoding {
    /// What can be chosen, the most wanted first.
    const ALL: [Self; 4] = [Self::Brotli, Self::Gzip, Self::Deflate, Self::Identity];

    /// Its name in `Accept-Encoding` and `Content-Encoding`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Identity => "identity",
        }
    }
}

/// Decides the encoding of an answer, and adds `Vary: Accept-Encoding` if the decision depends on the request's headers.
///
/// `length` is that of the body in bytes. The answer's headers must be complete.
#[must_use]
pub fn negotiate(method: &Method, request: &HeaderMap, response: &mut HeaderMap, length: usize) -> Encoding {
    if !is_compressible(response) {
        return Encoding::Identity;
    }
    add_vary(response);
    if length < THRESHOLD || response.contains_key(CONTENT_ENCODING) || method == Method::HEAD {
        return Encoding::Identity;
    }
    choose(request)
}

/// The best encoding the client accepts. Among those it likes equally it is brotli, else gzip, else whichever of deflate
/// and no encoding it names first; without the header, and if it accepts none of them, it is no encoding.
#[must_use]
pub fn choose(request: &HeaderMap) -> Encoding {
    let accepted = Accepted::parse(request);
    let mut best = (Encoding::Identity, 0.0);
    for encoding in Encoding::ALL {
        let quality = accepted.quality(encoding);
        if quality > best.1 {
            best = (encoding, quality);
        }
    }
    let as_good = best.1 > 0.0 && accepted.quality(Encoding::Identity) >= best.1;
    if best.0 == Encoding::Deflate && as_good && accepted.names_before(Encoding::Identity, Encoding::Deflate) {
        return Encoding::Identity;
    }
    best.0
}

/// Compresses a body.
///
/// # Errors
/// None that is known of: the encoders write into memory.
pub fn compress(encoding: Encoding, body: &[u8]) -> io::Result<Vec<u8>> {
    let compressed = Vec::with_capacity(body.len() / 2);
    match encoding {
        Encoding::Brotli => compress_brotli(body, compressed),
        Encoding::Gzip => {
            let mut encoder = GzEncoder::new(compressed, Compression::default());
            encoder.write_all(body)?;
            encoder.finish()
        }
        Encoding::Deflate => {
            let mut encoder = ZlibEncoder::new(compressed, Compression::default());
            encoder.write_all(body)?;
            encoder.finish()
        }
        Encoding::Identity => Ok(body.to_vec()),
    }
}

/// Sets the headers of an answer whose body has been compressed to `length` bytes.
pub fn describe(response: &mut HeaderMap, encoding: Encoding, length: usize) {
    if encoding != Encoding::Identity {
        describe_stream(response, encoding);
        response.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
}

/// As [`describe`], for a body whose length nobody knows.
pub fn describe_stream(response: &mut HeaderMap, encoding: Encoding) {
    if encoding != Encoding::Identity {
        response.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
        response.remove(CONTENT_LENGTH);
    }
}

fn compress_brotli(body: &[u8], mut compressed: Vec<u8>) -> io::Result<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: window_bits(body.len()),
        size_hint: body.len(),
        ..BrotliEncoderParams::default()
    };
    let mut body = body;
    brotli::BrotliCompress(&mut body, &mut compressed, &params)?;
    Ok(compressed)
}

/// The smallest window that holds the body: a larger one would only cost memory.
fn window_bits(length: usize) -> i32 {
    (10..22).find(|bits| length <= 1 << bits).unwrap_or(22)
}

/// Whether the answer's type is worth compressing, and nothing forbids to transform it.
fn is_compressible(response: &HeaderMap) -> bool {
    let forbidden = response.get_all(CACHE_CONTROL).iter().any(|line| {
        let mut directives = line.as_bytes().split(|byte| *byte == b',');
        directives.any(|directive| directive.trim_ascii() == b"no-transform")
    });
    let content_type = response.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let is_text = media_type.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("text/"));
    !forbidden && (is_text || media_type.eq_ignore_ascii_case("application/json"))
}

fn add_vary(response: &mut HeaderMap) {
    let named = response.get_all(VARY).iter().any(|line| {
        let mut names = line.as_bytes().split(|byte| *byte == b',');
        names.any(|name| {
            let name = name.trim_ascii();
            name == b"*" || name.eq_ignore_ascii_case(ACCEPT_ENCODING.as_str().as_bytes())
        })
    });
    if !named {
        response.append(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
}

/// What `Accept-Encoding` says: names and their quality values.
struct Accepted<'a> {
    entries: Vec<(&'a str, f32)>,
}

impl<'a> Accepted<'a> {
    fn parse(request: &'a HeaderMap) -> Self {
        let lines = request.get_all(ACCEPT_ENCODING).into_iter();
        let entries = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .filter_map(parse_entry)
            .collect();
        Self { entries }
    }

    /// How much the client wants an encoding; 0 if not at all. An entry with its name beats the asterisk. What is not
    /// encoded is accepted unless forbidden, and if not named at all wanted no more than anything else.
    fn quality(&self, encoding: Encoding) -> f32 {
        let of = |name: &str| {
            let entries = self.entries.iter();
            entries.filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, quality)| *quality).reduce(f32::max)
        };
        of(encoding.name()).or_else(|| of("*")).unwrap_or_else(|| match encoding {
            Encoding::Identity => self.lowest(),
            Encoding::Brotli | Encoding::Gzip | Encoding::Deflate => 0.0,
        })
    }

    /// Whether both have an entry of their own, and the one stands before the other.
    fn names_before(&self, one: Encoding, other: Encoding) -> bool {
        let place =
            |encoding: Encoding| self.entries.iter().position(|(own, _)| own.eq_ignore_ascii_case(encoding.name()));
        matches!((place(one), place(other)), (Some(one), Some(other)) if one < other)
    }

    /// The lowest quality of what is accepted.
    fn lowest(&self) -> f32 {
        let entries = self.entries.iter();
        entries.map(|(_, quality)| *quality).filter(|quality| *quality > 0.0).fold(1.0, f32::min)
    }
}

/// Name and quality value of an entry; without one it is 1, and one that is no number is 0.
///
/// `q` is lower-case and stands right before its equals sign: anything else is a parameter nobody knows.
fn parse_entry(entry: &str) -> Option<(&str, f32)> {
    let mut parts = entry.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty() && !name.contains(char::is_whitespace))?;
    let weight = parts.find_map(|parameter| parameter.strip_prefix("q=").or_else(|| (parameter == "q").then_some("")));
    Some((name, weight.map_or(1.0, leading_number)))
}

/// The number a text begins with, as ECMAScript's `parseFloat` reads it; 0 if there is none.
fn leading_number(text: &str) -> f32 {
    /// No quality value is longer.
    const LONGEST: usize = 32;
    let text = text.trim_start();
    let end = text.find(|letter: char| !letter.is_ascii_digit() && !"+-.eE".contains(letter)).unwrap_or(text.len());
    (0..=end.min(LONGEST)).rev().find_map(|end| text.get(..end)?.parse().ok()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests;
