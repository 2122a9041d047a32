//! Strings, e-mail addresses, booleans, numbers, UUIDs and dates.

use serde_json::json;

use super::*;
use crate::Timestamp;

#[test]
fn a_name_is_a_text_that_is_not_empty() {
    const NAME: Text = Text::new().min_length(1).max_length(8).without_nul();
    for (value, expected) in [
        (ABSENT, &["name should not be empty", "name must be a string"] as &[&str]),
        (Some(json!(null)), &["name should not be empty", "name must be a string"]),
        (Some(json!(0)), &["name must be a string"]),
        (Some(json!(false)), &["name must be a string"]),
        (Some(json!([])), &["name must be a string"]),
        (Some(json!({})), &["name must be a string"]),
        (Some(json!("")), &["name should not be empty"]),
        (Some(json!(" ")), &[]),
        (Some(json!("ünï🔑🔑🔑🔑🔑")), &[]),
        (Some(json!("\u{FE0F}".repeat(9))), &["name must be shorter than or equal to 8 characters"]),
        (Some(json!("123456789")), &["name must be shorter than or equal to 8 characters"]),
        (Some(json!("a\0b")), &["name must not contain a NUL character"]),
    ] {
        assert_eq!(messages(&NAME, "name", value.as_ref()), expected, "{value:?}");
    }
}

#[test]
fn the_minimum_length_of_a_password_is_in_code_points() {
    const RULE: SecretText = SecretText::new().min_length(8);
    let [short, empty, string] = [
        "newPassword must be longer than or equal to 8 characters",
        "newPassword should not be empty",
        "newPassword must be a string",
    ];
    for (value, expected) in [
        (ABSENT, &[short, empty, string] as &[&str]),
        (Some(json!(null)), &[short, empty, string]),
        (Some(json!(12_345_678)), &[short, string]),
        (Some(json!([])), &[short, string]),
        (Some(json!("")), &[short, empty]),
        (Some(json!("1234567")), &[short]),
        (Some(json!("éééé")), &[short]),
        (Some(json!("🔑🔑🔑🔑🔑🔑🔑")), &[short]),
        (Some(json!("        ")), &[]),
        (Some(json!("🔑🔑🔑🔑🔑🔑🔑🔑")), &[]),
        (Some(json!("❤\u{FE0F}❤\u{FE0F}❤\u{FE0E}❤\u{FE0E}")), &[short]),
        (Some(json!("❤\u{FE0F}1234567")), &[]),
    ] {
        assert_eq!(messages(&RULE, "newPassword", value.as_ref()), expected, "{value:?}");
    }
}

#[test]
fn a_text_without_bounds_may_be_empty() {
    for (value, expected) in [
        (Some(json!("")), &[] as &[&str]),
        (ABSENT, &["deviceOS must be a string"]),
        (Some(json!(null)), &["deviceOS must be a string"]),
        (Some(json!(1)), &["deviceOS must be a string"]),
    ] {
        assert_eq!(messages(&Text::new(), "deviceOS", value.as_ref()), expected, "{value:?}");
    }
}

#[test]
fn an_email_is_converted_to_lower_case_before_it_is_validated() {
    let lowered = check(&Email::new().lowercase(), "email", Some(&json!("aDmIn@IMMICH.cloud")));
    assert_eq!(lowered.unwrap(), "admin@immich.cloud");
    let kept = check(&Email::new(), "email", Some(&json!("A@B")));
    assert_eq!(kept.unwrap(), "A@B");
    assert_eq!(check(&Text::new().lowercase(), "x", Some(&json!("ÀB"))).unwrap(), "àb");
}

#[test]
fn an_empty_email_is_reported_as_empty_only_if_it_must_not_be_empty() {
    let [empty, invalid] = ["email should not be empty", "email must be an email"];
    for (value, required, optional) in [
        (ABSENT, &[empty, invalid] as &[&str], &[invalid]),
        (Some(json!(null)), &[empty, invalid], &[invalid]),
        (Some(json!("")), &[empty, invalid], &[invalid]),
        (Some(json!(1)), &[invalid], &[invalid]),
        (Some(json!(["a@b.c"])), &[invalid], &[invalid]),
        (Some(json!({})), &[invalid], &[invalid]),
        (Some(json!(" ")), &[invalid], &[invalid]),
    ] {
        assert_eq!(messages(&Email::new().not_empty(), "email", value.as_ref()), required, "{value:?}");
        assert_eq!(messages(&Email::new(), "email", value.as_ref()), optional, "{value:?}");
    }
}

#[test]
fn a_boolean_may_be_a_string() {
    for (value, flag) in [(json!(true), true), (json!(false), false), (json!("true"), true), (json!("false"), false)] {
        assert_eq!(check(&Flag::new(), "f", Some(&value)), Ok(flag), "{value}");
    }
    for value in [json!(null), json!("yes"), json!("TRUE"), json!(""), json!(1), json!([]), json!([true])] {
        assert_eq!(messages(&Flag::new(), "f", Some(&value)), ["f must be a boolean value"], "{value}");
    }
}

