//! The forms in which a secret may leak: as it is, encoded, hashed, shortened.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256, Sha512};
use std::collections::HashMap;
use std::fmt::Write as _;

/// A form of at least this length is found within other text; a shorter one may be there by chance.
pub(crate) const UNIQUE: usize = 16;

/// All forms of all secrets, by their first bytes: the time of a search does not grow with the number of secrets.
#[derive(Debug, Default, Clone)]
pub(crate) struct Forms {
    by_start: HashMap<[u8; UNIQUE], Vec<Form>>,
}

#[derive(Debug, Clone)]
struct Form {
    text: String,
    how: &'static str,
    user_supplied: bool,
}

/// A secret in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// What was found: `a password, token or key in base64`.
    pub(crate) how: &'static str,
    pub(crate) user_supplied: bool,
}

impl Forms {
    pub(crate) fn add(&mut self, secret: &str, user_supplied: bool) {
        for (text, how) in forms(secret) {
            let Some(start) = text.as_bytes().first_chunk::<UNIQUE>() else { continue };
            let same_start = self.by_start.entry(*start).or_default();
            if !same_start.iter().any(|known| known.text == text) {
                same_start.push(Form { text, how, user_supplied });
                // The longest first: one may be the beginning of another.
                same_start.sort_by_key(|form| std::cmp::Reverse(form.text.len()));
            }
        }
    }

    /// The secrets in a text, in their order; they do not overlap.
    pub(crate) fn matches(&self, text: &str) -> Vec<Match> {
        let mut found = Vec::new();
        let mut start = 0;
        while let Some(rest) = text.as_bytes().get(start..)
            && let Some(window) = rest.first_chunk::<UNIQUE>()
        {
            let forms = self.by_start.get(window).into_iter().flatten();
            match forms.into_iter().find(|form| rest.starts_with(form.text.as_bytes())) {
                Some(Form { text, how, user_supplied }) => {
                    let end = start + text.len();
                    found.push(Match { start, end, how, user_supplied: *user_supplied });
                    start = end;
                }
                None => start += 1,
            }
        }
        found
    }
}

fn forms(secret: &str) -> Vec<(String, &'static str)> {
    const ENCODED: &str = "a password, token or key in base64";
    const HASHED: &str = "the hash of a password, token or key";
    const HEX: &str = "a password, token or key in hexadecimal";
    const HALF: &str = "half of a password, token or key";
    const ESCAPED: &str = "a password, token or key with escapes";
    let mut forms = vec![
        (secret.to_owned(), "a password, token or key"),
        (secret.chars().rev().collect(), "a password, token or key backwards"),
        (secret.to_lowercase(), "a password, token or key in lower case"),
        (secret.to_uppercase(), "a password, token or key in upper case"),
        (hex(secret.as_bytes()), HEX),
        (hex(secret.as_bytes()).to_uppercase(), HEX),
        (utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(), ESCAPED),
        (secret.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}")), ESCAPED),
        (secret.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02x}")), ESCAPED),
    ];
    let (sha256, sha512) = (Sha256::digest(secret.as_bytes()), Sha512::digest(secret.as_bytes()));
    for hash in [sha256.as_slice(), sha512.as_slice()] {
        forms.push((hex(hash), HASHED));
        forms.push((hex(hash).to_uppercase(), HASHED));
        forms.push((STANDARD_NO_PAD.encode(hash), HASHED));
        forms.push((URL_SAFE_NO_PAD.encode(hash), HASHED));
    }
    // In the base64 of a longer text, the secret begins at any of three places within four characters.
    for before in 0..3_usize {
        let bytes = [vec![0; before], secret.as_bytes().to_vec()].concat();
        for text in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            // The characters that only bits of the secret decide.
            let (first, last) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
            forms.extend(text.get(first..last).map(|part| (part.to_owned(), ENCODED)));
        }
    }
    let middle = secret.char_indices().nth(secret.chars().count() / 2).map_or(0, |(at, _)| at);
    let (first, second) = secret.split_at(middle);
    forms.push((first.to_owned(), HALF));
    forms.push((second.to_owned(), HALF));
    forms
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "b7Kq2ZxW9fT4mR8vL1nY6cJ3sD5gH0pA";

    fn found_in(text: &str) -> Vec<&'static str> {
        let mut forms = Forms::default();
        forms.add(SECRET, false);
        forms.matches(text).into_iter().map(|found| found.how).collect()
    }

    #[test]
    fn a_secret_is_found_in_every_form() {
        let basic = STANDARD_NO_PAD.encode(format!("me@example.com:{SECRET}"));
        let bearer = STANDARD_NO_PAD.encode(format!("Bearer {SECRET}"));
        let cases = [
            (SECRET.to_owned(), "a password, token or key"),
            (SECRET.chars().rev().collect(), "a password, token or key backwards"),
            (SECRET.to_lowercase(), "a password, token or key in lower case"),
            (hex(SECRET.as_bytes()), "a password, token or key in hexadecimal"),
            (STANDARD_NO_PAD.encode(SECRET), "a password, token or key in base64"),
            (basic, "a password, token or key in base64"),
            (bearer, "a password, token or key in base64"),
            (hex(&Sha256::digest(SECRET)), "the hash of a password, token or key"),
            (STANDARD_NO_PAD.encode(Sha256::digest(SECRET)), "the hash of a password, token or key"),
            (SECRET[..20].to_owned(), "half of a password, token or key"),
        ];
        for (text, how) in cases {
            assert_eq!(found_in(&format!("id={text};")), [how], "{text}");
        }
    }

    #[test]
    fn other_text_has_no_secret() {
        for text in ["", "password should not be empty", &SECRET[..15], &SECRET.replace(['K', 'J'], "x")] {
            assert_eq!(found_in(text), [""; 0], "{text}");
        }
    }
}
