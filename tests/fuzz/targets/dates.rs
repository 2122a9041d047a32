//! Dates: what is accepted comes back from its own text, and agrees with a parser for whole days.

#![no_main]

use immich_wire::{Date, Timestamp};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Some(moment) = Timestamp::parse(text) {
        let written = moment.to_string();
        let again = Timestamp::parse(&written).expect("a written timestamp is one");
        assert_eq!(again.to_string(), written);
        assert_eq!(written.len(), "2026-02-06T22:00:56.123Z".len());
        // The text is cut to milliseconds, never rounded up.
        let lost = moment.into_inner() - again.into_inner();
        assert!(!lost.is_negative() && lost < time::Duration::milliseconds(1), "{text} became {written}");
        assert!(text.len() >= "0000-00-00T00:00:00Z".len(), "{text}");
    }
    let day = Date::parse(text);
    if let Some(day) = day {
        assert_eq!(day.to_string(), text);
    }
    assert_eq!(day.is_some(), is_day(text), "{text}");
    // A day and a timestamp on it agree.
    if day.is_some() {
        let noon = Timestamp::parse(&format!("{text}T12:00:00Z")).expect("noon of a day");
        assert!(noon.to_string().starts_with(text));
    }
});

/// Whether a text is a day of the Gregorian calendar, `YYYY-MM-DD`.
fn is_day(text: &str) -> bool {
    let digits = |range: std::ops::Range<usize>| {
        let part = text.as_bytes().get(range)?;
        part.iter().try_fold(0_u32, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
    };
    let (Some(year), Some(month), Some(day)) = (digits(0..4), digits(5..7), digits(8..10)) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return false,
    };
    let bytes = text.as_bytes();
    bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-' && (1..=days).contains(&day)
}
