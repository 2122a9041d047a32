//! Dates as requests and responses write them: `YYYY-MM-DD`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::format_description::FormatItem;
use time::macros::format_description;

/// `full-date` of RFC 3339 section 5.6.
const FORMAT: &[FormatItem<'static>] = format_description!("[year]-[month]-[day]");

/// A date without a time, in the years 0 to 9999 (four digits).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(time::Date);

impl Date {
    /// Parses `YYYY-MM-DD`; `None` for any other text and for a day that does not exist, such as February 30.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // The parser also accepts signs and longer years.
        if text.len() != "YYYY-MM-DD".len() || !text.starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        time::Date::parse(text, FORMAT).ok().map(Self)
    }

    /// The date as a [`time::Date`], for calculations.
    #[must_use]
    pub fn into_inner(self) -> time::Date {
        self.0
    }
}

impl From<time::Date> for Date {
    /// Clamps dates outside the years 0 to 9999 to the nearest date inside.
    fn from(date: time::Date) -> Self {
        Self(date.clamp(time::macros::date!(0000 - 01 - 01), time::macros::date!(9999 - 12 - 31)))
    }
}

impl From<Date> for time::Date {
    fn from(date: Date) -> Self {
        date.0
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.0.to_calendar_date();
        write!(formatter, "{year:04}-{:02}-{day:02}", u8::from(month))
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Date({self})")
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Date;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a date, YYYY-MM-DD")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Date, E> {
                Date::parse(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_and_written_as_year_month_day() {
        for text in ["2026-02-06", "0000-01-01", "9999-12-31", "2024-02-29"] {
            assert_eq!(Date::parse(text).unwrap().to_string(), text);
            let json = format!("\"{text}\"");
            assert_eq!(serde_json::to_string(&serde_json::from_str::<Date>(&json).unwrap()).unwrap(), json);
        }
    }

    #[test]
    fn other_texts_are_rejected() {
        for text in [
            "",
            "2026-2-6",
            "2026-02-30",
            "2023-02-29",
            "2026-13-01",
            "20260206",
            "2026-02-06T00:00:00Z",
            "+026-02-06",
            "-026-02-06",
            "2026-02-0é",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert!(serde_json::from_str::<Date>("1").is_err());
    }

    #[test]
    fn a_year_outside_0_to_9999_is_clamped() {
        assert_eq!(Date::from(time::macros::date!(-0001 - 06 - 01)).to_string(), "0000-01-01");
    }
}
