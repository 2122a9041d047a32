//! Generates session tokens and API key secrets.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::TryRng as _;
use rand::rngs::{SysError, SysRng};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use thiserror::Error;

/// Random bytes that a token is made from.
const ENTROPY_BYTES: usize = 32;

/// The shortest token that is issued: its characters have more than 170 bits of entropy. About one draw in 5 * 10^10 is
/// shorter, and is repeated.
const MIN_LENGTH: usize = 30;

/// The operating system returned no random bytes, so that no token can be issued.
#[derive(Debug, Error)]
#[error("could not read random bytes from the operating system: {0}")]
pub struct TokenError(#[from] SysError);

/// Generates a token with the operating system's random number generator.
///
/// The format is that of the original: 32 bytes in standard base64 (RFC 4648, section 4), without the characters `+`,
/// `/` and `=`. A token has 30 to 43 characters, and clients must treat it as opaque.
///
/// # Errors
/// [`TokenError`] when the operating system returns no random bytes.
pub fn generate() -> Result<SecretString, TokenError> {
    loop {
        let mut entropy = Zeroizing::new([0_u8; ENTROPY_BYTES]);
        SysRng.try_fill_bytes(entropy.as_mut_slice())?;
        if let Some(token) = from_entropy(&entropy) {
            return Ok(token);
        }
    }
}

/// The token made from these bytes, or `None` if it is too short.
fn from_entropy(entropy: &[u8; ENTROPY_BYTES]) -> Option<SecretString> {
    let encoded = Zeroizing::new(STANDARD.encode(entropy));
    // Allocated once in full size: growing would leave copies of the token in freed memory.
    let mut token = Zeroizing::new(String::with_capacity(encoded.len()));
    token.extend(encoded.chars().filter(char::is_ascii_alphanumeric));
    (token.len() >= MIN_LENGTH).then(|| SecretString::from(token.as_str()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn given_many_tokens_then_each_has_30_to_43_letters_and_digits_and_all_differ() {
        let mut seen = HashSet::new();
        for _ in 0..20_000 {
            let token = generate().unwrap();
            let text = token.expose_secret();
            assert!((30..=43).contains(&text.len()), "{} characters", text.len());
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            assert!(seen.insert(text.to_owned()));
        }
    }

    #[test]
    fn given_bytes_that_encode_to_plus_or_slash_then_these_are_left_out() {
        // 0xfb 0xef 0xbe is "++++", 0xff 0xff 0xff is "////".
        let mut entropy = [0_u8; ENTROPY_BYTES];
        entropy[..3].copy_from_slice(&[0xfb, 0xef, 0xbe]);
        entropy[3..6].copy_from_slice(&[0xff, 0xff, 0xff]);
        let token = from_entropy(&entropy).unwrap();
        assert_eq!(token.expose_secret(), "A".repeat(43 - 8));
    }

    #[test]
    fn given_bytes_that_leave_too_few_characters_then_there_is_no_token() {
        assert!(from_entropy(&[0xff; ENTROPY_BYTES]).is_none());
    }

    #[test]
    fn given_a_token_then_its_debug_output_hides_it() {
        let token = generate().unwrap();
        assert!(!format!("{token:?}").contains(token.expose_secret()));
    }
}
