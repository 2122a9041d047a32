//! Permissions of API keys, and what belongs to whom.

use super::super::proxy::Trick;
use super::Fault;
use super::statuses::refuse;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "does not look at permissions",
        operation: "getApiKeys",
        rules: &["permission-required"],
        trick: Trick::AsAdmin(403, |asked| asked.is("GET", "/api-keys")),
    },
    Fault {
        name: "refuses a key without the permission with 401",
        operation: "updateMyUser",
        rules: &["permission-required"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("PUT", "/users/me") && answer.status == 403 {
                refuse(answer, 401, "Invalid API key");
            }
        }),
    },
    Fault {
        name: "lets any key log out",
        operation: "logout",
        rules: &["permission-required"],
        trick: Trick::AsAdmin(403, |asked| asked.is("POST", "/auth/logout")),
    },
    Fault {
        name: "lets only keys with all permissions in",
        operation: "getSessions",
        rules: &["permission-sufficient"],
        trick: Trick::Remember(|asked, answer, powerful| {
            if asked.is("POST", "/api-keys") && asked.json()["permissions"][0] == "all" && answer.status == 201 {
                powerful.extend(answer.json()["secret"].as_str().map(str::to_owned));
            }
            let key = asked.header("x-api-key").map(str::to_owned);
            let is_weak = key.is_some_and(|key| !powerful.contains(&key));
            if asked.is("GET", "/sessions") && is_weak && answer.status == 200 {
                refuse(answer, 403, "Missing required permission: all");
            }
        }),
    },
    Fault {
        name: "wants a permission where none is needed",
        operation: "validateAccessToken",
        rules: &["permission-sufficient"],
        trick: Trick::Remember(|asked, answer, powerful| {
            if asked.is("POST", "/api-keys") && asked.json()["permissions"][0] == "all" && answer.status == 201 {
                powerful.extend(answer.json()["secret"].as_str().map(str::to_owned));
            }
            let key = asked.header("x-api-key").map(str::to_owned);
            let is_weak = key.is_some_and(|key| !powerful.contains(&key));
            if asked.is("POST", "/auth/validateToken") && is_weak && answer.status == 200 {
                refuse(answer, 403, "Missing required permission: all");
            }
        }),
    },
    Fault {
        name: "lets keys make stronger keys",
        operation: "createApiKey",
        rules: &["permission-escalation"],
        trick: Trick::AsAdmin(400, |asked| asked.is("POST", "/api-keys") && asked.header("x-api-key").is_some()),
    },
    Fault {
        name: "lets keys make other keys stronger",
        operation: "updateApiKey",
        rules: &["permission-escalation"],
        trick: Trick::AsAdmin(400, |asked| {
            let grants = asked.json()["permissions"].as_array().is_some_and(|granted| granted.len() == 1);
            asked.starts("PUT", "/api-keys/") && asked.header("x-api-key").is_some() && grants
        }),
    },
    Fault {
        name: "tells that a key is another user's",
        operation: "getApiKey",
        rules: &["ownership"],
        trick: Trick::Remember(|asked, answer, known| {
            if asked.is("POST", "/api-keys") && answer.status == 201 {
                known.extend(answer.json()["apiKey"]["id"].as_str().map(str::to_owned));
            }
            let exists = known.iter().any(|id| asked.path.ends_with(id.as_str()));
            if asked.starts("GET", "/api-keys/") && exists && answer.status == 400 {
                refuse(answer, 403, "Forbidden");
            }
        }),
    },
];
