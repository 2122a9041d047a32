//! The schema `Square`.

use immich_wire::Object;
use immich_wire::rules::{self, Fields, FromObject, Violations};
use serde::{Deserialize, Serialize};

/// `Square`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Square {
    /// `side`
    pub side: i64,
    /// `title`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl FromObject for Square {
    fn from_object(object: &Object, violations: &mut Violations) -> Option<Self> {
        let mut fields = Fields::new(object, violations);
        let side = fields.required("side", &rules::Integer::new());
        let title = fields.optional("title", &rules::Text::new());
        Some(Self { side: side?, title: title? })
    }
}
