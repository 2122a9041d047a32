//! What the templates need to know of every operation, and of the document as a whole.

use crate::document::{operations, reference, resolve};
use crate::refusal::Refusal;
use crate::rule::UUID_V4;
use crate::schema::{doc, rust_type};
use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Writes `x-rust` onto every operation. Returns what holds for the document as a whole: its operations by tag, its
/// routes, permissions and security schemes.
pub(crate) fn annotate(effective: &Value, document: &mut Value, refusals: &mut Vec<Refusal>) -> Value {
    let facts: Vec<Value> = operations(effective)
        .filter_map(|(path, method, pointer, operation)| {
            let facts = facts(effective, path, method, &pointer, operation, refusals)?;
            let place = document.pointer_mut(&pointer).and_then(Value::as_object_mut)?;
            place.insert("x-rust".to_owned(), facts.clone());
            // `default` stands for errors, which every operation has alike: the generator needs no variant for them.
            if let Some(responses) = place.get_mut("responses").and_then(Value::as_object_mut) {
                responses.shift_remove("default");
            }
            Some(facts)
        })
        .collect();
    json!({
        "basePath": base_path(effective, refusals),
        "title": effective.pointer("/info/title"),
        "version": effective.pointer("/info/version"),
        "schemes": schemes(effective, refusals),
        "permissions": permissions(effective, &facts, refusals),
        "tags": by_tag(&facts),
        "routes": in_route_order(&facts),
        "parameterPaths": parameter_paths(&facts),
        "operations": facts,
        "count": facts.len(),
    })
}

fn facts(
    effective: &Value,
    path: &str,
    method: &str,
    pointer: &str,
    operation: &Value,
    refusals: &mut Vec<Refusal>,
) -> Option<Value> {
    let Some(id) = operation.get("operationId").and_then(Value::as_str) else {
        refusals.push(Refusal::new(pointer, "an operation without operationId", "give it one"));
        return None;
    };
    if !["get", "put", "post", "delete", "patch"].contains(&method) {
        refusals.push(Refusal::new(
            pointer,
            format!("the method {method}"),
            "HEAD and OPTIONS are answered for every route; others are not supported",
        ));
    }
    let [tag] = operation.get("tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default() else {
        refusals.push(Refusal::new(
            format!("{pointer}/tags"),
            "not exactly one tag",
            "the tag names the trait: give it exactly one",
        ));
        return None;
    };
    refuse_unknown(operation, pointer, refusals);
    let tag = tag.as_str().unwrap_or_default();
    let schemes = security(effective, operation, pointer, refusals);
    let permission = operation.get("x-immich-permission").and_then(Value::as_str);
    if permission.is_some() && schemes.is_empty() {
        refusals.push(Refusal::new(
            format!("{pointer}/x-immich-permission"),
            "a permission without security",
            "declare the security, or drop the permission",
        ));
    }
    let body = body(effective, operation, pointer, refusals);
    Some(json!({
        "id": id,
        "variant": id.to_upper_camel_case(),
        // Once more, for where a response's own variant hides it.
        "operationVariant": id.to_upper_camel_case(),
        "function": id.to_snake_case(),
        "response": format!("{}Response", id.to_upper_camel_case()),
        "tag": tag,
        "trait": tag.to_upper_camel_case(),
        "module": tag.to_snake_case(),
        "doc": doc(operation, id),
        "method": method.to_uppercase(),
        "verb": method.to_upper_camel_case(),
        "path": path,
        "segments": segments(path),
        "parameters": parameters(effective, path, operation, pointer, refusals),
        "isSecured": !schemes.is_empty(),
        "schemes": schemes,
        "permission": permission,
        "permissionVariant": permission.map(ToUpperCamelCase::to_upper_camel_case),
        "marker": permission.map_or_else(|| "AnyCredential".to_owned(), ToUpperCamelCase::to_upper_camel_case),
        "hasBody": body.is_some(),
        "body": body,
        "responses": responses(effective, operation, pointer, refusals),
        "isDeprecated": operation.get("deprecated").and_then(Value::as_bool) == Some(true),
    }))
}

/// Keywords of an operation object that the templates understand.
fn refuse_unknown(operation: &Value, pointer: &str, refusals: &mut Vec<Refusal>) {
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
    for keyword in operation.as_object().into_iter().flatten().map(|(keyword, _)| keyword) {
        if !keyword.starts_with("x-") && !KEYWORDS.contains(&keyword.as_str()) {
            refusals.push(Refusal::new(
                format!("{pointer}/{keyword}"),
                format!("the keyword {keyword}"),
                "the templates do not support it",
            ));
        }
    }
}

