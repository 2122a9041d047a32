//! Every rule for all responses, kept and broken.

use super::*;
use crate::contract::tests::real;
use crate::severity::Severity;
use serde_json::json;

const TOKEN: &str = "0123456789abcdefghijklmnopqrstuvwxyz";

fn response(status: u16, body: &Value) -> Response {
    let headers = vec![
        ("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned()),
        ("x-immich-cid".to_owned(), "cid".to_owned()),
    ];
    let received = http1_client::Response { status, headers, body: body.to_string().into_bytes() };
    Response { received, surplus: Vec::new() }
}

fn broken(operation: &str, request: &Request, response: &Response) -> Vec<String> {
    let contract = real();
    let operation = contract.operation(operation).unwrap();
    let mut secrets = Secrets::default();
    secrets.add(TOKEN);
    let profile = Profile::named("immich-2.5").unwrap();
    let profile = profile.as_ref();
    let (contract, secrets) = (&contract, &secrets);
    let exchange = Exchange { contract, profile, operation, request, response, secrets, malformed: false };
    let broken = check(&exchange).rules.into_iter();
    broken.filter_map(|(rule, violation)| Some(format!("{} {}", rule.id(), violation?.at))).collect()
}

fn user() -> Value {
    json!({
        "id": "0b5f0b41-9f3c-4c58-8a55-6f8d1f0c2a11", "name": "Anna", "email": "anna@example.com",
        "shouldChangePassword": true, "isAdmin": false, "createdAt": "2026-01-31T23:59:59.123Z", "deletedAt": null,
        "updatedAt": "2026-01-31T23:59:59.123Z", "status": "active", "avatarColor": "pink", "profileImagePath": "",
        "profileChangedAt": "2026-01-31T23:59:59.123Z", "storageLabel": null, "oauthId": "", "quotaSizeInBytes": null,
        "quotaUsageInBytes": 0, "license": null,
    })
}

fn of_user(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut body = user();
    change(&mut body);
    broken("getMyUser", &Request::new("GET", "/api/users/me"), &response(200, &body))
}

#[test]
fn a_correct_response_breaks_no_rule() {
    assert_eq!(of_user(|_| {}), [""; 0]);
}

#[test]
fn a_wrong_field_breaks_the_rule_for_its_problem() {
    type Change = fn(&mut Value);
    let cases: [(Change, &[&str]); 9] = [
        (|body| drop(body.as_object_mut().unwrap().remove("name")), &["missing-field /name"]),
        (|body| body["avatar"] = json!("x"), &["unknown-field /avatar"]),
        (|body| body["name"] = Value::Null, &["null-field /name"]),
        (|body| body["name"] = json!(1), &["wrong-type /name"]),
        (|body| body["status"] = json!("sleeping"), &["wrong-value /status"]),
        (|body| body["id"] = json!("1"), &["wrong-format /id"]),
        (|body| body["createdAt"] = json!("2026-01-31T23:59:59Z"), &["date-format /createdAt"]),
        (|body| body["deletedAt"] = json!("yesterday"), &["date-format /deletedAt"]),
        (
            |body| body["password"] = json!("$2b$10$abcdefghijklmnopqrstuv"),
            &["secret-leaked /password", "unknown-field /password"],
        ),
    ];
    for (change, expected) in cases {
        assert_eq!(of_user(change), expected);
    }
}

#[test]
fn what_the_standard_of_a_format_allows_is_a_warning_and_what_the_contract_allows_a_note() {
    let contract = real();
    let severity = |name: &str, value: Value| {
        let mut body = user();
        body[name] = value;
        let (request, response, secrets) =
            (Request::new("GET", "/api/users/me"), response(200, &body), Secrets::default());
        let operation = contract.operation("getMyUser").unwrap();
        let (contract, request, response, secrets) = (&contract, &request, &response, &secrets);
        let exchange = Exchange { contract, profile: None, operation, request, response, secrets, malformed: false };
        let mut broken = check(&exchange).rules.into_iter().filter_map(|(rule, violation)| Some((rule, violation?)));
        let (rule, violation) = broken.next().unwrap();
        violation.severity.unwrap_or(rule.severity())
    };

    for (name, value, expected) in [
        ("createdAt", json!("2026-01-31T23:59:59Z"), Severity::Warning),
        ("createdAt", json!("2026-01-31T23:59:59.123456+02:00"), Severity::Warning),
        ("createdAt", json!("2026-01-31 23:59:59.123"), Severity::Error),
        ("createdAt", json!("2026-02-31T23:59:59.123Z"), Severity::Error),
        ("id", json!("0B5F0B41-9F3C-4C58-8A55-6F8D1F0C2A11"), Severity::Warning),
        ("id", json!("0b5f0b419f3c4c588a556f8d1f0c2a11"), Severity::Error),
        ("id", json!("7"), Severity::Error),
        ("avatar", json!("x"), Severity::Note),
    ] {
        assert_eq!(severity(name, value.clone()), expected, "{name}: {value}");
    }
}

#[test]
fn a_problem_of_all_items_of_a_list_is_reported_once() {
    let mut item = user();
    let fields = ["id", "email", "avatarColor", "profileImagePath", "profileChangedAt"];
    item.as_object_mut().unwrap().retain(|field, _| fields.contains(&field.as_str()));

    let found = broken("searchUsers", &Request::new("GET", "/api/users"), &response(200, &json!([item, item])));

    assert_eq!(found, ["missing-field /*/name"]);
}

#[test]
fn a_known_secret_must_not_come_back() {
    let found = of_user(|body| body["name"] = json!(format!("token {TOKEN}")));

    assert_eq!(found, ["secret-leaked /name"]);
}

#[test]
fn statuses_and_bodies_that_the_contract_does_not_have_are_reported() {
    let request = Request::new("DELETE", "/api/sessions");
    let mut without = response(204, &Value::Null);
    without.received.body.clear();
    assert_eq!(broken("deleteAllSessions", &request, &without), [""; 0]);
    let with = Response { surplus: b"{}".to_vec(), ..without.clone() };
    assert_eq!(broken("deleteAllSessions", &request, &with), ["unexpected-body body"]);
    let mut other = without.clone();
    other.received.status = 202;
    assert_eq!(broken("deleteAllSessions", &request, &other), ["undocumented-status 202"]);
    let mut failed = without;
    failed.received.status = 503;
    assert_eq!(broken("deleteAllSessions", &request, &failed), ["server-error 503"]);
}

#[test]
fn content_type_and_correlation_id_are_part_of_every_response() {
    let request = Request::new("GET", "/api/users/me").header("x-immich-cid", "cid");
    let with = |name: &str, value: &str| {
        let mut response = response(200, &user());
        response.received.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            response.received.headers.push((name.to_owned(), value.to_owned()));
        }
        broken("getMyUser", &request, &response)
    };

    assert_eq!(with("content-type", "application/json"), [""; 0]);
    assert_eq!(with("content-type", "text/plain"), ["content-type header"]);
    assert_eq!(with("content-type", "application/json; charset=latin1"), ["content-type header"]);
    assert_eq!(with("content-type", ""), ["content-type header"]);
    assert_eq!(with("x-immich-cid", ""), ["correlation-id header"]);
    assert_eq!(with("x-immich-cid", "another"), ["correlation-id header, as sent"]);
    assert_eq!(with("set-cookie", "a=b"), ["cookie-unknown a"]);
}

