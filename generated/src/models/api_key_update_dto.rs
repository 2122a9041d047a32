//! The schema `APIKeyUpdateDto`.

use immich_wire::Object;
use immich_wire::rules::{self, Fields, FromObject, Violations};
use serde::{Deserialize, Serialize};

/// `APIKeyUpdateDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApiKeyUpdateDto {
    /// API key name
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// List of permissions
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<crate::models::Permission>>,
}

impl FromObject for ApiKeyUpdateDto {
    fn from_object(object: &Object, violations: &mut Violations) -> Option<Self> {
        let mut fields = Fields::new(object, violations);
        let name = fields.optional("name", &rules::Text::new().min_length(1).without_nul());
        let permissions =
            fields.optional("permissions", &rules::Choices::<crate::models::Permission>::new().min_items(1));
        Some(Self { name: name?, permissions: permissions? })
    }
}
