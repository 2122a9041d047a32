//! A body with properties of every kind, and the responses of one operation.

use crate::client::post;
use crate::gallery::ID;
use serde_json::{Value, json};

fn minimal() -> Value {
    json!({"name": "n", "birthDate": null, "labels": {}, "slug": "s"})
}

fn with(name: &str, value: Value) -> Value {
    let mut body = minimal();
    body[name] = value;
    body
}

#[tokio::test]
async fn defaults_replace_absent_properties_only() {
    let album = post("/v2/albums", &minimal()).await.success(201);
    assert_eq!(
        album,
        json!({
            "id": ID, "name": "n", "birthDate": null, "visibility": "private", "order": "desc", "rating": null,
            "labels": {}, "createdAt": "2026-02-06T22:00:56.123Z",
            "extra": {
                "sent": null, "quota": 1_000_000, "latitude": null, "greeting": "hello", "members": [],
                "moods": ["happy"], "slug": "s",
            },
        })
    );
}

#[tokio::test]
async fn every_kind_of_property_is_read_and_written() {
    let body = json!({
        "name": "summer", "description": null, "birthDate": "2020-01-31", "visibility": "shared", "order": "asc",
        "rating": -1, "quota": 9_007_199_254_740_993_i64, "latitude": -89.5, "greeting": "",
        "members": [{"email": "a@b", "role": "viewer"}, {"email": "c@d"}], "moods": ["sad", "sad"],
        "labels": {"x": 0, "y": 2}, "meta": {"any": [1, {}]}, "extra": [null], "scores": [1.5, null],
        "cover": {"kind": "square", "side": 3}, "slug": "UPPER", "unknown": "dropped",
    });
    let album = post("/v2/albums", &body).await.success(201);
    for name in
        ["name", "description", "birthDate", "visibility", "order", "rating", "labels", "meta", "scores", "cover"]
    {
        assert_eq!(album[name], body[name], "{name}");
        assert!(album.as_object().unwrap().contains_key(name), "{name}");
    }
    for name in ["quota", "latitude", "greeting", "members", "moods"] {
        assert_eq!(album["extra"][name], body[name], "{name}");
    }
    assert_eq!(album["extra"]["sent"], json!([null]));
    assert_eq!(album["extra"]["slug"], "upper", "lower-cased, as the overlay has it");
    assert!(album.get("unknown").is_none());
}

#[tokio::test]
async fn every_constraint_of_a_property_is_reported_with_its_message() {
    for (name, value, violations) in [
        ("name", json!(""), &["name should not be empty"] as &[&str]),
        ("name", json!("x".repeat(21)), &["name must be shorter than or equal to 20 characters"]),
        ("description", json!(1), &["description must be a string"]),
        ("birthDate", json!("2020-1-1"), &["birthDate must be a valid ISO 8601 date string"]),
        ("visibility", json!(null), &["visibility must be one of the following values: private, shared"]),
        ("order", json!("up"), &["order must be one of the following values: asc, desc"]),
        ("rating", json!(6), &["rating must not be greater than 5"]),
        ("rating", json!(-2), &["rating must not be less than -1"]),
        ("rating", json!("1"), &["rating must not be less than -1", "rating must be an integer number"]),
        ("quota", json!(1.5), &["quota must be an integer number"]),
        ("latitude", json!(90.1), &["latitude must not be greater than 90"]),
        ("latitude", json!(-91), &["latitude must not be less than -90"]),
        ("greeting", json!(null), &["greeting must be a string"]),
        ("members", json!([{"email": "a"}]), &["each value in members.email must be an email"]),
        (
            "members",
            json!([{"email": "a@b", "role": "x"}]),
            &["each value in members.role must be one of the following values: editor, viewer"],
        ),
        ("members", json!({}), &["members must be an array"]),
        ("moods", json!(["calm"]), &["each value in moods must be one of the following values: happy, sad"]),
        ("labels", json!([]), &["labels must be an object"]),
        ("labels", json!({"a": -1}), &["each value in labels must not be less than 0"]),
        ("meta", json!("x"), &["meta must be an object"]),
        ("scores", json!(["x"]), &["each value in scores must be a number conforming to the specified constraints"]),
        ("cover", json!({"kind": "cube"}), &["cover.kind must be one of the following values: circle, square, Dot"]),
        (
            "cover",
            json!({"kind": "circle"}),
            &[
                "cover.radius must not be less than 0",
                "cover.radius must be a number conforming to the specified constraints",
            ],
        ),
        ("slug", json!("ninechars"), &["slug must be shorter than or equal to 8 characters"]),
        ("slug", json!("\0"), &["slug must not contain a NUL character"]),
    ] {
        assert_eq!(post("/v2/albums", &with(name, value.clone())).await.violations(), violations, "{name} {value}");
    }
}

#[tokio::test]
async fn a_required_property_is_required_even_if_it_is_nullable() {
    assert_eq!(
        post("/v2/albums", &json!({})).await.violations(),
        [
            "name should not be empty",
            "name must be a string",
            "birthDate must be a valid ISO 8601 date string",
            "labels must be an object",
            "slug must be a string",
        ]
    );
}

#[tokio::test]
async fn an_operation_has_several_responses() {
    let accepted = post("/v2/albums", &with("name", json!("later"))).await;
    assert_eq!(accepted.success(202), json!({"id": ID}));
    let nothing = post("/v2/albums", &with("name", json!("nothing"))).await;
    assert_eq!((nothing.status, nothing.body.len(), nothing.headers.len()), (204, 0, 0));
}
