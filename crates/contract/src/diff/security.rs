//! Changes of the credentials that an operation accepts. Credentials are the same if their definitions are, whatever the
//! documents call them.

use super::walk::{Place, Walk, list};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Credentials that are demanded together: each with its scopes.
type Alternative = BTreeMap<String, BTreeSet<String>>;

/// Compares the security of two versions of an operation, which defaults to that of the document.
pub(super) fn compare(walk: &mut Walk<'_>, old: &Value, new: &Value) {
    let same = |name: &str| name.to_owned();
    let before = alternatives(old.get("security").or_else(|| walk.old.get("security")), same);
    let known_as = |name: &str| old_name(walk.old, walk.new, name);
    let after = alternatives(new.get("security").or_else(|| walk.new.get("security")), known_as);
    let here = Place::default();
    if before == after {
        return;
    }
    if is_open(&before) != is_open(&after) {
        if is_open(&before) {
            let all: Vec<String> = after.iter().map(words).collect();
            walk.note("endpoint-became-secured", &here, format!("now needs a credential: {}", all.join(" or ")));
        } else {
            walk.note("endpoint-became-public", &here, "no longer needs a credential");
        }
        return;
    }
    let is_same_set = before.iter().all(|one| after.contains(one)) && after.iter().all(|one| before.contains(one));
    if is_same_set {
        let all: Vec<String> = after.iter().map(words).collect();
        walk.note("api-security-order-changed", &here, format!("order of credentials changed to {}", all.join(", ")));
        return;
    }
    // Who needs no credential loses nothing.
    let is_lost = |one: &&Alternative| !is_open(&after) && !after.iter().any(|other| is_enough(one, other));
    for one in before.iter().filter(is_lost) {
        walk.note("api-security-removed", &here, format!("credential {} is no longer accepted", words(one)));
    }
    for one in after.iter().filter(|one| !before.contains(one)) {
        walk.note("api-security-added", &here, format!("credential {} is now accepted", words(one)));
    }
}

/// Any of these will do.
fn alternatives(security: Option<&Value>, name_of: impl Fn(&str) -> String) -> Vec<Alternative> {
    let scopes = |scopes: &Value| list(Some(scopes)).iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let demands = list(security).iter().filter_map(Value::as_object);
    demands.map(|demand| demand.iter().map(|(name, value)| (name_of(name), scopes(value))).collect()).collect()
}

/// What the old document calls the credential that the new one calls `name`.
fn old_name(old: &Value, new: &Value, name: &str) -> String {
    let Some(definition) = definition(new, name) else { return name.to_owned() };
    if definition_is(old, name, &definition) {
        return name.to_owned();
    }
    let mut known = schemes(old).map(|(known, _)| known).filter(|known| definition_is(old, known, &definition));
    if let Some(known) = known.next() {
        return known.to_owned();
    }
    // The old name may have passed to another credential.
    let has_moved =
        self::definition(old, name).is_some_and(|old| schemes(new).any(|(n, _)| definition_is(new, n, &old)));
    if has_moved { format!("{name} as it is now") } else { name.to_owned() }
}

fn definition_is(document: &Value, name: &str, expected: &Value) -> bool {
    definition(document, name).is_some_and(|definition| definition == *expected)
}

/// Names and definitions of the credentials of a document.
fn schemes(document: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let schemes = document.pointer("/components/securitySchemes").and_then(Value::as_object);
    schemes.into_iter().flatten().map(|(name, scheme)| (name.as_str(), scheme))
}

/// The definition of a credential, without hints for people (OpenAPI 3.0.3, section "Security Scheme Object").
pub(super) fn definition(document: &Value, name: &str) -> Option<Value> {
    let mut definition = document.pointer("/components/securitySchemes")?.get(name)?.as_object()?.clone();
    definition.retain(|keyword, _| keyword != "bearerFormat" && !keyword.starts_with("x-"));
    Some(Value::Object(definition))
}

/// The names of the credentials that operations accept.
pub(super) fn used(document: &Value) -> BTreeSet<String> {
    let default = document.get("security");
    let all = crate::operations(document).map(|(_, _, _, operation)| operation.get("security").or(default));
    let accepted = all.flat_map(|security| alternatives(security, str::to_owned));
    accepted.flat_map(Alternative::into_keys).collect()
}

/// Whether the definition of a credential exists in a document under any name.
pub(super) fn is_defined(document: &Value, expected: &Value) -> bool {
    schemes(document).any(|(name, _)| definition_is(document, name, expected))
}

/// Whether a client that sends the credentials of `old` satisfies `new`.
fn is_enough(old: &Alternative, new: &Alternative) -> bool {
    new.iter().all(|(name, scopes)| old.get(name).is_some_and(|granted| scopes.is_subset(granted)))
}

fn words(alternative: &Alternative) -> String {
    let one = |(name, scopes): (&String, &BTreeSet<String>)| {
        if scopes.is_empty() {
            return name.clone();
        }
        let scopes: Vec<String> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
        format!("{name} ({})", scopes.join(", "))
    };
    alternative.iter().map(one).collect::<Vec<_>>().join(" with ")
}

/// OpenAPI 3.0.3, section "Security Requirement Object": an empty requirement makes security optional.
fn is_open(alternatives: &[Alternative]) -> bool {
    alternatives.is_empty() || alternatives.iter().any(Alternative::is_empty)
}
