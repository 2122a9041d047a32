//! Valid values that are rejected, or are not returned as they were sent.

use serde_json::{Value, json};

use super::super::proxy::{Behavior, Change, Request};
use super::Fault;
use super::statuses::reject;

/// Changes one text of a request body.
fn text(request: &mut Request, name: &str, change: impl FnOnce(&str) -> String) {
    request.change(|body| {
        if let Some(text) = body.get(name).and_then(Value::as_str) {
            body[name] = json!(change(text));
        }
    });
}

fn of_key(request: &mut Request, change: impl FnOnce(&str) -> String) {
    if request.is("POST", "/api-keys") || request.starts("PUT", "/api-keys/") {
        text(request, "name", change);
    }
}

fn of_user(request: &mut Request, change: impl FnOnce(&str) -> String) {
    if request.is("PUT", "/users/me") {
        text(request, "name", change);
    }
}

/// One for each rule.
pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "trims the names of keys",
        operation: "createApiKey",
        rules: &["round-trip"],
        behavior: Behavior::Request(|request| of_key(request, |name| name.trim().to_owned())),
    },
    Fault {
        name: "rejects emoji in the names of users",
        operation: "updateMyUser",
        rules: &["valid-value"],
        behavior: Behavior::Response(|request, response| {
            let name = request.json()["name"].as_str().unwrap_or_default().to_owned();
            if request.is("PUT", "/users/me") && name.contains('😀') {
                reject(response, 400, "name contains invalid characters");
            }
        }),
    },
];

