//! Dates and timestamps.

use serde_json::Value;

use super::{Rule, Violations};
use crate::date::Date;
use crate::timestamp::Timestamp;

/// An RFC 3339 date and time: the format `date-time` of the contract.
///
/// The message: `must be a valid ISO 8601 date string`.
#[derive(Debug, Clone, Copy, Default)]
pub struct DateTime;

impl DateTime {
    /// Any date and time.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Rule for DateTime {
    type Output = Timestamp;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<Timestamp> {
        let timestamp = value.and_then(Value::as_str).and_then(Timestamp::parse);
        if timestamp.is_none() {
            violations.push(format!("{name} must be a valid ISO 8601 date string"));
        }
        timestamp
    }
}

/// A date without a time, `YYYY-MM-DD`: the format `date` of the contract.
///
/// The message: `must be a valid ISO 8601 date string`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Day;

impl Day {
    /// Any date.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Rule for Day {
    type Output = Date;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<Date> {
        let date = value.and_then(Value::as_str).and_then(Date::parse);
        if date.is_none() {
            violations.push(format!("{name} must be a valid ISO 8601 date string"));
        }
        date
    }
}
