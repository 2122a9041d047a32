//! Changes of the contract as a whole.

use super::operation;
use super::security;
use super::walk::{Place, Walk, list, names, shown, text};
use serde_json::Value;

/// Compares the keywords for all operations.
pub(super) fn compare(walk: &mut Walk<'_>) {
    let (old, new) = (walk.old, walk.new);
    let here = Place::default();
    for (pointer, rule, name) in [
        ("/openapi", "openapi-version-changed", "OpenAPI version"),
        ("/info/version", "api-version-changed", "version"),
    ] {
        let (before, after) = (old.pointer(pointer), new.pointer(pointer));
        walk.note_changed(rule, &here, name, before, after);
    }
    if old.get("servers") != new.get("servers") {
        servers(walk, &here);
    }
    if old.get("security") != new.get("security") {
        let said = "default security changed; each affected operation is listed";
        walk.note("api-global-security-changed", &here, said);
    }
    schemes(walk);
    operation::callbacks(walk, "webhook", old.get("webhooks"), new.get("webhooks"));
    let known = ["openapi", "info", "servers", "security", "paths", "webhooks", "components", "tags"];
    for name in names(Some(old), Some(new)).into_iter().filter(|name| !known.contains(name)) {
        let (before, after) = (old.get(name), new.get(name));
        walk.note_changed("document-changed", &here, name, before, after);
    }
    paths(walk);
}

fn servers(walk: &mut Walk<'_>, here: &Place) {
    let all = |document: &Value| {
        let servers: Vec<String> = list(document.get("servers")).iter().map(server).collect();
        if servers.is_empty() { "none".to_owned() } else { servers.join(", ") }
    };
    let (before, after) = (list(walk.old.get("servers")), list(walk.new.get("servers")));
    let said = format!("server changed from {} to {}", all(walk.old), all(walk.new));
    if before.iter().all(|server| after.contains(server)) && !walk.is_part {
        walk.note("api-server-added", here, said);
    } else {
        walk.note("api-server-changed", here, said);
    }
}

/// The URL of a server; the whole object if it has more than that.
fn server(server: &Value) -> String {
    match (server.get("url"), server.as_object().map(serde_json::Map::len)) {
        (Some(url), Some(1)) => shown(url),
        _ => shown(server),
    }
}

fn schemes(walk: &mut Walk<'_>) {
    let pointer = "/components/securitySchemes";
    let (old, new) = (walk.old.pointer(pointer), walk.new.pointer(pointer));
    let used = (security::used(walk.old), security::used(walk.new));
    for name in names(old, new) {
        let place = Place::at(format!("credential `{name}`"));
        // Where only one document uses it, operations say so.
        let is_used = walk.is_part || used.0.contains(name) && used.1.contains(name);
        match (old.and_then(|old| old.get(name)), new.and_then(|new| new.get(name))) {
            (Some(before), Some(after)) => {
                // A credential that has only another name now is the same one.
                let is_moved = |from: &Value, to: &Value| {
                    security::definition(from, name).is_some_and(|definition| security::is_defined(to, &definition))
                };
                if is_used && (walk.is_part || !(is_moved(walk.old, walk.new) || is_moved(walk.new, walk.old))) {
                    scheme(walk, &place, before, after);
                }
            }
            _ if !is_used => {}
            (None, Some(_)) => walk.note("api-security-component-added", &place, "added"),
            (Some(_), None) => walk.note("api-security-component-removed", &place, "removed"),
            (None, None) => {}
        }
    }
}

fn scheme(walk: &mut Walk<'_>, place: &Place, old: &Value, new: &Value) {
    for name in names(Some(old), Some(new)) {
        let (before, after) = (old.get(name), new.get(name));
        if before == after {
            continue;
        }
        // OpenAPI 3.0.3, section "Security Scheme Object": `bearerFormat` is a hint, `in` is of API keys only.
        let is_hint =
            name == "bearerFormat" || name == "in" && text(old, "type") != "apiKey" && text(new, "type") != "apiKey";
        let rule = match name {
            "type" => "api-security-component-type-changed",
            _ if is_hint => "api-security-component-hint-changed",
            _ => "api-security-component-changed",
        };
        walk.note_changed(rule, place, name, before, after);
    }
}

/// What paths say for all their operations. Their parameters are compared with each operation.
fn paths(walk: &mut Walk<'_>) {
    let (old, new) = (walk.old.get("paths"), walk.new.get("paths"));
    for path in names(old, new) {
        let (before, after) = (old.and_then(|old| old.get(path)), new.and_then(|new| new.get(path)));
        for name in names(before, after) {
            if crate::METHODS.contains(&name) || name == "parameters" && !walk.is_part {
                continue;
            }
            let (before, after) = (before.and_then(|old| old.get(name)), after.and_then(|new| new.get(name)));
            walk.note_changed("document-changed", &Place::at(format!("path {path}")), name, before, after);
        }
    }
}
