//! Timestamps as requests and responses write them: `YYYY-MM-DDTHH:mm:ss.sssZ`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;
use time::{OffsetDateTime, UtcOffset};

/// A point in time in UTC, in the years 0 to 9999 (four digits).
///
/// Comparisons use the full precision; the text is truncated to milliseconds, not rounded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(OffsetDateTime);

/// The earliest timestamp with a four-digit year.
const EARLIEST: OffsetDateTime = datetime!(0000-01-01 00:00:00 UTC);
/// The latest timestamp with a four-digit year.
const LATEST: OffsetDateTime = datetime!(9999-12-31 23:59:59.999_999_999 UTC);

impl Timestamp {
    /// Parses an RFC 3339 date and time with any offset; `None` for any other text, and outside the years 0 to 9999 in UTC.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        let utc = moment.checked_to_offset(UtcOffset::UTC)?;
        (EARLIEST..=LATEST).contains(&utc).then_some(Self(utc))
    }

    /// The timestamp as an [`OffsetDateTime`], for calculations.
    #[must_use]
    pub fn into_inner(self) -> OffsetDateTime {
        self.0
    }

    fn text(self) -> TimestampText {
        let (date, time) = (self.0.date(), self.0.time());
        let mut text = *b"0000-00-00T00:00:00.000Z";
        // The year is within 0 and 9999: `parse` and `From` ensure that.
        write_digits(&mut text[0..4], u32::try_from(date.year()).unwrap_or_default());
        write_digits(&mut text[5..7], u8::from(date.month()).into());
        write_digits(&mut text[8..10], date.day().into());
        write_digits(&mut text[11..13], time.hour().into());
        write_digits(&mut text[14..16], time.minute().into());
        write_digits(&mut text[17..19], time.second().into());
        write_digits(&mut text[20..23], time.millisecond().into());
        TimestampText(text)
    }
}

/// The text on the stack: writing a list of a thousand rows takes no allocation per timestamp.
struct TimestampText([u8; 24]);

impl TimestampText {
    fn as_str(&self) -> &str {
        // Digits and punctuation only: always ASCII.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn write_digits(field: &mut [u8], mut number: u32) {
    for digit in field.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
}

impl From<OffsetDateTime> for Timestamp {
    /// Clamps moments outside the years 0 to 9999 to the nearest moment inside.
    fn from(moment: OffsetDateTime) -> Self {
        let clamped = moment.clamp(EARLIEST, LATEST);
        Self(clamped.checked_to_offset(UtcOffset::UTC).unwrap_or(clamped))
    }
}

impl From<Timestamp> for OffsetDateTime {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.text().as_str())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Timestamp({self})")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text().as_str())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Timestamp;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an RFC 3339 date and time")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                Timestamp::parse(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_written_in_utc_and_truncated_to_milliseconds() {
        for (moment, text) in [
            (datetime!(2026-02-06 22:00:56.123_999 UTC), "2026-02-06T22:00:56.123Z"),
            (datetime!(2026-02-06 22:00:56 UTC), "2026-02-06T22:00:56.000Z"),
            (datetime!(2026-01-01 00:30:00.005 +02:00), "2025-12-31T22:30:00.005Z"),
            (datetime!(0007-01-02 03:04:05.006 UTC), "0007-01-02T03:04:05.006Z"),
            (datetime!(9999-12-31 23:59:59.999_999_999 UTC), "9999-12-31T23:59:59.999Z"),
        ] {
            let timestamp = Timestamp::from(moment);
            assert_eq!(timestamp.to_string(), text);
            assert_eq!(serde_json::to_string(&timestamp).unwrap(), format!("\"{text}\""));
        }
    }

    #[test]
    fn moments_outside_the_years_0_to_9999_are_clamped() {
        let before = datetime!(-0044-03-15 12:00 UTC);
        let after = datetime!(9999-12-31 23:59 -10:00);
        assert_eq!(Timestamp::from(before).to_string(), "0000-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::from(after).to_string(), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn any_rfc_3339_timestamp_is_parsed() {
        for (text, written) in [
            ("2026-02-06T22:00:56.123Z", "2026-02-06T22:00:56.123Z"),
            ("2026-02-06t22:00:56z", "2026-02-06T22:00:56.000Z"),
            ("2026-02-06T22:00:56.9999+01:30", "2026-02-06T20:30:56.999Z"),
        ] {
            let timestamp: Timestamp = serde_json::from_str(&format!("\"{text}\"")).unwrap();
            assert_eq!(timestamp.to_string(), written);
        }
    }

    #[test]
    fn other_texts_are_rejected() {
        for text in [
            "",
            "2026-02-06",
            "2026-02-06T22:00:56",
            "2026-02-30T22:00:56Z",
            "2026-02-06T25:00:56Z",
            "9999-12-31T23:59:59-01:00",
            "0000-01-01T00:00:00+01:00",
            "+010000-01-01T00:00:00Z",
            "yesterday",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
            assert!(serde_json::from_str::<Timestamp>(&format!("\"{text}\"")).is_err());
        }
        assert!(serde_json::from_str::<Timestamp>("1").is_err());
    }

    #[test]
    fn a_written_timestamp_reads_back_the_same_to_the_millisecond() {
        for step in 0..2_000_i64 {
            let moment = OffsetDateTime::from_unix_timestamp(step * 86_399 * 7 - 1_000_000_000).unwrap();
            let timestamp = Timestamp::from(moment + time::Duration::milliseconds(step % 1000));
            assert_eq!(Timestamp::parse(&timestamp.to_string()), Some(timestamp));
        }
    }

    #[test]
    fn timestamps_compare_by_moment() {
        let early = Timestamp::from(datetime!(2026-01-01 01:00 +02:00));
        let late = Timestamp::from(datetime!(2026-01-01 00:00 UTC));
        assert!(early < late);
        assert_eq!(format!("{early:>26}|{early:?}"), "  2025-12-31T23:00:00.000Z|Timestamp(2025-12-31T23:00:00.000Z)");
    }
}
