//! The schema `ListAlbumsState`.

use immich_wire::rules::Choice;
use serde::{Deserialize, Serialize};

/// `ListAlbumsState`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ListAlbumsState {
    /// `open`
    #[serde(rename = "open")]
    Open,
    /// `closed`
    #[serde(rename = "closed")]
    Closed,
}

impl Choice for ListAlbumsState {
    const ALL: &'static [Self] = &[Self::Open, Self::Closed];
    const TEXTS: &'static [&'static str] = &["open", "closed"];

    fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}
