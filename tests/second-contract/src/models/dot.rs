//! The schema `Dot`.

use immich_wire::Object;
use immich_wire::rules::{FromObject, Violations};
use serde::{Deserialize, Serialize};

/// `Dot`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dot {}

impl FromObject for Dot {
    fn from_object(_: &Object, _: &mut Violations) -> Option<Self> {
        Some(Self {})
    }
}
