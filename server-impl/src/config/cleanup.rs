//! When the server removes expired sessions and deleted users.

use time::Time;

use super::error::{Invalid, Problem, Problems};
use super::reader::Reader;
use super::table::IMMICH_API_CLEANUP_TIME;

pub(super) const ALLOWED: &str = "a time of day such as 03:30 or 03:30:15, or off";

/// When the nightly cleanup runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CleanupTime {
    /// The time of day in UTC; none if the server does not run it.
    pub at: Option<Time>,
}

impl CleanupTime {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        reader.required(IMMICH_API_CLEANUP_TIME)
    }
}

/// Parses hours, minutes and, if given, seconds of two digits each, or the word `off`.
pub(super) fn parse(text: &str) -> Result<CleanupTime, Problems> {
    if text.eq_ignore_ascii_case("off") {
        return Ok(CleanupTime { at: None });
    }
    let at = time_of_day(text).ok_or_else(|| Problem::new("not a time of day"))?;
    Ok(CleanupTime { at: Some(at) })
}

fn time_of_day(text: &str) -> Option<Time> {
    let two_digits = |part: &str| match part.as_bytes() {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some((tens - b'0') * 10 + ones - b'0'),
        _ => None,
    };
    let parts: Option<Vec<u8>> = text.split(':').map(two_digits).collect();
    match parts?[..] {
        [hours, minutes] => Time::from_hms(hours, minutes, 0).ok(),
        [hours, minutes, seconds] => Time::from_hms(hours, minutes, seconds).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::time;

    #[test]
    fn a_time_of_day_has_hours_minutes_and_perhaps_seconds() {
        for (text, at) in [
            ("00:00", Some(time!(0:00))),
            ("03:30", Some(time!(3:30))),
            ("23:59:58", Some(time!(23:59:58))),
            ("off", None),
            ("Off", None),
        ] {
            assert_eq!(parse(text), Ok(CleanupTime { at }), "{text}");
        }
        for text in ["", "24:00", "12:60", "3:30", "+3:30", "0330", "03", "03:30:00:00", "03:30Z", " 03:30", "on"] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
