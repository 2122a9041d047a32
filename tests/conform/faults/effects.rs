//! Requests that do not bring about what they should.

use serde_json::json;

use super::super::proxy::{Change, Trick};
use super::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "names keys as it likes",
        operation: "createApiKey",
        rules: &["effect-created"],
        trick: Trick::Ask(|asked| {
            if asked.is("POST", "/api-keys") {
                asked.change(|body| {
                    if body["name"] == "conform" {
                        body["name"] = json!("CONFORM");
                    }
                });
            }
        }),
    },
    Fault {
        name: "does not list what it made",
        operation: "createSession",
        rules: &["effect-created"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/sessions") && answer.status == 200 {
                answer.change(|body| body.as_array_mut().unwrap().retain(|session| session["current"] == true));
            }
        }),
    },
    Fault {
        name: "says that it changed something, and does not",
        operation: "updateApiKey",
        rules: &["effect-changed"],
        trick: Trick::Both(
            |asked| {
                if asked.starts("PUT", "/api-keys/") {
                    asked.change(|body| {
                        if body["name"] == "conform, changed" {
                            body["name"] = json!("conform");
                        }
                    });
                }
            },
            |asked, answer| {
                if asked.starts("PUT", "/api-keys/") && asked.json()["name"] == "conform, changed" {
                    answer.change(|body| body["name"] = json!("conform, changed"));
                }
            },
        ),
    },
    Fault {
        name: "keeps the name that it should change",
        operation: "updateMyUser",
        rules: &["effect-changed"],
        trick: Trick::Ask(|asked| {
            if asked.is("PUT", "/users/me") {
                asked.change(|body| {
                    if body["name"] == "conform, changed" {
                        body["name"] = json!("Conform");
                    }
                });
            }
        }),
    },
    Fault {
        name: "deletes the same thing again and again",
        operation: "deleteApiKey",
        rules: &["effect-deleted"],
        trick: Trick::Remember(|asked, answer, deleted| {
            if !asked.starts("DELETE", "/api-keys/") {
                return;
            }
            if answer.status == 204 {
                deleted.push(asked.path.clone());
            } else if deleted.contains(&asked.path) && answer.status == 400 {
                answer.become_answer(204, &serde_json::Value::Null);
            }
        }),
    },
    Fault {
        name: "lists what was deleted",
        operation: "deleteApiKey",
        rules: &["effect-deleted"],
        trick: Trick::Remember(|asked, answer, listed| {
            if asked.starts("DELETE", "/api-keys/") && answer.status == 204 {
                listed.push(asked.path.rsplit('/').next().unwrap().to_owned());
            }
            if asked.is("GET", "/api-keys") && answer.status == 200 && !listed.is_empty() {
                answer.change(|body| {
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
        name: "lets in with a wrong password",
        operation: "login",
        rules: &["effect-password"],
        trick: Trick::Ask(|asked| {
            if asked.is("POST", "/auth/login") {
                asked.change(|body| {
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
        name: "says that a password was changed, and leaves the old one",
        operation: "changePassword",
        rules: &["effect-password"],
        trick: Trick::Ask(|asked| {
            if asked.is("POST", "/auth/change-password") {
                asked.change(|body| {
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
