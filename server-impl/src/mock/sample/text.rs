//! Generates texts by format, property name, length and pattern.

use super::Place;
use super::draw::Draw;
use super::pattern::Pattern;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::datetime;

const WORDS: [&str; 24] = [
    "amber", "basil", "cedar", "delta", "ember", "fjord", "grove", "harbor", "iris", "juniper", "kelp", "lagoon",
    "maple", "north", "ocean", "pine", "quartz", "river", "spruce", "tide", "umber", "vale", "willow", "zephyr",
];
const FIRST_NAMES: [&str; 8] = ["Ada", "Björn", "Chiara", "Dmitri", "Emeka", "Farah", "Grace", "Hiro"];
const LAST_NAMES: [&str; 8] = ["Larsen", "Moreau", "Nakamura", "Okafor", "Petrova", "Quispe", "Rossi", "Schmidt"];

/// The length of a secret, that of the server's longest tokens.
const SECRET_LENGTH: u64 = 43;

/// A text that the schema allows.
pub(super) fn text(schema: &Value, at: &Place<'_>) -> String {
    let length = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
    let (shortest, longest) = (length("minLength").unwrap_or(0), length("maxLength").unwrap_or(u64::MAX));
    let usual = usual(schema.get("format").and_then(Value::as_str), at);
    let fitted = fitted(usual, shortest, longest, at.draw.within("more"));
    let pattern = schema.get("pattern").and_then(Value::as_str).and_then(Pattern::parse);
    match pattern {
        Some(pattern) if !pattern.matches(&fitted) => {
            pattern.text(shortest..=longest, at.draw.within("pattern")).unwrap_or(fitted)
        }
        _ => fitted,
    }
}

fn usual(format: Option<&str>, at: &Place<'_>) -> String {
    let draw = at.draw;
    match format {
        Some("uuid") => uuid::Builder::from_random_bytes(draw.bytes()).into_uuid().to_string(),
        Some("date-time") => moment(at.moment),
        Some("date") => at.moment.date().to_string(),
        Some("time") => moment(at.moment).split_off(11),
        Some("duration") => format!("PT{}H", draw.below(24) + 1),
        Some("email" | "idn-email") => email(draw),
        Some("uri" | "uri-reference" | "url" | "iri") => url(draw),
        Some("hostname") => format!("{}.example.com", word(draw)),
        Some("ipv4") => format!("192.0.2.{}", draw.below(254) + 1),
        Some("ipv6") => format!("2001:db8::{:x}", draw.below(0xffff) + 1),
        Some("password") => draw.letters(SECRET_LENGTH),
        Some("byte") => STANDARD.encode(word(draw)),
        _ => by_name(at.name, draw),
    }
}

/// A text for a property without a format, whose name often says what it is.
fn by_name(name: &str, draw: Draw) -> String {
    let name = name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&["email"]) {
        email(draw)
    } else if ends(&["url", "uri", "domain"]) {
        url(draw)
    } else if name == "name" || ends(&["username", "fullname"]) {
        let (first, last) = person(draw);
        format!("{first} {last}")
    } else if ends(&["version"]) {
        format!("{}.{}.{}", draw.item(0).below(9) + 1, draw.item(1).below(20), draw.item(2).below(10))
    } else {
        format!("{} {}", word(draw.item(0)), word(draw.item(1)))
    }
}

fn word(draw: Draw) -> &'static str {
    draw.pick(&WORDS).copied().unwrap_or_default()
}

fn person(draw: Draw) -> (&'static str, &'static str) {
    let of = |names: &'static [&'static str], part| draw.within(part).pick(names).copied().unwrap_or_default();
    (of(&FIRST_NAMES, "first"), of(&LAST_NAMES, "last"))
}

/// At a domain that is reserved for examples (RFC 2606).
fn email(draw: Draw) -> String {
    format!("{}.{}{}@example.com", word(draw.item(0)), word(draw.item(1)), draw.item(2).below(100))
}

fn url(draw: Draw) -> String {
    format!("https://example.com/{}", word(draw))
}

/// A moment as the server writes it: in UTC, with milliseconds.
fn moment(moment: OffsetDateTime) -> String {
    immich_wire::Timestamp::from(moment).to_string()
}

/// The first moment of an object: within the year 2025.
pub(super) fn first_moment(draw: Draw) -> OffsetDateTime {
    later(datetime!(2025-01-01 00:00 UTC), draw, 365 * 24 * 60 * 60)
}

/// A moment that is later by less than `most` seconds.
pub(super) fn later(moment: OffsetDateTime, draw: Draw, most: u64) -> OffsetDateTime {
    let milliseconds = i64::try_from(draw.below(most * 1000)).unwrap_or_default();
    moment.saturating_add(time::Duration::milliseconds(milliseconds))
}

/// The text, extended or truncated to a length from `shortest` to `longest` characters.
fn fitted(mut text: String, shortest: u64, longest: u64, draw: Draw) -> String {
    let length = text.chars().count() as u64;
    if length < shortest {
        text.push_str(&draw.letters(shortest - length));
    } else if length > longest {
        text = text.chars().take(usize::try_from(longest).unwrap_or(usize::MAX)).collect();
    }
    text
}
