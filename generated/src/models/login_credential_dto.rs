//! The schema `LoginCredentialDto`.

use immich_wire::Object;
use immich_wire::rules::{self, Fields, FromObject, Violations};
use serde::{Deserialize, Serialize};

/// `LoginCredentialDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginCredentialDto {
    /// User email
    pub email: String,
    /// User password
    pub password: immich_wire::Secret,
}

impl FromObject for LoginCredentialDto {
    fn from_object(object: &Object, violations: &mut Violations) -> Option<Self> {
        let mut fields = Fields::new(object, violations);
        let email = fields.required("email", &rules::Email::new().not_empty().lowercase());
        let password = fields.required("password", &rules::SecretText::new().min_length(1));
        Some(Self { email: email?, password: password? })
    }
}
