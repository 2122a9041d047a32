//! Operations: where they are, what they are called, and what is said of them.

use super::edit::at;
use super::mutant::{Family, Mutant, Source, Sources};
use super::values::{altered, entries, operation_name};
use super::{Subject, remove, rename, set};
use immich_contract::operations;
use serde_json::{Value, json};

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    let document = &sources.contract;
    for (path, method, pointer, operation) in operations(document) {
        let name = operation_name(path, method, operation);
        let mut subject = Subject::new(found, Source::Contract, Family::Operation, name);
        moved(&mut subject, document, path, method, operation);
        named(&mut subject, document, &pointer, operation);
        described(&mut subject, &pointer);
    }
    for (path, _) in entries(document, "/paths") {
        let item = at("/paths", path);
        let mut subject = Subject::new(found, Source::Contract, Family::Operation, path.as_str());
        let shared = json!([{"name": "trace", "in": "query", "schema": {"type": "string"}}]);
        subject.change("part added", "a parameter for the whole path", [set(at(&item, "parameters"), shared)]);
        let server = set(at(&item, "servers"), json!([{"url": "/v2"}]));
        subject.change("part added", "a server for the whole path", [server]);
        subject.change("extension added", "to the path", [set(at(&item, "x-immich-strict"), true)]);
        for method in ["head", "options"] {
            let operation = json!({
                "operationId": format!("{method}Copy"), "tags": ["Drift"], "responses": {"200": {"description": ""}}
            });
            subject.change("added", format!("with {method}"), [set(at(&item, method), operation)]);
        }
    }
}

/// Another method, another path, or one operation more or less.
fn moved(subject: &mut Subject<'_>, document: &Value, path: &str, method: &str, operation: &Value) {
    let item = at("/paths", path);
    let pointer = at(&item, method);
    let is_alone = operations(document).filter(|(other, ..)| *other == path).count() == 1;
    let gone = remove(if is_alone { &item } else { &pointer });
    subject.change("removed", "", [gone.clone()]);

    let id = format!("{}Copy", subject.name);
    let copy = altered(operation, &["operationId"], json!({"operationId": id}));
    let added = set(at("/paths", &format!("/copy{path}")), json!({method: copy}));
    subject.change("added", "under another path", [added]);
    let free = |verb: &&str| document.pointer(&at(&item, verb)).is_none();
    for verb in ["patch", "put", "post", "delete", "get"].into_iter().filter(free).take(1) {
        subject.change("method changed", format!("to {verb}"), [rename(&*pointer, verb)]);
        subject.change("added", "under the same path", [set(at(&item, verb), copy.clone())]);
    }
    if free(&"trace") {
        subject.change("method changed", "to trace", [rename(&*pointer, "trace")]);
    }

    let to = |path: String| [gone.clone(), set(at("/paths", &path), json!({method: operation}))];
    subject.change("path changed", "by a segment in front", to(format!("/moved{path}")));
    subject.change("path changed", "by a segment at the end", to(format!("{path}/moved")));
    subject.change("path changed", "by a slash at the end", to(format!("{path}/")));
    if let Some(respelled) = respelled(path) {
        subject.change("path changed", "by a capital letter", to(respelled));
    }
}

fn named(subject: &mut Subject<'_>, document: &Value, pointer: &str, operation: &Value) {
    let id = at(pointer, "operationId");
    let name = subject.name.clone();
    subject.change("id changed", "", [set(&*id, format!("{name}Renamed"))]);
    subject.change("id changed", "in case only", [set(&*id, capitalized(&name))]);
    subject.change("id changed", "to none", [remove(&*id)]);
    let tags = at(pointer, "tags");
    subject.change("tag changed", "to a new one", [set(&*tags, json!(["Drift"]))]);
    if let Some(tag) = operations(document).map(|(.., other)| &other["tags"]).find(|tag| **tag != operation["tags"]) {
        subject.change("tag changed", "to another", [set(&*tags, tag.clone())]);
    }
}

fn described(subject: &mut Subject<'_>, pointer: &str) {
    subject.change("deprecated", "", [set(at(pointer, "deprecated"), true)]);
    subject.change("extension added", "", [set(at(pointer, "x-immich-admin-only"), true)]);
    subject.change("part added", "a server", [set(at(pointer, "servers"), json!([{"url": "/v2"}]))]);
    let callback = json!({"done": {"{$request.body#/url}": {"post": {"responses": {"200": {"description": ""}}}}}});
    subject.change("part added", "a callback", [set(at(pointer, "callbacks"), callback)]);
}

/// The path with its first literal letter in upper case.
fn respelled(path: &str) -> Option<String> {
    let position = path.find(|c: char| c.is_ascii_lowercase()).filter(|_| !path.starts_with("/{"))?;
    let mut respelled = path.to_owned();
    respelled.replace_range(position..=position, &path[position..=position].to_ascii_uppercase());
    Some(respelled)
}

fn capitalized(name: &str) -> String {
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
        assert_eq!(capitalized("getUser"), "GetUser");
    }
}
