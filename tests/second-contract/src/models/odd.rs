//! The schema `Odd`.

use immich_wire::rules::Choice;
use serde::{Deserialize, Serialize};

/// Values that are no names
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Odd {
    /// `a&b`
    #[serde(rename = "a&b")]
    AAndB,
    /// `it's <b>`
    #[serde(rename = "it's <b>")]
    Its,
    /// `say "hi"`
    #[serde(rename = "say \"hi\"")]
    SayHi,
    /// `back\slash`
    #[serde(rename = "back\\slash")]
    BackSlash,
    /// `16:9`
    #[serde(rename = "16:9")]
    SixteenToNine,
}

impl Choice for Odd {
    const ALL: &'static [Self] = &[Self::AAndB, Self::Its, Self::SayHi, Self::BackSlash, Self::SixteenToNine];
    const TEXTS: &'static [&'static str] = &["a&b", "it's <b>", "say \"hi\"", "back\\slash", "16:9"];

    fn as_str(&self) -> &'static str {
        match self {
            Self::AAndB => "a&b",
            Self::Its => "it's <b>",
            Self::SayHi => "say \"hi\"",
            Self::BackSlash => "back\\slash",
            Self::SixteenToNine => "16:9",
        }
    }
}
