//! Parameters of operations.

use super::values::{altered, elements, operation_name, reversed, text};
use super::{Subject, remove, rename, set};
use crate::edit::{Step, at};
use crate::mutant::{Family, Mutant, Source, Sources};
use immich_contract::operations;
use serde_json::{Value, json};

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    for (path, method, pointer, operation) in operations(&sources.contract) {
        let name = operation_name(path, method, operation);
        let mut subject = Subject::new(found, Source::Contract, Family::Parameter, name);
        let list = at(&pointer, "parameters");
        let declared = elements(operation, "/parameters");
        for (place, required) in
            [("query", false), ("query", true), ("header", false), ("header", true), ("cookie", false)]
        {
            let added = json!({"name": "trace", "in": place, "required": required, "schema": {"type": "string"}});
            let longer: Vec<Value> = declared.iter().cloned().chain([added]).collect();
            subject.change(added_to(place, required), "", [set(&*list, longer)]);
        }
        let many = json!({"name": "ids", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}});
        let longer: Vec<Value> = declared.iter().cloned().chain([many]).collect();
        subject.change("list in the query added", "", [set(&*list, longer)]);
        if declared.len() > 1 {
            subject.change("order changed", "", [set(&*list, reversed(declared))]);
        }
        for (index, parameter) in declared.iter().enumerate() {
            one(&mut subject, &format!("{list}/{index}"), parameter);
        }
    }
    renamed_with_the_path(&sources.contract, found);
}

fn added_to(place: &str, required: bool) -> &'static str {
    match (place, required) {
        ("query", false) => "optional query parameter added",
        ("query", true) => "required query parameter added",
        ("header", false) => "optional header added",
        ("header", true) => "required header added",
        _ => "cookie added",
    }
}

fn one(subject: &mut Subject<'_>, pointer: &str, parameter: &Value) {
    let name = text(parameter, "name");
    let schema = parameter.get("schema").unwrap_or(&Value::Null);
    let place = at(pointer, "schema");
    let mut change = |change, how: &str, steps: Vec<Step>| subject.change(change, &format!("{name} {how}"), steps);
    change("removed", "", vec![remove(pointer)]);
    change("renamed", "without the path", vec![set(at(pointer, "name"), format!("{name}2"))]);
    change("required changed", "", vec![set(at(pointer, "required"), false)]);
    change("required changed", "by leaving it out", vec![remove(at(pointer, "required"))]);
    for other in ["query", "header", "cookie"] {
        change("place changed", &format!("to {other}"), vec![set(at(pointer, "in"), other)]);
    }
    for kind in ["integer", "number", "boolean"] {
        change("type changed", &format!("to {kind}"), vec![set(&*place, json!({"type": kind}))]);
    }
    let list = json!({"type": "array", "items": schema});
    change("made a list", "", vec![set(&*place, list)]);
    change("format changed", "to date-time", vec![set(at(&place, "format"), "date-time")]);
    if schema.get("format").is_some() {
        change("format dropped", "", vec![remove(at(&place, "format"))]);
    }
    for (keyword, value) in [("minLength", json!(3)), ("maxLength", json!(30)), ("pattern", json!("^[0-9a-f-]+$"))] {
        change("constraint added", keyword, vec![set(at(&place, keyword), value)]);
    }
    change("enum added", "", vec![set(at(&place, "enum"), json!(["me", "you"]))]);
    change("default added", "", vec![set(at(&place, "default"), "me")]);
    change("nullable", "", vec![set(at(&place, "nullable"), true)]);
    change("style changed", "", vec![set(at(pointer, "style"), "matrix")]);
    change("deprecated", "", vec![set(at(pointer, "deprecated"), true)]);
    change("extension added", "", vec![set(at(pointer, "x-immich-strict"), true)]);
    let content = altered(parameter, &["schema"], json!({"content": {"application/json": {"schema": schema}}}));
    change("written as JSON", "", vec![set(pointer, content)]);
}

/// A path parameter gets another name in the path and in every operation of it: nothing changes on the wire but what
/// the parameter is called in messages.
fn renamed_with_the_path(document: &Value, found: &mut Vec<Mutant>) {
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let Some(name) = path.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(name, _)| name) else {
            continue;
        };
        let renamed = format!("{name}2");
        let to = path.replace(&format!("{{{name}}}"), &format!("{{{renamed}}}"));
        let mut steps = vec![rename(at("/paths", path), &*to)];
        for (method, operation) in item.as_object().into_iter().flatten() {
            for (index, _) in elements(operation, "/parameters").iter().enumerate().filter(|(_, p)| p["name"] == name) {
                let pointer = at(&at("/paths", &to), method);
                steps.push(set(format!("{pointer}/parameters/{index}/name"), &*renamed));
            }
        }
        let mut subject = Subject::new(found, Source::Contract, Family::Parameter, path.as_str());
        subject.change("renamed", &format!("{name} with the path"), steps);
    }
}
