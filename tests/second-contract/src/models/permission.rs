//! `Permission`, generated from the contract.

use immich_wire::rules::Choice;
use serde::{Deserialize, Serialize};

/// `Permission`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Permission {
    /// `album.read`
    #[serde(rename = "album.read")]
    AlbumRead,
    /// `album.write`
    #[serde(rename = "album.write")]
    AlbumWrite,
}

impl Choice for Permission {
    const ALL: &'static [Self] = &[Self::AlbumRead, Self::AlbumWrite];

    fn as_str(&self) -> &'static str {
        match self {
            Self::AlbumRead => "album.read",
            Self::AlbumWrite => "album.write",
        }
    }

    fn from_wire(text: &str) -> Option<Self> {
        match text {
            "album.read" => Some(Self::AlbumRead),
            "album.write" => Some(Self::AlbumWrite),
            _ => None,
        }
    }
}
