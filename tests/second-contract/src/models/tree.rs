//! The schema `Tree`.

use immich_wire::Object;
use immich_wire::rules::{self, Fields, FromObject, Violations};
use serde::{Deserialize, Serialize};

/// `Tree`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tree {
    /// `name`
    pub name: String,
    /// `children`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub children: Option<Vec<crate::models::Tree>>,
    /// `named`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<std::collections::BTreeMap<String, crate::models::Tree>>,
}

impl FromObject for Tree {
    fn from_object(object: &Object, violations: &mut Violations) -> Option<Self> {
        let mut fields = Fields::new(object, violations);
        let name = fields.required("name", &rules::Text::new().min_length(1));
        let children = fields.optional("children", &rules::List::new(rules::Nested::<crate::models::Tree>::new()));
        let named = fields.optional("named", &rules::Map::new(rules::Nested::<crate::models::Tree>::new()));
        Some(Self { name: name?, children: children?, named: named? })
    }
}
