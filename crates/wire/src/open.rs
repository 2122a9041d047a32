//! Enumerations of responses that may hold a value outside the contract.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::rules::Choice;

/// A value of an enumeration, or a text that is not among its values: the database may hold one, which is sent as it is.
/// The extension `x-open` gives a property this type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Open<E> {
    /// A value of the enumeration.
    Known(E),
    /// Another text.
    Unknown(String),
}

impl<E: Choice> Open<E> {
    /// The value with this text.
    #[must_use]
    pub fn from_text(text: String) -> Self {
        E::from_wire(&text).map_or(Self::Unknown(text), Self::Known)
    }

    /// The text that is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(value) => value.as_str(),
            Self::Unknown(text) => text,
        }
    }
}

impl<E: Choice> Serialize for Open<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, E: Choice> Deserialize<'de> for Open<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from_text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Color {
        Pink,
    }

    impl Choice for Color {
        const ALL: &'static [Self] = &[Self::Pink];
        const TEXTS: &'static [&'static str] = &["pink"];

        fn as_str(&self) -> &'static str {
            "pink"
        }
    }

    #[test]
    fn a_text_outside_the_enumeration_is_kept() {
        for (text, value) in [("pink", Open::Known(Color::Pink)), ("Pink", Open::Unknown("Pink".to_owned()))] {
            let json = format!("\"{text}\"");
            assert_eq!(serde_json::from_str::<Open<Color>>(&json).unwrap(), value);
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
        }
    }
}
