//! Credentials.

use serde_json::{Value, json};

use super::super::proxy::{Change, Trick};
use super::Fault;
use super::statuses::refuse;

/// What the checks present as a wrong token or key.
const WRONG: &str = "conform0wrong0credential";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "serves those who say nothing of themselves",
        operation: "searchUsers",
        rules: &["credential-required"],
        trick: Trick::AsAdmin(401, |asked| asked.is("GET", "/users") && !asked.has_credential()),
    },
    Fault {
        name: "tells what is wrong with a request before it asks who makes it",
        operation: "createApiKey",
        rules: &["credential-required"],
        trick: Trick::Answer(|asked, answer| {
            let broken = asked.json()["name"].is_null() && asked.json().get("duration").is_some();
            if asked.is("POST", "/api-keys") && broken && answer.status == 401 {
                refuse(answer, 400, "name must be a string");
            }
        }),
    },
    Fault {
        name: "refuses those without a credential with 403",
        operation: "getMyUser",
        rules: &["credential-required"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/users/me") && answer.status == 401 && !asked.has_credential() {
                refuse(answer, 403, "Forbidden");
            }
        }),
    },
    Fault {
        name: "believes any token",
        operation: "getSessions",
        rules: &["credential-wrong"],
        trick: Trick::AsAdmin(401, |asked| {
            let token = format!("Bearer {WRONG}");
            asked.is("GET", "/sessions") && asked.header("authorization") == Some(&token)
        }),
    },
    Fault {
        name: "believes any API key",
        operation: "getAboutInfo",
        rules: &["credential-wrong"],
        trick: Trick::AsAdmin(401, |asked| {
            asked.is("GET", "/server/about")
                && asked.header("x-api-key") == Some(WRONG)
                && asked.header("authorization").is_none()
        }),
    },
    Fault {
        name: "falls back to the key when the token is wrong",
        operation: "getAboutInfo",
        rules: &["credential-wrong"],
        trick: Trick::Ask(|asked| {
            let both = asked.header("authorization").is_some() && asked.header("x-api-key").is_some();
            if asked.is("GET", "/server/about") && both {
                asked.remove("authorization");
            }
        }),
    },
    Fault {
        name: "does not take the cookie",
        operation: "getSessions",
        rules: &["credential-right"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/sessions") && asked.header("cookie").is_some() && answer.status == 200 {
                refuse(answer, 401, "Authentication required");
            }
        }),
    },
    Fault {
        name: "does not take API keys",
        operation: "searchUsers",
        rules: &["credential-right", "permission-sufficient"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/users") && asked.header("x-api-key").is_some() && answer.status == 200 {
                refuse(answer, 401, "Invalid API key");
            }
        }),
    },
    Fault {
        name: "lets a session live on after its logout",
        operation: "logout",
        rules: &["credential-ended"],
        trick: Trick::Both(
            |asked| {
                // A question that ends nothing; what may not log out may not be asked this either.
                if asked.is("POST", "/auth/logout") && asked.header("x-api-key").is_none() {
                    "/auth/validateToken".clone_into(&mut asked.path);
                }
            },
            |asked, answer| {
                if asked.is("POST", "/auth/logout") && answer.text().contains("authStatus") {
                    let said = json!({"successful": true, "redirectUri": "/auth/login?autoLaunch=0"});
                    answer.become_answer(200, &said);
                    for name in ["immich_access_token", "immich_auth_type", "immich_is_authenticated"] {
                        let cleared = format!("{name}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
                        answer.headers.push(("set-cookie".to_owned(), cleared));
                    }
                }
            },
        ),
    },
    Fault {
        name: "makes sessions that never end",
        operation: "createSession",
        rules: &["credential-ended"],
        trick: Trick::Ask(|asked| {
            if asked.is("POST", "/sessions") {
                asked.change(|body| {
                    if body["duration"] == json!(1) {
                        body["duration"] = json!(3600);
                    }
                });
            }
        }),
    },
    Fault {
        name: "lets a deleted key work on",
        operation: "deleteApiKey",
        rules: &["credential-ended"],
        trick: Trick::Remember(|asked, answer, secrets| {
            // The key of the caller's that was made last is the one that is deleted.
            if asked.is("POST", "/api-keys") && answer.status == 201 {
                secrets.extend(answer.json()["secret"].as_str().map(str::to_owned));
            }
            let asks_with_deleted = asked.header("x-api-key").is_some_and(|key| secrets.iter().any(|own| own == key));
            if asked.is("POST", "/auth/validateToken") && asks_with_deleted && answer.status == 401 {
                answer.become_answer(200, &json!({"authStatus": true}));
            }
        }),
    },
    Fault {
        name: "refuses a wrong token where none is needed",
        operation: "pingServer",
        rules: &["public-operation"],
        trick: Trick::Answer(|asked, answer| {
            if asked.path == "/server/ping" && asked.has_credential() {
                refuse(answer, 401, "Invalid user token");
            }
        }),
    },
    Fault {
        name: "refuses a wrong key at the login",
        operation: "login",
        rules: &["public-operation"],
        trick: Trick::Answer(|asked, answer| {
            let is_refused = serde_json::from_slice::<Value>(&answer.body).is_ok_and(|body| body["message"].is_array());
            if asked.is("POST", "/auth/login") && asked.header("x-api-key").is_some() && is_refused {
                refuse(answer, 401, "Invalid API key");
            }
        }),
    },
];
