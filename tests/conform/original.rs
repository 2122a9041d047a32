//! A server that is the original on the wire conforms with its profile, and not without it.
//!
//! It is a proxy before our own server that changes what the original does differently.

use std::collections::BTreeSet;

use immich_conform::golden::Cases;
use immich_conform::{Check, Options, ProfileChoice, Report};
use serde_json::{Value, json};

use super::checked;
use super::proxy::{Behavior, Change, FaultyServer, Request};
use crate::harness::{Database, Response, Server};

/// The properties with which an update changes something.
const OF_USERS: [&str; 4] = ["name", "email", "password", "avatarColor"];
const OF_KEYS: [&str; 2] = ["name", "permissions"];

/// The longest duration of a session that our server accepts, and the first that the original cannot store.
const LONGEST: f64 = 250_000_000_000.0;
const STORABLE: f64 = 1e12;

/// The original ends the other sessions whatever the flag says, and has no maximum for the duration of a session.
fn request(request: &mut Request) {
    if request.is("POST", "/auth/change-password") {
        request.change(|body| {
            if [None, Some(&json!(false)), Some(&json!("false"))].contains(&body.get("invalidateSessions")) {
                body["invalidateSessions"] = json!(true);
            }
        });
    }
    if request.is("POST", "/sessions") {
        request.change(|body| {
            if body["duration"].as_f64().is_some_and(|duration| duration > LONGEST && duration < STORABLE) {
                body["duration"] = json!(LONGEST);
            }
        });
    }
}

fn response(request: &Request, response: &mut Response) {
    if request.header("expect").is_some_and(|expectation| expectation != "100-continue") {
        response.replace(417, &Value::Null);
    } else if [413, 415].contains(&response.status)
        || (response.status == 400 && request.header("content-encoding").is_some())
    {
        // The parser's errors are no exceptions of HTTP for the original.
        response.replace(500, &json!({ "message": "Internal server error", "statusCode": 500 }));
        response.set("x-immich-cid", None);
    } else if is_malformed(request) {
        // The body is parsed before anything else, also without a credential and before there is an identifier.
        let message = "Unexpected token 'x', \"x\" is not valid JSON";
        response.replace(400, &json!({ "message": message, "error": "Bad Request", "statusCode": 400 }));
        response.set("x-immich-cid", None);
    } else if has_repeated_credential(request) && response.status == 400 {
        let id = response.header("x-immich-cid").unwrap_or_default().to_owned();
        response.replace(500, &json!({ "message": "Internal server error", "statusCode": 500, "correlationId": id }));
    } else if let Some(message) = reported_instead_of_nul(request, response) {
        response.change(|body| body["message"] = json!(message));
    } else if let Some(operation) = failing_operation(request, response) {
        let id = response.header("x-immich-cid").unwrap_or_default().to_owned();
        let (message, error) = (format!("Failed to {operation}"), "Internal Server Error");
        let body = json!({ "message": message, "error": error, "statusCode": 500, "correlationId": id });
        response.replace(500, &body);
    } else if request.is("GET", "/server/about") && response.status == 200 {
        response.change(|body| {
            for (name, value) in [("nodejs", "v24.11.0"), ("build", "20000000000"), ("ffmpeg", "7.1.1-5")] {
                body[name] = json!(value);
            }
        });
    }
    response.set("x-powered-by", Some("Express"));
    response.set("x-content-type-options", None);
    response.set("cache-control", None);
}

/// Whether the body should be JSON and is not an object or a list.
fn is_malformed(request: &Request) -> bool {
    let is_json = request.header("content-type").is_some_and(|kind| kind == "application/json");
    let is_plain = request.header("content-encoding").is_none();
    // V8 has no limit of nesting.
    let is_deep = request.body.windows(128).any(|part| part.iter().all(|byte| b"[{".contains(byte)));
    let is_parsed = is_deep || parsed(request).is_some_and(|value| value.is_object() || value.is_array());
    is_json && is_plain && !request.body.is_empty() && !is_parsed
}

/// The body, which may begin with a byte order mark.
fn parsed(request: &Request) -> Option<Value> {
    let plain = request.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&request.body);
    serde_json::from_slice(plain).ok()
}

fn has_repeated_credential(request: &Request) -> bool {
    let query = request.path.split_once('?').map_or("", |(_, query)| query);
    let count = |name: &str| query.split('&').filter(|pair| pair.split('=').next() == Some(name)).count();
    count("apiKey") > 1 || count("sessionKey") > 1
}

/// Whether a text that Postgres has to store contains NUL. Passwords are stored as hashes.
fn has_nul(body: &Value) -> bool {
    let stored = ["name", "deviceType", "deviceOS"];
    stored.iter().any(|name| body[name].as_str().is_some_and(|text| text.contains('\0')))
}

