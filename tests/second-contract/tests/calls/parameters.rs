//! Query and header parameters.

use crate::client::{get, request, send};
use crate::gallery::ID;
use http::Method;
use serde_json::{Value, json};

const OTHER: &str = "00000000-0000-1000-8000-000000000001";

/// The echo of `GET /albums` with the required parameters and these changes.
fn echo(changes: &Value) -> Value {
    let mut echo = json!({
        "caller": "writer", "page": 1, "size": null, "ratio": null, "shared": null, "order": null, "state": "open",
        "ids": null, "labels": null, "after": null, "on": null, "owner": null, "q": "abc", "pin": null, "type": null,
        "context": null,
    });
    for (name, value) in changes.as_object().unwrap() {
        echo[name] = value.clone();
    }
    echo
}

async fn list(query: &str) -> Value {
    get(&format!("/v2/albums?q=abc&{query}")).await.success(200)
}

#[tokio::test]
async fn absent_parameters_are_none_or_their_default() {
    assert_eq!(list("").await, echo(&json!({})));
}

#[tokio::test]
async fn every_kind_of_query_parameter_is_read() {
    for (query, changes) in [
        ("page=3", json!({"page": 3})),
        ("size=1000", json!({"size": 1000})),
        ("size=6e1", json!({"size": 60})),
        ("ratio=0.5", json!({"ratio": 0.5})),
        ("ratio=2", json!({"ratio": 2.0})),
        ("shared=false", json!({"shared": false})),
        ("order=desc", json!({"order": "desc"})),
        ("state=closed", json!({"state": "closed"})),
        ("after=2026-02-06T23:00:56%2B01:00", json!({"after": "2026-02-06T22:00:56.000Z"})),
        ("on=2026-02-06", json!({"on": "2026-02-06"})),
        ("owner=a%40b", json!({"owner": "a@b"})),
        ("pin=12+34", json!({"pin": "12 34"})),
        ("type=a%26b", json!({"type": "a&b"})),
        ("context=", json!({"context": ""})),
    ] {
        assert_eq!(list(query).await, echo(&changes), "{query}");
    }
}

#[tokio::test]
async fn a_list_is_read_from_repeated_names_with_and_without_brackets() {
    for (query, changes) in [
        (format!("ids={ID}"), json!({"ids": [ID]})),
        (format!("ids={ID}&ids={OTHER}"), json!({"ids": [ID, OTHER]})),
        (format!("ids[]={ID}&shared=true&ids%5B%5D={OTHER}"), json!({"ids": [ID, OTHER], "shared": true})),
        ("labels=green&labels[]=red&labels=green".to_owned(), json!({"labels": ["green", "red", "green"]})),
    ] {
        assert_eq!(list(&query).await, echo(&changes), "{query}");
    }
}

#[tokio::test]
async fn every_constraint_of_the_query_is_reported_with_its_message() {
    for (query, violations) in [
        ("page=0", &["page must be a positive number"] as &[&str]),
        ("page=1.5", &["page must be an integer number"]),
        ("page=2147483648", &["page must not be greater than 2147483647"]),
        ("page=", &["page must be a positive number", "page must be an integer number"]),
        ("page=1&page=2", &["page must be a positive number", "page must be an integer number"]),
        ("size=1001", &["size must not be greater than 1000"]),
        ("size=0x10", &["size must be a positive number", "size must be an integer number"]),
        ("ratio=0.4", &["ratio must not be less than 0.5"]),
        ("ratio=2.6", &["ratio must not be greater than 2.5"]),
        ("shared=1", &["shared must be a boolean value"]),
        ("shared", &["shared must be a boolean value"]),
        ("order=ASC", &["order must be one of the following values: asc, desc"]),
        ("order=asc&order=asc", &["order must be one of the following values: asc, desc"]),
        ("state=none", &["state must be one of the following values: open, closed"]),
        ("ids=1", &["each value in ids must be a UUID"]),
        ("labels=blue&labels=red", &["each value in labels must be one of the following values: red, green"]),
        ("after=2026-02-06", &["after must be a valid ISO 8601 date string"]),
        ("on=2026-2-6", &["on must be a valid ISO 8601 date string"]),
        ("owner=a", &["owner must be an email"]),
        ("pin=1&pin=2", &["pin must be a string"]),
        ("type=a&type=b", &["type must be a string"]),
    ] {
        assert_eq!(get(&format!("/v2/albums?q=abc&{query}")).await.violations(), violations, "{query}");
    }
    let ids = format!("ids={ID}&ids={ID}&ids={ID}&ids={ID}");
    let answer = get(&format!("/v2/albums?q=abc&{ids}")).await;
    assert_eq!(answer.violations(), ["ids must contain no more than 3 elements"]);
}

