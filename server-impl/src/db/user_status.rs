//! The column `status` of the table `user`.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;

/// The state of an account. Our own schema allows the three that the contract knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromSqlRow)]
pub enum UserStatus {
    /// One that the contract knows.
    Known(KnownStatus),
    /// Another word, in upstream's database. It has no effect and is never written.
    Unknown,
}

/// A state that the contract knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression)]
#[diesel(sql_type = Text)]
pub enum KnownStatus {
    /// In use.
    Active,
    /// Being removed with everything that belongs to it.
    Removing,
    /// Deleted, can still be restored.
    Deleted,
}

impl KnownStatus {
    /// Every state that the contract knows.
    pub const ALL: [Self; 3] = [Self::Active, Self::Removing, Self::Deleted];

    /// Its word in the database and in the contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Removing => "removing",
            Self::Deleted => "deleted",
        }
    }
}

impl ToSql<Text, Pg> for KnownStatus {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <str as ToSql<Text, Pg>>::to_sql(self.as_str(), out)
    }
}

impl FromSql<Text, Pg> for UserStatus {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let word = <String as FromSql<Text, Pg>>::from_sql(value)?;
        let known = KnownStatus::ALL.into_iter().find(|status| status.as_str() == word);
        Ok(known.map_or(Self::Unknown, Self::Known))
    }
}
