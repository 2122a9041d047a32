//! The schema `UserLicense`.

use serde::{Deserialize, Serialize};

/// License of a user
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserLicense {
    /// Activation date
    pub activated_at: immich_wire::Timestamp,
    /// Activation key
    pub activation_key: String,
    /// License key
    pub license_key: String,
}
