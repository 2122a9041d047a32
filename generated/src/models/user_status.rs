//! The schema `UserStatus`.

use immich_wire::rules::Choice;
use serde::{Deserialize, Serialize};

/// User status
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum UserStatus {
    /// `active`
    #[serde(rename = "active")]
    Active,
    /// `removing`
    #[serde(rename = "removing")]
    Removing,
    /// `deleted`
    #[serde(rename = "deleted")]
    Deleted,
}

impl Choice for UserStatus {
    const ALL: &'static [Self] = &[Self::Active, Self::Removing, Self::Deleted];
    const TEXTS: &'static [&'static str] = &["active", "removing", "deleted"];

    fn as_str(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Removing => "removing",
            Self::Deleted => "deleted",
        }
    }
}
