//! Converts database rows to the contract's types. Every field is named, so that a changed contract does not compile.

use crate::db::api_key::ApiKeyRow;
use crate::db::session::SessionRow;
use crate::db::user::{self, KnownStatus, License, ProfileRow, UserRow};
use immich_api::models::{
    ApiKeyResponseDto, Permission, SessionCreateResponseDto, SessionResponseDto, UserAdminResponseDto, UserAvatarColor,
    UserLicense, UserResponseDto, UserStatus,
};
use immich_wire::{Choice as _, Open, Secret, Timestamp};
use swagger::Nullable;
use uuid::Uuid;

/// A user as only that user and administrators see it. A status that the contract does not know is shown as deleted if
/// the row has a deletion time, else as active.
#[must_use]
pub fn user_admin(row: UserRow) -> UserAdminResponseDto {
    UserAdminResponseDto {
        avatar_color: avatar_color(row.avatar_color, &row.email),
        id: row.id,
        name: row.name,
        email: row.email,
        should_change_password: row.should_change_password,
        is_admin: row.is_admin,
        created_at: Timestamp::from(row.created_at),
        deleted_at: nullable(row.deleted_at.map(Timestamp::from)),
        updated_at: Timestamp::from(row.updated_at),
        status: match (row.status, row.deleted_at) {
            (user::UserStatus::Known(KnownStatus::Active), _) | (user::UserStatus::Unknown, None) => UserStatus::Active,
            (user::UserStatus::Known(KnownStatus::Removing), _) => UserStatus::Removing,
            (user::UserStatus::Known(KnownStatus::Deleted), _) | (user::UserStatus::Unknown, Some(_)) => {
                UserStatus::Deleted
            }
        },
        profile_image_path: row.profile_image_path,
        profile_changed_at: Timestamp::from(row.profile_changed_at),
        storage_label: nullable(row.storage_label),
        oauth_id: row.oauth_id,
        quota_size_in_bytes: nullable(row.quota_size_in_bytes),
        quota_usage_in_bytes: nullable(row.quota_usage_in_bytes),
        license: nullable(row.license.map(license)),
    }
}

/// A user as others see it.
pub(super) fn user(row: ProfileRow) -> UserResponseDto {
    UserResponseDto {
        avatar_color: avatar_color(row.avatar_color, &row.email),
        id: row.id,
        name: row.name,
        email: row.email,
        profile_image_path: row.profile_image_path,
        profile_changed_at: Timestamp::from(row.profile_changed_at),
    }
}

/// The color that the user chose, or else one derived from the e-mail address.
fn avatar_color(chosen: Option<String>, email: &str) -> Open<UserAvatarColor> {
    chosen.map_or_else(|| Open::Known(derived_color(email)), Open::from_text)
}

/// The sum of the code points chooses one of the colors, as in upstream.
fn derived_color(email: &str) -> UserAvatarColor {
    let colors = UserAvatarColor::ALL;
    let sum: usize = email.chars().map(|code_point| code_point as usize).sum();
    colors[sum % colors.len()]
}

fn license(license: License) -> UserLicense {
    let License { license_key, activation_key, activated_at } = license;
    UserLicense { license_key, activation_key, activated_at: Timestamp::from(activated_at) }
}

/// A key without its secret. Permissions that the contract does not know are left out.
pub(super) fn api_key(row: ApiKeyRow) -> ApiKeyResponseDto {
    ApiKeyResponseDto {
        id: row.id,
        name: row.name,
        created_at: Timestamp::from(row.created_at),
        updated_at: Timestamp::from(row.updated_at),
        permissions: row.permissions.iter().filter_map(|name| Permission::from_wire(name)).collect(),
    }
}

/// A session. `current` is the id of the session that the request uses; none with an API key.
#[must_use]
pub fn session(row: SessionRow, current: Option<Uuid>) -> SessionResponseDto {
    SessionResponseDto {
        id: row.id,
        created_at: Timestamp::from(row.created_at),
        updated_at: Timestamp::from(row.updated_at),
        expires_at: row.expires_at.map(Timestamp::from),
        current: current == Some(row.id),
        device_type: row.device_type,
        device_os: row.device_os,
        app_version: nullable(row.app_version),
        is_pending_sync_reset: row.is_pending_sync_reset,
    }
}

/// A session that was just created, with its token.
pub(super) fn new_session(row: SessionRow, token: Secret) -> SessionCreateResponseDto {
    SessionCreateResponseDto {
        id: row.id,
        created_at: Timestamp::from(row.created_at),
        updated_at: Timestamp::from(row.updated_at),
        expires_at: row.expires_at.map(Timestamp::from),
        current: false,
        device_type: row.device_type,
        device_os: row.device_os,
        app_version: nullable(row.app_version),
        is_pending_sync_reset: row.is_pending_sync_reset,
        token,
    }
}

fn nullable<T>(value: Option<T>) -> Nullable<T> {
    value.map_or(Nullable::Null, Nullable::Present)
}
