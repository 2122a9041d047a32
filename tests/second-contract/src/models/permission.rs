//! The schema `Permission`.

use immich_wire::rules::Choice;
use serde::{Deserialize, Serialize};

/// What may be done with an AlbumDto, see \[the list](<https://example.com/a>) or <https://example.com/b>. A \<b>second\</b> paragraph with `Vec<u8>` and ` a lone tick
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Permission {
    /// `album.read`
    #[serde(rename = "album.read")]
    AlbumRead,
    /// `album.write`
    #[serde(rename = "album.write")]
    AlbumWrite,
    /// `album.share`
    #[serde(rename = "album.share")]
    AlbumShare,
}

impl Choice for Permission {
    const ALL: &'static [Self] = &[Self::AlbumRead, Self::AlbumWrite, Self::AlbumShare];
    const TEXTS: &'static [&'static str] = &["album.read", "album.write", "album.share"];

    fn as_str(&self) -> &'static str {
        match self {
            Self::AlbumRead => "album.read",
            Self::AlbumWrite => "album.write",
            Self::AlbumShare => "album.share",
        }
    }
}
