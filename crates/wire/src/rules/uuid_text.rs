//! UUIDs (RFC 9562) in their canonical form.

use serde_json::Value;
use uuid::{Uuid, Variant};

use super::{Rule, Violations};

/// The length of a UUID with hyphens, in bytes.
const CANONICAL_LENGTH: usize = 36;

/// A UUID: 36 characters with hyphens, in upper or lower case.
///
/// The message: `must be a UUID`.
#[derive(Debug, Clone, Copy, Default)]
pub struct UuidText {
    version: Option<usize>,
}

impl UuidText {
    /// A UUID of any version.
    #[must_use]
    pub const fn new() -> Self {
        Self { version: None }
    }

    /// Accepts only UUIDs of this version and of the variant of RFC 9562.
    #[must_use]
    pub const fn version(mut self, version: usize) -> Self {
        self.version = Some(version);
        self
    }
}

impl Rule for UuidText {
    type Output = Uuid;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<Uuid> {
        let uuid = value
            .and_then(Value::as_str)
            .and_then(parse_canonical)
            .filter(|uuid| self.version.is_none_or(|version| has_version(uuid, version)));
        if uuid.is_none() {
            violations.push(format!("{name} must be a UUID"));
        }
        uuid
    }
}

/// Parses a canonical UUID of version 4. Other versions, the nil UUID and other notations are rejected.
#[must_use]
pub fn parse_uuid_v4(text: &str) -> Option<Uuid> {
    parse_canonical(text).filter(|uuid| has_version(uuid, 4))
}

/// `Uuid` also parses braces, `urn:uuid:` and texts without hyphens; the length excludes them.
fn parse_canonical(text: &str) -> Option<Uuid> {
    if text.len() != CANONICAL_LENGTH {
        return None;
    }
    Uuid::try_parse(text).ok()
}

fn has_version(uuid: &Uuid, version: usize) -> bool {
    uuid.get_version_num() == version && uuid.get_variant() == Variant::RFC4122
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canonical_v4_uuid_is_parsed_in_any_case() {
        for text in [
            "00000000-0000-4000-8000-000000000000",
            "00000000-0000-4000-a000-000000000000",
            "6f1d7b3e-9c0a-4f52-9B1c-2D3E4F5A6B7C",
            "ABCDEF01-2345-4789-BCDE-F0123456789A",
        ] {
            let uuid = parse_uuid_v4(text).unwrap();
            assert_eq!(uuid.to_string(), text.to_lowercase());
        }
    }

    #[test]
    fn other_texts_are_rejected() {
        for text in [
            "",
            "me",
            "123",
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "6f1d7b3e-9c0a-1f52-9b1c-2d3e4f5a6b7c",
            "6f1d7b3e-9c0a-7f52-9b1c-2d3e4f5a6b7c",
            "6f1d7b3e-9c0a-4f52-7b1c-2d3e4f5a6b7c",
            "6f1d7b3e-9c0a-4f52-cb1c-2d3e4f5a6b7c",
            "{6f1d7b3e-9c0a-4f52-9b1c-2d3e4f5a6b7c}",
            "6f1d7b3e9c0a4f529b1c2d3e4f5a6b7c",
            "urn:uuid:6f1d7b3e-9c0a-4f52-9b1c-2d3e4f5a6b7c",
            "6f1d7b3e-9c0a-4f52-9b1c-2d3e4f5a6b7g",
            "6f1d7b3e-9c0a-4f529-b1c-2d3e4f5a6b7c",
            "6f1d7b3e_9c0a_4f52_9b1c_2d3e4f5a6b7c",
            " 6f1d7b3e-9c0a-4f52-9b1c-2d3e4f5a6b7",
            "6f1d7b3e-9c0a-4f52-9b1c-2d3e4f5a6béc",
            "\0",
        ] {
            assert_eq!(parse_uuid_v4(text), None, "{text}");
        }
    }
}
