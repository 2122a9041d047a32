//! The schema `ServerVersionResponseDto`.

use serde::{Deserialize, Serialize};

/// `ServerVersionResponseDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ServerVersionResponseDto {
    /// Major version number
    pub major: i64,
    /// Minor version number
    pub minor: i64,
    /// Patch version number
    pub patch: i64,
}
