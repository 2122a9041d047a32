//! Requests that do not have the effect that they should have.

use serde_json::json;

use super::super::proxy::{Behavior, Change};
use super::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "changes the name of a new key",
        operation: "createApiKey",
        rules: &["effect-created"],
        behavior: Behavior::Request(|request| {
            if request.is("POST", "/api-keys") {
                request.change(|body| {
                    if body["name"] == "conform" {
                        body["name"] = json!("CONFORM");
                    }
                });
            }
        }),
    },
    Fault {
        name: "does not list what it created",
        operation: "createSession",
        rules: &["effect-created"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/sessions") && response.status == 200 {
                response.change(|body| body.as_array_mut().unwrap().retain(|session| session["current"] == true));
            }
        }),
    },
    Fault {
        name: "reports a change that it does not make",
        operation: "updateApiKey",
        rules: &["effect-changed"],
        behavior: Behavior::Both(
            |request| {
                if request.starts("PUT", "/api-keys/") {
                    request.change(|body| {
                        if body["name"] == "conform, changed" {
                            body["name"] = json!("conform");
                        }
                    });
                }
            },
            |request, response| {
                if request.starts("PUT", "/api-keys/") && request.json()["name"] == "conform, changed" {
                    response.change(|body| body["name"] = json!("conform, changed"));
                }
            },
        ),
    },
    Fault {
        name: "keeps the old name",
        operation: "updateMyUser",
        rules: &["effect-changed"],
        behavior: Behavior::Request(|request| {
            if request.is("PUT", "/users/me") {
                request.change(|body| {
                    if body["name"] == "conform, changed" {
                        body["name"] = json!("Conform");
                    }
                });
            }
        }),
    },
    Fault {
        name: "accepts a second deletion",
        operation: "deleteApiKey",
        rules: &["effect-deleted"],
        behavior: Behavior::Stateful(|request, response, deleted| {
            if !request.starts("DELETE", "/api-keys/") {
                return;
            }
            if response.status == 204 {
                deleted.push(request.path.clone());
            } else if deleted.contains(&request.path) && response.status == 400 {
                response.replace(204, &serde_json::Value::Null);
            }
        }),
    },
    Fault {
        name: "lists what was deleted",
        operation: "deleteApiKey",
        rules: &["effect-deleted", "effect-elsewhere"],
        behavior: Behavior::Stateful(|request, response, listed| {
            if request.starts("DELETE", "/api-keys/") && response.status == 204 {
                listed.push(request.path.rsplit('/').next().unwrap().to_owned());
            }
            if request.is("GET", "/api-keys") && response.status == 200 && !listed.is_empty() {
                response.change(|body| {
                    for id in &*listed {
                        let mut again = body[0].clone();
                        again["id"] = json!(id);
                        body.as_array_mut().unwrap().push(again);
                    }
                });
            }
        }),
    },
    Fault {
        name: "accepts a wrong password",
        operation: "login",
        rules: &["effect-password"],
        behavior: Behavior::Request(|request| {
            if request.is("POST", "/auth/login") {
                request.change(|body| {
                    let password = body["password"].as_str().unwrap_or_default().to_owned();
                    // Only its beginning is looked at.
                    if let Some(beginning) = password.strip_suffix('x').filter(|_| password.len() == 33) {
                        body["password"] = json!(beginning);
                    }
                });
            }
        }),
    },
    Fault {
        name: "reports a change of password and keeps the old one",
        operation: "changePassword",
        rules: &["effect-password"],
        behavior: Behavior::Request(|request| {
            if request.is("POST", "/auth/change-password") {
                request.change(|body| {
                    let new = body["newPassword"].as_str().unwrap_or_default();
                    if let Some(old) = new.strip_suffix("-2").map(str::to_owned)
                        && body["password"] == json!(old)
                    {
                        body["newPassword"] = json!(old);
                    }
                });
            }
        }),
    },
];