#[tokio::test]
async fn a_required_parameter_must_be_present_and_within_its_limits() {
    for (query, violations) in [
        (
            "",
            &["q must be longer than or equal to 2 characters", "q should not be empty", "q must be a string"]
                as &[&str],
        ),
        ("q=a", &["q must be longer than or equal to 2 characters"]),
        ("q=abcdef", &["q must be shorter than or equal to 5 characters"]),
        ("Q=abc", &["q must be longer than or equal to 2 characters", "q should not be empty", "q must be a string"]),
    ] {
        assert_eq!(get(&format!("/v2/albums?{query}")).await.violations(), violations, "{query}");
    }
    assert_eq!(
        get("/v2/moments/1/latest").await.violations(),
        ["ids must contain at least 1 elements", "ids should not be empty", "ids must be an array"]
    );
    assert_eq!(get("/v2/moments/1/latest?ids=x").await.violations(), ["each value in ids must be an integer number"]);
}

#[tokio::test]
async fn violations_of_all_parameters_are_reported_together_in_the_order_of_the_contract() {
    let answer = get("/v2/albums?type=a&type=b&shared=x&page=x").await;
    assert_eq!(
        answer.violations(),
        [
            "page must be a positive number",
            "page must be an integer number",
            "shared must be a boolean value",
            "q must be longer than or equal to 2 characters",
            "q should not be empty",
            "q must be a string",
            "type must be a string",
        ]
    );
}

#[tokio::test]
async fn header_names_match_in_any_case() {
    let target = format!("/v2/albums/{ID}/cover");
    let plain = request(Method::GET, &target).header("x-size", "7").body("").unwrap();
    assert_eq!(send(plain).await.text(), json!([ID, 7, null, null, null, false]).to_string());

    let full = request(Method::GET, &target)
        .header("X-SIZE", "7")
        .header("X-Trace", OTHER)
        .header("x-scale", "0.5")
        .header("x-fit", "crop")
        .header("x-live", "false")
        .body("")
        .unwrap();
    assert_eq!(send(full).await.text(), json!([ID, 7, OTHER, 0.5, "crop", false]).to_string());
}

#[tokio::test]
async fn violations_of_the_path_and_of_headers_are_reported_together_with_the_names_of_the_contract() {
    let faulty = request(Method::GET, "/v2/albums/me/cover")
        .header("x-trace", "1")
        .header("x-scale", "1")
        .header("x-scale", "2")
        .header("x-fit", "")
        .header("x-live", "yes")
        .body("")
        .unwrap();
    assert_eq!(
        send(faulty).await.violations(),
        [
            "id must be a UUID",
            "X-Size must not be less than 0",
            "X-Size must be an integer number",
            "x-trace must be a UUID",
            "x-scale must be a number conforming to the specified constraints",
            "x-fit must be one of the following values: fill, crop",
            "x-live must be a boolean value",
        ]
    );
}

#[tokio::test]
async fn a_single_identifier_in_the_path_is_a_uuid_of_version_4() {
    assert_eq!(get(&format!("/v2/albums/{ID}")).await.success(200)["id"], json!(ID));
    assert_eq!(get(&format!("/v2/albums/{OTHER}")).await.violations(), ["id must be a UUID"]);
}
