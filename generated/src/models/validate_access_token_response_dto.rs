//! The schema `ValidateAccessTokenResponseDto`.

use serde::{Deserialize, Serialize};

/// `ValidateAccessTokenResponseDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidateAccessTokenResponseDto {
    /// Authentication status
    pub auth_status: bool,
}