/// Found each night.
pub(super) const MORE: &[Fault] = &[
    Fault {
        name: "shortens the names of users to 255 characters",
        operation: "updateMyUser",
        rules: &["round-trip"],
        behavior: Behavior::Request(|request| of_user(request, |name| name.chars().take(255).collect())),
    },
    Fault {
        name: "composes characters",
        operation: "updateApiKey",
        rules: &["round-trip"],
        behavior: Behavior::Request(|request| of_key(request, |name| name.replace("e\u{301}", "\u{e9}"))),
    },
    Fault {
        name: "stores no characters beyond the BMP",
        operation: "updateApiKey",
        rules: &["round-trip"],
        behavior: Behavior::Request(|request| {
            of_key(request, |name| name.chars().map(|c| if c > '\u{ffff}' { '\u{fffd}' } else { c }).collect());
        }),
    },
    Fault {
        name: "escapes HTML",
        operation: "updateMyUser",
        rules: &["round-trip"],
        behavior: Behavior::Request(|request| of_user(request, |name| name.replace('<', "&lt;"))),
    },
    Fault {
        name: "decodes percent signs",
        operation: "createApiKey",
        rules: &["round-trip"],
        behavior: Behavior::Request(|request| of_key(request, |name| name.replace("%25", "%"))),
    },
    Fault {
        name: "stores names that look like numbers as numbers",
        operation: "createApiKey",
        rules: &["round-trip"],
        behavior: Behavior::Request(|request| {
            of_key(request, |name| name.parse::<f64>().map_or_else(|_| name.to_owned(), |number| number.to_string()));
        }),
    },
    Fault {
        name: "takes the name null for no name",
        operation: "createApiKey",
        rules: &["round-trip"],
        behavior: Behavior::Request(|request| {
            of_key(request, |name| if name == "null" { "API Key".to_owned() } else { name.to_owned() });
        }),
    },
    Fault {
        name: "sorts permissions",
        operation: "createApiKey",
        rules: &["round-trip"],
        behavior: Behavior::Request(|request| {
            if request.is("POST", "/api-keys") {
                request.change(|body| {
                    if let Some(list) = body.get_mut("permissions").and_then(Value::as_array_mut) {
                        list.sort_by_key(ToString::to_string);
                    }
                });
            }
        }),
    },
    Fault {
        name: "removes repeated permissions",
        operation: "updateApiKey",
        rules: &["round-trip"],
        behavior: Behavior::Request(|request| {
            if request.starts("PUT", "/api-keys/") {
                request.change(|body| {
                    if let Some(list) = body.get_mut("permissions").and_then(Value::as_array_mut) {
                        let mut known: Vec<Value> = Vec::new();
                        list.retain(|item| {
                            !known.contains(item) && {
                                known.push(item.clone());
                                true
                            }
                        });
                    }
                });
            }
        }),
    },
    Fault {
        name: "does not know one of the permissions",
        operation: "createApiKey",
        rules: &["valid-value"],
        behavior: Behavior::Response(|request, response| {
            let asked = request.json()["permissions"].to_string();
            if request.is("POST", "/api-keys") && asked.contains("\"tag.asset\"") {
                reject(response, 400, "permissions must be known");
            }
        }),
    },
    Fault {
        name: "has durations of 32 bits",
        operation: "createSession",
        rules: &["valid-value"],
        behavior: Behavior::Response(|request, response| {
            let duration = request.json()["duration"].as_i64().unwrap_or_default();
            if request.is("POST", "/sessions") && response.status == 201 && duration > i64::from(i32::MAX) {
                reject(response, 400, "duration must be an integer number");
            }
        }),
    },
    Fault {
        name: "exchanges the type of a device and its system",
        operation: "createSession",
        rules: &["error-message", "round-trip"],
        behavior: Behavior::Request(|request| {
            if request.is("POST", "/sessions") {
                request.change(|body| {
                    if body["deviceType"] != body["deviceOS"] && body["deviceOS"].is_string() {
                        let (kind, system) = (body["deviceType"].take(), body["deviceOS"].take());
                        body["deviceType"] = system;
                        body["deviceOS"] = kind;
                        body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
                    }
                });
            }
        }),
    },
    Fault {
        name: "cuts names in lists",
        operation: "createApiKey",
        rules: &["round-trip"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/api-keys") && response.status == 200 {
                response.change(|body| {
                    for key in body.as_array_mut().into_iter().flatten() {
                        let name: String = key["name"].as_str().unwrap_or_default().chars().take(64).collect();
                        key["name"] = json!(name);
                    }
                });
            }
        }),
    },
    Fault {
        name: "writes names in lower case",
        operation: "updateApiKey",
        rules: &["round-trip"],
        behavior: Behavior::Request(|request| of_key(request, str::to_lowercase)),
    },
    Fault {
        name: "reads half of an escaped pair of surrogates",
        operation: "createSession",
        rules: &["round-trip"],
        behavior: Behavior::Request(|request| {
            let body = String::from_utf8_lossy(&request.body).into_owned();
            if request.is("POST", "/sessions") && body.contains("\\ud83d\\ude00") {
                request.body = body.replace("\\ud83d\\ude00", "\\ufffd").into_bytes();
            }
        }),
    },
    Fault {
        name: "does not know one of the colors",
        operation: "updateMyUser",
        rules: &["valid-value"],
        behavior: Behavior::Response(|request, response| {
            if request.is("PUT", "/users/me") && request.json()["avatarColor"] == "amber" {
                reject(response, 400, "avatarColor must be known");
            }
        }),
    },
    Fault {
        name: "rejects a content type with a charset",
        operation: "createApiKey",
        rules: &["valid-value"],
        behavior: Behavior::Response(|request, response| {
            let kind = request.header("content-type").unwrap_or_default();
            if request.is("POST", "/api-keys") && kind.contains("charset") {
                reject(response, 400, "Content-Type must be application/json");
            }
        }),
    },
    Fault {
        name: "does not accept long names",
        operation: "createApiKey",
        rules: &["valid-value"],
        behavior: Behavior::Response(|request, response| {
            let name = request.json()["name"].as_str().unwrap_or_default().to_owned();
            if request.is("POST", "/api-keys") && name.chars().count() > 100 {
                reject(response, 400, "name is too long");
            }
        }),
    },
];
