//! The schema `LoginResponseDto`.

use serde::{Deserialize, Serialize};

/// `LoginResponseDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoginResponseDto {
    /// Access token
    pub access_token: immich_wire::Secret,
    /// User ID
    pub user_id: uuid::Uuid,
    /// User email
    pub user_email: String,
    /// User name
    pub name: String,
    /// Is admin user
    pub is_admin: bool,
    /// Should change password
    pub should_change_password: bool,
    /// Is onboarded
    pub is_onboarded: bool,
    /// Profile image path
    pub profile_image_path: String,
}
