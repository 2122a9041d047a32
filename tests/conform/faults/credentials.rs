//! Credentials that are almost right, and secrets in unusual places.

use serde_json::{Value, json};

use super::super::proxy::{Behavior, Change, Request};
use super::Fault;
use super::statuses::reject;

/// The token of a request.
fn bearer(request: &Request) -> Option<&str> {
    request.header("authorization")?.strip_prefix("Bearer ")
}

/// Tokens and keys that were issued.
fn secrets(known: &[Value]) -> impl Iterator<Item = &str> {
    let names = ["accessToken", "token", "secret"];
    known.iter().flat_map(move |body| names.into_iter().filter_map(|name| body[name].as_str()))
}

/// Those that CI has time for.
pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "accepts a token without its last character",
        operation: "getMyUser",
        rules: &["credential-wrong"],
        behavior: Behavior::AsAdminKnowing(401, |request, known| {
            let given = bearer(request).unwrap_or_default();
            request.is("GET", "/users/me") && secrets(known).any(|secret| &secret[..secret.len() - 1] == given)
        }),
    },
    Fault {
        name: "accepts an ended session with HEAD",
        operation: "searchUsers",
        rules: &["credential-ended"],
        behavior: Behavior::AsAdminKnowing(401, |request, known| {
            let given = bearer(request).unwrap_or_default();
            request.is("HEAD", "/users") && known.iter().any(|body| body["token"] == given)
        }),
    },
    Fault {
        name: "shows at the login whether the account exists",
        operation: "login",
        rules: &["credential-message"],
        behavior: Behavior::Response(|request, response| {
            let is_unknown = request.json()["email"].as_str().is_some_and(|email| email.contains("unknown"));
            if request.is("POST", "/auth/login") && response.status == 401 && !is_unknown {
                response.change(|body| body["message"] = json!("Incorrect password"));
            }
        }),
    },
];

