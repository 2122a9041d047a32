//! Headers of responses.

use super::super::proxy::{Behavior, Change};
use super::Fault;
use crate::harness::Response;

/// Changes one of the cookies; nothing in its place removes it.
fn cookie(response: &mut Response, name: &str, change: impl Fn(&str) -> Option<String>) {
    let mine = |header: &str, value: &str| header.eq_ignore_ascii_case("set-cookie") && value.starts_with(name);
    let headers = std::mem::take(&mut response.headers);
    response.headers = headers
        .into_iter()
        .filter_map(|(header, value)| {
            if mine(&header, &value) { change(&value).map(|value| (header, value)) } else { Some((header, value)) }
        })
        .collect();
}

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "labels JSON as HTML",
        operation: "pingServer",
        rules: &["content-type"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/server/ping") || request.is("HEAD", "/server/ping") {
                response.set("content-type", Some("text/html; charset=utf-8"));
            }
        }),
    },
    Fault {
        name: "sends no content type",
        operation: "getServerConfig",
        rules: &["content-type"],
        behavior: Behavior::Response(|request, response| {
            if request.path == "/server/config" {
                response.set("content-type", None);
            }
        }),
    },
    Fault {
        name: "sends no correlation id",
        operation: "getServerVersion",
        rules: &["correlation-id"],
        behavior: Behavior::Response(|request, response| {
            if request.path == "/server/version" {
                response.set("x-immich-cid", None);
                response.change(|body| drop(body.as_object_mut().unwrap().remove("correlationId")));
            }
        }),
    },
    Fault {
        name: "ignores the request's correlation id",
        operation: "getServerFeatures",
        rules: &["correlation-id"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/server/features") && request.header("x-immich-cid").is_some() {
                response.set("x-immich-cid", Some("another"));
            }
        }),
    },
    Fault {
        name: "returns different correlation ids in header and body",
        operation: "getMyUser",
        rules: &["correlation-id"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/users/me") && response.status == 401 {
                response.set("x-immich-cid", Some("another"));
            }
        }),
    },
];

pub(super) const COOKIES: &[Fault] = &[
    Fault {
        name: "forgets a cookie",
        operation: "login",
        rules: &["cookie-missing"],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/auth/login") {
                cookie(response, "immich_is_authenticated", |_| None);
            }
        }),
    },
    Fault {
        name: "leaves out HttpOnly on the token",
        operation: "login",
        rules: &["cookie-attributes"],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/auth/login") {
                cookie(response, "immich_access_token", |value| Some(value.replace(" HttpOnly;", "")));
            }
        }),
    },
    Fault {
        name: "sets SameSite=None on the token",
        operation: "login",
        rules: &["cookie-attributes"],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/auth/login") {
                cookie(response, "immich_access_token", |value| Some(value.replace("=Lax", "=None")));
            }
        }),
    },
    Fault {
        name: "sets Secure on a connection without TLS",
        operation: "login",
        rules: &["cookie-attributes"],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/auth/login") {
                cookie(response, "immich_auth_type", |value| Some(format!("{value}; Secure")));
            }
        }),
    },
    Fault {
        name: "sends another token in the cookie",
        operation: "login",
        rules: &["cookie-attributes"],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/auth/login") {
                cookie(response, "immich_access_token", |value| Some(value.replace("token=", "token=x")));
            }
        }),
    },
    Fault {
        name: "does not clear cookies at logout",
        operation: "logout",
        rules: &["cookie-missing"],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/auth/logout") {
                response.set("set-cookie", None);
            }
        }),
    },
    Fault {
        name: "clears a cookie without an expiry date",
        operation: "logout",
        rules: &["cookie-attributes"],
        behavior: Behavior::Response(|request, response| {
            if request.is("POST", "/auth/logout") {
                cookie(response, "immich_access_token", |_| Some("immich_access_token=; Path=/".to_owned()));
            }
        }),
    },
    Fault {
        name: "sets an unknown cookie",
        operation: "pingServer",
        rules: &["cookie-unknown"],
        behavior: Behavior::Response(|request, response| {
            if request.is("GET", "/server/ping") {
                response.set("set-cookie", Some("visitor=1; Path=/"));
            }
        }),
    },
];
