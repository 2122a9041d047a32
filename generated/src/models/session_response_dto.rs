//! The schema `SessionResponseDto`.

use serde::{Deserialize, Serialize};

/// `SessionResponseDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionResponseDto {
    /// Session ID
    pub id: uuid::Uuid,
    /// Creation date
    pub created_at: immich_wire::Timestamp,
    /// Last update date
    pub updated_at: immich_wire::Timestamp,
    /// Expiration date
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<immich_wire::Timestamp>,
    /// Is current session
    pub current: bool,
    /// Device type
    pub device_type: String,
    /// Device OS
    #[serde(rename = "deviceOS")]
    pub device_os: String,
    /// App version
    pub app_version: swagger::Nullable<String>,
    /// Is pending sync reset
    pub is_pending_sync_reset: bool,
}
