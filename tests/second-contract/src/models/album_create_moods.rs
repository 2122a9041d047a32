//! The schema `AlbumCreateMoods`.

use immich_wire::rules::Choice;
use serde::{Deserialize, Serialize};

/// `AlbumCreateMoods`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AlbumCreateMoods {
    /// `happy`
    #[serde(rename = "happy")]
    Happy,
    /// `sad`
    #[serde(rename = "sad")]
    Sad,
}

impl Choice for AlbumCreateMoods {
    const ALL: &'static [Self] = &[Self::Happy, Self::Sad];
    const TEXTS: &'static [&'static str] = &["happy", "sad"];

    fn as_str(&self) -> &'static str {
        match self {
            Self::Happy => "happy",
            Self::Sad => "sad",
        }
    }
}
