//! Hashes of passwords and tokens. Neither appears in logs or errors.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{Binary, Text};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// The SHA-256 of a session token or of the secret of an API key. `hash_form.rs` says how it is stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of a token that a client sent.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

impl ToSql<Text, Pg> for TokenHash {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        use std::io::Write;
        out.write_all(STANDARD.encode(self.0).as_bytes())?;
        Ok(IsNull::No)
    }
}

impl ToSql<Binary, Pg> for TokenHash {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <[u8] as ToSql<Binary, Pg>>::to_sql(&self.0, out)
    }
}

/// A bcrypt hash as stored. Empty for a user who cannot log in with a password.
#[derive(Clone, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct PasswordHash(SecretString);

impl PasswordHash {
    /// Wraps the text of a hash.
    #[must_use]
    pub fn new(hash: impl Into<String>) -> Self {
        Self(SecretString::from(hash.into()))
    }

    /// The text, for verifying a password against it.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0.expose_secret().to_owned()
    }

    /// Whether there is a password.
    #[must_use]
    pub fn is_set(&self) -> bool {
        !self.0.expose_secret().is_empty()
    }
}

impl ExposeSecret<str> for PasswordHash {
    fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

impl ToSql<Text, Pg> for PasswordHash {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <str as ToSql<Text, Pg>>::to_sql(self.0.expose_secret(), out)
    }
}

impl FromSql<Text, Pg> for PasswordHash {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <String as FromSql<Text, Pg>>::from_sql(value).map(Self::new)
    }
}
