//! The schema `SignUpDto`.

use immich_wire::Object;
use immich_wire::rules::{self, Fields, FromObject, Violations};
use serde::{Deserialize, Serialize};

/// `SignUpDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignUpDto {
    /// User email
    pub email: String,
    /// User password
    pub password: immich_wire::Secret,
    /// User name
    pub name: String,
}

impl FromObject for SignUpDto {
    fn from_object(object: &Object, violations: &mut Violations) -> Option<Self> {
        let mut fields = Fields::new(object, violations);
        let name = fields.required("name", &rules::Text::new().min_length(1).without_nul());
        let email = fields.required("email", &rules::Email::new().not_empty().lowercase());
        let password = fields.required("password", &rules::SecretText::new().min_length(1));
        Some(Self { email: email?, password: password?, name: name? })
    }
}
