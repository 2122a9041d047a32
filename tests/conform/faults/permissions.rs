//! Permissions of API keys, and ownership.

use super::super::proxy::Behavior;
use super::Fault;
use super::statuses::reject;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "ignores permissions",
        operation: "getApiKeys",
        rules: &["permission-required"],
        behavior: Behavior::AsAdmin(403, |request| request.is("GET", "/api-keys")),
    },
    Fault {
        name: "rejects a key without the permission with 401",
        operation: "updateMyUser",
        rules: &["permission-required"],
        behavior: Behavior::Response(|request, response| {
            if request.is("PUT", "/users/me") && response.status == 403 {
                reject(response, 401, "Invalid API key");
            }
        }),
    },
    Fault {
        name: "accepts any API key for a logout",
        operation: "logout",
        rules: &["permission-required"],
        behavior: Behavior::AsAdmin(403, |request| request.is("POST", "/auth/logout")),
    },
    Fault {
        name: "requires all permissions",
        operation: "getSessions",
        rules: &["permission-sufficient"],
        behavior: Behavior::Stateful(|request, response, powerful| {
            if request.is("POST", "/api-keys") && request.json()["permissions"][0] == "all" && response.status == 201 {
                powerful.extend(response.json()["secret"].as_str().map(str::to_owned));
            }
            let key = request.header("x-api-key").map(str::to_owned);
            let is_weak = key.is_some_and(|key| !powerful.contains(&key));
            if request.is("GET", "/sessions") && is_weak && response.status == 200 {
                reject(response, 403, "Missing required permission: all");
            }
        }),
    },
    Fault {
        name: "requires a permission where none is needed",
        operation: "validateAccessToken",
        rules: &["permission-sufficient"],
        behavior: Behavior::Stateful(|request, response, powerful| {
            if request.is("POST", "/api-keys") && request.json()["permissions"][0] == "all" && response.status == 201 {
                powerful.extend(response.json()["secret"].as_str().map(str::to_owned));
            }
            let key = request.header("x-api-key").map(str::to_owned);
            let is_weak = key.is_some_and(|key| !powerful.contains(&key));
            if request.is("POST", "/auth/validateToken") && is_weak && response.status == 200 {
                reject(response, 403, "Missing required permission: all");
            }
        }),
    },
    Fault {
        name: "lets keys create keys with more permissions",
        operation: "createApiKey",
        rules: &["permission-escalation"],
        behavior: Behavior::AsAdmin(400, |request| {
            request.is("POST", "/api-keys") && request.header("x-api-key").is_some()
        }),
    },
    Fault {
        name: "lets keys grant other keys more permissions",
        operation: "updateApiKey",
        rules: &["permission-escalation"],
        behavior: Behavior::AsAdmin(400, |request| {
            let grants = request.json()["permissions"].as_array().is_some_and(|granted| granted.len() == 1);
            request.starts("PUT", "/api-keys/") && request.header("x-api-key").is_some() && grants
        }),
    },
    Fault {
        name: "reveals that another user's key exists",
        operation: "getApiKey",
        rules: &["ownership"],
        behavior: Behavior::Stateful(|request, response, known| {
            if request.is("POST", "/api-keys") && response.status == 201 {
                known.extend(response.json()["apiKey"]["id"].as_str().map(str::to_owned));
            }
            let exists = known.iter().any(|id| request.path == format!("/api-keys/{id}"));
            if request.starts("GET", "/api-keys/") && exists && response.status == 400 {
                reject(response, 403, "Forbidden");
            }
        }),
    },
];
