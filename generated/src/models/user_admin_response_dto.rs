//! The schema `UserAdminResponseDto`.

use serde::{Deserialize, Serialize};

/// `UserAdminResponseDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserAdminResponseDto {
    /// User ID
    pub id: uuid::Uuid,
    /// User name
    pub name: String,
    /// User email
    pub email: String,
    /// Require password change on next login
    pub should_change_password: bool,
    /// Is admin user
    pub is_admin: bool,
    /// Creation date
    pub created_at: immich_wire::Timestamp,
    /// Deletion date
    pub deleted_at: swagger::Nullable<immich_wire::Timestamp>,
    /// Last update date
    pub updated_at: immich_wire::Timestamp,
    /// User status
    pub status: crate::models::UserStatus,
}
