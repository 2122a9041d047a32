//! Secrets that resemble a valid one, and must not be accepted in its place.

use crate::secret_forms::hex;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest as _, Sha256};

/// Secrets that do not depend on a valid one: what a faulty comparison or query may accept.
pub(super) const INVENTED: [(&str, &str); 5] = [
    ("conform0wrong0credential", "a secret that does not exist"),
    ("null", "the word null"),
    ("undefined", "the word undefined"),
    ("%", "a wildcard"),
    ("x'or'1'='1", "an SQL condition"),
];

/// Everything that is almost the secret, with how it differs.
pub(super) fn altered(secret: &str) -> Vec<(String, &'static str)> {
    let characters: Vec<char> = secret.chars().collect();
    let (length, middle) = (characters.len(), characters.len() / 2);
    let part = |from: usize, to: usize| characters.get(from..to).unwrap_or_default().iter().collect::<String>();
    let with_other = |at: usize| {
        let changed = characters.iter().enumerate();
        changed.map(|(index, character)| if index == at { other(*character) } else { *character }).collect()
    };
    let mut altered = vec![
        (part(0, length.saturating_sub(1)), "without its last character"),
        (part(1, length), "without its first character"),
        (format!("{secret}x"), "with one more character"),
        (format!("x{secret}"), "with one more character in front"),
        (with_other(length.saturating_sub(1)), "with another last character"),
        (with_other(0), "with another first character"),
        (with_other(middle), "with another character in the middle"),
        (characters.iter().map(|character| other(*character)).collect(), "with all characters changed"),
        (part(0, middle), "cut to its first half"),
        (part(middle, length), "cut to its second half"),
        (format!("{}%", part(0, length.saturating_sub(1))), "with a wildcard as its last character"),
        (hex(&Sha256::digest(secret)), "as its SHA-256 hash in hexadecimal"),
        (BASE64.encode(Sha256::digest(secret)), "as its SHA-256 hash in base64"),
    ];
    // A server may decode hexadecimal, where case does not matter.
    if !secret.chars().all(|character| character.is_ascii_hexdigit() || character == '-') {
        let swapped = |character: &char| {
            if character.is_lowercase() { character.to_ascii_uppercase() } else { character.to_ascii_lowercase() }
        };
        altered.push((characters.iter().map(swapped).collect(), "in the other case"));
        altered.push((secret.to_lowercase(), "in lower case"));
        altered.push((secret.to_uppercase(), "in upper case"));
    }
    altered.retain(|(text, _)| text != secret && !text.is_empty());
    altered
}

/// Another character. In base64 it differs in the highest of its bits: the last bits of the last character may mean
/// nothing.
fn other(character: char) -> char {
    let symbols = STANDARD.as_str();
    match symbols.find(character).and_then(|value| symbols.chars().nth(value ^ 32)) {
        Some(other) if other.is_ascii_alphanumeric() => other,
        _ if character == 'x' => 'y',
        _ => 'x',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_altered_secret_differs_from_the_secret_and_from_the_others() {
        for secret in ["b7Kq2ZxW9fT4mR8vL1nY6cJ3sD5gH0pA", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "0f8e"] {
            let altered = altered(secret);
            let texts: BTreeSet<&str> = altered.iter().map(|(text, _)| text.as_str()).collect();

            assert!(altered.len() >= 13, "{altered:?}");
            assert!(!texts.contains(secret), "{altered:?}");
        }
    }

    #[test]
    fn a_changed_last_character_changes_the_bytes_that_base64_encodes() {
        let secret = base64::engine::general_purpose::STANDARD_NO_PAD.encode([7; 32]);
        let (changed, _) = altered(&secret).into_iter().find(|(_, how)| how.contains("another last")).unwrap();
        let lenient = base64::engine::GeneralPurpose::new(
            &STANDARD,
            base64::engine::GeneralPurposeConfig::new()
                .with_decode_allow_trailing_bits(true)
                .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
        );

        assert_ne!(lenient.decode(changed).unwrap(), [7; 32]);
    }
}
