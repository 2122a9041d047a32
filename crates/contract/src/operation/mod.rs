//! What the templates need to know of every operation, and of the document as a whole.

mod body;
mod media;
mod parameter;
mod response;
mod route;
mod security;

use crate::document::{escape, is_true, operations};
use crate::names::{self, Names};
use crate::reader::Reader;
use crate::text::{code, doc, line, quoted};
use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Keywords of an operation object that the templates understand.
const KEYWORDS: [&str; 10] = [
    "operationId",
    "tags",
    "summary",
    "description",
    "parameters",
    "requestBody",
    "responses",
    "security",
    "deprecated",
    "externalDocs",
];

/// Extensions that change nothing on the wire, and those that are supported.
const EXTENSIONS: [&str; 5] =
    ["x-immich-permission", CHECKS_PASSWORD, "x-immich-history", "x-immich-state", body::MAX_BYTES];

/// The extension of an operation that compares a password of its request with a stored one.
const CHECKS_PASSWORD: &str = "x-checks-password";

/// Names of traits and types that the generated files use.
const TRAITS_IN_USE: [&str; 18] = [
    "AcceptedBody",
    "Api",
    "Backend",
    "Body",
    "BodyKind",
    "BodyReader",
    "Bytes",
    "Granted",
    "Has",
    "IntoResponse",
    "Operation",
    "Parts",
    "PasswordCheck",
    "Reply",
    "RequestBody",
    "RequestError",
    "Response",
    "Route",
];

/// An operation and its place.
#[derive(Clone, Copy)]
struct Place<'d, 'p> {
    path: &'d str,
    method: &'d str,
    pointer: &'p str,
    operation: &'d Value,
}

/// Facts of the document as a whole: its operations in order and by tag, its routes, permissions and security schemes.
pub(crate) fn facts(reader: &mut Reader<'_>) -> Value {
    let document = reader.document();
    let mut names = Names::default();
    let mut routes = route::Routes::default();
    let mut facts = Vec::new();
    for (path, method, pointer, operation) in operations(document) {
        let place = Place { path, method, pointer: &pointer, operation };
        routes.claim(reader, place);
        let Some(operation) = of_operation(reader, place, &mut names) else { continue };
        facts.push(operation);
    }
    mark_tags(&mut facts, "isSecured", "tagIsSecured");
    mark_tags(&mut facts, "checksPassword", "tagChecksPassword");
    response::refuse_different_errors(reader);
    let has = |key: &str| facts.iter().any(|operation| operation[key] == true);
    let tags = by_tag(reader, &facts);
    let mut whole = json!({
        "basePath": route::base_path(reader),
        "title": document.pointer("/info/title").and_then(Value::as_str).map(line),
        "version": document.pointer("/info/version").and_then(Value::as_str).map(quoted),
        "schemes": security::schemes(reader),
        "permissions": security::permissions(reader, &facts),
        "tags": null,
        "routes": route::in_order(&facts),
        "parameterPaths": route::with_parameters(&facts),
        "readsParameters": has("readsParameters"),
        "hasOtherBodies": has("hasOtherBody"),
        "otherBodies": body::by_intake(&facts),
        "hasDeprecated": has("isDeprecated"),
        "hasSecured": has("isSecured"),
        "hasPasswordChecks": has("checksPassword"),
        "hasPathParameters": has("hasPathParameters"),
        "usesRules": has("readsParameters") || facts.iter().any(|operation| operation["body"]["isChecked"] == true),
        "count": facts.len(),
        "operations": null,
    });
    // `json!` copies what it is given.
    whole["tags"] = Value::Array(tags);
    whole["operations"] = Value::Array(facts);
    whole
}

fn of_operation<'d>(reader: &mut Reader<'d>, place: Place<'d, '_>, names: &mut Names) -> Option<Value> {
    let Place { path, method, pointer, operation } = place;
    let Some(id) = operation.get("operationId").and_then(Value::as_str) else {
        reader.refuse(pointer, "an operation without operationId", "give it one");
        return None;
    };
    if !["get", "put", "post", "delete", "patch"].contains(&method) {
        let advice = "HEAD and OPTIONS are answered for every route; others are not supported";
        reader.refuse(pointer, format!("the method {method}"), advice);
    }
    refuse_unknown(reader, place);
    let variant = id.to_upper_camel_case();
    if !names::is_identifier(&variant) || variant == "Self" {
        let found = format!("the operationId {id:?}, which is not a valid name in Rust ({variant:?})");
        reader.refuse(format!("{pointer}/operationId"), found, "change it in the overlay");
    }
    names.claim(
        reader,
        &variant,
        &format!("{pointer}/operationId"),
        "operationIds differ in more than case: change one",
    );
    let tag = tag(reader, place)?;
    let schemes = security::of_operation(reader, place);
    let permission = security::permission(reader, place);
    let parameters = parameter::facts(reader, place);
    let body = body::facts(reader, place);
    let max_body = body::max_bytes(reader, place);
    let responses = response::facts(reader, place);
    let lone_uuid = parameter::lone_uuid(&parameters);
    let checks_password = is_true(operation, CHECKS_PASSWORD);
    let arguments = 2
        + usize::from(!schemes.is_empty())
        + usize::from(checks_password)
        + parameters.len()
        + usize::from(body.is_some());
    let mut facts = json!({
        "pointer": pointer,
        "id": quoted(id),
        "code": code(id),
        "variant": variant,
        // Repeated for a response whose variant hides it.
        "operationVariant": variant,
        "function": names::escaped(&id.to_snake_case()),
        "response": format!("{variant}Response"),
        "tag": tag,
        "tagCode": code(tag),
        "trait": tag.to_upper_camel_case(),
        "module": tag.to_snake_case(),
        "doc": doc(operation, &code(id)),
        "method": method.to_uppercase(),
        "verb": method.to_upper_camel_case(),
        "path": path,
        "segments": route::segments(path),
        "hasManyArguments": arguments > 7,
        "hasManyFlags": parameters.iter().filter(|parameter| parameter["type"] == "bool").count() > 3,
        "loneUuid": lone_uuid,
        "hasPathParameters": parameters.iter().any(|parameter| parameter["isPath"] == true),
        "readsParameters": !parameters.is_empty() && lone_uuid.is_null(),
        "parameters": null,
        "isSecured": !schemes.is_empty(),
        "schemes": schemes,
        "permission": permission,
        "permissionCode": permission.map(code),
        "permissionVariant": permission.map(ToUpperCamelCase::to_upper_camel_case),
        "marker": permission.map_or_else(|| "AnyCredential".to_owned(), ToUpperCamelCase::to_upper_camel_case),
        "checksPassword": checks_password,
        "hasBody": body.is_some(),
        "maxBody": max_body,
        "hasOtherBody": body.as_ref().is_some_and(|body| body["intake"] != "Fields"),
        "body": null,
        "hasSeveralResponses": responses.len() > 1,
        "responses": null,
        "isDeprecated": is_true(operation, "deprecated"),
    });
    // `json!` copies what it is given.
    facts["parameters"] = parameters.into();
    facts["body"] = body.into();
    facts["responses"] = responses.into();
    Some(facts)
}

