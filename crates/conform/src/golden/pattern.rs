//! Expected texts with markers for what differs from run to run.

use std::collections::BTreeMap;

/// Captured values by name.
pub(super) type Variables = BTreeMap<String, String>;

/// Put the captured values in the place of `${name}`.
///
/// A variable that no case captured stays as it is: the request then names something that does not
/// exist, and the case fails without stopping the others.
pub(super) fn expand(text: &str, variables: &Variables) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once("${") {
        expanded.push_str(before);
        let Some((name, after)) = from.split_once('}') else {
            expanded.push_str("${");
            rest = from;
            continue;
        };
        if let Some(value) = variables.get(name) {
            expanded.push_str(value);
        } else {
            expanded.push_str("${");
            expanded.push_str(name);
            expanded.push('}');
        }
        rest = after;
    }
    expanded.push_str(rest);
    expanded
}

/// A marker consumes the start of the text and returns the rest; `None` if it does not match.
type Marker = for<'a> fn(&'a str) -> Option<&'a str>;

const MARKERS: [(&str, Marker); 5] = [
    ("<uuid>", uuid_v4),
    ("<date>", date),
    ("<cid>", correlation_id),
    ("<token>", token),
    ("<cookie-date>", cookie_date),
];

/// Whether `text` is what `pattern` describes. Everything but markers stands for itself.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern, text);
    loop {
        if let Some((name, marker)) = MARKERS.iter().find(|(name, _)| pattern.starts_with(name)) {
            let Some(rest) = marker(text) else {
                return false;
            };
            pattern = pattern.get(name.len()..).unwrap_or_default();
            text = rest;
            continue;
        }
        let (mut expected, mut actual) = (pattern.chars(), text.chars());
        match (expected.next(), actual.next()) {
            (None, None) => return true,
            (Some(left), Some(right)) if left == right => {
                pattern = expected.as_str();
                text = actual.as_str();
            }
            _ => return false,
        }
    }
}

/// Consume a text of this form: `h` a lower-case hexadecimal digit, `0` a decimal digit, `A` and `a` a
/// letter, `v` a UUID's variant digit, everything else itself.
fn form<'a>(form: &str, text: &'a str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(form.len())?;
    let fits = form.bytes().zip(head.bytes()).all(|(class, byte)| match class {
        b'h' => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        b'0' => byte.is_ascii_digit(),
        b'A' => byte.is_ascii_uppercase(),
        b'a' => byte.is_ascii_lowercase(),
        b'v' => matches!(byte, b'8' | b'9' | b'a' | b'b'),
        other => byte == other,
    });
    fits.then_some(rest)
}

fn uuid_v4(text: &str) -> Option<&str> {
    form("hhhhhhhh-hhhh-4hhh-vhhh-hhhhhhhhhhhh", text)
}

fn date(text: &str) -> Option<&str> {
    form("0000-00-00T00:00:00.000Z", text)
}

/// An HTTP date (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
fn cookie_date(text: &str) -> Option<&str> {
    let rest = form("Aaa, 00 Aaa 0000 00:00:00 ", text)?;
    rest.strip_prefix("GMT")
}

fn token(text: &str) -> Option<&str> {
    let length = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
    text.get(length..).filter(|_| (30..=43).contains(&length))
}

fn correlation_id(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_match_what_they_stand_for_and_nothing_else() {
        assert!(matches("<uuid>", "0b5f0b41-9f3c-4c58-8a55-6f8d1f0c2a11"));
        assert!(!matches("<uuid>", "0b5f0b41-9f3c-1c58-8a55-6f8d1f0c2a11"));
        assert!(matches("<date>", "2026-01-31T23:59:59.123Z"));
        assert!(!matches("<date>", "2026-01-31T23:59:59Z"));
        assert!(matches("<cid>", "8oznvtnq"));
        assert!(!matches("<cid>", ""));
        let cookie = "a=<token>; Expires=<cookie-date>; HttpOnly";
        let token = "x".repeat(43);
        let sent = format!("a={token}; Expires=Sun, 06 Nov 1994 08:49:37 GMT; HttpOnly");
        assert!(matches(cookie, &sent));
        assert!(!matches(cookie, &sent.replace("GMT", "UTC")));
        assert!(!matches(cookie, &sent.replace(&token, "short")));
        assert!(matches("name <b>", "name <b>"));
    }

    #[test]
    fn variables_are_replaced_and_unknown_ones_stay() {
        let variables = Variables::from([("id".to_owned(), "7".to_owned())]);

        assert_eq!(expand("/a/${id}/${other}/${", &variables), "/a/7/${other}/${");
    }
}
