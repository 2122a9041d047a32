//! `x-sunset`: the day after which a deprecated operation or parameter may go, as oasdiff reads it.

use super::walk::{Place, Walk, changed, flag};
use serde_json::Value;
use std::time::{SystemTime, UNIX_EPOCH};

const KEYWORD: &str = "x-sunset";

/// Whether a deprecated part goes before its day. A value that is no date (RFC 3339, section 5.6) is a day that never comes.
pub(super) fn is_early(day: &str, part: &Value) -> bool {
    part.get(KEYWORD).is_some_and(|sunset| date(sunset).is_none_or(|sunset| day <= sunset))
}

/// Compares the day of two versions of an operation, or of a parameter.
pub(super) fn compare(walk: &mut Walk<'_>, place: &Place, is_parameter: bool, old: &Value, new: &Value) {
    let [deleted, too_small, moved] = if is_parameter {
        [
            "request-parameter-sunset-deleted",
            "request-parameter-sunset-date-changed-too-small",
            "request-parameter-sunset-date-changed",
        ]
    } else {
        ["sunset-deleted", "api-sunset-date-changed-too-small", "api-sunset-date-changed"]
    };
    let rule = match (old.get(KEYWORD), new.get(KEYWORD)) {
        (before, after) if before == after => return,
        (Some(_), None) if flag(new, "deprecated") => deleted,
        (Some(before), Some(after)) if date(after) < date(before) => too_small,
        _ => moved,
    };
    walk.note(rule, place, changed(KEYWORD, old.get(KEYWORD), new.get(KEYWORD)));
}

/// The day of a date or time.
fn date(value: &Value) -> Option<&str> {
    let day = value.as_str()?.get(..10)?;
    let is_right =
        |(index, byte): (usize, u8)| if [4, 7].contains(&index) { byte == b'-' } else { byte.is_ascii_digit() };
    day.bytes().enumerate().all(is_right).then_some(day)
}

/// Today in UTC.
pub(super) fn today() -> String {
    day(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / 86_400)
}

/// The date of a day after 1970-01-01, in the Gregorian calendar.
fn day(mut days: u64) -> String {
    let february =
        |year: u64| 28 + u64::from(year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)));
    let mut year = 1970;
    while days >= 337 + february(year) {
        days -= 337 + february(year);
        year += 1;
    }
    let mut month = 1;
    for length in [31, february(year), 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", days + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_dates() {
        let days = [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (789, "1972-02-29"),
            (11_016, "2000-02-29"),
            (20_818, "2026-12-31"),
        ];
        for (days, date) in days {
            assert_eq!(day(days), date);
        }
    }
}
