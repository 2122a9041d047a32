//! The schema `UserResponseDto`.

use serde::{Deserialize, Serialize};

/// `UserResponseDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserResponseDto {
    /// User ID
    pub id: uuid::Uuid,
    /// User name
    pub name: String,
    /// User email
    pub email: String,
}
