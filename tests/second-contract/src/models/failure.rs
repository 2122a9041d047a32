//! The schema `Failure`.

use serde::{Deserialize, Serialize};

/// `Failure`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// `message`
    pub message: immich_wire::ErrorMessage,
    /// `statusCode`
    pub status_code: i32,
}
