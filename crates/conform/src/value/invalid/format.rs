//! Strings that do not have a format.

/// Several strings that do not have a format: none for formats that constrain nothing or are not known here.
///
/// Left out is what some implementations of a format accept for good reasons: e-mail addresses without a dot, dates
/// without a time zone. What satisfies a schema after all is left out later.
pub(super) fn without_format(format: &str) -> Vec<String> {
    let texts: &[&str] = match format {
        "email" => &[
            "no e-mail address",
            "conform",
            "conform@",
            "@example.com",
            "conform@example@example.com",
            "con form@example.com",
            "conform@exa mple.com",
            ".conform@example.com",
            "con..form@example.com",
            "conform@example..com",
            "conform@-example.com",
            "conform@example.com\n",
            " conform@example.com",
            "conform@example.com, conform@example.org",
        ],
        "uuid" => return near_misses("f3a1c9d2-6b47-4e0a-9c55-2d8e7b1f4a60"),
        "date-time" => &[
            "yesterday",
            "",
            "2030-02-30T12:00:00.000Z",
            "2030-13-01T12:00:00.000Z",
            "2030-01-01T25:00:00.000Z",
            "2030-01-01T12:61:00.000Z",
            "12:00:00Z",
        ],
        "date" => &["yesterday", "", "2030-02-30", "2030-13-01", "2029-02-29", "01.02.2030"],
        "time" => &["noon", "25:00:00Z", "12:61:00Z"],
        "uri" | "url" => &["no address", "", "://example.com", "http://exa mple.com/"],
        "ipv4" => &["256.1.1.1", "1.2.3", "1.2.3.4.5", "::1"],
        "ipv6" => &["::g", "1.2.3.4", "1:2:3"],
        "hostname" => &["exa mple.com", "-example.com", "example..com"],
        "byte" => &["conform!", "A"],
        _ => &[],
    };
    let mut texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    if format == "email" {
        texts.push(format!("{}@example.com", "x".repeat(65)));
    }
    texts
}

/// Texts that are almost this UUID, and none: some parsers accept them.
pub(crate) fn near_misses(id: &str) -> Vec<String> {
    let plain = id.replace('-', "");
    let but_the_last: String = id.chars().take(id.chars().count().saturating_sub(1)).collect();
    let moved = format!("{}-{}", plain.get(..7).unwrap_or_default(), plain.get(7..).unwrap_or_default());
    vec![
        "no-uuid".to_owned(),
        format!("{id}0"),
        but_the_last.clone(),
        format!("{but_the_last}g"),
        plain,
        format!("{{{id}}}"),
        format!("urn:uuid:{id}"),
        format!(" {id}"),
        format!("{id} "),
        moved,
        "1".to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Validator;
    use serde_json::json;

    #[test]
    fn no_string_has_the_format_that_it_is_meant_to_break() {
        for format in ["email", "uuid", "date-time", "date", "time", "uri", "ipv4", "ipv6", "hostname"] {
            let schema = json!({ "type": "string", "format": format });
            let validator = Validator::of_requests(&json!({}), &schema, "test").unwrap();
            let wrong = without_format(format);
            assert!(wrong.len() >= 3, "{format}");
            let valid: Vec<&String> = wrong.iter().filter(|text| validator.is_valid(&json!(text))).collect();
            assert!(valid.is_empty(), "{format}: {valid:?}");
        }
    }

    #[test]
    fn a_text_that_is_almost_a_uuid_is_none() {
        let id = "f3a1c9d2-6b47-4e0a-9c55-2d8e7b1f4a60";

        assert!(near_misses(id).iter().all(|text| text != id));
        assert!(near_misses(id).contains(&"f3a1c9d26b474e0a9c552d8e7b1f4a60".to_owned()));
    }
}
