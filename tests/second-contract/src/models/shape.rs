//! The schema `Shape`.

use immich_wire::Object;
use immich_wire::rules::{self, FromObject, Violations};
use serde::{Deserialize, Serialize};

/// Told apart by their kind
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind")]
#[allow(clippy::large_enum_variant, reason = "given by the contract")]
pub enum Shape {
    /// `circle`
    #[serde(rename = "circle")]
    Circle(crate::models::Circle),
    /// `square`
    #[serde(rename = "square")]
    Square(crate::models::Square),
    /// `Dot`
    #[serde(rename = "Dot")]
    Dot(crate::models::Dot),
}

impl FromObject for Shape {
    fn from_object(object: &Object, violations: &mut Violations) -> Option<Self> {
        match rules::tag(object, "kind") {
            Some("circle") => crate::models::Circle::from_object(object, violations).map(Self::Circle),
            Some("square") => crate::models::Square::from_object(object, violations).map(Self::Square),
            Some("Dot") => crate::models::Dot::from_object(object, violations).map(Self::Dot),
            _ => rules::unknown_tag("kind", &["circle", "square", "Dot"], violations),
        }
    }
}
