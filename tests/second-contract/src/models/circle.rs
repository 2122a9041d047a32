//! The schema `Circle`.

use immich_wire::Object;
use immich_wire::rules::{self, Fields, FromObject, Violations};
use serde::{Deserialize, Serialize};

/// `Circle`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Circle {
    /// `radius`
    pub radius: f64,
}

impl FromObject for Circle {
    fn from_object(object: &Object, violations: &mut Violations) -> Option<Self> {
        let mut fields = Fields::new(object, violations);
        let radius = fields.required("radius", &rules::Number::new().minimum(0.0));
        Some(Self { radius: radius? })
    }
}
