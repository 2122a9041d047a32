//! The rules on fields of the contract, with the messages recorded from upstream.

mod lists;
mod open;
mod scalars;

use serde_json::json;
use swagger::Nullable;

use super::*;
use crate::Secret;

const ABSENT: Option<Value> = None;

fn check<R: Rule>(rule: &R, name: &str, value: Option<&Value>) -> Result<R::Output, Vec<String>> {
    let mut violations = Violations::new();
    let output = rule.check(name, value, &mut violations);
    assert_eq!(output.is_some(), violations.is_empty(), "{name} {value:?} {violations:?}");
    output.ok_or(violations.into_vec())
}

/// The messages of a rule for a value; empty if it is valid.
fn messages<R: Rule>(rule: &R, name: &str, value: Option<&Value>) -> Vec<String> {
    check(rule, name, value).err().unwrap_or_default()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Permission {
    All,
    UserRead,
}

impl Choice for Permission {
    const ALL: &'static [Self] = &[Self::All, Self::UserRead];
    const TEXTS: &'static [&'static str] = &["all", "user.read"];

    fn as_str(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::UserRead => "user.read",
        }
    }
}

#[derive(Debug)]
struct SignUp {
    name: String,
    email: String,
    password: Secret,
}

impl FromObject for SignUp {
    fn from_object(object: &Object, violations: &mut Violations) -> Option<Self> {
        let mut fields = Fields::new(object, violations);
        let name = fields.required("name", &Text::new().min_length(1).without_nul());
        let email = fields.required("email", &Email::new().not_empty().lowercase());
        let password = fields.required("password", &SecretText::new().min_length(1));
        Some(Self { name: name?, email: email?, password: password? })
    }
}

fn sign_up(body: &Value) -> Result<SignUp, Vec<String>> {
    read_object(body.as_object().unwrap())
}

#[test]
fn an_object_reports_all_violations_in_the_order_of_its_fields() {
    assert_eq!(
        sign_up(&json!({})).unwrap_err(),
        [
            "name should not be empty",
            "name must be a string",
            "email should not be empty",
            "email must be an email",
            "password should not be empty",
            "password must be a string",
        ]
    );
    assert_eq!(
        sign_up(&json!({"__proto__": {"email": "a@b"}, "name": "n", "password": "p"})).unwrap_err(),
        ["email should not be empty", "email must be an email"]
    );
    let valid = sign_up(&json!({"name": " n ", "email": "A@B", "password": " p", "isAdmin": true})).unwrap();
    assert_eq!((valid.name.as_str(), valid.email.as_str(), valid.password.expose()), (" n ", "a@b", " p"));
    assert!(!format!("{valid:?}").contains(" p\""));
}

#[test]
fn messages_of_a_nested_object_are_prefixed_with_its_name() {
    let rule = Nested::<SignUp>::new();
    for value in [ABSENT, Some(json!(null)), Some(json!([])), Some(json!("x"))] {
        assert_eq!(messages(&rule, "admin", value.as_ref()), ["admin must be an object"], "{value:?}");
    }
    let inner = json!({"name": "n", "email": "bad", "password": 1});
    let expected = ["admin.email must be an email", "admin.password must be a string"];
    assert_eq!(messages(&rule, "admin", Some(&inner)), expected);
}

#[test]
fn absent_and_null_are_different() {
    let Value::Object(object) = json!({"null": null, "text": "t", "bad": 1}) else { unreachable!() };
    let mut violations = Violations::new();
    let mut fields = Fields::new(&object, &mut violations);
    let rule = Text::new();
    let or_null = OrNull::new(rule);
    let text = || Some("t".to_owned());

    assert_eq!(fields.required("text", &rule), text());
    assert_eq!(fields.optional("absent", &rule), Some(None));
    assert_eq!(fields.optional("text", &rule), Some(text()));
    assert_eq!(fields.required("null", &or_null), Some(Nullable::Null));
    assert_eq!(fields.required("text", &or_null), text().map(Nullable::Present));
    assert_eq!(fields.optional("absent", &or_null), Some(None));
    assert_eq!(fields.optional("null", &or_null), Some(Some(Nullable::Null)));
    assert_eq!(fields.optional("text", &or_null), Some(text().map(Nullable::Present)));
    assert!(fields.violations.is_empty());

    assert_eq!(fields.required("absent", &rule), None);
    assert_eq!(fields.optional("null", &rule), None);
    assert_eq!(fields.required("bad", &or_null), None);
    assert_eq!(fields.required("absent", &or_null), None);
    assert_eq!(fields.optional("bad", &or_null), None);
    assert_eq!(
        violations.into_vec(),
        [
            "absent must be a string",
            "null must be a string",
            "bad must be a string",
            "absent must be a string",
            "bad must be a string",
        ]
    );
}

/// Values of every kind, and lists and objects of them.
fn weird_values() -> Vec<Value> {
    let mut values = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-0.0),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(f64::MAX),
        json!(f64::MIN_POSITIVE),
        json!(-9_223_372_036_854_775_808.0),
        json!(9_223_372_036_854_774_784.0),
        json!(""),
        json!("\0"),
        json!("\"@a"),
        json!("\u{FEFF}\u{202E}🔑\u{10FFFF}"),
        json!("İ@İ"),
        json!("9999-12-31T23:59:60Z"),
        json!("6f1d7b3e-9c0a-4f52-9b1c-2d3e4f5a6béc"),
        json!("a".repeat(100_000)),
        json!({"": {"": {}}}),
        json!({"name": [], "email": {}, "password": null}),
    ];
    let wrapped: Vec<_> = values.iter().flat_map(|value| [json!([value, value]), json!({"name": value})]).collect();
    values.extend(wrapped);
    values
}

#[test]
fn no_value_panics_and_every_rejection_has_a_message() {
    fn check_all<R: Rule>(rule: &R) {
        let _ = check(rule, "x", None);
        for value in weird_values() {
            let _ = check(rule, "x", Some(&value));
        }
    }

    check_all(&Text::new().min_length(2).max_length(3).without_nul().lowercase());
    check_all(&SecretText::new().max_length(0).lowercase().without_nul());
    check_all(&Email::new().not_empty().lowercase());
    check_all(&Flag::new());
    check_all(&Integer::new());
    check_all(&Integer::new().minimum(1).maximum(i64::MAX));
    check_all(&Integer::new().minimum(i64::MAX).maximum(i64::MIN));
    check_all(&Number::new().minimum(f64::MAX).maximum(f64::MIN));
    check_all(&OneOf::<Permission>::new());
    check_all(&Choices::<Permission>::new());
    check_all(&Choices::<Permission>::new().min_items(2).max_items(1).not_empty());
    check_all(&List::new(List::new(Number::new()).min_items(1)).max_items(1));
    check_all(&UuidText::new().version(4));
    check_all(&DateTime::new());
    check_all(&Nested::<SignUp>::new());
    check_all(&Int32::new());
    check_all(&Int32::new().minimum(1).maximum(i64::MAX));
    check_all(&Map::new(OrNull::new(Integer::new())));
    check_all(&Day::new());
    check_all(&AnyValue::new());
    check_all(&AnyObject::new());
}