/// What the original reports for a text with NUL, for which it does not look: the checker sends it to an unknown key, and
/// to a server that has its administrator.
fn reported_instead_of_nul(request: &Request, response: &Response) -> Option<&'static str> {
    if response.status != 400 || !has_nul(&parsed(request).unwrap_or_default()) {
        return None;
    }
    match request.method.as_str() {
        "PUT" if request.path.starts_with("/api-keys/") => Some("API Key not found"),
        "POST" if request.path == "/auth/admin-sign-up" => Some("The server already has an admin"),
        _ => None,
    }
}

/// What the original says that it failed to do, where our server answers otherwise.
fn failing_operation(request: &Request, response: &Response) -> Option<&'static str> {
    let body = parsed(request).unwrap_or_default();
    let (operation, known): (_, &[&str]) = match request.method.as_str() {
        "PUT" if request.path == "/users/me" => ("update my user", &OF_USERS),
        "PUT" if request.path.starts_with("/api-keys/") => ("update api key", &OF_KEYS),
        "POST" if request.path == "/api-keys" => ("create api key", &[]),
        "POST" if request.path == "/sessions" => ("create session", &[]),
        _ => return None,
    };
    // SQL without anything to set.
    let kind = request.header("content-type").unwrap_or_default().to_lowercase();
    let is_unread =
        kind.starts_with("application/x-www-form-urlencoded") || request.header("content-encoding").is_some();
    let changes =
        is_unread || (kind.starts_with("application/json") && known.iter().any(|name| body.get(name).is_some()));
    let is_empty_update = request.method == "PUT" && response.status == 200 && !changes;
    let is_unstorable = response.status == 400 && has_nul(&body);
    let expires_too_late =
        response.status == 400 && operation == "create session" && body["duration"].as_f64() >= Some(STORABLE);
    (is_empty_update || is_unstorable || expires_too_late).then_some(operation)
}

/// A server that never throttles, as the original.
async fn server() -> Server {
    Server::on(&Database::new().await).with("IMMICH_LOGIN_MAX_FAILURES", "0").start().await
}

async fn original(server: &Server) -> FaultyServer {
    FaultyServer::before(server.client().address(), Behavior::Both(request, response)).await
}

/// Findings that make a server not conforming.
fn errors(report: &Report) -> Vec<String> {
    let counts = |finding: &&immich_conform::Finding| finding.waived.is_none() && finding.severity >= report.fail_on;
    report.findings.iter().filter(counts).map(|finding| format!("{finding:#?}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_original_conforms_with_its_profile_and_not_without() {
    let server = server().await;
    let original = original(&server).await;
    let options = Options {
        golden: Some(Cases::embedded().expect("the cases have the expected form")),
        user_command: Some(server.user_command()),
        ..Options::new(original.url())
    };

    let report = checked(&options).await;

    assert_eq!(report.profile, "immich-2.5");
    assert!(report.conforming, "{}", errors(&report).join("\n"));
    let accepted: Vec<&str> = report.findings.iter().filter_map(|finding| finding.waived.as_deref()).collect();
    assert!(accepted.len() > 20 && accepted.iter().all(|reason| reason.starts_with("profile immich-2.5: ")));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute: make test-slow"]
async fn without_a_profile_the_original_breaks_its_contract() {
    let server = server().await;
    let original = original(&server).await;
    let options = Options { profile: ProfileChoice::None, ..Options::new(original.url()) };

    let report = checked(&options).await;

    assert_eq!(report.profile, "none");
    assert!(!report.conforming);
    let rules: BTreeSet<&str> = report.findings.iter().map(|finding| finding.rule.id()).collect();
    assert!(rules.contains("credential-right"), "{rules:?}");
}

/// The recorded responses of the original where the cases ask for better ones: so the proxy is the original there.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute: make test-slow"]
async fn the_original_of_these_tests_fails_where_the_recording_does() {
    let server = server().await;
    let original = original(&server).await;
    let options = Options {
        golden: Some(Cases::embedded().expect("the cases have the expected form")),
        checks: vec![Check::Golden],
        profile: ProfileChoice::None,
        user_command: Some(server.user_command()),
        ..Options::new(original.url())
    };
    let recorded = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/conform/golden/cases.json"));
    let recorded: Value = serde_json::from_str(&recorded.unwrap()).unwrap();

    let report = checked(&options).await;

    for case in recorded.as_array().unwrap().iter().filter(|case| case["compare"] == "fixed") {
        let upstream = &case["expect"]["upstream"];
        let body: Value = serde_json::from_str(upstream["body"].as_str().unwrap()).unwrap_or_default();
        let found = report.findings.iter().find(|finding| case["id"] == finding.at.as_str());
        if upstream["status"] == 500 {
            let received = &found.unwrap_or_else(|| panic!("{} does not fail", case["id"])).received;
            assert!(received.starts_with("500 ") && received.contains(&body["message"].to_string()), "{received}");
        }
    }
}
