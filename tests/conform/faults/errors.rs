//! Bodies of errors.

use serde_json::{Value, json};

use super::super::proxy::{Behavior, Change};
use super::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "joins all messages into one string",
        operation: "createApiKey",
        rules: &["error-message"],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/api-keys") && response.status == 400 {
                response.change(|body| {
                    if let Value::Array(messages) = body["message"].take() {
                        let texts: Vec<&str> = messages.iter().filter_map(Value::as_str).collect();
                        body["message"] = json!(texts.join(", "));
                    } else {
                        body["message"] = json!("rejected");
                    }
                });
            }
        }),
    },
    Fault {
        name: "does not say which field is wrong",
        operation: "createSession",
        rules: &["error-message"],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/sessions") && response.status == 400 {
                response.change(|body| {
                    if body["message"].is_array() {
                        body["message"] = json!(["invalid"]);
                    }
                });
            }
        }),
    },
    Fault {
        name: "returns a list where a single message belongs",
        operation: "getSessions",
        rules: &["error-message"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/sessions") && response.status == 401 {
                response.change(|body| body["message"] = json!([body["message"].take()]));
            }
        }),
    },
    Fault {
        name: "does not say which permission is missing",
        operation: "getSessions",
        rules: &["error-message"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/sessions") && response.status == 403 {
                response.change(|body| body["message"] = json!("Forbidden"));
            }
        }),
    },
    Fault {
        name: "returns an object as the message",
        operation: "getMyUser",
        rules: &["wrong-type", "error-message"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/users/me") && response.status == 401 {
                response.change(|body| body["message"] = json!({"text": body["message"].take()}));
            }
        }),
    },
    Fault {
        name: "repeats another status in the body",
        operation: "searchUsers",
        rules: &["error-status-code"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/users") && response.status == 401 {
                response.change(|body| body["statusCode"] = json!(400));
            }
        }),
    },
    Fault {
        name: "returns non-standard reason phrases",
        operation: "getAboutInfo",
        rules: &["error-reason"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/server/about") && response.status == 401 {
                response.change(|body| body["error"] = json!("UNAUTHORIZED"));
            }
        }),
    },
    Fault {
        name: "leaves the status out of errors",
        operation: "getApiKeys",
        rules: &["missing-field"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/api-keys") && response.status == 401 {
                response.change(|body| drop(body.as_object_mut().unwrap().remove("statusCode")));
            }
        }),
    },
    Fault {
        name: "returns a stack trace",
        operation: "deleteApiKey",
        rules: &["unknown-field"],
        behavior: Behavior::Response(|request, response| {
            if request.starts("DELETE", "/api-keys/") && response.status == 400 {
                response.change(|body| body["stack"] = json!("at line 1"));
            }
        }),
    },
    Fault {
        name: "returns errors as plain text",
        operation: "getApiKey",
        rules: &["content-type", "not-json", "correlation-id"],
        behavior: Behavior::Response(|request, response| {
            if request.starts("GET", "/api-keys/") && response.status == 401 {
                response.set("content-type", Some("text/plain"));
                response.body = b"unauthorized".to_vec();
            }
        }),
    },
];
