//! Operations: where they are, what they are called, and what is said of them.

use super::values::{altered, entries, operation_name};
use super::{Subject, remove, rename, set};
use crate::edit::at;
use crate::mutant::{Family, Mutant, Source, Sources};
use immich_contract::operations;
use serde_json::json;

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    let document = &sources.contract;
    let all: Vec<_> = operations(document).collect();
    for (path, method, pointer, operation) in &all {
        let name = operation_name(path, method, operation);
        let mut subject = Subject::new(found, Source::Contract, Family::Operation, &*name);
        let item = at("/paths", path);
        let is_alone = all.iter().filter(|(other, ..)| other == path).count() == 1;
        let gone = remove(if is_alone { &item } else { pointer });

        subject.change("removed", "", [gone.clone()]);
        let copy = altered(operation, &["operationId"], json!({"operationId": format!("{name}Copy")}));
        subject.change("added", "as a copy", [set(at("/paths", &format!("/copy{path}")), json!({*method: copy}))]);
        let free = |verb: &&str| document.pointer(&at(&item, verb)).is_none();
        for verb in ["patch", "put", "post", "delete", "get"].into_iter().filter(free).take(1) {
            subject.change("method changed", &format!("to {verb}"), [rename(&**pointer, verb)]);
            subject.change("added", &format!("under the same path with {verb}"), [set(at(&item, verb), copy.clone())]);
        }
        if free(&"trace") {
            subject.change("method changed", "to trace", [rename(&**pointer, "trace")]);
        }

        let moved = |to: String| [gone.clone(), set(at("/paths", &to), json!({*method: operation}))];
        subject.change("path changed", "by a segment in front", moved(format!("/moved{path}")));
        subject.change("path changed", "by a segment at the end", moved(format!("{path}/moved")));
        subject.change("path changed", "by a slash at the end", moved(format!("{path}/")));
        if let Some(respelled) = respelled(path) {
            subject.change("path respelled", "with a capital letter", moved(respelled));
        }

        subject.change("id changed", "", [set(at(pointer, "operationId"), format!("{name}Renamed"))]);
        subject.change("id changed", "in case only", [set(at(pointer, "operationId"), capitalised(&name))]);
        subject.change("id dropped", "", [remove(at(pointer, "operationId"))]);
        subject.change("tag changed", "to a new one", [set(at(pointer, "tags"), json!(["Drift"]))]);
        if let Some(tag) = all.iter().map(|(.., other)| &other["tags"]).find(|tags| **tags != operation["tags"]) {
            subject.change("tag changed", "to another", [set(at(pointer, "tags"), tag.clone())]);
        }
        subject.change("deprecated", "", [set(at(pointer, "deprecated"), true)]);
        subject.change("extension added", "", [set(at(pointer, "x-immich-admin-only"), true)]);
        subject.change("server of its own", "", [set(at(pointer, "servers"), json!([{"url": "/v2"}]))]);
        let callback = json!({"done": {"{$request.body#/url}": {"post": {"responses": {"200": {"description": ""}}}}}});
        subject.change("callback added", "", [set(at(pointer, "callbacks"), callback)]);
    }
    for (path, _) in entries(document, "/paths") {
        let item = at("/paths", path);
        let mut subject = Subject::new(found, Source::Contract, Family::Operation, path.as_str());
        let shared = json!([{"name": "trace", "in": "query", "schema": {"type": "string"}}]);
        subject.change("parameter for the whole path", "", [set(at(&item, "parameters"), shared)]);
        subject.change("server for the whole path", "", [set(at(&item, "servers"), json!([{"url": "/v2"}]))]);
        subject.change("extension on the path", "", [set(at(&item, "x-immich-strict"), true)]);
        for method in ["head", "options"] {
            let operation = json!({
                "operationId": format!("{method}Copy"), "tags": ["Drift"], "responses": {"200": {"description": ""}}
            });
            subject.change("added", &format!("with {method}"), [set(at(&item, method), operation)]);
        }
    }
}

/// The path with its first literal letter in upper case.
fn respelled(path: &str) -> Option<String> {
    let position = path.find(|c: char| c.is_ascii_lowercase()).filter(|_| !path.starts_with("/{"))?;
    let mut respelled = path.to_owned();
    respelled.replace_range(position..=position, &path[position..=position].to_ascii_uppercase());
    Some(respelled)
}

fn capitalised(name: &str) -> String {
    let (first, rest) = name.split_at_checked(1).unwrap_or_default();
    format!("{}{rest}", first.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_respelled_outside_its_parameters() {
        assert_eq!(respelled("/users/{id}").as_deref(), Some("/Users/{id}"));
        assert_eq!(respelled("/{id}"), None);
    }

    #[test]
    fn a_name_gets_a_capital_letter() {
        assert_eq!(capitalised("getUser"), "GetUser");
    }
}
