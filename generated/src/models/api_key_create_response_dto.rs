//! The schema `APIKeyCreateResponseDto`.

use serde::{Deserialize, Serialize};

/// `APIKeyCreateResponseDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyCreateResponseDto {
    /// API key secret (only shown once)
    pub secret: immich_wire::Secret,
    /// `apiKey`
    pub api_key: crate::models::ApiKeyResponseDto,
}
