//! Rows of the table `user`.

use diesel::pg::Pg;
use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::lenient::Moment;
use super::schema::users;
use super::secrets::PasswordHash;
pub use super::user_metadata::License;
use super::user_metadata::{StoredLicense, license};
use super::user_status::UserStatus;

/// A user as only that user and administrators see it, without the password.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Pg))]
pub struct UserRow {
    /// Version 4.
    pub id: Uuid,
    /// In lower case.
    pub email: String,
    /// As shown to others.
    pub name: String,
    /// Whether this is the administrator.
    pub is_admin: bool,
    /// Whether clients must ask for a new password.
    pub should_change_password: bool,
    /// When the row was created.
    pub created_at: OffsetDateTime,
    /// When the row was last changed.
    pub updated_at: OffsetDateTime,
    /// When the user was deleted; none for a live one.
    pub deleted_at: Option<OffsetDateTime>,
    /// The state of the account.
    pub status: UserStatus,
    /// The path of the profile image on upstream's server; empty for none.
    pub profile_image_path: String,
    /// When the profile image was last changed.
    #[diesel(deserialize_as = Moment)]
    pub profile_changed_at: OffsetDateTime,
    /// The chosen color; none for the one derived from the e-mail address.
    pub avatar_color: Option<String>,
    /// The name of the folder of this user's files. Unique.
    pub storage_label: Option<String>,
    /// The id of the user at the OAuth provider; empty for none.
    pub oauth_id: String,
    /// The most that the user may store, in bytes; none for no limit.
    pub quota_size_in_bytes: Option<i64>,
    /// What the user stores, in bytes.
    pub quota_usage_in_bytes: Option<i64>,
    /// The license of the user, if it has one.
    #[diesel(select_expression = license(), select_expression_type = license)]
    #[diesel(deserialize_as = StoredLicense)]
    pub license: Option<License>,
}

/// A user as others see it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Pg))]
pub struct ProfileRow {
    /// Version 4.
    pub id: Uuid,
    /// In lower case.
    pub email: String,
    /// The name that the user chose.
    pub name: String,
    /// When the row was created. Lists are in this order.
    pub created_at: OffsetDateTime,
    /// The path of the profile image on upstream's server; empty for none.
    pub profile_image_path: String,
    /// When the profile image was last changed.
    #[diesel(deserialize_as = Moment)]
    pub profile_changed_at: OffsetDateTime,
    /// The chosen color; none for the one derived from the e-mail address.
    pub avatar_color: Option<String>,
}

impl From<UserRow> for ProfileRow {
    fn from(user: UserRow) -> Self {
        Self {
            id: user.id,
            email: user.email,
            name: user.name,
            created_at: user.created_at,
            profile_image_path: user.profile_image_path,
            profile_changed_at: user.profile_changed_at,
            avatar_color: user.avatar_color,
        }
    }
}

/// A user to create.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = users)]
pub struct NewUser {
    /// In lower case.
    pub email: String,
    /// The hash of the password.
    #[diesel(column_name = password)]
    pub password_hash: PasswordHash,
    /// As shown to others.
    pub name: String,
    /// Whether this is the administrator.
    pub is_admin: bool,
    /// The name of the folder of this user's files. Must be unique.
    pub storage_label: Option<String>,
}

/// What to change about a user; none leaves the column unchanged.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = users)]
pub struct UserChanges {
    /// In lower case.
    pub email: Option<String>,
    /// As shown to others.
    pub name: Option<String>,
    /// The hash of the new password.
    pub password: Option<PasswordHash>,
    /// Whether clients must ask for a new password.
    pub should_change_password: Option<bool>,
    /// A color; none for the one derived from the e-mail address.
    pub avatar_color: Option<Option<String>>,
    /// The name of the folder of this user's files. Must be unique.
    pub storage_label: Option<Option<String>>,
    /// The most that the user may store, in bytes; none for no limit.
    pub quota_size_in_bytes: Option<Option<i64>>,
}

impl UserChanges {
    /// Whether there is nothing to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { email, name, password, should_change_password, avatar_color, storage_label, quota_size_in_bytes } =
            self;
        email.is_none()
            && name.is_none()
            && password.is_none()
            && should_change_password.is_none()
            && avatar_color.is_none()
            && storage_label.is_none()
            && quota_size_in_bytes.is_none()
    }
}
