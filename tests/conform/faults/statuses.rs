//! Statuses, methods and paths.

use serde_json::{Value, json};

use super::super::proxy::{Change, Trick};
use super::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "answers a read with 203",
        operation: "getMyUser",
        rules: &["undocumented-status"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/users/me") && answer.status == 200 {
                answer.status = 203;
            }
        }),
    },
    Fault {
        name: "answers a creation with 200",
        operation: "createApiKey",
        rules: &["undocumented-status"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("POST", "/api-keys") && answer.status == 201 {
                answer.status = 200;
            }
        }),
    },
    Fault {
        name: "answers a login with 200",
        operation: "login",
        rules: &["undocumented-status"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("POST", "/auth/login") && answer.status == 201 {
                answer.status = 200;
            }
        }),
    },
    Fault {
        name: "answers a sign-up with 200",
        operation: "signUpAdmin",
        rules: &["undocumented-status"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("POST", "/auth/admin-sign-up") && answer.status == 201 {
                answer.status = 200;
            }
        }),
    },
    Fault {
        name: "answers a deletion with 200 and a body",
        operation: "deleteSession",
        rules: &["undocumented-status"],
        trick: Trick::Answer(|asked, answer| {
            if asked.starts("DELETE", "/sessions/") && answer.status == 204 {
                answer.become_answer(200, &json!({}));
            }
        }),
    },
    Fault {
        name: "fails",
        operation: "getSessions",
        rules: &["server-error"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/sessions") && answer.status == 200 {
                answer.become_answer(500, &json!({"message": "Failed to get sessions"}));
            }
        }),
    },
    Fault {
        name: "fails on what it should refuse",
        operation: "createSession",
        rules: &["server-error"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("POST", "/sessions") && asked.json()["duration"].is_number() && answer.status == 400 {
                answer.become_answer(500, &json!({"message": "Failed to create session"}));
            }
        }),
    },
    Fault {
        name: "does not answer",
        operation: "getServerFeatures",
        rules: &["no-answer"],
        trick: Trick::Silence(|asked| asked.is("GET", "/server/features")),
    },
    Fault {
        name: "wants a header that the contract does not have",
        operation: "getAboutInfo",
        rules: &["success-status", "credential-right", "permission-sufficient"],
        trick: Trick::Answer(|asked, answer| {
            let read = asked.is("GET", "/server/about") && answer.status == 200;
            if read && asked.header("x-client").is_none() {
                refuse(answer, 400, "X-Client is missing");
            }
        }),
    },
    Fault {
        name: "refuses properties that it does not know",
        operation: "createSession",
        rules: &["unknown-property"],
        trick: Trick::Answer(|asked, answer| {
            if asked.json().get("conformUnknownProperty").is_some() {
                refuse(answer, 400, "unknown property");
            }
        }),
    },
    Fault {
        name: "does not know HEAD",
        operation: "getServerVersion",
        rules: &["head"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("HEAD", "/server/version") {
                answer.status = 404;
            }
        }),
    },
    Fault {
        name: "answers an unknown method with 405",
        operation: "pingServer",
        rules: &["unknown-method"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("DELETE", "/server/ping") {
                refuse(answer, 405, "Method Not Allowed");
            }
        }),
    },
    Fault {
        name: "answers an unknown path",
        operation: "getApiKeys",
        rules: &["unknown-path"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/conform-nowhere") {
                answer.become_answer(200, &json!([]));
            }
        }),
    },
];

/// An error in the contract's shape.
pub(super) fn refuse(answer: &mut crate::harness::Response, status: u16, message: &str) {
    let reason = match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        405 => "Method Not Allowed",
        other => panic!("no reason phrase is known for {other}"),
    };
    let named = answer.header("x-immich-cid").unwrap_or_default();
    let body: Value = json!({"message": message, "error": reason, "statusCode": status, "correlationId": named});
    answer.become_answer(status, &body);
}
