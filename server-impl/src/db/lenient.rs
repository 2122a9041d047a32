//! Columns that may hold more than the types of this program: reads every value that it can.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::{Pg, PgValue};
use diesel::sql_types::{Array, Nullable, Text, Timestamptz};
use time::OffsetDateTime;

/// The last moment with a year of four digits.
const LAST: OffsetDateTime = time::macros::datetime!(9999-12-31 23:59:59.999 UTC);

/// When something expires. A time out of range, such as `infinity`, means never.
#[derive(FromSqlRow)]
pub struct Expiry(Option<OffsetDateTime>);

impl FromSql<Nullable<Timestamptz>, Pg> for Expiry {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        // The queries leave out what has expired, so a time out of range is in the future.
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

/// A moment. One out of range, such as `infinity`, is the last or the first that can be written.
#[derive(FromSqlRow)]
pub struct Moment(OffsetDateTime);

impl FromSql<Timestamptz, Pg> for Moment {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let is_before_2000 = value.as_bytes().first().is_some_and(|byte| byte & 0x80 != 0);
        let limit = if is_before_2000 { OffsetDateTime::UNIX_EPOCH } else { LAST };
        Ok(Self(<OffsetDateTime as FromSql<Timestamptz, Pg>>::from_sql(value).unwrap_or(limit)))
    }
}

impl From<Moment> for OffsetDateTime {
    fn from(moment: Moment) -> Self {
        moment.0
    }
}

/// Permissions. One that is NULL grants nothing and is left out.
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
