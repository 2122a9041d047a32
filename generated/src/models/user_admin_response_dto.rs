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
    /// Avatar color
    pub avatar_color: immich_wire::Open<crate::models::UserAvatarColor>,
    /// User license
    pub license: swagger::Nullable<crate::models::UserLicense>,
    /// OAuth ID
    pub oauth_id: String,
    /// Profile change date
    pub profile_changed_at: immich_wire::Timestamp,
    /// Profile image path
    pub profile_image_path: String,
    /// Storage quota in bytes
    pub quota_size_in_bytes: swagger::Nullable<i64>,
    /// Storage usage in bytes
    pub quota_usage_in_bytes: swagger::Nullable<i64>,
    /// Storage label
    pub storage_label: swagger::Nullable<String>,
}
