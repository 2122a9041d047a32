//! The schema `SessionCreateDto`.

use immich_wire::Object;
use immich_wire::rules::{self, Fields, FromObject, Violations};
use serde::{Deserialize, Serialize};

/// `SessionCreateDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionCreateDto {
    /// Session duration in seconds
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<i64>,
    /// Device type
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_type: Option<String>,
    /// Device OS
    #[serde(rename = "deviceOS")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_os: Option<String>,
}

impl FromObject for SessionCreateDto {
    fn from_object(object: &Object, violations: &mut Violations) -> Option<Self> {
        let mut fields = Fields::new(object, violations);
        let duration = fields.optional("duration", &rules::Integer::new().minimum(1).maximum(250_000_000_000));
        let device_type = fields.optional("deviceType", &rules::Text::new().without_nul());
        let device_os = fields.optional("deviceOS", &rules::Text::new().without_nul());
        Some(Self { duration: duration?, device_type: device_type?, device_os: device_os? })
    }
}
