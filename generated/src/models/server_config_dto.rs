//! The schema `ServerConfigDto`.

use serde::{Deserialize, Serialize};

/// `ServerConfigDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "given by the contract")]
#[serde(rename_all = "camelCase")]
pub struct ServerConfigDto {
    /// Login page message
    pub login_page_message: String,
    /// Delay in days before deleted users are permanently removed
    pub user_delete_delay: i64,
    /// Whether the server has been initialized
    pub is_initialized: bool,
    /// Whether an administrator has completed the onboarding
    pub is_onboarded: bool,
    /// External domain URL
    pub external_domain: String,
    /// Whether maintenance mode is active
    pub maintenance_mode: bool,
    /// URL of the dark map style
    pub map_dark_style_url: String,
    /// URL of the light map style
    pub map_light_style_url: String,
    /// Text of the OAuth button
    pub oauth_button_text: String,
    /// Whether users see each other
    pub public_users: bool,
    /// Days that the trash keeps what was deleted
    pub trash_days: i64,
}
