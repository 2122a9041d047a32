//! Requests that change more than they should, or that change what they should not.

use serde_json::{Value, json};

use super::super::proxy::{Behavior, Change, Request};
use super::Fault;
use super::statuses::reject;

/// Whether the body of a request has exactly these properties.
fn sends_only(request: &Request, names: &[&str]) -> bool {
    let body = request.json();
    let sent: Vec<&String> = body.as_object().into_iter().flatten().map(|(name, _)| name).collect();
    sent == names
}

/// Changes every object with this field, wherever it is.
fn in_every_object(value: &mut Value, field: &str, change: &mut impl FnMut(&mut Value)) {
    if let Some(items) = value.as_array_mut() {
        for item in items.iter_mut() {
            in_every_object(item, field, change);
        }
    }
    if value.get(field).is_some() {
        change(value);
    }
    for inner in value.as_object_mut().into_iter().flat_map(|fields| fields.values_mut()) {
        in_every_object(inner, field, change);
    }
}

/// One of each rule.
pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "lists in another order each time",
        operation: "getApiKeys",
        rules: &["effect-read"],
        behavior: Behavior::Stateful(|request, response, times| {
            if request.is("GET", "/api-keys") && response.status == 200 {
                times.push(String::new());
                if times.len().is_multiple_of(2) {
                    response.change(|body| body.as_array_mut().unwrap().reverse());
                }
            }
        }),
    },
    Fault {
        name: "saves the valid part of an update that it rejects",
        operation: "updateApiKey",
        rules: &["effect-rejected"],
        behavior: Behavior::Both(
            |request| {
                if request.starts("PUT", "/api-keys/") && request.json()["permissions"][0] == "conform.unknown" {
                    request.change(|body| drop(body.as_object_mut().unwrap().remove("permissions")));
                }
            },
            |request, response| {
                if request.starts("PUT", "/api-keys/") && request.json()["permissions"][0] == "conform.unknown" {
                    let message = json!(["each value in permissions must be one of the following values: all"]);
                    // Without it, the server does not know the identifiers of other checks.
                    if matches!(response.status, 200 | 400) {
                        reject(response, 400, "");
                        response.change(|body| body["message"] = message);
                    }
                }
            },
        ),
    },
    Fault {
        name: "grants everything when only the name of a key is sent",
        operation: "updateApiKey",
        rules: &["effect-elsewhere"],
        behavior: Behavior::Request(|request| {
            if request.starts("PUT", "/api-keys/") && sends_only(request, &["name"]) {
                request.change(|body| body["permissions"] = json!(["all"]));
            }
        }),
    },
    Fault {
        name: "lists 50 keys at most",
        operation: "createApiKey",
        rules: &["effect-list"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/api-keys") && response.status == 200 {
                response.change(|body| body.as_array_mut().unwrap().truncate(50));
            }
        }),
    },
    Fault {
        name: "never moves the time of the last change",
        operation: "updateApiKey",
        rules: &["effect-times"],
        behavior: Behavior::Response(|request, response| {
            if request.path.starts_with("/api-keys") {
                response.change(|body| {
                    in_every_object(body, "updatedAt", &mut |object| object["updatedAt"] = object["createdAt"].clone());
                });
            }
        }),
    },
    Fault {
        name: "calls every session the current one",
        operation: "getSessions",
        // An API key then sees something else than a session.
        rules: &["credential-right", "effect-current"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/sessions") {
                response.change(|body| in_every_object(body, "current", &mut |object| object["current"] = json!(true)));
            }
        }),
    },
    Fault {
        name: "ends other sessions with every change of the password",
        operation: "changePassword",
        rules: &["effect-sessions"],
        behavior: Behavior::Request(|request| {
            if request.is("POST", "/auth/change-password") {
                request.change(|body| {
                    if body.get("invalidateSessions").is_none_or(Value::is_boolean) {
                        body["invalidateSessions"] = json!(true);
                    }
                });
            }
        }),
    },
];

