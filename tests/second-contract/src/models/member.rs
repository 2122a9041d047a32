//! The schema `Member`.

use immich_wire::Object;
use immich_wire::rules::{self, Fields, FromObject, Violations};
use serde::{Deserialize, Serialize};

/// `Member`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Member {
    /// `email`
    pub email: String,
    /// `role`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<crate::models::MemberRole>,
}

impl FromObject for Member {
    fn from_object(object: &Object, violations: &mut Violations) -> Option<Self> {
        let mut fields = Fields::new(object, violations);
        let email = fields.required("email", &rules::Email::new());
        let role = fields.optional("role", &rules::OneOf::<crate::models::MemberRole>::new());
        Some(Self { email: email?, role: role? })
    }
}
