//! The schema `AlbumCreateVisibility`.

use immich_wire::rules::Choice;
use serde::{Deserialize, Serialize};

/// `AlbumCreateVisibility`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AlbumCreateVisibility {
    /// `private`
    #[serde(rename = "private")]
    Private,
    /// `shared`
    #[serde(rename = "shared")]
    Shared,
}

impl Choice for AlbumCreateVisibility {
    const ALL: &'static [Self] = &[Self::Private, Self::Shared];
    const TEXTS: &'static [&'static str] = &["private", "shared"];

    fn as_str(&self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Shared => "shared",
        }
    }
}
