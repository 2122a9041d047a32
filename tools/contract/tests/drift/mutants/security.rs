//! Security: of operations, of the document, and the schemes.

use super::edit::at;
use super::mutant::{Family, Mutant, Source, Sources};
use super::values::{elements, entries, operation_name, reversed};
use super::{Subject, remove, rename, set};
use immich_contract::operations;
use serde_json::{Value, json};

const SCHEMES: &str = "/components/securitySchemes";

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    let document = &sources.contract;
    let first = entries(document, SCHEMES).map(|(name, _)| name.as_str()).next().unwrap_or_default();
    for (path, method, pointer, operation) in operations(document) {
        let name = operation_name(path, method, operation);
        let mut subject = Subject::new(found, Source::Contract, Family::Security, name);
        let place = at(&pointer, "security");
        let declared = elements(operation, "/security");
        if declared.is_empty() {
            subject.change("added", "", [set(&*place, json!([{first: []}]))]);
        } else {
            secured(&mut subject, &place, declared);
        }
    }
    let mut subject = Subject::new(found, Source::Contract, Family::Security, "openapi.json");
    subject.change("added", "for every operation", [set("/security", json!([{first: []}]))]);
    let added = json!({"type": "apiKey", "in": "query", "name": "key"});
    subject.change("scheme declared", "", [set(at(SCHEMES, "drift"), added)]);
    let unsupported = json!({"type": "openIdConnect", "openIdConnectUrl": "https://example.org/openid"});
    subject.change("scheme declared", "of a kind that is not supported", [set(at(SCHEMES, "drift"), unsupported)]);
    for (name, scheme) in entries(document, SCHEMES) {
        let mut subject = Subject::new(found, Source::Contract, Family::Security, format!("scheme {name}"));
        one_scheme(&mut subject, document, name, scheme);
    }
}

fn secured(subject: &mut Subject<'_>, place: &str, declared: &[Value]) {
    let with = |added: Value| -> Value { declared.iter().cloned().chain([added]).collect::<Vec<_>>().into() };
    subject.change("dropped", "", [remove(place)]);
    subject.change("dropped", "by an empty list", [set(place, json!([]))]);
    subject.change("widened", "to no credential", [set(place, with(json!({})))]);
    subject.change("widened", "by a scheme that is not declared", [set(place, with(json!({"drift": []})))]);
    if declared.len() > 1 {
        subject.change("reordered", "", [set(place, reversed(declared))]);
        let all = declared.iter().filter_map(Value::as_object).flatten();
        let all: Value = all.map(|(name, scopes)| (name.clone(), scopes.clone())).collect();
        subject.change("narrowed", "to all schemes at once", [set(place, json!([all]))]);
    }
    for (index, requirement) in declared.iter().enumerate() {
        for (scheme, _) in requirement.as_object().into_iter().flatten() {
            let own = format!("{place}/{index}");
            subject.change("narrowed", format!("by {scheme}"), [remove(&*own)]);
            subject.change("scope added", format!("to {scheme}"), [set(at(&own, scheme), json!(["admin"]))]);
        }
    }
}

fn one_scheme(subject: &mut Subject<'_>, document: &Value, name: &str, scheme: &Value) {
    let pointer = at(SCHEMES, name);
    subject.change("scheme removed", "", [remove(&*pointer)]);
    let mut steps = vec![rename(&*pointer, format!("{name}2"))];
    for (_, _, operation, facts) in operations(document) {
        for (index, requirement) in elements(facts, "/security").iter().enumerate() {
            if requirement.get(name).is_some() {
                steps.push(rename(format!("{operation}/security/{index}/{name}"), format!("{name}2")));
            }
        }
    }
    subject.change("scheme renamed", "", steps);
    let types = [
        ("bearer", json!({"type": "http", "scheme": "bearer"})),
        ("basic", json!({"type": "http", "scheme": "basic"})),
        ("in a header", json!({"type": "apiKey", "in": "header", "name": "x-drift"})),
        ("in the query", json!({"type": "apiKey", "in": "query", "name": "drift"})),
        ("in a cookie", json!({"type": "apiKey", "in": "cookie", "name": "drift"})),
    ];
    for (variant, value) in types {
        subject.change("scheme changed", format!("type {variant}"), [set(&*pointer, value)]);
    }
    if scheme.get("name").is_some() {
        subject.change("scheme changed", "name on the wire", [set(at(&pointer, "name"), "x-drift")]);
    }
    for place in ["header", "query", "cookie"] {
        if scheme["type"] == "apiKey" && scheme["in"] != place {
            subject.change("scheme changed", format!("place {place}"), [set(at(&pointer, "in"), place)]);
        }
    }
    if scheme.get("bearerFormat").is_some() {
        subject.change("scheme changed", "form of the token", [set(at(&pointer, "bearerFormat"), "opaque")]);
    }
    subject.change("scheme changed", "extension", [set(at(&pointer, "x-immich-strict"), true)]);
}
