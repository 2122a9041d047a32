//! Routes: what the router can match.

use crate::changed::{contract, with};
use serde_json::{Value, json};

fn operation(names: &[&str]) -> Value {
    let parameters: Vec<Value> = names
        .iter()
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    json!({"operationId": "more", "tags": ["Values"], "security": [], "parameters": parameters,
        "responses": {"200": {"description": ""}}})
}

fn route(path: &str, names: &[&str]) -> crate::changed::Changed {
    let pointer = format!("/paths/{}", path.replace('/', "~1"));
    with(&pointer, json!({"get": operation(names)}))
}

#[test]
fn two_operations_with_the_same_route() {
    for (path, names, other) in [
        ("/albums/{name}", &["name"] as &[&str], "/paths/~1albums~1{id}/get"),
        ("/Albums/{id}", &["id"], "/paths/~1albums~1{id}/get"),
        ("/albums/{id}/", &["id"], "/paths/~1albums~1{id}/get"),
        ("/WORDS", &[], "/paths/~1words/get"),
    ] {
        route(path, names).refuses(&[(
            &format!("/paths/{}/get", path.replace('/', "~1")),
            &format!("a route that matches the same requests as {other}"),
        )]);
    }
}

#[test]
fn another_method_or_literal_distinguishes_operations() {
    with("/paths/~1words/patch", operation(&[])).accepts();
    route("/albums/mine", &[]).accepts();
    route("/{any}/{id}/note", &["any", "id"]).accepts();
}

#[test]
fn segments_that_are_neither_a_literal_nor_one_parameter() {
    for (path, segment) in [
        ("/files/{id}.json", "{id}.json"),
        ("/files/a{id}", "a{id}"),
        ("/files/a b", "a b"),
        ("/files/größe", "größe"),
        ("/files/%41", "%41"),
    ] {
        route(path, &[])
            .refuses(&[(&format!("/paths/{}", path.replace('/', "~1")), &format!("the segment {segment:?}"))]);
    }
}

#[test]
fn a_path_that_is_too_long() {
    route("/a/b/c/d/e/f/g", &[]).accepts();
    route("/a/b/c/d/e/f/g/h", &[]).refuses(&[("/paths/~1a~1b~1c~1d~1e~1f~1g~1h", "a path of 8 segments")]);
}

#[test]
fn parameters_of_the_path_that_are_not_declared_or_declared_and_not_there() {
    route("/files/{id}", &[]).refuses(&[("/paths/~1files~1{id}/get", "{id} in the path, which is not declared")]);
    route("/files/{id}", &["id", "name"])
        .refuses(&[("/paths/~1files~1{id}/get/parameters/1/name", "\"name\", which is not in the path")]);
    route("/files/{id}", &["ID"])
        .refuses(&[("/paths/~1files~1{id}/get/parameters/0/name", "\"ID\", which is not in the path")]);
    route("/files/{id}/{id}", &["id"]).refuses(&[("/paths/~1files~1{id}~1{id}/get", "a parameter twice in the path")]);
}

#[test]
fn a_part_of_the_path_that_is_optional() {
    let mut operation = operation(&["id"]);
    operation["parameters"][0]["required"] = json!(false);
    contract()
        .with("/paths/~1files~1{id}", json!({"get": operation}))
        .refuses(&[("/paths/~1files~1{id}/get/parameters/0/required", "an optional part of the path")]);
}
