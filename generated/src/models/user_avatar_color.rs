//! The schema `UserAvatarColor`.

use immich_wire::rules::Choice;
use serde::{Deserialize, Serialize};

/// Color of a user who has no profile image
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum UserAvatarColor {
    /// `primary`
    #[serde(rename = "primary")]
    Primary,
    /// `pink`
    #[serde(rename = "pink")]
    Pink,
    /// `red`
    #[serde(rename = "red")]
    Red,
    /// `yellow`
    #[serde(rename = "yellow")]
    Yellow,
    /// `blue`
    #[serde(rename = "blue")]
    Blue,
    /// `green`
    #[serde(rename = "green")]
    Green,
    /// `purple`
    #[serde(rename = "purple")]
    Purple,
    /// `orange`
    #[serde(rename = "orange")]
    Orange,
    /// `gray`
    #[serde(rename = "gray")]
    Gray,
    /// `amber`
    #[serde(rename = "amber")]
    Amber,
}

impl Choice for UserAvatarColor {
    const ALL: &'static [Self] = &[
        Self::Primary,
        Self::Pink,
        Self::Red,
        Self::Yellow,
        Self::Blue,
        Self::Green,
        Self::Purple,
        Self::Orange,
        Self::Gray,
        Self::Amber,
    ];
    const TEXTS: &'static [&'static str] =
        &["primary", "pink", "red", "yellow", "blue", "green", "purple", "orange", "gray", "amber"];

    fn as_str(&self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Pink => "pink",
            Self::Red => "red",
            Self::Yellow => "yellow",
            Self::Blue => "blue",
            Self::Green => "green",
            Self::Purple => "purple",
            Self::Orange => "orange",
            Self::Gray => "gray",
            Self::Amber => "amber",
        }
    }
}
