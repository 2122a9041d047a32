//! The table `user_metadata`: what upstream stores about a user under a key. This program reads it only.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::dsl::auto_type;
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Nullable};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::schema::{user_metadata, users};

/// The license of a user, as a column of a query on `user`.
#[auto_type]
pub(super) fn license() -> _ {
    let of_user = user_metadata::table.filter(user_metadata::user_id.eq(users::id));
    of_user.filter(user_metadata::key.eq("license")).select(user_metadata::value).single_value()
}

/// The progress of a user's onboarding, as a column of a query on `user`.
#[auto_type]
pub(super) fn onboarding() -> _ {
    let of_user = user_metadata::table.filter(user_metadata::user_id.eq(users::id));
    of_user.filter(user_metadata::key.eq("onboarding")).select(user_metadata::value).single_value()
}

/// The license of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct License {
    /// The key that the user bought.
    pub license_key: String,
    /// The key that the activation returned.
    pub activation_key: String,
    /// When it was activated.
    pub activated_at: OffsetDateTime,
}

impl License {
    fn from_json(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        Some(Self {
            license_key: text("licenseKey")?.to_owned(),
            activation_key: text("activationKey")?.to_owned(),
            activated_at: OffsetDateTime::parse(text("activatedAt")?, &Rfc3339).ok()?,
        })
    }
}

/// The stored license; one that is not complete is none.
#[derive(FromSqlRow)]
pub struct StoredLicense(Option<License>);

impl FromSql<Nullable<Jsonb>, Pg> for StoredLicense {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let value = <Value as FromSql<Jsonb, Pg>>::from_sql(value)?;
        Ok(Self(License::from_json(&value)))
    }

    fn from_nullable_sql(value: Option<PgValue<'_>>) -> deserialize::Result<Self> {
        value.map_or(Ok(Self(None)), Self::from_sql)
    }
}

impl From<StoredLicense> for Option<License> {
    fn from(license: StoredLicense) -> Self {
        license.0
    }
}

/// Whether the onboarding is complete: `{"isOnboarded": true}`.
#[derive(FromSqlRow)]
pub struct IsOnboarded(bool);

impl FromSql<Nullable<Jsonb>, Pg> for IsOnboarded {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let value = <Value as FromSql<Jsonb, Pg>>::from_sql(value)?;
        Ok(Self(value["isOnboarded"] == true))
    }

    fn from_nullable_sql(value: Option<PgValue<'_>>) -> deserialize::Result<Self> {
        value.map_or(Ok(Self(false)), Self::from_sql)
    }
}

impl From<IsOnboarded> for bool {
    fn from(onboarded: IsOnboarded) -> Self {
        onboarded.0
    }
}