/// A literal or a parameter for every segment of the path.
fn segments(path: &str) -> Vec<Value> {
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .enumerate()
        .map(|(position, segment)| match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => {
                json!({"isParameter": true, "name": name, "position": position, "local": format!("s{position}")})
            }
            None => {
                json!({"isParameter": false, "literal": segment, "position": position, "local": format!("s{position}")})
            }
        })
        .collect()
}

fn parameters(
    effective: &Value,
    path: &str,
    operation: &Value,
    pointer: &str,
    refusals: &mut Vec<Refusal>,
) -> Vec<Value> {
    let declared = operation.get("parameters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut facts = Vec::new();
    for (index, parameter) in declared.iter().enumerate() {
        let place = format!("{pointer}/parameters/{index}");
        let parameter = resolve(effective, parameter);
        let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
        let schema = parameter.get("schema").unwrap_or(&Value::Null);
        let is_uuid = schema.get("type").and_then(Value::as_str) == Some("string")
            && schema.get("format").and_then(Value::as_str) == Some("uuid")
            && schema.get("pattern").and_then(Value::as_str) == Some(UUID_V4);
        let position = path.split('/').filter(|s| !s.is_empty()).position(|s| s == format!("{{{name}}}"));
        match (parameter.get("in").and_then(Value::as_str), is_uuid, position) {
            (Some("path"), true, Some(position)) => facts.push(json!({
                "wire": name, "name": name.to_snake_case(), "type": "uuid::Uuid", "index": position + 1,
                "doc": doc(parameter, name),
            })),
            (place_in, _, _) => refusals.push(Refusal::new(
                place,
                format!("the parameter {name:?} in {}", place_in.unwrap_or("nowhere")),
                "supported are path parameters that are UUIDs of version 4: teach `contract/src/operation.rs` and `spec/templates/`",
            )),
        }
    }
    facts
}

fn body(effective: &Value, operation: &Value, pointer: &str, refusals: &mut Vec<Refusal>) -> Option<Value> {
    let body = resolve(effective, operation.get("requestBody")?);
    let place = format!("{pointer}/requestBody");
    let content = body.get("content").and_then(Value::as_object);
    let schema = match content {
        Some(content) if content.len() == 1 => content.get("application/json").and_then(|media| media.get("schema")),
        _ => None,
    };
    let Some(target) = schema.and_then(reference) else {
        refusals.push(Refusal::new(
            place,
            "a body that is not application/json with a named schema",
            "name the schema under components/schemas",
        ));
        return None;
    };
    if body.get("required").and_then(Value::as_bool) != Some(true) {
        refusals.push(Refusal::new(
            place,
            "an optional body",
            "an absent body is read as an empty object: declare it as required",
        ));
    }
    Some(json!(target.rsplit('/').next().unwrap_or_default().to_upper_camel_case()))
}

fn responses(effective: &Value, operation: &Value, pointer: &str, refusals: &mut Vec<Refusal>) -> Vec<Value> {
    let declared = operation.get("responses").and_then(Value::as_object);
    let mut facts = Vec::new();
    for (status, response) in declared.into_iter().flatten().filter(|(status, _)| *status != "default") {
        let place = format!("{pointer}/responses/{status}");
        let response = resolve(effective, response);
        let Some((variant, constant)) = success(status) else {
            refusals.push(Refusal::new(
                place,
                format!("the status {status}"),
                "supported are 200, 201, 202, 204 and `default`: teach `contract/src/operation.rs`",
            ));
            continue;
        };
        let content = response.get("content").and_then(Value::as_object);
        let ty = match content {
            None => None,
            Some(content) if content.len() == 1 && content.contains_key("application/json") => {
                let schema = content["application/json"].get("schema").unwrap_or(&Value::Null);
                rust_type(effective, schema, &place, refusals)
            }
            Some(_) => {
                refusals.push(Refusal::new(
                    format!("{place}/content"),
                    "content other than application/json",
                    "the templates do not support it",
                ));
                None
            }
        };
        facts.push(json!({"variant": variant, "constant": constant, "status": status, "type": ty, "doc": doc(response, variant)}));
    }
    if facts.is_empty() {
        refusals.push(Refusal::new(format!("{pointer}/responses"), "no success", "declare one"));
    }
    facts
}

fn success(status: &str) -> Option<(&'static str, &'static str)> {
    match status {
        "200" => Some(("Ok", "OK")),
        "201" => Some(("Created", "CREATED")),
        "202" => Some(("Accepted", "ACCEPTED")),
        "204" => Some(("NoContent", "NO_CONTENT")),
        _ => None,
    }
}

fn security(effective: &Value, operation: &Value, pointer: &str, refusals: &mut Vec<Refusal>) -> Vec<Value> {
    let declared = operation.get("security").or_else(|| effective.get("security"));
    let mut schemes = Vec::new();
    for (index, requirement) in declared.and_then(Value::as_array).into_iter().flatten().enumerate() {
        let names: Vec<&String> = requirement.as_object().into_iter().flatten().map(|(name, _)| name).collect();
        match names.as_slice() {
            [name] => schemes.push(json!({"name": name, "variant": name.to_upper_camel_case()})),
            _ => refusals.push(Refusal::new(
                format!("{pointer}/security/{index}"),
                "not exactly one scheme",
                "several at once, or none, are not supported",
            )),
        }
    }
    schemes
}

fn schemes(effective: &Value, refusals: &mut Vec<Refusal>) -> Vec<Value> {
    let declared = effective.pointer("/components/securitySchemes").and_then(Value::as_object);
    let mut facts = Vec::new();
    for (name, scheme) in declared.into_iter().flatten() {
        let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
        let place = match (text("type"), text("in"), text("scheme").to_ascii_lowercase().as_str()) {
            ("http", _, "bearer") => "Bearer".to_owned(),
            ("apiKey", "cookie", _) => format!("Cookie({:?})", text("name")),
            ("apiKey", "header", _) => format!("Header({:?})", text("name").to_ascii_lowercase()),
            ("apiKey", "query", _) => format!("Query({:?})", text("name")),
            _ => {
                refusals.push(Refusal::new(
                    format!("/components/securitySchemes/{name}"),
                    "this kind of scheme",
                    "supported are HTTP bearer, and apiKey in cookie, header or query",
                ));
                continue;
            }
        };
        facts.push(json!({"name": name, "variant": name.to_upper_camel_case(), "place": place}));
    }
    facts
}

/// The permissions that operations need, each once, in the order of the contract's list of permissions.
fn permissions(effective: &Value, operations: &[Value], refusals: &mut Vec<Refusal>) -> Vec<Value> {
    let used: BTreeSet<&str> = operations.iter().filter_map(|operation| operation["permission"].as_str()).collect();
    let known: Vec<&str> = effective
        .pointer("/components/schemas/Permission/enum")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for unknown in used.iter().filter(|name| !known.contains(name)) {
        refusals.push(Refusal::new(
            "/components/schemas/Permission/enum",
            format!("no {unknown:?}, which an operation needs"),
            "add it to the list, or correct the operation",
        ));
    }
    known
        .into_iter()
        .filter(|name| used.contains(name))
        .map(|name| json!({"wire": name, "variant": name.to_upper_camel_case()}))
        .collect()
}

fn base_path(effective: &Value, refusals: &mut Vec<Refusal>) -> Value {
    let servers = effective.get("servers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let url = match servers {
        [server] => server.get("url").and_then(Value::as_str),
        _ => None,
    };
    if let Some(url) = url.filter(|url| url.starts_with('/') && !url.ends_with('/') && !url[1..].contains('/')) {
        return json!({"path": url, "segment": url.trim_start_matches('/')});
    }
    refusals.push(Refusal::new(
        "/servers",
        "not exactly one server with a path of one segment",
        "write it as [{\"url\": \"/api\"}]",
    ));
    Value::Null
}

/// The operations grouped by tag, tags in alphabetical order, operations in the document's.
fn by_tag(operations: &[Value]) -> Vec<Value> {
    let tags: BTreeSet<&str> = operations.iter().filter_map(|operation| operation["tag"].as_str()).collect();
    tags.into_iter()
        .map(|tag| {
            let own: Vec<&Value> = operations.iter().filter(|operation| operation["tag"] == tag).collect();
            json!({"tag": tag, "trait": tag.to_upper_camel_case(), "module": tag.to_snake_case(), "operations": own})
        })
        .collect()
}

/// Literal segments before parameters, so that `/users/me` is never taken for `/users/{id}`.
fn in_route_order(operations: &[Value]) -> Vec<&Value> {
    let mut routes: Vec<&Value> = operations.iter().collect();
    routes.sort_by_key(|operation| {
        let segments = operation["segments"].as_array().map(Vec::as_slice).unwrap_or_default();
        let parameters: Vec<bool> = segments.iter().map(|segment| segment["isParameter"] == true).collect();
        (segments.len(), parameters)
    });
    routes
}

/// The segments of every path that has parameters, each path once, in the document's order.
fn parameter_paths(operations: &[Value]) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    operations
        .iter()
        .filter(|operation| operation["parameters"].as_array().is_some_and(|parameters| !parameters.is_empty()))
        .filter(|operation| seen.insert(operation["path"].as_str()))
        .map(|operation| json!({"segments": operation["segments"]}))
        .collect()
}
