//! Bodies of errors.

use serde_json::{Value, json};

use super::super::proxy::{Change, Trick};
use super::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "joins the faults of a request into one text",
        operation: "createApiKey",
        rules: &["error-message"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("POST", "/api-keys") && answer.status == 400 {
                answer.change(|body| {
                    if let Value::Array(messages) = body["message"].take() {
                        let texts: Vec<&str> = messages.iter().filter_map(Value::as_str).collect();
                        body["message"] = json!(texts.join(", "));
                    } else {
                        body["message"] = json!("refused");
                    }
                });
            }
        }),
    },
    Fault {
        name: "does not say which field is wrong",
        operation: "createSession",
        rules: &["error-message"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("POST", "/sessions") && answer.status == 400 {
                answer.change(|body| {
                    if body["message"].is_array() {
                        body["message"] = json!(["invalid"]);
                    }
                });
            }
        }),
    },
    Fault {
        name: "makes a list of one message",
        operation: "getSessions",
        rules: &["error-message"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/sessions") && answer.status == 401 {
                answer.change(|body| body["message"] = json!([body["message"].take()]));
            }
        }),
    },
    Fault {
        name: "does not say which permission is missing",
        operation: "getSessions",
        rules: &["error-message"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/sessions") && answer.status == 403 {
                answer.change(|body| body["message"] = json!("Forbidden"));
            }
        }),
    },
    Fault {
        name: "gives an object as the message",
        operation: "getMyUser",
        rules: &["wrong-type", "error-message"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/users/me") && answer.status == 401 {
                answer.change(|body| body["message"] = json!({"text": body["message"].take()}));
            }
        }),
    },
    Fault {
        name: "repeats another status in the body",
        operation: "searchUsers",
        rules: &["error-status-code"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/users") && answer.status == 401 {
                answer.change(|body| body["statusCode"] = json!(400));
            }
        }),
    },
    Fault {
        name: "has reason phrases of its own",
        operation: "getAboutInfo",
        rules: &["error-reason"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/server/about") && answer.status == 401 {
                answer.change(|body| body["error"] = json!("UNAUTHORIZED"));
            }
        }),
    },
    Fault {
        name: "leaves the status out of errors",
        operation: "getApiKeys",
        rules: &["missing-field"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/api-keys") && answer.status == 401 {
                answer.change(|body| drop(body.as_object_mut().unwrap().remove("statusCode")));
            }
        }),
    },
    Fault {
        name: "shows where it failed",
        operation: "deleteApiKey",
        rules: &["unknown-field"],
        trick: Trick::Answer(|asked, answer| {
            if asked.starts("DELETE", "/api-keys/") && answer.status == 400 {
                answer.change(|body| body["stack"] = json!("at line 1"));
            }
        }),
    },
    Fault {
        name: "answers errors as plain text",
        operation: "getApiKey",
        rules: &["content-type", "not-json", "correlation-id"],
        trick: Trick::Answer(|asked, answer| {
            if asked.starts("GET", "/api-keys/") && answer.status == 401 {
                answer.set("content-type", Some("text/plain"));
                answer.body = b"unauthorized".to_vec();
            }
        }),
    },
];
