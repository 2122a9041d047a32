//! The schema `ErrorResponseDto`.

use serde::{Deserialize, Serialize};

/// What went wrong
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorResponseDto {
    /// What is wrong; a list when several fields of the request are
    pub message: immich_wire::ErrorMessage,
    /// Reason phrase of the status
    pub error: String,
    /// HTTP status code
    pub status_code: i32,
    /// Identifier of the request, as in the header x-immich-cid
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
}
