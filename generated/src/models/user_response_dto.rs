//! The schema `UserResponseDto`.

use serde::{Deserialize, Serialize};

/// `UserResponseDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserResponseDto {
    /// User ID
    pub id: uuid::Uuid,
    /// User name
    pub name: String,
    /// User email
    pub email: String,
    /// Avatar color
    pub avatar_color: immich_wire::Open<crate::models::UserAvatarColor>,
    /// Profile change date
    pub profile_changed_at: immich_wire::Timestamp,
    /// Profile image path
    pub profile_image_path: String,
}