fn refuse_unknown(reader: &mut Reader<'_>, place: Place<'_, '_>) {
    for (keyword, value) in place.operation.as_object().into_iter().flatten() {
        let is_right = match keyword.as_str() {
            "tags" | "parameters" | "security" => value.is_array(),
            "requestBody" | "responses" => value.is_object(),
            "deprecated" | CHECKS_PASSWORD => value.is_boolean(),
            "operationId" => value.is_string(),
            _ => true,
        };
        if !is_right {
            let pointer = format!("{}/{}", place.pointer, escape(keyword));
            reader.refuse(pointer, format!("{value} for {keyword}"), "another type is expected");
        }
        let keyword = keyword.as_str();
        let advice = match keyword {
            _ if EXTENSIONS.contains(&keyword) || KEYWORDS.contains(&keyword) => continue,
            "callbacks" => "the server sends no requests to clients: remove it in the overlay",
            _ if keyword.starts_with("x-immich-") => {
                "it may affect authorization: extend `crates/contract/src/operation/`, or remove it in the overlay"
            }
            _ if keyword.starts_with("x-") => continue,
            _ => "the templates do not support it: rewrite it in the overlay, or extend `crates/contract/src/`",
        };
        let pointer = format!("{}/{}", place.pointer, escape(keyword));
        reader.refuse(pointer, format!("the keyword {keyword}"), advice);
    }
}

/// The tag, which names the trait.
fn tag<'d>(reader: &mut Reader<'_>, place: Place<'d, '_>) -> Option<&'d str> {
    let pointer = format!("{}/tags", place.pointer);
    let tags = place.operation.get("tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let [Value::String(tag)] = tags else {
        reader.refuse(pointer, "not exactly one tag", "the tag names the trait: give it exactly one");
        return None;
    };
    let name = tag.to_upper_camel_case();
    if !names::is_type_name(&name) || TRAITS_IN_USE.contains(&name.as_str()) {
        let found = format!("the tag {tag:?}, whose trait cannot be named {name:?}");
        reader.refuse(pointer, found, "rename it in the overlay: tags are not on the wire");
    }
    Some(tag)
}

/// Sets `mark` on the operations of every tag with an operation for which `key` is true. Each decides what its trait
/// imports.
fn mark_tags(operations: &mut [Value], key: &str, mark: &str) {
    let tags: BTreeSet<String> = operations
        .iter()
        .filter(|operation| operation[key] == true)
        .filter_map(|operation| operation["tag"].as_str().map(str::to_owned))
        .collect();
    for operation in operations {
        operation[mark] = json!(operation["tag"].as_str().is_some_and(|tag| tags.contains(tag)));
    }
}

/// The operations grouped by tag, tags in alphabetical order, operations in the document's.
fn by_tag(reader: &mut Reader<'_>, operations: &[Value]) -> Vec<Value> {
    const ADVICE: &str = "rename the tag in the overlay: tags are not on the wire";
    let tags: BTreeSet<&str> = operations.iter().filter_map(|operation| operation["tag"].as_str()).collect();
    let mut names = Names::default();
    tags.into_iter()
        .map(|tag| {
            let own: Vec<&Value> = operations.iter().filter(|operation| operation["tag"] == tag).collect();
            let name = tag.to_upper_camel_case();
            let first = own.first().and_then(|operation| operation["pointer"].as_str()).unwrap_or_default();
            let pointer = format!("{first}/tags");
            names.claim(reader, &name, &pointer, ADVICE);
            if operations.iter().any(|operation| operation["response"] == name) {
                reader.refuse(pointer, format!("the tag {tag:?}, whose trait has the name of a response"), ADVICE);
            }
            let mut facts = json!({"tag": tag, "trait": name, "module": tag.to_snake_case()});
            facts["operations"] = own.into_iter().cloned().collect();
            facts
        })
        .collect()
}
