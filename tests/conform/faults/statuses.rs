//! Statuses, methods and paths.

use serde_json::{Value, json};

use super::super::proxy::{Behavior, Change};
use super::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "answers a read with 203",
        operation: "getMyUser",
        rules: &["undocumented-status"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/users/me") && response.status == 200 {
                response.status = 203;
            }
        }),
    },
    Fault {
        name: "answers a creation with 200",
        operation: "createApiKey",
        rules: &["undocumented-status"],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/api-keys") && response.status == 201 {
                response.status = 200;
            }
        }),
    },
    Fault {
        name: "answers a login with 200",
        operation: "login",
        rules: &["undocumented-status"],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/auth/login") && response.status == 201 {
                response.status = 200;
            }
        }),
    },
    Fault {
        name: "answers a sign-up with 200",
        operation: "signUpAdmin",
        rules: &["undocumented-status"],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/auth/admin-sign-up") && response.status == 201 {
                response.status = 200;
            }
        }),
    },
    Fault {
        name: "answers a deletion with 200 and a body",
        operation: "deleteSession",
        rules: &["undocumented-status"],
        behavior: Behavior::Response(|request, response| {
            if request.starts("DELETE", "/sessions/") && response.status == 204 {
                response.replace(200, &json!({}));
            }
        }),
    },
    Fault {
        name: "fails",
        operation: "getSessions",
        rules: &["server-error"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/sessions") && response.status == 200 {
                response.replace(500, &json!({"message": "Failed to get sessions"}));
            }
        }),
    },
    Fault {
        name: "fails on what it should reject",
        operation: "createSession",
        rules: &["server-error"],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/sessions") && request.json()["duration"].is_number() && response.status == 400 {
                response.replace(500, &json!({"message": "Failed to create session"}));
            }
        }),
    },
    Fault {
        name: "does not respond",
        operation: "getServerFeatures",
        rules: &["no-response"],
        behavior: Behavior::NoResponse(|request| request.is("GET", "/server/features")),
    },
    Fault {
        name: "does not implement an operation",
        operation: "getAboutInfo",
        rules: &["not-implemented"],
        behavior: Behavior::Response(|request, response| {
            if request.path == "/server/about" {
                response.replace(404, &json!({"message": "Cannot GET /api/server/about", "statusCode": 404}));
            }
        }),
    },
    Fault {
        name: "requires a header that the contract does not have",
        operation: "getAboutInfo",
        rules: &["success-status", "credential-right", "permission-sufficient"],
        behavior: Behavior::Response(|request, response| {
            let read = request.is("GET", "/server/about") && response.status == 200;
            if read && request.header("x-client").is_none() {
                reject(response, 400, "X-Client is missing");
            }
        }),
    },
    Fault {
        name: "rejects unknown properties",
        operation: "createSession",
        rules: &["unknown-property"],
        behavior: Behavior::Response(|request, response| {
            if request.json().get("conformUnknownProperty").is_some() {
                reject(response, 400, "unknown property");
            }
        }),
    },
    Fault {
        name: "does not support HEAD",
        operation: "getServerVersion",
        rules: &["head"],
        behavior: Behavior::Response(|request, response| {
            if request.is("HEAD", "/server/version") {
                response.status = 404;
            }
        }),
    },
    Fault {
        name: "answers an unknown method with 405",
        operation: "pingServer",
        rules: &["unknown-method"],
        behavior: Behavior::Response(|request, response| {
            if request.is("DELETE", "/server/ping") {
                reject(response, 405, "Method Not Allowed");
            }
        }),
    },
    Fault {
        name: "answers an unknown path",
        operation: "getApiKeys",
        rules: &["unknown-path"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/conform-nowhere") {
                response.replace(200, &json!([]));
            }
        }),
    },
];

/// An error in the contract's shape.
pub(super) fn reject(response: &mut crate::harness::Response, status: u16, message: &str) {
    let reason = match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        405 => "Method Not Allowed",
        other => panic!("no reason phrase is known for {other}"),
    };
    let named = response.header("x-immich-cid").unwrap_or_default();
    let body: Value = json!({"message": message, "error": reason, "statusCode": status, "correlationId": named});
    response.replace(status, &body);
}
