//! Times in responses.

use crate::http::Response;
use crate::results::Violation;
use serde_json::Value;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::{Duration, OffsetDateTime};

/// How far a time may be from the clock of the server, which its header `Date` shows in seconds.
const TOLERANCE: Duration = Duration::seconds(5);

/// Whether a field is a time of creation.
pub(super) fn is_creation(name: &str) -> bool {
    is_time_of(name, &["created", "creation"])
}

/// Whether a field is a time of the last change.
pub(super) fn is_update(name: &str) -> bool {
    is_time_of(name, &["updated", "modified", "lastchange"])
}

/// Whether a field is a time of the last use.
pub(super) fn is_use(name: &str) -> bool {
    is_time_of(name, &["lastused", "lastseen", "lastactive", "lastaccess", "lastlogin", "accessed"])
}

/// Whether a field is a time of expiry.
pub(super) fn is_expiry(name: &str) -> bool {
    is_time_of(name, &["expires", "expiry", "expiration"])
}

/// `createdAt`, `created_at`, `dateCreated`.
fn is_time_of(name: &str, words: &[&str]) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let name = name.strip_prefix("date").unwrap_or(&name);
    words
        .iter()
        .find_map(|word| name.strip_prefix(word))
        .is_some_and(|rest| ["", "at", "on", "date", "time"].contains(&rest))
}

/// A date and time, if the value is one.
pub(super) fn time_in(value: &Value) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(value.as_str()?, &Rfc3339).ok()
}

/// Whether both are times and the second is later.
pub(super) fn moves_forward(before: &Value, after: &Value) -> bool {
    match (time_in(before), time_in(after)) {
        (Some(before), Some(after)) => before < after,
        (None, Some(_)) => before.is_null(),
        _ => false,
    }
}

/// Whether a server that wrote these times counts in whole seconds, so that a change may keep the time.
fn in_seconds(times: [OffsetDateTime; 2]) -> bool {
    times.iter().all(|time| time.nanosecond() == 0)
}

/// The time of the server at a response, or this machine's.
pub(super) fn clock(response: &Response) -> OffsetDateTime {
    let date = response.header("date").and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok());
    date.unwrap_or_else(OffsetDateTime::now_utc)
}

/// Whether a time differs from the expected one.
pub(super) fn wrong_time(name: &str, value: &Value, expected: OffsetDateTime) -> Option<Violation> {
    let time = time_in(value)?;
    let text = expected.format(&Rfc3339).unwrap_or_default();
    ((time - expected).abs() > TOLERANCE).then(|| {
        Violation::new(format!("/{name}"), format!("about {text} by the clock of the server"))
            .received(value.to_string())
    })
}

/// Which time of a new object is not the time of its creation.
pub(super) fn wrong_at_creation(object: &Value, now: OffsetDateTime) -> Option<Violation> {
    let fields = object.as_object()?.iter();
    fields
        .filter(|(name, _)| is_creation(name) || is_update(name))
        .find_map(|(name, value)| wrong_time(name, value, now))
}

/// Which time of a changed object is wrong: that of its change moves to now.
pub(super) fn wrong_at_change(before: &Value, after: &Value, now: OffsetDateTime) -> Option<Violation> {
    let fields = after.as_object()?.iter();
    fields.filter(|(name, _)| is_update(name)).find_map(|(name, value)| {
        let (old, new) = (time_in(before.get(name)?)?, time_in(value)?);
        if new < old || (new == old && !in_seconds([old, new])) {
            let violation = Violation::new(format!("/{name}"), "later than before: the object changed");
            return Some(violation.received(value.to_string()));
        }
        wrong_time(name, value, now)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_are_recognized_by_their_names() {
        assert!(is_creation("createdAt") && is_creation("created_at") && is_creation("dateCreated"));
        assert!(is_update("updatedAt") && is_update("modified") && is_expiry("expiresAt") && is_use("lastUsedAt"));
        assert!(!is_creation("createdBy") && !is_update("updatedCount"));
    }

    #[test]
    fn the_time_of_a_change_moves_to_now() {
        let at = |text: &str| json!({ "updatedAt": text });
        let now = time_in(&json!("2026-01-31T12:00:00Z")).unwrap();
        let earlier = at("2026-01-31T11:59:58.120Z");

        assert_eq!(wrong_at_change(&earlier, &at("2026-01-31T11:59:59.120Z"), now), None);
        for wrong in ["2026-01-31T11:59:58.120Z", "2026-01-31T11:59:57.000Z", "2099-01-31T11:59:57.000Z"] {
            assert!(wrong_at_change(&earlier, &at(wrong), now).is_some(), "{wrong}");
        }
        let in_seconds = at("2026-01-31T12:00:00Z");
        assert_eq!(wrong_at_change(&in_seconds, &in_seconds, now), None);
    }

    #[test]
    fn a_new_object_has_the_time_of_its_creation() {
        let now = time_in(&json!("2026-01-31T12:00:00Z")).unwrap();

        assert_eq!(
            wrong_at_creation(&json!({ "createdAt": "2026-01-31T12:00:01.000Z", "expiresAt": null }), now),
            None
        );
        let wrong = wrong_at_creation(&json!({ "createdAt": "2026-01-31T13:00:01.000Z" }), now).unwrap();
        assert_eq!(wrong.at, "/createdAt");
    }
}