/// Variations, for which CI has no time.
pub(super) const MORE: &[Fault] = &[
    Fault {
        name: "compares only the first 20 characters of keys",
        operation: "getAboutInfo",
        // The comparison finds deleted keys too.
        rules: &["credential-wrong", "credential-ended"],
        behavior: Behavior::AsAdminKnowing(401, |request, known| {
            let given = request.header("x-api-key").unwrap_or_default();
            request.is("GET", "/server/about") && secrets(known).any(|secret| given.starts_with(&secret[..20]))
        }),
    },
    Fault {
        name: "ignores the case of the token in the cookie",
        operation: "updateMyUser",
        rules: &["credential-wrong"],
        behavior: Behavior::AsAdminKnowing(401, |request, known| {
            let given = request.header("cookie").and_then(|cookie| cookie.strip_prefix("immich_access_token="));
            let given = given.unwrap_or_default();
            let is_known = |secret: &str| secret.eq_ignore_ascii_case(given) && secret != given;
            request.is("PUT", "/users/me") && secrets(known).any(is_known)
        }),
    },
    Fault {
        name: "accepts a key as a bearer token with HEAD",
        operation: "getSessions",
        rules: &["credential-wrong"],
        behavior: Behavior::AsAdminKnowing(401, |request, known| {
            let given = bearer(request).unwrap_or_default();
            request.is("HEAD", "/sessions") && known.iter().any(|body| body["secret"] == given)
        }),
    },
    Fault {
        name: "accepts the identifier of a key as the key",
        operation: "getApiKey",
        rules: &["credential-wrong"],
        behavior: Behavior::AsAdminKnowing(401, |request, known| {
            let given = request.header("x-api-key").unwrap_or_default();
            request.starts("GET", "/api-keys/") && known.iter().any(|body| body["apiKey"]["id"] == given)
        }),
    },
    Fault {
        name: "accepts a token under any scheme",
        operation: "deleteApiKey",
        rules: &["credential-wrong"],
        behavior: Behavior::AsAdminKnowing(401, |request, known| {
            let given = request.header("authorization").and_then(|value| value.strip_prefix("Basic "));
            request.starts("DELETE", "/api-keys/") && secrets(known).any(|secret| Some(secret) == given)
        }),
    },
    Fault {
        name: "accepts a deleted key in the query",
        operation: "getApiKeys",
        rules: &["credential-ended"],
        behavior: Behavior::AsAdminKnowing(401, |request, known| {
            let given = request.path.strip_prefix("/api-keys?apiKey=");
            request.method == "GET" && secrets(known).any(|secret| Some(secret) == given)
        }),
    },
    Fault {
        name: "trusts the header of a proxy",
        operation: "createSession",
        rules: &["credential-required"],
        behavior: Behavior::AsAdmin(401, |request| {
            request.is("POST", "/sessions") && request.header("remote-user").is_some()
        }),
    },
    Fault {
        name: "asks for no credential under a path with a slash at its end",
        operation: "getMyUser",
        rules: &["credential-required"],
        behavior: Behavior::AsAdmin(401, |request| request.is("GET", "/users/me/")),
    },
    Fault {
        name: "rejects a token beside cookies",
        operation: "getUser",
        rules: &["credential-right"],
        behavior: Behavior::Response(|request, response| {
            let has_others = request.header("cookie").is_some_and(|cookie| cookie.contains("theme="));
            if request.starts("GET", "/users/") && has_others && request.header("authorization").is_some() {
                reject(response, 401, "Invalid user token");
            }
        }),
    },
    Fault {
        name: "repeats the token in a header",
        operation: "getMyUser",
        rules: &["secret-leaked"],
        behavior: Behavior::Response(|request, response| {
            if request.path == "/users/me" && response.status == 200 {
                response.set("x-debug", bearer(request));
            }
        }),
    },
    Fault {
        name: "repeats the key backwards in a page",
        operation: "getAboutInfo",
        rules: &["content-type", "not-json", "secret-leaked", "correlation-id"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/server/about") && response.status == 403 {
                let key = request.header("x-api-key").unwrap_or_default();
                let backwards: String = key.chars().rev().collect();
                response.set("content-type", Some("text/html"));
                response.body = format!("<p>{backwards}</p>").into_bytes();
            }
        }),
    },
    Fault {
        name: "repeats the password when it rejects the e-mail address",
        operation: "login",
        rules: &["secret-leaked"],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/auth/login") && response.status == 400 && request.json()["password"].is_string() {
                let password = request.json()["password"].clone();
                response.change(|body| {
                    if let Some(messages) = body["message"].as_array_mut() {
                        messages.push(password);
                    }
                });
            }
        }),
    },
    Fault {
        name: "sends a header at the login if the account exists",
        operation: "login",
        rules: &["credential-message"],
        behavior: Behavior::Response(|request, response| {
            let is_unknown = request.json()["email"].as_str().is_some_and(|email| email.contains("unknown"));
            if request.is("POST", "/auth/login") && response.status == 401 && !is_unknown {
                response.set("x-account", Some("1"));
            }
        }),
    },
    Fault {
        name: "ignores the case of passwords",
        operation: "login",
        rules: &["credential-wrong", "credential-message"],
        behavior: Behavior::Request(|request| {
            if request.is("POST", "/auth/login") {
                request.change(|body| {
                    if let Some(password) = body["password"].as_str().filter(|password| password.len() == 32) {
                        body["password"] = json!(password.to_lowercase());
                    }
                });
            }
        }),
    },
    Fault {
        name: "ignores permissions with HEAD",
        operation: "getUser",
        rules: &["permission-required"],
        behavior: Behavior::AsAdmin(403, |request| request.starts("HEAD", "/users/")),
    },
    Fault {
        name: "goes by the permissions that a key was created with",
        operation: "getSessions",
        rules: &["permission-required"],
        behavior: Behavior::AsAdminKnowing(403, |request, known| {
            let given = request.header("x-api-key").unwrap_or_default();
            let had =
                |body: &Value| body["secret"] == given && body["apiKey"]["permissions"] == json!(["session.read"]);
            request.path == "/sessions" && known.iter().any(had)
        }),
    },
    Fault {
        name: "lets a key grant more beside a permission that it has",
        operation: "createApiKey",
        rules: &["permission-escalation"],
        behavior: Behavior::AsAdmin(400, |request| {
            let both = request.json()["permissions"].as_array().is_some_and(|granted| granted.len() == 2);
            request.is("POST", "/api-keys") && request.header("x-api-key").is_some() && both
        }),
    },
    Fault {
        name: "answers HEAD for an item that does not exist with success",
        operation: "getApiKey",
        rules: &["head", "ownership"],
        behavior: Behavior::Response(|request, response| {
            if request.starts("HEAD", "/api-keys/") && response.status == 400 {
                response.status = 200;
            }
        }),
    },
    Fault {
        name: "lists to every key what the administrator has",
        operation: "getApiKeys",
        rules: &["ownership"],
        behavior: Behavior::AsAdmin(200, |request| {
            request.is("GET", "/api-keys") && request.header("x-api-key").is_some()
        }),
    },
    Fault {
        name: "answers everything below a path",
        operation: "validateAccessToken",
        rules: &["unknown-path"],
        behavior: Behavior::Response(|request, response| {
            if request.starts("GET", "/auth/validateToken/") {
                response.replace(200, &json!({"authStatus": true}));
            }
        }),
    },
];
