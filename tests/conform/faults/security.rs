//! Credentials.

use serde_json::{Value, json};

use super::super::proxy::{Behavior, Change};
use super::Fault;
use super::statuses::reject;

/// The wrong token or key that the checks send.
const WRONG: &str = "conform0wrong0credential";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "accepts requests without a credential",
        operation: "searchUsers",
        // What it does not recognize as a credential counts as none.
        rules: &["credential-required", "credential-wrong"],
        behavior: Behavior::AsAdmin(401, |request| request.is("GET", "/users") && !request.has_credential()),
    },
    Fault {
        name: "validates the body before the credential",
        operation: "createApiKey",
        rules: &["credential-required"],
        behavior: Behavior::Response(|request, response| {
            let broken = request.json()["name"].is_null() && request.json().get("duration").is_some();
            if request.is("POST", "/api-keys") && broken && response.status == 401 {
                reject(response, 400, "name must be a string");
            }
        }),
    },
    Fault {
        name: "rejects requests without a credential with 403",
        operation: "getMyUser",
        rules: &["credential-required", "credential-wrong", "credential-ended"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/users/me") && response.status == 401 && !request.has_credential() {
                reject(response, 403, "Forbidden");
            }
        }),
    },
    Fault {
        name: "accepts any token",
        operation: "getSessions",
        rules: &["credential-wrong"],
        behavior: Behavior::AsAdmin(401, |request| {
            let token = format!("Bearer {WRONG}");
            request.is("GET", "/sessions") && request.header("authorization") == Some(&token)
        }),
    },
    Fault {
        name: "accepts any API key",
        operation: "getAboutInfo",
        rules: &["credential-wrong"],
        behavior: Behavior::AsAdmin(401, |request| {
            request.is("GET", "/server/about")
                && request.header("x-api-key") == Some(WRONG)
                && request.header("authorization").is_none()
        }),
    },
    Fault {
        name: "falls back to the key when the token is wrong",
        operation: "getAboutInfo",
        rules: &["credential-wrong", "credential-right"],
        behavior: Behavior::Request(|request| {
            let both = request.header("authorization").is_some() && request.header("x-api-key").is_some();
            if request.is("GET", "/server/about") && both {
                request.remove("authorization");
            }
        }),
    },
    Fault {
        name: "does not accept the cookie",
        operation: "getSessions",
        rules: &["credential-right"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/sessions") && request.header("cookie").is_some() && response.status == 200 {
                reject(response, 401, "Authentication required");
            }
        }),
    },
    Fault {
        name: "does not accept API keys",
        operation: "searchUsers",
        rules: &["credential-right", "permission-sufficient"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/users") && request.header("x-api-key").is_some() && response.status == 200 {
                reject(response, 401, "Invalid API key");
            }
        }),
    },
    Fault {
        name: "accepts a session after its logout",
        operation: "logout",
        rules: &["credential-ended", "effect-deleted"],
        behavior: Behavior::Both(
            |request| {
                // A question that ends nothing; what may not log out may not be request this either.
                if request.is("POST", "/auth/logout") && request.header("x-api-key").is_none() {
                    "/auth/validateToken".clone_into(&mut request.path);
                }
            },
            |request, response| {
                if request.is("POST", "/auth/logout") && response.text().contains("authStatus") {
                    let said = json!({"successful": true, "redirectUri": "/auth/login?autoLaunch=0"});
                    response.replace(200, &said);
                    for name in ["immich_access_token", "immich_auth_type", "immich_is_authenticated"] {
                        let cleared = format!("{name}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
                        response.headers.push(("set-cookie".to_owned(), cleared));
                    }
                }
            },
        ),
    },
    Fault {
        name: "ignores the duration of sessions",
        operation: "createSession",
        rules: &["credential-ended"],
        behavior: Behavior::Request(|request| {
            if request.is("POST", "/sessions") {
                request.change(|body| {
                    if body["duration"] == json!(1) {
                        body["duration"] = json!(3600);
                    }
                });
            }
        }),
    },
    Fault {
        name: "accepts a deleted key",
        operation: "deleteApiKey",
        rules: &["credential-ended"],
        behavior: Behavior::Stateful(|request, response, secrets| {
            // Every key that a caller created may be deleted later.
            if request.is("POST", "/api-keys") && response.status == 201 {
                secrets.extend(response.json()["secret"].as_str().map(str::to_owned));
            }
            let uses_deleted = request.header("x-api-key").is_some_and(|key| secrets.iter().any(|own| own == key));
            if request.is("POST", "/auth/validateToken") && uses_deleted && response.status == 401 {
                response.replace(200, &json!({"authStatus": true}));
            }
        }),
    },
    Fault {
        name: "rejects a wrong token where none is needed",
        operation: "pingServer",
        rules: &["public-operation"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/server/ping") && request.has_credential() {
                reject(response, 401, "Invalid user token");
            }
        }),
    },
    Fault {
        name: "rejects a wrong key at the login",
        operation: "login",
        rules: &["public-operation"],
        behavior: Behavior::Response(|request, response| {
            let is_rejected =
                serde_json::from_slice::<Value>(&response.body).is_ok_and(|body| body["message"].is_array());
            if request.is("POST", "/auth/login") && request.header("x-api-key").is_some() && is_rejected {
                reject(response, 401, "Invalid API key");
            }
        }),
    },
];
