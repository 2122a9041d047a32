//! The schema `UserUpdateMeDto`.

use immich_wire::Object;
use immich_wire::rules::{self, Fields, FromObject, Violations};
use serde::{Deserialize, Serialize};

/// `UserUpdateMeDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserUpdateMeDto {
    /// User email
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// User name
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// User password
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<immich_wire::Secret>,
    /// Avatar color; null for the one derived from the e-mail address
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "swagger::nullable_format::deserialize_optional_nullable")]
    pub avatar_color: Option<swagger::Nullable<crate::models::UserAvatarColor>>,
}

impl FromObject for UserUpdateMeDto {
    fn from_object(object: &Object, violations: &mut Violations) -> Option<Self> {
        let mut fields = Fields::new(object, violations);
        let email = fields.optional("email", &rules::Email::new().lowercase());
        let password = fields.optional("password", &rules::SecretText::new().min_length(1).type_first());
        let name = fields.optional("name", &rules::Text::new().min_length(1).without_nul());
        let avatar_color =
            fields.optional("avatarColor", &rules::OrNull::new(rules::OneOf::<crate::models::UserAvatarColor>::new()));
        Some(Self { email: email?, name: name?, password: password?, avatar_color: avatar_color? })
    }
}
