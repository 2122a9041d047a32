//! Bodies of answers.

use serde_json::{Value, json};

use super::super::proxy::{Change, Trick};
use super::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "leaves out a field",
        operation: "getMyUser",
        rules: &["missing-field"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/users/me") && answer.status == 200 {
                answer.change(|body| drop(body.as_object_mut().unwrap().remove("status")));
            }
        }),
    },
    Fault {
        name: "leaves out a field in a list",
        operation: "getSessions",
        rules: &["missing-field"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/sessions") && answer.status == 200 {
                answer.change(|body| drop(body[0].as_object_mut().unwrap().remove("appVersion")));
            }
        }),
    },
    Fault {
        name: "shows the hash of passwords",
        operation: "searchUsers",
        rules: &["unknown-field", "secret-leaked"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/users") && answer.status == 200 {
                answer.change(|body| body[0]["password"] = json!("$2b$10$abcdefghijklmnopqrstuv"));
            }
        }),
    },
    Fault {
        name: "shows more than the contract has",
        operation: "getServerConfig",
        rules: &["unknown-field"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/server/config") {
                answer.change(|body| body["environment"] = json!({"HOME": "/root"}));
            }
        }),
    },
    Fault {
        name: "repeats the password in its refusal",
        operation: "login",
        rules: &["secret-leaked"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("POST", "/auth/login") && answer.status == 401 {
                let message = format!("Incorrect password {}", asked.json()["password"]);
                answer.change(|body| body["message"] = json!(message));
            }
        }),
    },
    Fault {
        name: "tells the secret of a key when it is read",
        operation: "getApiKey",
        rules: &["secret-leaked"],
        trick: Trick::Remember(|asked, answer, secrets| {
            if asked.is("POST", "/api-keys") && answer.status == 201 {
                secrets.extend(answer.json()["secret"].as_str().map(str::to_owned));
            }
            if asked.starts("GET", "/api-keys/") && answer.status == 200 {
                answer.change(|body| body["name"] = json!(secrets.last()));
            }
        }),
    },
    Fault {
        name: "writes a number as text",
        operation: "getServerVersion",
        rules: &["wrong-type"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/server/version") {
                answer.change(|body| body["major"] = json!(body["major"].to_string()));
            }
        }),
    },
    Fault {
        name: "gives one thing where a list belongs",
        operation: "searchUsers",
        rules: &["wrong-type"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/users") && answer.status == 200 {
                answer.change(|body| *body = body[0].take());
            }
        }),
    },
    Fault {
        name: "gives null for what is not nullable",
        operation: "getMyUser",
        rules: &["null-field"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/users/me") && answer.status == 200 {
                answer.change(|body| body["isAdmin"] = Value::Null);
            }
        }),
    },
    Fault {
        name: "gives null where a field should be left out",
        operation: "getSessions",
        rules: &["null-field"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/sessions") && answer.status == 200 {
                answer.change(|body| body[0]["expiresAt"] = Value::Null);
            }
        }),
    },
    Fault {
        name: "has a status of its own for users",
        operation: "getMyUser",
        rules: &["wrong-value"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/users/me") && answer.status == 200 {
                answer.change(|body| body["status"] = json!("ACTIVE"));
            }
        }),
    },
    Fault {
        name: "numbers its users",
        operation: "login",
        rules: &["wrong-format"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("POST", "/auth/login") && answer.status == 201 {
                answer.change(|body| body["userId"] = json!("1"));
            }
        }),
    },
    Fault {
        name: "writes dates without milliseconds",
        operation: "getApiKeys",
        rules: &["date-format"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/api-keys") && answer.status == 200 {
                answer.change(|body| body[0]["createdAt"] = json!("2026-01-31T23:59:59Z"));
            }
        }),
    },
    Fault {
        name: "writes dates with microseconds",
        operation: "getMyUser",
        rules: &["date-format"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/users/me") && answer.status == 200 {
                answer.change(|body| body["updatedAt"] = json!("2026-01-31T23:59:59.123456Z"));
            }
        }),
    },
    Fault {
        name: "writes dates with an offset",
        operation: "getMyApiKey",
        rules: &["date-format"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/api-keys/me") && answer.status == 200 {
                answer.change(|body| body["updatedAt"] = json!("2026-01-31T23:59:59.123+00:00"));
            }
        }),
    },
    Fault {
        name: "breaks off in the middle of a body",
        operation: "getServerVersion",
        rules: &["not-json"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/server/version") {
                answer.body.truncate(9);
            }
        }),
    },
    Fault {
        name: "answers nothing where a body belongs",
        operation: "validateAccessToken",
        rules: &["not-json"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("POST", "/auth/validateToken") && answer.status == 200 {
                answer.body.clear();
            }
        }),
    },
    Fault {
        name: "sends a body with 204",
        operation: "deleteAllSessions",
        rules: &["unexpected-body"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("DELETE", "/sessions") && answer.status == 204 {
                answer.body = b"{}".to_vec();
            }
        }),
    },
    Fault {
        name: "answers HEAD with a body",
        operation: "pingServer",
        rules: &["unexpected-body"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("HEAD", "/server/ping") {
                answer.body = br#"{"res":"pong"}"#.to_vec();
            }
        }),
    },
];
