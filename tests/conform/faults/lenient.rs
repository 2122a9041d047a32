//! Values that are accepted, though one constraint or another excludes them; found each night.

use serde_json::{Value, json};

use super::super::proxy::{Behavior, Request};
use super::Fault;
use super::statuses::reject;

fn of(request: &mut Request, method: &str, path: &str, change: impl FnOnce(&mut Value)) {
    if request.is(method, path) {
        request.change(change);
    }
}

/// Changes the list of permissions of a new key.
fn permissions(request: &mut Request, change: impl FnOnce(&mut Vec<Value>)) {
    of(request, "POST", "/api-keys", |body| {
        if let Some(list) = body.get_mut("permissions").and_then(Value::as_array_mut) {
            change(list);
        }
    });
}

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "ignores an unknown permission beside a known one",
        operation: "createApiKey",
        rules: &["constraint-enum"],
        behavior: Behavior::Request(|request| {
            permissions(request, |list| {
                if list.len() > 1 {
                    list.retain(|item| item != "conform.unknown");
                }
            });
        }),
    },
    Fault {
        name: "accepts permissions in capitals",
        operation: "createApiKey",
        rules: &["constraint-enum"],
        behavior: Behavior::Request(|request| {
            permissions(request, |list| {
                for item in list {
                    if let Some(text) = item.as_str().filter(|text| *text == text.to_uppercase()) {
                        *item = json!(text.to_lowercase());
                    }
                }
            });
        }),
    },
    Fault {
        name: "takes one permission for a list",
        operation: "createApiKey",
        rules: &["constraint-type"],
        behavior: Behavior::Request(|request| {
            of(request, "POST", "/api-keys", |body| {
                if body.get("permissions").is_some_and(|value| *value == "all") {
                    body["permissions"] = json!(["all"]);
                }
            });
        }),
    },
    Fault {
        name: "takes a negative duration for a positive one",
        operation: "createSession",
        rules: &["constraint-minimum"],
        behavior: Behavior::Request(|request| {
            of(request, "POST", "/sessions", |body| {
                if let Some(duration) = body.get("duration").and_then(Value::as_i64).filter(|value| *value == -1) {
                    body["duration"] = json!(-duration);
                }
            });
        }),
    },
    Fault {
        name: "takes a list for its only item",
        operation: "createSession",
        rules: &["constraint-type"],
        behavior: Behavior::Request(|request| {
            of(request, "POST", "/sessions", |body| {
                for name in ["deviceType", "deviceOS"] {
                    if let Some([only @ Value::String(_)]) = body.get(name).and_then(Value::as_array).map(Vec::as_slice)
                    {
                        body[name] = only.clone();
                    }
                }
            });
        }),
    },
    Fault {
        name: "takes yes for true",
        operation: "changePassword",
        rules: &["constraint-type"],
        behavior: Behavior::Request(|request| {
            of(request, "POST", "/auth/change-password", |body| {
                if body.get("invalidateSessions").is_some_and(|value| *value == "yes") {
                    body["invalidateSessions"] = json!(true);
                }
            });
        }),
    },
    Fault {
        name: "counts the UTF-16 units of passwords",
        operation: "changePassword",
        rules: &["constraint-min-length"],
        behavior: Behavior::Request(|request| {
            of(request, "POST", "/auth/change-password", |body| {
                let new = body["newPassword"].as_str().unwrap_or_default();
                if new.chars().count() < 8 && new.encode_utf16().count() >= 8 {
                    body["newPassword"] = json!("long enough");
                }
            });
        }),
    },
    Fault {
        name: "accepts two dots in an e-mail address",
        operation: "updateMyUser",
        rules: &["constraint-format"],
        behavior: Behavior::Request(|request| {
            of(request, "PUT", "/users/me", |body| {
                if body.get("email").is_some_and(|value| *value == "con..form@example.com") {
                    body["email"] = json!("con.form@example.com");
                }
            });
        }),
    },
    Fault {
        name: "accepts a trailing comma",
        operation: "createApiKey",
        rules: &["malformed-body"],
        behavior: Behavior::Request(|request| {
            let body = String::from_utf8_lossy(&request.body).into_owned();
            if request.is("POST", "/api-keys") && body.ends_with(",}") {
                request.body = body.replace(",}", "}").into_bytes();
            }
        }),
    },
    Fault {
        name: "finds keys by identifiers without hyphens",
        operation: "getApiKey",
        rules: &["constraint-format"],
        behavior: Behavior::Request(|request| {
            let id = request.path.strip_prefix("/api-keys/").filter(|id| id.len() == 32).map(str::to_owned);
            if let Some(id) = id.and_then(|id| uuid::Uuid::try_parse(&id).ok()) {
                request.path = format!("/api-keys/{id}");
            }
        }),
    },
    Fault {
        name: "does not find keys by identifiers in capitals",
        operation: "getApiKey",
        rules: &["valid-value"],
        behavior: Behavior::Response(|request, response| {
            if request.starts("GET", "/api-keys/")
                && request.path.split('?').next().is_some_and(|path| path.chars().any(|c| c.is_ascii_uppercase()))
            {
                reject(response, 400, "API Key not found");
            }
        }),
    },
    Fault {
        name: "trims passwords",
        operation: "changePassword",
        rules: &["round-trip"],
        behavior: Behavior::Request(|request| {
            if request.method == "POST" && request.path.starts_with("/auth/") {
                request.change(|body| {
                    for name in ["password", "newPassword"] {
                        if let Some(text) = body.get(name).and_then(Value::as_str) {
                            body[name] = json!(text.trim());
                        }
                    }
                });
            }
        }),
    },
    Fault {
        name: "distinguishes e-mail addresses by their case",
        operation: "login",
        rules: &["valid-value"],
        behavior: Behavior::Response(|request, response| {
            let email = request.json()["email"].as_str().unwrap_or_default().to_owned();
            if request.is("POST", "/auth/login") && response.status == 201 && email != email.to_lowercase() {
                reject(response, 401, "Incorrect email or password");
            }
        }),
    },
];
