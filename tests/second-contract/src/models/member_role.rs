//! The schema `MemberRole`.

use immich_wire::rules::Choice;
use serde::{Deserialize, Serialize};

/// `MemberRole`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MemberRole {
    /// `editor`
    #[serde(rename = "editor")]
    Editor,
    /// `viewer`
    #[serde(rename = "viewer")]
    Viewer,
}

impl Choice for MemberRole {
    const ALL: &'static [Self] = &[Self::Editor, Self::Viewer];
    const TEXTS: &'static [&'static str] = &["editor", "viewer"];

    fn as_str(&self) -> &'static str {
        match self {
            Self::Editor => "editor",
            Self::Viewer => "viewer",
        }
    }
}
