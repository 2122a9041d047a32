//! The schema `Fit`.

use immich_wire::rules::Choice;
use serde::{Deserialize, Serialize};

/// `Fit`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Fit {
    /// `fill`
    #[serde(rename = "fill")]
    Fill,
    /// `crop`
    #[serde(rename = "crop")]
    Crop,
}

impl Choice for Fit {
    const ALL: &'static [Self] = &[Self::Fill, Self::Crop];
    const TEXTS: &'static [&'static str] = &["fill", "crop"];

    fn as_str(&self) -> &'static str {
        match self {
            Self::Fill => "fill",
            Self::Crop => "crop",
        }
    }
}
