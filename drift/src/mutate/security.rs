//! Security: of operations, of the document, and the schemes.

use super::values::{elements, entries, operation_name, reversed};
use super::{Subject, remove, rename, set};
use crate::edit::at;
use crate::mutant::{Family, Mutant, Source, Sources};
use immich_contract::operations;
use serde_json::{Value, json};

const SCHEMES: &str = "/components/securitySchemes";

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    let document = &sources.contract;
    let first = entries(document, SCHEMES).map(|(name, _)| name.as_str()).next().unwrap_or_default();
    for (path, method, pointer, operation) in operations(document) {
        let mut subject =
            Subject::new(found, Source::Contract, Family::Security, operation_name(path, method, operation));
        let place = at(&pointer, "security");
        let declared = elements(operation, "/security");
        if declared.is_empty() {
            subject.change("added", "", [set(&*place, json!([{first: []}]))]);
            continue;
        }
        subject.change("dropped", "", [remove(&*place)]);
        subject.change("dropped", "by an empty list", [set(&*place, json!([]))]);
        subject.change("made optional", "", [set(&*place, longer(declared, json!({})))]);
        subject.change("scheme added", "that is not declared", [set(&*place, longer(declared, json!({"drift": []})))]);
        if declared.len() > 1 {
            subject.change("reordered", "", [set(&*place, reversed(declared))]);
            let all = declared.iter().filter_map(Value::as_object).flatten();
            let all: Value = all.map(|(name, scopes)| (name.clone(), scopes.clone())).collect();
            subject.change("several schemes at once", "", [set(&*place, json!([all]))]);
        }
        for (index, requirement) in declared.iter().enumerate() {
            for (scheme, _) in requirement.as_object().into_iter().flatten() {
                let own = format!("{place}/{index}");
                subject.change("narrowed", &format!("without {scheme}"), [remove(&*own)]);
                subject.change("scope added", scheme, [set(at(&own, scheme), json!(["admin"]))]);
            }
        }
    }
    let mut subject = Subject::new(found, Source::Contract, Family::Security, "openapi.json");
    subject.change("for every operation", "", [set("/security", json!([{first: []}]))]);
    for (name, scheme) in entries(document, SCHEMES) {
        one_scheme(
            &mut Subject::new(found, Source::Contract, Family::Security, format!("scheme {name}")),
            document,
            name,
            scheme,
        );
    }
    let added = json!({"type": "apiKey", "in": "query", "name": "key"});
    let mut subject = Subject::new(found, Source::Contract, Family::Security, "schemes");
    subject.change("scheme declared", "", [set(at(SCHEMES, "drift"), added)]);
    let oauth = json!({"type": "openIdConnect", "openIdConnectUrl": "https://example.org/openid"});
    subject.change("scheme declared", "of a kind that is not supported", [set(at(SCHEMES, "drift"), oauth)]);
}

fn longer(declared: &[Value], added: Value) -> Value {
    declared.iter().cloned().chain([added]).collect::<Vec<_>>().into()
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
    let kinds = [
        json!({"type": "http", "scheme": "bearer"}),
        json!({"type": "http", "scheme": "basic"}),
        json!({"type": "apiKey", "in": "header", "name": "x-drift"}),
        json!({"type": "apiKey", "in": "query", "name": "drift"}),
        json!({"type": "apiKey", "in": "cookie", "name": "drift"}),
    ];
    for kind in kinds {
        let how = format!("to {} {}", kind["type"], kind.get("in").or(kind.get("scheme")).unwrap_or(&Value::Null));
        subject.change("scheme of another type", &how.replace('"', ""), [set(&*pointer, kind)]);
    }
    if scheme.get("name").is_some() {
        subject.change("scheme with another name on the wire", "", [set(at(&pointer, "name"), "x-drift")]);
    }
    for place in ["header", "query", "cookie"] {
        if scheme["type"] == "apiKey" && scheme["in"] != place {
            subject.change("scheme at another place", place, [set(at(&pointer, "in"), place)]);
        }
    }
    subject.change("extension added", "", [set(at(&pointer, "x-immich-strict"), true)]);
}
