//! Bodies of responses.

use serde_json::{Value, json};

use super::super::proxy::{Behavior, Change};
use super::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "leaves out a field",
        operation: "getMyUser",
        rules: &["missing-field"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/users/me") && response.status == 200 {
                response.change(|body| drop(body.as_object_mut().unwrap().remove("status")));
            }
        }),
    },
    Fault {
        name: "leaves out a field in a list",
        operation: "getSessions",
        rules: &["missing-field"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/sessions") && response.status == 200 {
                response.change(|body| drop(body[0].as_object_mut().unwrap().remove("appVersion")));
            }
        }),
    },
    Fault {
        name: "returns the hash of passwords",
        operation: "searchUsers",
        rules: &["unknown-field", "secret-leaked"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/users") && response.status == 200 {
                response.change(|body| body[0]["password"] = json!("$2b$10$abcdefghijklmnopqrstuv"));
            }
        }),
    },
    Fault {
        name: "returns a field that the contract does not list",
        operation: "getServerConfig",
        rules: &["unknown-field"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/server/config") {
                response.change(|body| body["environment"] = json!({"HOME": "/root"}));
            }
        }),
    },
    Fault {
        name: "repeats the password in its rejection",
        operation: "login",
        rules: &["secret-leaked"],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/auth/login") && response.status == 401 {
                let message = format!("Incorrect password {}", request.json()["password"]);
                response.change(|body| body["message"] = json!(message));
            }
        }),
    },
    Fault {
        name: "returns the secret of a key when it is read",
        operation: "getApiKey",
        rules: &["secret-leaked"],
        behavior: Behavior::Stateful(|request, response, secrets| {
            if request.is("POST", "/api-keys") && response.status == 201 {
                secrets.extend(response.json()["secret"].as_str().map(str::to_owned));
            }
            if request.starts("GET", "/api-keys/") && response.status == 200 {
                response.change(|body| body["name"] = json!(secrets.last()));
            }
        }),
    },
    Fault {
        name: "returns a number as a string",
        operation: "getServerVersion",
        rules: &["wrong-type"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/server/version") {
                response.change(|body| body["major"] = json!(body["major"].to_string()));
            }
        }),
    },
    Fault {
        name: "returns one object where a list belongs",
        operation: "searchUsers",
        rules: &["wrong-type"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/users") && response.status == 200 {
                response.change(|body| *body = body[0].take());
            }
        }),
    },
    Fault {
        name: "returns null for a field that is not nullable",
        operation: "getMyUser",
        rules: &["null-field"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/users/me") && response.status == 200 {
                response.change(|body| body["isAdmin"] = Value::Null);
            }
        }),
    },
    Fault {
        name: "returns null where it should leave out a field",
        operation: "getSessions",
        rules: &["null-field"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/sessions") && response.status == 200 {
                response.change(|body| body[0]["expiresAt"] = Value::Null);
            }
        }),
    },
    Fault {
        name: "returns an unknown status of users",
        operation: "getMyUser",
        rules: &["wrong-value"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/users/me") && response.status == 200 {
                response.change(|body| body["status"] = json!("ACTIVE"));
            }
        }),
    },
    Fault {
        name: "identifies users by number",
        operation: "login",
        rules: &["wrong-format"],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/auth/login") && response.status == 201 {
                response.change(|body| body["userId"] = json!("1"));
            }
        }),
    },
    Fault {
        name: "writes dates without milliseconds",
        operation: "getApiKeys",
        rules: &["date-format"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/api-keys") && response.status == 200 {
                response.change(|body| {
                    if let Some(key) = body.get_mut(0) {
                        key["createdAt"] = json!("2026-01-31T23:59:59Z");
                    }
                });
            }
        }),
    },
    Fault {
        name: "writes dates with microseconds",
        operation: "getMyUser",
        rules: &["date-format"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/users/me") && response.status == 200 {
                response.change(|body| body["updatedAt"] = json!("2026-01-31T23:59:59.123456Z"));
            }
        }),
    },
    Fault {
        name: "writes dates with an offset",
        operation: "getMyApiKey",
        rules: &["date-format"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/api-keys/me") && response.status == 200 {
                response.change(|body| body["updatedAt"] = json!("2026-01-31T23:59:59.123+00:00"));
            }
        }),
    },
    Fault {
        name: "truncates a body",
        operation: "getServerVersion",
        rules: &["not-json"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/server/version") {
                response.body.truncate(9);
            }
        }),
    },
    Fault {
        name: "returns no body where one belongs",
        operation: "validateAccessToken",
        rules: &["not-json"],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/auth/validateToken") && response.status == 200 {
                response.body.clear();
            }
        }),
    },
    Fault {
        name: "sends a body with 204",
        operation: "deleteAllSessions",
        rules: &["unexpected-body"],
        behavior: Behavior::Response(|request, response| {
            if request.is("DELETE", "/sessions") && response.status == 204 {
                response.body = b"{}".to_vec();
            }
        }),
    },
    Fault {
        name: "answers HEAD with a body",
        operation: "pingServer",
        rules: &["unexpected-body"],
        behavior: Behavior::Response(|request, response| {
            if request.is("HEAD", "/server/ping") {
                response.body = br#"{"res":"pong"}"#.to_vec();
            }
        }),
    },
];