/// Further ones.
pub(super) const MORE: &[Fault] = &[
    Fault {
        name: "moves the time of the last change of a user with each read",
        operation: "getMyUser",
        rules: &["effect-read"],
        behavior: Behavior::Stateful(|request, response, times| {
            if request.is("GET", "/users/me") && response.status == 200 {
                times.push(String::new());
                let at = format!("2026-01-01T00:{:02}:{:02}.000Z", times.len() / 60 % 60, times.len() % 60);
                response.change(|body| body["updatedAt"] = json!(at));
            }
        }),
    },
    Fault {
        name: "lists a member a second time on every other read",
        operation: "searchUsers",
        rules: &["effect-read"],
        behavior: Behavior::Stateful(|request, response, times| {
            if request.is("GET", "/users") && response.status == 200 {
                times.push(String::new());
                if times.len().is_multiple_of(2) {
                    response.change(|body| {
                        let first = body[0].clone();
                        body.as_array_mut().unwrap().push(first);
                    });
                }
            }
        }),
    },
    Fault {
        name: "creates a session although it rejects its duration",
        operation: "createSession",
        rules: &["effect-rejected"],
        behavior: Behavior::Both(
            |request| {
                if request.is("POST", "/sessions") && request.json()["duration"] == json!(0) {
                    request.change(|body| drop(body.as_object_mut().unwrap().remove("duration")));
                }
            },
            |request, response| {
                let is_rejected = request.is("POST", "/sessions") && request.json()["duration"] == json!(0);
                if is_rejected && response.status == 201 {
                    reject(response, 400, "");
                    response.change(|body| body["message"] = json!(["duration must not be less than 1"]));
                }
            },
        ),
    },
    Fault {
        name: "ends all sessions when one is deleted",
        operation: "deleteSession",
        rules: &["effect-elsewhere"],
        behavior: Behavior::Both(
            |request| {
                if request.starts("DELETE", "/sessions/") {
                    "/sessions".clone_into(&mut request.path);
                }
            },
            |_, _| {},
        ),
    },
    Fault {
        name: "resets the name with the e-mail address",
        operation: "updateMyUser",
        rules: &["effect-elsewhere"],
        behavior: Behavior::Request(|request| {
            if request.is("PUT", "/users/me") && sends_only(request, &["email"]) {
                request.change(|body| body["name"] = body["email"].clone());
            }
        }),
    },
    Fault {
        name: "changes the password with the name",
        operation: "updateMyUser",
        rules: &["effect-elsewhere"],
        behavior: Behavior::Stateful(|request, response, times| {
            if request.is("PUT", "/users/me") && sends_only(request, &["name"]) && response.status == 200 {
                times.push(String::new());
            }
            if request.path.starts_with("/users/me") && response.status == 200 && !times.is_empty() {
                response.change(|body| body["shouldChangePassword"] = json!(times.len().is_multiple_of(2)));
            }
        }),
    },
    Fault {
        name: "moves the time of creation with each change",
        operation: "updateApiKey",
        rules: &["effect-elsewhere"],
        behavior: Behavior::Stateful(|request, response, changed| {
            if request.starts("PUT", "/api-keys/") && response.status == 200 {
                changed.push(request.path.rsplit('/').next().unwrap().to_owned());
            }
            if request.path.starts_with("/api-keys") {
                response.change(|body| {
                    in_every_object(body, "updatedAt", &mut |object| {
                        if changed.iter().any(|id| object["id"] == json!(id)) {
                            object["createdAt"] = object["updatedAt"].clone();
                        }
                    });
                });
            }
        }),
    },
    Fault {
        name: "deletes a second key along with one",
        operation: "deleteApiKey",
        rules: &["effect-elsewhere"],
        behavior: Behavior::Stateful(|request, response, deleted| {
            if request.starts("DELETE", "/api-keys/") && response.status == 204 {
                deleted.push(String::new());
            }
            if request.is("GET", "/api-keys") && response.status == 200 && !deleted.is_empty() {
                response.change(|body| drop(body.as_array_mut().unwrap().pop()));
            }
        }),
    },
    Fault {
        name: "ends no session when all are deleted",
        operation: "deleteAllSessions",
        rules: &["effect-deleted", "credential-ended"],
        behavior: Behavior::Both(
            |request| {
                if request.is("DELETE", "/sessions") && request.header("authorization").is_some() {
                    "POST".clone_into(&mut request.method);
                    "/auth/validateToken".clone_into(&mut request.path);
                }
            },
            |request, response| {
                if request.is("DELETE", "/sessions") && response.status == 200 {
                    response.replace(204, &Value::Null);
                }
            },
        ),
    },
    Fault {
        name: "does not list logins",
        operation: "login",
        rules: &["effect-created"],
        behavior: Behavior::Stateful(|request, response, known| {
            if request.is("GET", "/sessions") && response.status == 200 {
                response.change(|body| {
                    let sessions = body.as_array_mut().unwrap();
                    // The first four are those before the check.
                    for session in sessions.iter().rev() {
                        let id = session["id"].as_str().unwrap().to_owned();
                        if known.len() < 4 && !known.contains(&id) {
                            known.push(id);
                        }
                    }
                    sessions.retain(|session| known.contains(&session["id"].as_str().unwrap().to_owned()));
                });
            }
        }),
    },
    Fault {
        name: "has the same time of creation for all keys",
        operation: "createApiKey",
        rules: &["effect-times"],
        behavior: Behavior::Response(|request, response| {
            if request.path.starts_with("/api-keys") {
                response.change(|body| {
                    in_every_object(body, "createdAt", &mut |object| {
                        object["createdAt"] = json!("2024-01-01T00:00:00.000Z");
                    });
                });
            }
        }),
    },
    Fault {
        name: "counts the duration of sessions in minutes",
        operation: "createSession",
        rules: &["effect-times", "credential-ended"],
        behavior: Behavior::Request(|request| {
            if request.is("POST", "/sessions") {
                request.change(|body| {
                    if let Some(duration) = body["duration"].as_u64().filter(|duration| *duration < 10_000) {
                        body["duration"] = json!(duration * 60);
                    }
                });
            }
        }),
    },
    Fault {
        name: "calls no session the current one",
        operation: "getSessions",
        rules: &["effect-current"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/sessions") {
                response
                    .change(|body| in_every_object(body, "current", &mut |object| object["current"] = json!(false)));
            }
        }),
    },
    Fault {
        name: "keeps the other sessions when they should end",
        operation: "changePassword",
        rules: &["effect-sessions"],
        behavior: Behavior::Request(|request| {
            if request.is("POST", "/auth/change-password") {
                request.change(|body| {
                    if body["invalidateSessions"] == json!(true) {
                        body["invalidateSessions"] = json!(false);
                    }
                });
            }
        }),
    },
    Fault {
        name: "reports new permissions and keeps the old ones",
        operation: "updateApiKey",
        rules: &["effect-changed"],
        behavior: Behavior::Both(
            |request| {
                if request.starts("PUT", "/api-keys/") && request.json()["permissions"][0] == "server.about" {
                    request.change(|body| body["permissions"] = json!(["user.read"]));
                }
            },
            |request, response| {
                if request.starts("PUT", "/api-keys/") && request.json()["permissions"][0] == "server.about" {
                    response.change(|body| body["permissions"] = json!(["server.about"]));
                }
            },
        ),
    },
    Fault {
        name: "keeps the old e-mail address for logins",
        operation: "updateMyUser",
        rules: &["effect-password"],
        behavior: Behavior::Stateful(|request, response, known| {
            if request.is("POST", "/auth/login") && response.status == 201 {
                let email = request.json()["email"].as_str().unwrap_or_default().to_owned();
                if known.is_empty() {
                    known.push(email);
                } else if !known.contains(&email) {
                    reject(response, 401, "Incorrect email or password");
                    response.set("set-cookie", None);
                }
            }
        }),
    },
    Fault {
        name: "gives every new session the id of the first",
        operation: "createSession",
        rules: &["effect-list", "effect-created", "effect-elsewhere"],
        behavior: Behavior::Stateful(|request, response, known| {
            if request.is("POST", "/sessions") && response.status == 201 && request.json()["deviceOS"].is_null() {
                response.change(|body| {
                    known.push(body["id"].as_str().unwrap().to_owned());
                    body["id"] = json!(known.first());
                });
            }
        }),
    },
];