#[test]
fn an_error_repeats_its_status_its_reason_and_its_correlation_id() {
    let request = Request::new("GET", "/api/users/me");
    let of = |body: &Value| broken("getMyUser", &request, &response(401, body));
    let good = json!({ "message": "no", "error": "Unauthorized", "statusCode": 401, "correlationId": "cid" });
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        of(&body)
    };

    assert_eq!(of(&good), [""; 0]);
    assert_eq!(with("statusCode", json!(400)), ["error-status-code /statusCode"]);
    assert_eq!(with("error", json!("No")), ["error-reason /error"]);
    assert_eq!(with("correlationId", json!("other")), ["correlation-id /correlationId"]);
    assert_eq!(with("message", json!({})), ["wrong-type /message"]);
}

#[test]
fn the_cookies_of_a_login_are_checked_one_by_one() {
    let token = format!("immich_access_token={TOKEN}; Max-Age=34560000; Path=/; Expires=x; HttpOnly; SameSite=Lax");
    let kind = "immich_auth_type=password; Max-Age=34560000; Path=/; Expires=x; HttpOnly; SameSite=Lax";
    let flag = "immich_is_authenticated=true; Max-Age=34560000; Path=/; Expires=x; SameSite=Lax";
    let body = json!({
        "accessToken": TOKEN, "userId": user()["id"], "userEmail": "a@b.c", "name": "A", "isAdmin": true,
        "shouldChangePassword": false, "profileImagePath": "", "isOnboarded": true,
    });
    let of = |cookies: &[&str]| {
        let mut response = response(201, &body);
        response.received.headers.extend(cookies.iter().map(|cookie| ("Set-Cookie".to_owned(), (*cookie).to_owned())));
        broken("login", &Request::new("POST", "/api/auth/login"), &response)
    };

    assert_eq!(of(&[&token, kind, flag]), [""; 0]);
    assert_eq!(of(&[&token, kind]), ["cookie-missing immich_is_authenticated"]);
    let open = token.replace(" HttpOnly;", "");
    assert_eq!(of(&[&open, kind, flag]), ["cookie-attributes immich_access_token: HttpOnly"]);
    let hidden = format!("{flag}; HttpOnly");
    assert_eq!(of(&[&token, kind, &hidden]), ["cookie-attributes immich_is_authenticated: no HttpOnly"]);
    let strict = kind.replace("Lax", "None");
    assert_eq!(of(&[&token, &strict, flag]), ["cookie-attributes immich_auth_type: samesite=Lax"]);
    let other = token.replace(TOKEN, "other");
    let found = of(&[&other, kind, flag]);
    assert_eq!(
        found,
        ["cookie-attributes immich_access_token: its value; for the token cookie, the accessToken of the body"]
    );
}
