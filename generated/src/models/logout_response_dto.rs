//! The schema `LogoutResponseDto`.

use serde::{Deserialize, Serialize};

/// `LogoutResponseDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogoutResponseDto {
    /// Logout successful
    pub successful: bool,
    /// Redirect URI
    pub redirect_uri: String,
}
