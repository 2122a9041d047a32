//! Parameters of operations.

use super::edit::at;
use super::mutant::{Family, Mutant, Source, Sources};
use super::values::{altered, elements, entries, operation_name, reversed, text};
use super::{Subject, remove, rename, set};
use immich_contract::operations;
use serde_json::{Value, json};

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    for (path, method, pointer, operation) in operations(&sources.contract) {
        let name = operation_name(path, method, operation);
        let mut subject = Subject::new(found, Source::Contract, Family::Parameter, name);
        let list = at(&pointer, "parameters");
        let declared = elements(operation, "/parameters");
        added(&mut subject, &list, declared);
        if declared.len() > 1 {
            subject.change("reordered", "", [set(&*list, reversed(declared))]);
        }
        for (index, parameter) in declared.iter().enumerate() {
            let pointer = format!("{list}/{index}");
            let mut subject = subject.at(&format!(" {}", text(parameter, "name")));
            one(&mut subject, &pointer, parameter);
            schema(&mut subject, &at(&pointer, "schema"), parameter.get("schema").unwrap_or(&Value::Null));
        }
    }
    renamed_with_the_path(&sources.contract, found);
}

fn added(subject: &mut Subject<'_>, list: &str, declared: &[Value]) {
    let text = json!({"type": "string"});
    let many = json!({"type": "array", "items": {"type": "string"}});
    let variants = [
        ("optional in query", "query", false, &text),
        ("required in query", "query", true, &text),
        ("list in query", "query", false, &many),
        ("optional in header", "header", false, &text),
        ("required in header", "header", true, &text),
        ("in cookie", "cookie", false, &text),
        ("in path", "path", true, &text),
    ];
    for (variant, place, required, schema) in variants {
        let added = json!({"name": "trace", "in": place, "required": required, "schema": schema});
        let longer: Vec<Value> = declared.iter().cloned().chain([added]).collect();
        subject.change("added", variant, [set(list, longer)]);
    }
}

fn one(subject: &mut Subject<'_>, pointer: &str, parameter: &Value) {
    let name = text(parameter, "name");
    subject.change("removed", "", [remove(pointer)]);
    subject.change("renamed", "without the path", [set(at(pointer, "name"), format!("{name}2"))]);
    subject.change("required changed", "", [set(at(pointer, "required"), false)]);
    subject.change("required changed", "left out", [remove(at(pointer, "required"))]);
    for other in ["query", "header", "cookie"] {
        subject.change("place changed", format!("to {other}"), [set(at(pointer, "in"), other)]);
    }
    subject.change("annotation changed", "style", [set(at(pointer, "style"), "matrix")]);
    subject.change("annotation changed", "deprecated", [set(at(pointer, "deprecated"), true)]);
    subject.change("annotation changed", "extension", [set(at(pointer, "x-immich-strict"), true)]);
    let content = json!({"content": {"application/json": {"schema": parameter.get("schema")}}});
    subject.change("type changed", "to JSON", [set(pointer, altered(parameter, &["schema"], content))]);
}

fn schema(subject: &mut Subject<'_>, pointer: &str, schema: &Value) {
    for kind in ["integer", "number", "boolean"] {
        subject.change("type changed", format!("to {kind}"), [set(pointer, json!({"type": kind}))]);
    }
    subject.change("type changed", "to a list", [set(pointer, json!({"type": "array", "items": schema}))]);
    subject.change("type changed", "nullable", [set(at(pointer, "nullable"), true)]);
    subject.change("format changed", "to date-time", [set(at(pointer, "format"), "date-time")]);
    if schema.get("format").is_some() {
        subject.change("format changed", "to none", [remove(at(pointer, "format"))]);
    }
    let constraints = [
        ("minLength", json!(3)),
        ("maxLength", json!(30)),
        ("pattern", json!("^[0-9a-f-]+$")),
        ("enum", json!(["me", "you"])),
        ("default", json!("me")),
    ];
    for (keyword, value) in constraints {
        subject.change("constraint changed", keyword, [set(at(pointer, keyword), value)]);
    }
}

/// A path parameter gets another name in the path and in every operation of it: nothing changes on the wire but what
/// the parameter is called in messages.
fn renamed_with_the_path(document: &Value, found: &mut Vec<Mutant>) {
    for (path, item) in entries(document, "/paths") {
        let Some(name) = path.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(name, _)| name) else {
            continue;
        };
        let renamed = format!("{name}2");
        let to = path.replace(&format!("{{{name}}}"), &format!("{{{renamed}}}"));
        let mut steps = vec![rename(at("/paths", path), &*to)];
        for (method, operation) in item.as_object().into_iter().flatten() {
            let own = elements(operation, "/parameters").iter().enumerate();
            for (index, _) in own.filter(|(_, parameter)| parameter["name"] == name) {
                let pointer = at(&at("/paths", &to), method);
                steps.push(set(format!("{pointer}/parameters/{index}/name"), &*renamed));
            }
        }
        let mut subject = Subject::new(found, Source::Contract, Family::Parameter, path.as_str());
        subject.change("renamed", "with the path", steps);
    }
}
