//! The schema `APIKeyCreateDto`.

use immich_wire::Object;
use immich_wire::rules::{self, Fields, FromObject, Violations};
use serde::{Deserialize, Serialize};

/// `APIKeyCreateDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApiKeyCreateDto {
    /// API key name
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// List of permissions
    pub permissions: Vec<crate::models::Permission>,
}

impl FromObject for ApiKeyCreateDto {
    fn from_object(object: &Object, violations: &mut Violations) -> Option<Self> {
        let mut fields = Fields::new(object, violations);
        let name = fields.optional("name", &rules::Text::new().min_length(1).without_nul());
        let permissions = fields
            .required("permissions", &rules::Choices::<crate::models::Permission>::new().min_items(1).not_empty());
        Some(Self { name: name?, permissions: permissions? })
    }
}
