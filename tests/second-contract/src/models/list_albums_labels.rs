//! The schema `ListAlbumsLabels`.

use immich_wire::rules::Choice;
use serde::{Deserialize, Serialize};

/// `ListAlbumsLabels`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ListAlbumsLabels {
    /// `red`
    #[serde(rename = "red")]
    Red,
    /// `green`
    #[serde(rename = "green")]
    Green,
}

impl Choice for ListAlbumsLabels {
    const ALL: &'static [Self] = &[Self::Red, Self::Green];
    const TEXTS: &'static [&'static str] = &["red", "green"];

    fn as_str(&self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Green => "green",
        }
    }
}
