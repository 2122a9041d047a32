//! Passwords, tokens and keys as a type that never appears in logs.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

/// A secret string: redacted in `Debug`, without `Display`, zeroed when dropped.
///
/// `Serialize` writes the plain text. Only contract types that show a secret once (a new token, a new key) may be
/// serialized with one; types that are logged or stored must not contain a `Secret`.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(SecretString);

impl Secret {
    /// The plain text. Reviews of how secrets are used start at the callers of this method.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The secret as the `secrecy` type, for code that does not use contract types.
    #[must_use]
    pub fn as_secret_string(&self) -> &SecretString {
        &self.0
    }
}

impl From<SecretString> for Secret {
    fn from(secret: SecretString) -> Self {
        Self(secret)
    }
}

impl From<Secret> for SecretString {
    fn from(secret: Secret) -> Self {
        secret.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_is_redacted() {
        let secret = Secret::from("hunter2".to_owned());
        assert_eq!(format!("{secret:?} {:?}", Some(secret.clone())), "Secret(..) Some(Secret(..))");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn json_contains_the_plain_text() {
        let secret: Secret = serde_json::from_str(r#""a\u00e9b""#).unwrap();
        assert_eq!(secret.expose(), "aéb");
        assert_eq!(serde_json::to_string(&secret).unwrap(), r#""aéb""#);
        assert!(serde_json::from_str::<Secret>("1").is_err());
    }
}
