//! The header `Prefer` (RFC 7240): what a client asks the mock for.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use std::fmt::Write as _;
use std::time::Duration;

/// Header of the request.
pub(super) const PREFER: HeaderName = HeaderName::from_static("prefer");
/// Header of the answer with the preferences that were applied (RFC 7240, section 3).
pub(super) const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
/// The longest delay.
const MAX_DELAY: Duration = Duration::from_secs(60);

/// What a client asks for. Unknown or malformed preferences are ignored (RFC 7240, section 2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Preferences {
    /// `code=401`: this status.
    pub code: Option<StatusCode>,
    /// `example=full`: the example with this name.
    pub example: Option<String>,
    /// `delay=250`: the answer comes after 250 milliseconds.
    pub delay: Option<Duration>,
}

impl Preferences {
    /// Reads the preferences. They are separated by commas, semicolons or lines; of one that is given twice, the first
    /// counts.
    pub(super) fn read(headers: &HeaderMap) -> Self {
        let mut preferences = Self::default();
        let lines = headers.get_all(PREFER).into_iter().filter_map(|line| line.to_str().ok());
        for (name, value) in lines.flat_map(preferences_in) {
            if name.eq_ignore_ascii_case("code") {
                let code = value.parse().ok().and_then(|code| StatusCode::from_u16(code).ok());
                preferences.code = preferences.code.or(code);
            } else if name.eq_ignore_ascii_case("example") && !value.is_empty() {
                preferences.example.get_or_insert(value);
            } else if name.eq_ignore_ascii_case("delay") {
                let delay = value.parse().ok().map(Duration::from_millis).filter(|delay| *delay <= MAX_DELAY);
                preferences.delay = preferences.delay.or(delay);
            }
        }
        preferences
    }

    /// These preferences as the answer repeats them; `None` when there are none.
    pub(super) fn applied(&self) -> Option<HeaderValue> {
        let mut text = String::new();
        let mut add = |name: &str, value: &str| {
            let comma = if text.is_empty() { "" } else { ", " };
            // Writing to a String cannot fail.
            let _ = write!(text, "{comma}{name}={value}");
        };
        if let Some(code) = self.code {
            add("code", code.as_str());
        }
        if let Some(example) = &self.example {
            add("example", &word(example));
        }
        if let Some(delay) = self.delay {
            add("delay", &delay.as_millis().to_string());
        }
        if text.is_empty() { None } else { HeaderValue::try_from(text).ok() }
    }
}

/// Names and values in a line.
fn preferences_in(line: &str) -> Vec<(&str, String)> {
    let mut quoted = false;
    let mut escaped = false;
    let parts = line.split(move |letter| {
        let is_escaped = std::mem::take(&mut escaped);
        match letter {
            '\\' if quoted && !is_escaped => escaped = true,
            '"' if !is_escaped => quoted = !quoted,
            _ => {}
        }
        !quoted && matches!(letter, ',' | ';')
    });
    parts
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (name.trim(), plain(value)))
        .collect()
}

/// A value without its quotes.
fn plain(value: &str) -> String {
    let value = value.trim();
    let Some(inner) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return value.to_owned() };
    let mut escaped = false;
    inner
        .chars()
        .filter(|letter| {
            escaped = *letter == '\\' && !escaped;
            !escaped
        })
        .collect()
}

/// A value, in quotes unless it is a word (RFC 9110, section 5.6.2).
fn word(value: &str) -> String {
    let is_word =
        !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
    if is_word { value.to_owned() } else { format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&'static str]) -> Preferences {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(PREFER, HeaderValue::from_static(line));
        }
        Preferences::read(&headers)
    }

    fn all() -> Preferences {
        Preferences {
            code: Some(StatusCode::UNAUTHORIZED),
            example: Some("full".to_owned()),
            delay: Some(Duration::from_millis(250)),
        }
    }

    #[test]
    fn preferences_are_separated_by_commas_semicolons_or_lines() {
        assert_eq!(read(&["code=401, example=full, delay=250"]), all());
        assert_eq!(read(&["code=401;example=full;delay=250"]), all());
        assert_eq!(read(&["code=401", "Delay = 250 , EXAMPLE=\"full\""]), all());
    }

    #[test]
    fn of_a_preference_that_is_given_twice_the_first_counts() {
        assert_eq!(read(&["code=401, code=500", "example=full, example=minimal, delay=250, delay=1"]), all());
    }

    #[test]
    fn unknown_or_malformed_preferences_are_ignored() {
        assert_eq!(read(&[]), Preferences::default());
        assert_eq!(
            read(&[
                "return=minimal, code, code=abc, code=99, code=1000, example=, delay=-1, delay=60001, delay=1s, ,;"
            ]),
            Preferences::default()
        );
        assert_eq!(read(&["code=x, code=401"]).code, Some(StatusCode::UNAUTHORIZED));
    }

    #[test]
    fn a_quoted_name_may_hold_anything_and_is_repeated_in_quotes() {
        let preferences = read(&[r#"example="a, b; \"c\\\"", code=404"#]);
        assert_eq!(preferences.example.as_deref(), Some(r#"a, b; "c\""#));
        assert_eq!(preferences.code, Some(StatusCode::NOT_FOUND));
        assert_eq!(preferences.applied().unwrap(), r#"code=404, example="a, b; \"c\\\"""#);
    }

    #[test]
    fn applied_preferences_are_repeated_and_without_any_there_is_no_header() {
        assert_eq!(all().applied().unwrap(), "code=401, example=full, delay=250");
        assert_eq!(Preferences::default().applied(), None);
    }
}
