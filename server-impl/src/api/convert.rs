//! Converts database rows to the contract's types. Every field is named, so that a changed contract does not compile.

use crate::db::api_key::ApiKeyRow;
use crate::db::session::SessionRow;
use crate::db::user::{self, KnownStatus, UserRow};
use immich_api::models::{
    ApiKeyResponseDto, Permission, SessionCreateResponseDto, SessionResponseDto, UserAdminResponseDto, UserResponseDto,
    UserStatus,
};
use immich_wire::{Choice as _, Secret, Timestamp};
use swagger::Nullable;
use uuid::Uuid;

/// A user as only that user and administrators see it. A status that the contract does not know is shown as deleted if
/// the row has a deletion time, else as active.
#[must_use]
pub fn user_admin(row: UserRow) -> UserAdminResponseDto {
    UserAdminResponseDto {
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
    }
}

/// A user as others see it.
pub(super) fn user(row: UserRow) -> UserResponseDto {
    UserResponseDto { id: row.id, name: row.name, email: row.email }
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
pub(super) fn session(row: SessionRow, current: Option<Uuid>) -> SessionResponseDto {
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
