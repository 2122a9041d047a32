//! Reads `Accept-Encoding` (RFC 9110, section 12.5.3) as the npm package `negotiator` does.

use super::Encoding;
use http::HeaderMap;
use http::header::ACCEPT_ENCODING;

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
