//! Columns that may hold more than the types of this program: what they hold is honoured as far as it can be.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::{Pg, PgValue};
use diesel::sql_types::{Array, Nullable, Text, Timestamptz};
use time::OffsetDateTime;

/// When something ends. A moment that no calendar shows, like `infinity`, is never.
#[derive(FromSqlRow)]
pub struct Expiry(Option<OffsetDateTime>);

impl FromSql<Nullable<Timestamptz>, Pg> for Expiry {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        // The queries leave out what has ended, so a moment out of range lies ahead.
        Ok(Self(<OffsetDateTime as FromSql<Timestamptz, Pg>>::from_sql(value).ok()))
    }

    fn from_nullable_sql(value: Option<PgValue<'_>>) -> deserialize::Result<Self> {
        value.map_or(Ok(Self(None)), Self::from_sql)
    }
}

impl From<Expiry> for Option<OffsetDateTime> {
    fn from(expiry: Expiry) -> Self {
        expiry.0
    }
}

/// Permissions. One that is NULL grants nothing, and is left out.
#[derive(FromSqlRow)]
pub struct Permissions(Vec<String>);

impl FromSql<Array<Text>, Pg> for Permissions {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let texts = <Vec<Option<String>> as FromSql<Array<Nullable<Text>>, Pg>>::from_sql(value)?;
        Ok(Self(texts.into_iter().flatten().collect()))
    }
}

impl From<Permissions> for Vec<String> {
    fn from(permissions: Permissions) -> Self {
        permissions.0
    }
}
