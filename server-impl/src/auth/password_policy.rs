//! What a new password must be like in the security profile `strict` (OWASP ASVS 5.0, section 6.2).
//!
//! There are no rules about kinds of characters (6.2.5). Passwords that users already have are not checked: they keep
//! working until they are changed.

use crate::config::SecurityProfile;
use crate::error::Error;
use immich_wire::{RequestError, Secret};

/// In characters (6.2.1).
const MIN_LENGTH: usize = 8;

/// In bytes: bcrypt ignores what follows them, so that a password would not be verified exactly as it was set (6.2.8).
const MAX_BYTES: usize = 72;

/// The most common passwords of a permitted length, in lower case and sorted (6.2.4).
static COMMON: &str = include_str!("../../assets/common-passwords/passwords.txt");

/// Words of this product, in lower case. With those of the account they are the words that a password must not consist
/// of (6.2.11).
const PRODUCT: [&str; 2] = ["immich", "immichserver"];

/// Checks a new password. `field` is its name in the request; `account` are the e-mail address and the name of the user.
///
/// # Errors
/// 400 with all violations, in the profile `strict`; never in the profile `compatible`.
pub fn check(profile: SecurityProfile, field: &str, password: &Secret, account: [&str; 2]) -> Result<(), Error> {
    let violations = violations(profile, field, password, account);
    if violations.is_empty() { Ok(()) } else { Err(RequestError::Validation(violations).into()) }
}

/// The rules that a new password violates; none in the profile `compatible`. Parameters as for [`check`].
#[must_use]
pub fn violations(profile: SecurityProfile, field: &str, password: &Secret, account: [&str; 2]) -> Vec<String> {
    if !profile.is_strict() {
        return Vec::new();
    }
    let password = password.expose();
    let rules = [
        (password.chars().count() < MIN_LENGTH, format!("must be longer than or equal to {MIN_LENGTH} characters")),
        (password.len() > MAX_BYTES, format!("must be shorter than or equal to {MAX_BYTES} bytes")),
        (is_common(password), "must not be one of the most common passwords".to_owned()),
        (
            consists_of_a_word(password, account),
            "must not consist of the e-mail address, the name or the product with digits or punctuation".to_owned(),
        ),
    ];
    rules.into_iter().filter(|(violated, _)| *violated).map(|(_, rule)| format!("{field} {rule}")).collect()
}

fn is_common(password: &str) -> bool {
    let password = password.to_lowercase();
    let common: Vec<&str> = COMMON.lines().collect();
    common.binary_search(&password.as_str()).is_ok()
}

/// Whether the letters of the password are those of the e-mail address, of the part before its `@`, of the name, or of
/// the product.
fn consists_of_a_word(password: &str, [email, name]: [&str; 2]) -> bool {
    let password = letters(password);
    let local = email.split('@').next().unwrap_or_default();
    !password.is_empty()
        && [email, local, name].map(letters).iter().map(String::as_str).chain(PRODUCT).any(|word| word == password)
}

fn letters(text: &str) -> String {
    text.chars().filter(|character| character.is_alphabetic()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: [&str; 2] = ["ada.lovelace@example.com", "Ada King"];

    fn is_accepted(password: &str) -> bool {
        violations(SecurityProfile::Strict, "password", &Secret::from(password.to_owned()), ACCOUNT).is_empty()
    }

    #[test]
    fn a_password_has_8_characters_to_72_bytes_of_any_kind() {
        for password in ["correct horse", "zebra-41", "ÄÖÜäöüßẞ", "\0\0\0\0\0\0\0\0", "        ", &"é".repeat(36)]
        {
            assert!(is_accepted(password), "{password:?}");
        }
        for password in ["", "zebra-4", "ÄÖÜäöüß", &"é".repeat(37), &"x".repeat(73)] {
            assert!(!is_accepted(password), "{password:?}");
        }
    }

    #[test]
    fn a_common_password_is_rejected_in_any_case() {
        assert!(COMMON.lines().count() >= 3_000);
        assert!(COMMON.lines().is_sorted(), "the list is searched by bisection");
        for password in ["password", "PassWord1", "qwertyuiop", "iloveyou"] {
            assert!(!is_accepted(password), "{password:?}");
        }
    }

    #[test]
    fn a_password_that_consists_of_a_known_word_is_rejected() {
        for password in
            ["ada.lovelace", "Ada_Lovelace!1815", "ADA.LOVELACE@example.com", "AdaKing!", "immich2026", "Immich-Server"]
        {
            assert!(!is_accepted(password), "{password:?}");
        }
        for password in ["lovelace was here", "immich is fine", "12345abc67890x"] {
            assert!(is_accepted(password), "{password:?}");
        }
    }

    #[test]
    fn all_violations_are_reported_with_the_name_of_the_field() {
        let found = violations(SecurityProfile::Strict, "newPassword", &Secret::from("immich".to_owned()), ACCOUNT);

        assert_eq!(
            found,
            [
                "newPassword must be longer than or equal to 8 characters",
                "newPassword must not consist of the e-mail address, the name or the product with digits or punctuation",
            ]
        );
    }

    #[test]
    fn the_profile_compatible_has_no_rules() {
        assert!(violations(SecurityProfile::Compatible, "password", &Secret::from(String::new()), ACCOUNT).is_empty());
    }
}