#[test]
fn a_duration_is_a_positive_integer() {
    const DURATION: Integer = Integer::new().minimum(1);
    let [positive, integer] = ["duration must be a positive number", "duration must be an integer number"];
    let too_large = format!("duration must not be greater than {}", i64::MAX);
    for (value, expected) in [
        (ABSENT, &[positive, integer] as &[&str]),
        (Some(json!(null)), &[positive, integer]),
        (Some(json!("60")), &[positive, integer]),
        (Some(json!(true)), &[positive, integer]),
        (Some(json!([])), &[positive, integer]),
        (Some(json!({})), &[positive, integer]),
        (Some(json!(0)), &[positive]),
        (Some(json!(-0.0)), &[positive]),
        (Some(json!(-1)), &[positive]),
        (Some(json!(-1e300)), &[positive]),
        (Some(json!(-1.5)), &[positive, integer]),
        (Some(json!(0.5)), &[integer]),
        (Some(json!(1.5)), &[integer]),
        (Some(json!(1e300)), &[&too_large]),
        (Some(json!(u64::MAX)), &[&too_large]),
        (Some(json!(9_223_372_036_854_775_808_u64)), &[&too_large]),
    ] {
        assert_eq!(messages(&DURATION, "duration", value.as_ref()), expected, "{value:?}");
    }
    for (value, duration) in [
        (json!(1), 1),
        (json!(60.0), 60),
        (json!(1e3), 1000),
        (json!(9_007_199_254_740_993_i64), 9_007_199_254_740_993),
        (json!(i64::MAX), i64::MAX),
    ] {
        assert_eq!(check(&DURATION, "duration", Some(&value)), Ok(duration), "{value}");
    }
}

#[test]
fn an_integer_follows_other_bounds() {
    const RULE: Integer = Integer::new().minimum(-2).maximum(10);
    let [small, large, integer] =
        ["n must not be less than -2", "n must not be greater than 10", "n must be an integer number"];
    for (value, expected) in [
        (ABSENT, &[small, integer] as &[&str]),
        (Some(json!("1")), &[small, integer]),
        (Some(json!(-3)), &[small]),
        (Some(json!(-2.5)), &[small, integer]),
        (Some(json!(-2)), &[]),
        (Some(json!(-1.5)), &[integer]),
        (Some(json!(10)), &[]),
        (Some(json!(10.5)), &[large, integer]),
        (Some(json!(11)), &[large]),
        (Some(json!(1e300)), &[large]),
        (Some(json!(-1e300)), &[small]),
        (Some(json!(9_007_199_254_740_993_i64)), &[large]),
    ] {
        assert_eq!(messages(&RULE, "n", value.as_ref()), expected, "{value:?}");
    }
    let below_all = messages(&Integer::new(), "n", Some(&json!(-1e19)));
    assert_eq!(below_all, [format!("n must not be less than {}", i64::MIN)]);
}

#[test]
fn a_number_may_have_a_fraction() {
    const RULE: Number = Number::new().minimum(0.5).maximum(2.0);
    let [small, large] = ["n must not be less than 0.5", "n must not be greater than 2"];
    let number = "n must be a number conforming to the specified constraints";
    for (value, expected) in [
        (Some(json!(0.5)), &[] as &[&str]),
        (Some(json!(2)), &[]),
        (Some(json!(0)), &[small]),
        (Some(json!(2.1)), &[large]),
        (Some(json!(u64::MAX)), &[large]),
        (Some(json!("1")), &[small, number]),
        (ABSENT, &[small, number]),
    ] {
        assert_eq!(messages(&RULE, "n", value.as_ref()), expected, "{value:?}");
    }
}

#[test]
fn uuids_and_dates_have_one_message() {
    const ID: UuidText = UuidText::new().version(4);
    let id = "6f1d7b3e-9c0a-4f52-9b1c-2d3e4f5a6b7c";
    assert_eq!(check(&ID, "id", Some(&json!(id))).unwrap().to_string(), id);
    assert!(check(&UuidText::new(), "id", Some(&json!("6f1d7b3e-9c0a-1f52-9b1c-2d3e4f5a6b7c"))).is_ok());
    for value in [ABSENT, Some(json!(1)), Some(json!("6f1d7b3e-9c0a-1f52-9b1c-2d3e4f5a6b7c"))] {
        assert_eq!(messages(&ID, "id", value.as_ref()), ["id must be a UUID"], "{value:?}");
    }

    let moment = check(&DateTime::new(), "at", Some(&json!("2026-02-06T22:00:56+01:00")));
    assert_eq!(moment.ok(), Timestamp::parse("2026-02-06T21:00:56Z"));
    for value in [ABSENT, Some(json!(0)), Some(json!("2026-02-06"))] {
        let expected = ["at must be a valid ISO 8601 date string"];
        assert_eq!(messages(&DateTime::new(), "at", value.as_ref()), expected, "{value:?}");
    }
}
