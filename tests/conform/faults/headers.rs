//! Headers of answers.

use super::super::proxy::{Change, Trick};
use super::Fault;
use crate::harness::Response;

/// Changes one of the cookies; nothing in its place removes it.
fn cookie(answer: &mut Response, name: &str, change: impl Fn(&str) -> Option<String>) {
    let mine = |header: &str, value: &str| header.eq_ignore_ascii_case("set-cookie") && value.starts_with(name);
    let headers = std::mem::take(&mut answer.headers);
    answer.headers = headers
        .into_iter()
        .filter_map(|(header, value)| {
            if mine(&header, &value) { change(&value).map(|value| (header, value)) } else { Some((header, value)) }
        })
        .collect();
}

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "calls its JSON a page",
        operation: "pingServer",
        rules: &["content-type"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/server/ping") || asked.is("HEAD", "/server/ping") {
                answer.set("content-type", Some("text/html; charset=utf-8"));
            }
        }),
    },
    Fault {
        name: "does not say what its bodies are",
        operation: "getServerConfig",
        rules: &["content-type"],
        trick: Trick::Answer(|asked, answer| {
            if asked.path == "/server/config" {
                answer.set("content-type", None);
            }
        }),
    },
    Fault {
        name: "does not name requests",
        operation: "getServerVersion",
        rules: &["correlation-id"],
        trick: Trick::Answer(|asked, answer| {
            if asked.path == "/server/version" {
                answer.set("x-immich-cid", None);
                answer.change(|body| drop(body.as_object_mut().unwrap().remove("correlationId")));
            }
        }),
    },
    Fault {
        name: "names requests in another way than they are named",
        operation: "getServerFeatures",
        rules: &["correlation-id"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/server/features") && asked.header("x-immich-cid").is_some() {
                answer.set("x-immich-cid", Some("another"));
            }
        }),
    },
    Fault {
        name: "names a request differently in header and body",
        operation: "getMyUser",
        rules: &["correlation-id"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/users/me") && answer.status == 401 {
                answer.set("x-immich-cid", Some("another"));
            }
        }),
    },
];

pub(super) const COOKIES: &[Fault] = &[
    Fault {
        name: "forgets a cookie",
        operation: "login",
        rules: &["cookie-missing"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("POST", "/auth/login") {
                cookie(answer, "immich_is_authenticated", |_| None);
            }
        }),
    },
    Fault {
        name: "shows the token to scripts",
        operation: "login",
        rules: &["cookie-attributes"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("POST", "/auth/login") {
                cookie(answer, "immich_access_token", |value| Some(value.replace(" HttpOnly;", "")));
            }
        }),
    },
    Fault {
        name: "lets other sites send the token",
        operation: "login",
        rules: &["cookie-attributes"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("POST", "/auth/login") {
                cookie(answer, "immich_access_token", |value| Some(value.replace("=Lax", "=None")));
            }
        }),
    },
    Fault {
        name: "marks cookies as secure on a connection that is not",
        operation: "login",
        rules: &["cookie-attributes"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("POST", "/auth/login") {
                cookie(answer, "immich_auth_type", |value| Some(format!("{value}; Secure")));
            }
        }),
    },
    Fault {
        name: "puts another token into the cookie",
        operation: "login",
        rules: &["cookie-attributes"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("POST", "/auth/login") {
                cookie(answer, "immich_access_token", |value| Some(value.replace("token=", "token=x")));
            }
        }),
    },
    Fault {
        name: "leaves the cookies after a logout",
        operation: "logout",
        rules: &["cookie-missing"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("POST", "/auth/logout") {
                answer.set("set-cookie", None);
            }
        }),
    },
    Fault {
        name: "clears a cookie without letting it end",
        operation: "logout",
        rules: &["cookie-attributes"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("POST", "/auth/logout") {
                cookie(answer, "immich_access_token", |_| Some("immich_access_token=; Path=/".to_owned()));
            }
        }),
    },
    Fault {
        name: "sets a cookie of its own",
        operation: "pingServer",
        rules: &["cookie-unknown"],
        trick: Trick::Answer(|asked, answer| {
            if asked.is("GET", "/server/ping") {
                answer.set("set-cookie", Some("visitor=1; Path=/"));
            }
        }),
    },
];
