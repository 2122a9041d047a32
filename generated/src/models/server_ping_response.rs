//! The schema `ServerPingResponse`.

use serde::{Deserialize, Serialize};

/// `ServerPingResponse`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ServerPingResponse {
    /// `res`
    pub res: String,
}
