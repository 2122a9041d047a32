//! Constraints that are not enforced: the server makes something valid of what it should refuse.

use serde_json::{Value, json};

use super::super::proxy::{Asked, Change, Trick};
use super::Fault;
use super::statuses::refuse;

fn of_key(asked: &mut Asked, change: impl FnOnce(&mut Value)) {
    if asked.is("POST", "/api-keys") {
        asked.change(change);
    }
}

fn of_session(asked: &mut Asked, change: impl FnOnce(&mut Value)) {
    if asked.is("POST", "/sessions") {
        asked.change(change);
    }
}

/// Another value in the place of one.
fn instead(body: &mut Value, name: &str, wrong: &Value, right: Value) {
    if body.get(name) == Some(wrong) {
        body[name] = right;
    }
}

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "gives keys without permissions some",
        operation: "createApiKey",
        rules: &["constraint-required"],
        trick: Trick::Ask(|asked| {
            of_key(asked, |body| {
                if body.get("permissions").is_none() && body.get("name").is_none_or(Value::is_string) {
                    body["permissions"] = json!(["user.read"]);
                }
            });
        }),
    },
    Fault {
        name: "takes null for absent",
        operation: "updateApiKey",
        rules: &["constraint-null"],
        trick: Trick::Ask(|asked| {
            if asked.starts("PUT", "/api-keys/") {
                asked.change(|body| body.as_object_mut().unwrap().retain(|_, value| !value.is_null()));
            }
        }),
    },
    Fault {
        name: "takes anything for an identifier",
        operation: "getUser",
        rules: &["constraint-format", "constraint-pattern"],
        trick: Trick::Answer(|asked, answer| {
            if asked.starts("GET", "/users/") && answer.text().contains("must be a UUID") {
                refuse(answer, 403, "Forbidden");
            }
        }),
    },
    Fault {
        name: "takes a body that is cut off for an empty one",
        operation: "createSession",
        rules: &["malformed-body"],
        trick: Trick::Ask(|asked| {
            if asked.is("POST", "/sessions") && !asked.body.ends_with(b"}") {
                asked.body = b"{}".to_vec();
            }
        }),
    },
    Fault {
        name: "refuses with 422",
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
        trick: Trick::Answer(|asked, answer| {
            if asked.is("POST", "/auth/admin-sign-up") && answer.status == 400 {
                answer.status = 422;
                answer.change(|body| {
                    body["statusCode"] = json!(422);
                    body["error"] = json!("Unprocessable Entity");
                });
            }
        }),
    },
    Fault {
        name: "writes numbers as text where text belongs",
        operation: "createSession",
        rules: &["constraint-type"],
        trick: Trick::Ask(|asked| {
            of_session(asked, |body| instead(body, "deviceType", &json!(1), json!("1")));
        }),
    },
    Fault {
        name: "passes over permissions that it does not know",
        operation: "createApiKey",
        rules: &["constraint-enum"],
        trick: Trick::Ask(|asked| {
            of_key(asked, |body| {
                instead(body, "permissions", &json!(["conform.unknown"]), json!(["user.read"]));
            });
        }),
    },
    Fault {
        name: "does not look at e-mail addresses",
        operation: "login",
        rules: &["constraint-format"],
        trick: Trick::Ask(|asked| {
            if asked.is("POST", "/auth/login") {
                asked.change(|body| instead(body, "email", &json!("no e-mail address"), json!("nobody@x.y")));
            }
        }),
    },
    Fault {
        name: "cuts text at a NUL character",
        operation: "createApiKey",
        rules: &["constraint-pattern"],
        trick: Trick::Ask(|asked| {
            of_key(asked, |body| instead(body, "name", &json!("conform\u{0}conform"), json!("conform")));
        }),
    },
    Fault {
        name: "names keys without a name",
        operation: "createApiKey",
        rules: &["constraint-min-length"],
        trick: Trick::Ask(|asked| of_key(asked, |body| instead(body, "name", &json!(""), json!("API Key")))),
    },
    Fault {
        name: "takes short passwords",
        operation: "changePassword",
        rules: &["constraint-min-length"],
        trick: Trick::Ask(|asked| {
            if asked.is("POST", "/auth/change-password") {
                asked.change(|body| {
                    if body["newPassword"] == json!("xxxxxxx") {
                        // As if it were right, and the account's own.
                        *body = json!({"password": "x", "newPassword": "long enough"});
                    }
                });
            }
        }),
    },
    Fault {
        name: "makes keys without permissions",
        operation: "createApiKey",
        rules: &["constraint-min-items"],
        trick: Trick::Ask(|asked| {
            of_key(asked, |body| instead(body, "permissions", &json!([]), json!(["user.read"])));
        }),
    },
    Fault {
        name: "makes sessions of no length",
        operation: "createSession",
        rules: &["constraint-minimum"],
        trick: Trick::Ask(|asked| {
            of_session(asked, |body| instead(body, "duration", &json!(0), json!(1)));
        }),
    },
    Fault {
        name: "makes sessions of any length",
        operation: "createSession",
        rules: &["constraint-maximum"],
        trick: Trick::Ask(|asked| {
            of_session(asked, |body| {
                instead(body, "duration", &json!(250_000_000_001_i64), json!(250_000_000_000_i64));
            });
        }),
    },
    Fault {
        name: "rounds numbers",
        operation: "createSession",
        rules: &["constraint-integer"],
        trick: Trick::Ask(|asked| {
            of_session(asked, |body| instead(body, "duration", &json!(1.5), json!(2)));
        }),
    },
];
