//! Constraints that are not enforced: the server repairs what it should reject.

use serde_json::{Value, json};

use super::super::proxy::{Behavior, Change, Request};
use super::Fault;
use super::statuses::reject;

fn of_key(request: &mut Request, change: impl FnOnce(&mut Value)) {
    if request.is("POST", "/api-keys") {
        request.change(change);
    }
}

fn of_session(request: &mut Request, change: impl FnOnce(&mut Value)) {
    if request.is("POST", "/sessions") {
        request.change(change);
    }
}

/// Replaces one value by another.
fn instead(body: &mut Value, name: &str, wrong: &Value, right: Value) {
    if body.get(name) == Some(wrong) {
        body[name] = right;
    }
}

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "creates a key if the permissions are left out",
        operation: "createApiKey",
        rules: &["constraint-required"],
        behavior: Behavior::Request(|request| {
            of_key(request, |body| {
                if body.get("permissions").is_none() && body.get("name").is_none_or(Value::is_string) {
                    body["permissions"] = json!(["user.read"]);
                }
            });
        }),
    },
    Fault {
        name: "treats null as absent",
        operation: "updateApiKey",
        rules: &["constraint-null"],
        behavior: Behavior::Request(|request| {
            if request.starts("PUT", "/api-keys/") {
                request.change(|body| body.as_object_mut().unwrap().retain(|_, value| !value.is_null()));
            }
        }),
    },
    Fault {
        name: "accepts any identifier",
        operation: "getUser",
        rules: &["constraint-format", "constraint-pattern"],
        behavior: Behavior::Response(|request, response| {
            if request.starts("GET", "/users/") && response.text().contains("must be a UUID") {
                reject(response, 403, "Forbidden");
            }
        }),
    },
    Fault {
        name: "treats a truncated body as an empty one",
        operation: "createSession",
        rules: &["malformed-body"],
        behavior: Behavior::Request(|request| {
            if request.is("POST", "/sessions") && !request.body.ends_with(b"}") {
                request.body = b"{}".to_vec();
            }
        }),
    },
    Fault {
        name: "rejects with 422",
        operation: "signUpAdmin",
        rules: &[
            "constraint-required",
            "constraint-null",
            "constraint-type",
            "constraint-min-length",
            "constraint-format",
            "constraint-pattern",
            "malformed-body",
        ],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/auth/admin-sign-up") && response.status == 400 {
                response.status = 422;
                response.change(|body| {
                    body["statusCode"] = json!(422);
                    body["error"] = json!("Unprocessable Entity");
                });
            }
        }),
    },
    Fault {
        name: "converts numbers to strings",
        operation: "createSession",
        rules: &["constraint-type"],
        behavior: Behavior::Request(|request| {
            of_session(request, |body| instead(body, "deviceType", &json!(1), json!("1")));
        }),
    },
    Fault {
        name: "ignores unknown permissions",
        operation: "createApiKey",
        rules: &["constraint-enum"],
        behavior: Behavior::Request(|request| {
            of_key(request, |body| {
                instead(body, "permissions", &json!(["conform.unknown"]), json!(["user.read"]));
            });
        }),
    },
    Fault {
        name: "does not validate e-mail addresses",
        operation: "login",
        rules: &["constraint-format"],
        behavior: Behavior::Request(|request| {
            if request.is("POST", "/auth/login") {
                request.change(|body| instead(body, "email", &json!("no e-mail address"), json!("unknown@x.y")));
            }
        }),
    },
    Fault {
        name: "truncates strings at a NUL character",
        operation: "createApiKey",
        rules: &["constraint-pattern"],
        behavior: Behavior::Request(|request| {
            of_key(request, |body| instead(body, "name", &json!("conform\u{0}conform"), json!("conform")));
        }),
    },
    Fault {
        name: "replaces an empty name of a key",
        operation: "createApiKey",
        rules: &["constraint-min-length"],
        behavior: Behavior::Request(|request| {
            of_key(request, |body| instead(body, "name", &json!(""), json!("API Key")));
        }),
    },
    Fault {
        name: "accepts short passwords",
        operation: "changePassword",
        rules: &["constraint-min-length"],
        behavior: Behavior::Request(|request| {
            if request.is("POST", "/auth/change-password") {
                request.change(|body| {
                    if body["newPassword"] == json!("xxxxxxx") {
                        // As if it were right, and the account's own.
                        *body = json!({"password": "x", "newPassword": "long enough"});
                    }
                });
            }
        }),
    },
    Fault {
        name: "accepts an empty list of permissions",
        operation: "createApiKey",
        rules: &["constraint-min-items"],
        behavior: Behavior::Request(|request| {
            of_key(request, |body| instead(body, "permissions", &json!([]), json!(["user.read"])));
        }),
    },
    Fault {
        name: "accepts a duration of zero",
        operation: "createSession",
        rules: &["constraint-minimum"],
        behavior: Behavior::Request(|request| {
            // Long enough not to end during the run.
            of_session(request, |body| instead(body, "duration", &json!(0), json!(3600)));
        }),
    },
    Fault {
        name: "accepts a duration that is too long",
        operation: "createSession",
        rules: &["constraint-maximum"],
        behavior: Behavior::Request(|request| {
            of_session(request, |body| {
                instead(body, "duration", &json!(250_000_000_001_i64), json!(250_000_000_000_i64));
            });
        }),
    },
    Fault {
        name: "rounds numbers",
        operation: "createSession",
        rules: &["constraint-integer"],
        behavior: Behavior::Request(|request| {
            of_session(request, |body| instead(body, "duration", &json!(1.5), json!(2)));
        }),
    },
];
