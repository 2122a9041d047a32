//! Requests with parameters of every kind.

use http::Request;
use http::header::HeaderValue;

use super::*;
use crate::rules::{DateTime, Flag, Int32, Integer, List, Number, Text, UuidText};

fn head(target: &str) -> Parts {
    Request::get(target).body(()).unwrap().into_parts().0
}

/// The query parameter `p` read by a rule, or its violations.
fn query<R: Rule>(query: &str, rule: &R) -> Result<R::Output, Vec<String>> {
    outcome(read(&head(&format!("/x?{query}")), |parameters| parameters.query("p", rule)))
}

fn outcome<T>(outcome: Result<T, RequestError>) -> Result<T, Vec<String>> {
    outcome.map_err(|error| match error {
        RequestError::Validation(violations) => violations,
        other => panic!("{other}"),
    })
}

#[test]
fn a_number_has_the_syntax_of_json() {
    let rule = Integer::new();
    for (text, number) in
        [("0", 0), ("-7", -7), ("60.0", 60), ("6e1", 60), ("%35", 5), ("9223372036854775807", i64::MAX)]
    {
        assert_eq!(query(&format!("p={text}"), &rule), Ok(number), "{text}");
    }
    for text in [
        "", "+1", "%2B1", "01", "0x10", "1+", "+", "%201", "1%20", "%0A1", "1_000", "1,5", "NaN", "Infinity", "1e400",
        "true", "null", "--1",
    ] {
        assert_eq!(query(&format!("p={text}"), &rule).unwrap_err(), ["p must be an integer number"], "{text:?}");
    }
    assert_eq!(query("p=1.5", &rule).unwrap_err(), ["p must be an integer number"]);
    assert_eq!(query("p=1.5", &Number::new()), Ok(1.5));
    assert_eq!(query("p=-2.5e-1", &Number::new()), Ok(-0.25));
    assert_eq!(
        query("p=.5", &Number::new()).unwrap_err(),
        ["p must be a number conforming to the specified constraints"]
    );
    assert_eq!(query("p=2147483647", &Int32::new()), Ok(i32::MAX));
    assert_eq!(query("p=2147483648", &Int32::new()).unwrap_err(), ["p must not be greater than 2147483647"]);
    assert_eq!(query("p=-2147483649", &Int32::new()).unwrap_err(), ["p must not be less than -2147483648"]);
    assert_eq!(query("p=0", &Int32::new().minimum(1)).unwrap_err(), ["p must be a positive number"]);
}

#[test]
fn a_boolean_is_true_or_false() {
    assert_eq!(query("p=true", &Flag::new()), Ok(true));
    assert_eq!(query("p=false", &Flag::new()), Ok(false));
    for text in ["p", "p=", "p=1", "p=True", "p=yes", "p=%20true"] {
        assert_eq!(query(text, &Flag::new()).unwrap_err(), ["p must be a boolean value"], "{text}");
    }
}

#[test]
fn a_text_parameter_may_look_like_a_number() {
    assert_eq!(query("p=007", &Text::new()).as_deref(), Ok("007"));
    assert_eq!(query("p=true", &Text::new()).as_deref(), Ok("true"));
    assert_eq!(query("p=a+b%2Bc", &Text::new()).as_deref(), Ok("a b+c"));
}

#[test]
fn an_empty_value_is_present_and_an_absent_one_is_none() {
    let rule = Text::new().min_length(1);
    for (target, expected) in [
        ("/x", Ok(None)),
        ("/x?q=1", Ok(None)),
        ("/x?p=1", Ok(Some("1".to_owned()))),
        ("/x?p=", Err(vec!["p should not be empty".to_owned()])),
        ("/x?p", Err(vec!["p should not be empty".to_owned()])),
    ] {
        let found = outcome(read(&head(target), |parameters| parameters.optional_query("p", &rule)));
        assert_eq!(found, expected, "{target}");
    }
    assert_eq!(query("", &rule).unwrap_err(), ["p should not be empty", "p must be a string"]);
}

#[test]
fn a_repeated_name_is_rejected_unless_the_parameter_is_a_list() {
    assert_eq!(query("p=1&p=2", &Text::new()).unwrap_err(), ["p must be a string"]);
    assert_eq!(query("p=1&p=1", &Integer::new()).unwrap_err(), ["p must be an integer number"]);
    assert_eq!(query("p=true&p=true", &Flag::new()).unwrap_err(), ["p must be a boolean value"]);
    assert_eq!(query("p[]=1", &Integer::new()).unwrap_err(), ["p must be an integer number"]);
}

#[test]
fn a_list_is_given_by_repetition_or_with_brackets() {
    let rule = List::new(Integer::new().minimum(0)).max_items(3);
    let list = |target: &str| outcome(read(&head(target), |parameters| parameters.optional_list("p", &rule)));
    for (target, expected) in [
        ("/x", None),
        ("/x?p=1", Some(vec![1])),
        ("/x?p=1&p=2", Some(vec![1, 2])),
        ("/x?p[]=1&p%5B%5D=2", Some(vec![1, 2])),
        ("/x?p=1&p[]=2&p=3", Some(vec![1, 2, 3])),
    ] {
        assert_eq!(list(target), Ok(expected), "{target}");
    }
    assert_eq!(
        list("/x?p=1&p=x&p=y").unwrap_err(),
        ["each value in p must not be less than 0", "each value in p must be an integer number"]
    );
    assert_eq!(list("/x?p=1&p=2&p=3&p=4").unwrap_err(), ["p must contain no more than 3 elements"]);
    let required = outcome(read(&head("/x"), |parameters| parameters.list("p", &rule.not_empty())));
    assert_eq!(required.unwrap_err(), ["p should not be empty", "p must be an array"]);
}

#[test]
fn header_lines_are_joined_and_names_match_in_any_case() {
    let mut head = head("/x");
    head.headers.append("x-count", HeaderValue::from_static("7"));
    head.headers.append("x-name", HeaderValue::from_bytes(b"\xC3\xA9\xFF").unwrap());
    head.headers.append("x-twice", HeaderValue::from_static("a"));
    head.headers.append("x-twice", HeaderValue::from_static("b"));
    let found = read(&head, |parameters| {
        let count = parameters.header("X-Count", &Integer::new());
        let name = parameters.header("x-name", &Text::new());
        let twice = parameters.optional_header("x-twice", &Text::new());
        let absent = parameters.optional_header("x-absent", &Text::new());
        Some((count?, name?, twice?, absent?))
    });
    assert_eq!(found, Ok((7, "é\u{FFFD}".to_owned(), Some("a, b".to_owned()), None)));

    let missing = outcome(read(&head, |parameters| parameters.header("X-Trace", &UuidText::new())));
    assert_eq!(missing.unwrap_err(), ["X-Trace must be a UUID"]);
}

#[test]
fn all_violations_are_reported_together_in_the_order_of_reading() {
    let outcome = outcome(read(&head("/x/1?after=yesterday&size=0"), |parameters| {
        let id = parameters.path("id", "1", &UuidText::new().version(4));
        let after = parameters.query("after", &DateTime::new());
        let size = parameters.optional_query("size", &Integer::new().minimum(1));
        let mine = parameters.header("x-mine", &Flag::new());
        Some((id?, after?, size?, mine?))
    }));
    assert_eq!(
        outcome.unwrap_err(),
        [
            "id must be a UUID",
            "after must be a valid ISO 8601 date string",
            "size must be a positive number",
            "x-mine must be a boolean value",
        ]
    );
}
