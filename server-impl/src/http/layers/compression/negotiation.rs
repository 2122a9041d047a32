//! Reads `Accept-Encoding` (RFC 9110, section 12.5.3) as the npm package `negotiator` does.

use super::Encoding;
use http::HeaderMap;
use http::header::ACCEPT_ENCODING;

/// The encoding with the highest quality value. Among equals brotli is preferred, then gzip, then whichever of deflate
/// and identity the header names first. It is identity without the header, and if the client accepts no encoding.
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

/// The entries of `Accept-Encoding`: names and quality values.
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

    /// The quality value of an encoding; 0 if the client does not accept it. An entry with its name takes precedence
    /// over `*`. Identity is accepted unless forbidden; without an entry it has the lowest quality value of all others.
    fn quality(&self, encoding: Encoding) -> f32 {
        let named = |name: &str| {
            let entries = self.entries.iter();
            entries.filter(|(entry, _)| entry.eq_ignore_ascii_case(name)).map(|(_, quality)| *quality).reduce(f32::max)
        };
        named(encoding.name()).or_else(|| named("*")).unwrap_or_else(|| match encoding {
            Encoding::Identity => self.lowest(),
            Encoding::Brotli | Encoding::Gzip | Encoding::Deflate => 0.0,
        })
    }

    /// Whether both are named, and `one` comes before `other`.
    fn names_before(&self, one: Encoding, other: Encoding) -> bool {
        let position =
            |encoding: Encoding| self.entries.iter().position(|(name, _)| name.eq_ignore_ascii_case(encoding.name()));
        matches!((position(one), position(other)), (Some(one), Some(other)) if one < other)
    }

    /// The lowest quality value of the accepted entries.
    fn lowest(&self) -> f32 {
        let entries = self.entries.iter();
        entries.map(|(_, quality)| *quality).filter(|quality| *quality > 0.0).fold(1.0, f32::min)
    }
}

/// The name and the quality value of an entry. The value is 1 if it is absent, and 0 if it is not a number.
///
/// Only a lower-case `q` directly before the equals sign is a quality value; other parameters are ignored.
fn parse_entry(entry: &str) -> Option<(&str, f32)> {
    let mut parts = entry.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty() && !name.contains(char::is_whitespace))?;
    let weight = parts.find_map(|parameter| parameter.strip_prefix("q=").or_else(|| (parameter == "q").then_some("")));
    Some((name, weight.map_or(1.0, leading_number)))
}

/// The number at the start of a text, as ECMAScript's `parseFloat` reads it; 0 if there is none.
fn leading_number(text: &str) -> f32 {
    /// No quality value is longer.
    const MAX_LENGTH: usize = 32;
    let text = text.trim_start();
    let end =
        text.find(|character: char| !character.is_ascii_digit() && !"+-.eE".contains(character)).unwrap_or(text.len());
    (0..=end.min(MAX_LENGTH)).rev().find_map(|end| text.get(..end)?.parse().ok()).unwrap_or(0.0)
}
