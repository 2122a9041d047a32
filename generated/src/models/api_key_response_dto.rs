//! The schema `APIKeyResponseDto`.

use serde::{Deserialize, Serialize};

/// `APIKeyResponseDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyResponseDto {
    /// API key ID
    pub id: uuid::Uuid,
    /// API key name
    pub name: String,
    /// Creation date
    pub created_at: immich_wire::Timestamp,
    /// Last update date
    pub updated_at: immich_wire::Timestamp,
    /// List of permissions
    pub permissions: Vec<crate::models::Permission>,
}
