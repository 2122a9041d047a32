//! The schema `ChangePasswordDto`.

use immich_wire::Object;
use immich_wire::rules::{self, Fields, FromObject, Violations};
use serde::{Deserialize, Serialize};

/// `ChangePasswordDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangePasswordDto {
    /// Current password
    pub password: immich_wire::Secret,
    /// New password (min 8 characters)
    pub new_password: immich_wire::Secret,
    /// Invalidate all other sessions
    pub invalidate_sessions: bool,
}

impl FromObject for ChangePasswordDto {
    fn from_object(object: &Object, violations: &mut Violations) -> Option<Self> {
        let mut fields = Fields::new(object, violations);
        let password = fields.required("password", &rules::SecretText::new().min_length(1));
        let new_password = fields.required("newPassword", &rules::SecretText::new().min_length(8));
        let invalidate_sessions = fields.optional("invalidateSessions", &rules::Flag::new());
        Some(Self {
            password: password?,
            new_password: new_password?,
            invalidate_sessions: invalidate_sessions?.unwrap_or(false),
        })
    }
}
