//! E-mail addresses, by the rules of upstream's validator: RFC 5322 addresses as people use them; international
//! characters and domains without a top-level domain are allowed, IP addresses and display names are not.

use serde_json::Value;

use super::{Rule, Violations, is_empty};

/// The maximum length of an address in UTF-16 units (RFC 3696 erratum 1690).
const MAX_ADDRESS: usize = 254;
/// The maximum length of a local part in bytes (RFC 5321 section 4.5.3.1.1).
const MAX_LOCAL_PART: usize = 64;
/// The maximum length of a domain label in UTF-16 units (RFC 1035 section 2.3.4).
const MAX_LABEL: usize = 63;

/// An e-mail address.
///
/// The messages, in order: `should not be empty` (with [`Email::not_empty`]), `must be an email`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Email {
    not_empty: bool,
    lowercase: bool,
}

impl Email {
    /// Any e-mail address.
    #[must_use]
    pub const fn new() -> Self {
        Self { not_empty: false, lowercase: false }
    }

    /// Reports `should not be empty` for an absent, null or empty address.
    #[must_use]
    pub const fn not_empty(mut self) -> Self {
        self.not_empty = true;
        self
    }

    /// Converts the address to lower case before it is validated.
    #[must_use]
    pub const fn lowercase(mut self) -> Self {
        self.lowercase = true;
        self
    }
}

impl Rule for Email {
    type Output = String;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<String> {
        let address = value
            .and_then(Value::as_str)
            .map(|text| if self.lowercase { text.to_lowercase() } else { text.to_owned() });
        if self.not_empty && is_empty(value) {
            violations.push(format!("{name} should not be empty"));
        }
        let address = address.filter(|address| is_email(address));
        if address.is_none() {
            violations.push(format!("{name} must be an email"));
        }
        address
    }
}

/// Whether a text is an e-mail address. White space is not trimmed.
#[must_use]
pub fn is_email(text: &str) -> bool {
    // The length in bytes first, so that a text of megabytes is not scanned.
    if text.len() > 3 * MAX_ADDRESS || utf16_length(text) > MAX_ADDRESS {
        return false;
    }
    let Some((local_part, domain)) = text.rsplit_once('@') else {
        return false;
    };
    local_part.len() <= MAX_LOCAL_PART && is_domain(domain) && is_local_part(local_part)
}

fn utf16_length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

fn is_local_part(local_part: &str) -> bool {
    if local_part.starts_with('"') && local_part.ends_with('"') {
        return is_quoted(local_part.get(1..local_part.len() - 1).unwrap_or_default());
    }
    local_part.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_character))
}

fn is_atom_character(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || "!#$%&'*+-/=?^_`{|}~".contains(character)
        || (character != '\u{A0}' && is_international(character))
}

/// Whether a text may stand inside a quoted local part: white space, visible characters, and any character after a
/// backslash.
fn is_quoted(text: &str) -> bool {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let allowed = match character {
            '\\' => characters.next().is_some_and(|escaped| {
                matches!(escaped, '\u{1}'..='\u{9}' | '\u{B}'..='\u{7F}') || is_international(escaped)
            }),
            '\0' | '"' => false,
            '\u{1}'..='\u{7F}' => true,
            other => is_international(other),
        };
        if !allowed {
            return false;
        }
    }
    true
}

/// The non-ASCII characters that a local part may contain: the basic multilingual plane without private use.
fn is_international(character: char) -> bool {
    matches!(character, '\u{A0}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFEF}')
}

fn is_domain(domain: &str) -> bool {
    let last = domain.rsplit('.').next().unwrap_or(domain);
    let numeric = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    !numeric && domain.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && utf16_length(label) <= MAX_LABEL
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(is_label_character)
}

fn is_label_character(character: char) -> bool {
    match character {
        '-' | '0'..='9' | 'a'..='z' | 'A'..='Z' => true,
        // Full-width forms, which look like ASCII characters.
        '\u{FF01}'..='\u{FF5E}' => false,
        other => other >= '\u{A1}',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_people_use_are_accepted() {
        for address in [
            "a@b",
            "a@localhost",
            "admin@immich.cloud",
            "Admin@Immich.CLOUD",
            "a+b@immich.cloud",
            "o'x@y",
            "!#$%&'*+/=?^_`{|}~.-@c",
            "a.b.c@d.e.f",
            "ü@c",
            "ädmin@immich.cloud",
            "a@ü",
            "a@xn--bcher-kva.example",
            "a@b-c.d",
            "a@1b",
            "a@1.b",
            "\"a b\"@c.d",
            "\"a@b\"@c",
            "\"a\\\"b\"@c",
            "\"\"@c",
            "a@🔑.example",
        ] {
            assert!(is_email(address), "{address}");
        }
    }

    #[test]
    fn other_texts_are_rejected() {
        for text in [
            "",
            " ",
            "@",
            "a",
            "bad",
            "a@",
            "@b.c",
            "a..b@c",
            ".a@c",
            "a.@c",
            "a b@c.de",
            " admin@immich.cloud ",
            "admin@immich.cloud ",
            "a@b c",
            "a\n@b",
            "a@b\n",
            "a\0@b",
            "\"a\0b\"@c",
            "a@b\0",
            "a@b@c",
            "a@b_c",
            "a@-b",
            "a@b-",
            "a@b.",
            "a@.b",
            "a@b..c",
            "a@127.0.0.1",
            "a@[127.0.0.1]",
            "a@[::1]",
            "a@1",
            "a@b.123",
            "Name <a@b>",
            "<a@b>",
            "a:b@c",
            "a;b@c",
            "a,b@c",
            "a(b)@c",
            "a\"b@c",
            "\"a\"b\"@c",
            "\"a\\\"@c",
            "a\\b@c",
            "🔑@c",
            "a@ａ",
            "a\u{A0}b@c",
            "a@b\u{A0}c",
        ] {
            assert!(!is_email(text), "{text:?}");
        }
    }

    #[test]
    fn lengths_are_limited() {
        let label = "b".repeat(63);
        let domain = format!("{label}.{label}.{}", "c".repeat(61));
        for (address, valid) in [
            (format!("{}@b", "a".repeat(64)), true),
            (format!("{}@b", "a".repeat(65)), false),
            (format!("{}@b", "é".repeat(32)), true),
            (format!("{}@b", "é".repeat(33)), false),
            (format!("a@{label}"), true),
            (format!("a@{label}b"), false),
            (format!("{}@{domain}", "a".repeat(64)), true),
            (format!("{}@{domain}c", "a".repeat(64)), false),
            ("a".repeat(5_000_000), false),
        ] {
            assert_eq!(is_email(&address), valid, "{} bytes", address.len());
        }
    }

    #[test]
    fn no_short_text_panics() {
        let characters = ['a', '@', '.', '"', '\\', ' ', '\0', 'é', '🔑', '-', '1'];
        let count = characters.len();
        for number in 0..count.pow(5) {
            let text: String = (0..5).map(|place| characters[number / count.pow(place) % count]).collect();
            let _ = is_email(&text);
        }
    }
}
