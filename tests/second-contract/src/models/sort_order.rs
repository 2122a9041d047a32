//! The schema `SortOrder`.

use immich_wire::rules::Choice;
use serde::{Deserialize, Serialize};

/// `SortOrder`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SortOrder {
    /// `asc`
    #[serde(rename = "asc")]
    Asc,
    /// `desc`
    #[serde(rename = "desc")]
    Desc,
}

impl Choice for SortOrder {
    const ALL: &'static [Self] = &[Self::Asc, Self::Desc];
    const TEXTS: &'static [&'static str] = &["asc", "desc"];

    fn as_str(&self) -> &'static str {
        match self {
            Self::Asc => "asc",
            Self::Desc => "desc",
        }
    }
}
