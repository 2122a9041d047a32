//! Parameters: in the path, in the query, in headers.

use super::body::underlying;
use super::{Place, route};
use crate::document::{escape, is_true};
use crate::names::{self, Names};
use crate::reader::Reader;
use crate::rule;
use crate::schema::shape::{self, Shape};
use crate::schema::types;
use crate::text::{code, doc, quoted};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Keywords of a parameter object that are supported, or prose.
const KEYWORDS: [&str; 10] =
    ["name", "in", "required", "schema", "description", "deprecated", "example", "examples", "style", "explode"];

/// Arguments and local variables of the code around parameters.
const IN_USE: &[&str] = &[
    "api",
    "body",
    "caller",
    "check",
    "context",
    "head",
    "object",
    "operation",
    "parameters",
    "received",
    "reply",
    "route",
];

/// Headers that other parts of the contract describe (OpenAPI 3.0, section "Parameter Object").
const NO_PARAMETERS: [&str; 3] = ["accept", "content-type", "authorization"];

/// Facts of every parameter, in the contract's order.
pub(super) fn facts<'d>(reader: &mut Reader<'d>, place: Place<'d, '_>) -> Vec<Value> {
    let mut names = Names::default();
    let mut wires = BTreeSet::new();
    let mut facts = Vec::new();
    let declared = place.operation.get("parameters").and_then(Value::as_array);
    for (index, parameter) in declared.into_iter().flatten().enumerate() {
        let pointer = format!("{}/parameters/{index}", place.pointer);
        let parameter = reader.resolve(parameter);
        let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
        if !wires.insert((text("in"), text("name").to_ascii_lowercase())) {
            reader.refuse(&pointer, format!("the parameter {:?} declared twice", text("name")), "declare it once");
        }
        if let Some(fact) = of_parameter(reader, place, parameter, &pointer) {
            names.claim(reader, fact["name"].as_str().unwrap_or_default(), &pointer, names::ADVICE);
            facts.push(fact);
        }
    }
    for (_, name) in route::parameters(place.path) {
        if !wires.contains(&("path", name.to_ascii_lowercase())) {
            let found = format!("{{{name}}} in the path, which is not declared");
            reader.refuse(place.pointer, found, "declare the parameter with the operation");
        }
    }
    let in_path: Vec<&str> = route::parameters(place.path).map(|(_, name)| name).collect();
    if in_path.iter().collect::<BTreeSet<_>>().len() != in_path.len() {
        reader.refuse(place.pointer, "a parameter twice in the path", "give each its own name");
    }
    facts
}

/// The parameter, if the operation has only one and that is a UUID of version 4 in the path, as most have it.
pub(super) fn lone_uuid(facts: &[Value]) -> Value {
    match facts {
        [only] if only["isPath"] == true && only["rule"] == "rules::UuidText::new().version(4)" => only.clone(),
        _ => Value::Null,
    }
}

fn of_parameter<'d>(
    reader: &mut Reader<'d>,
    place: Place<'d, '_>,
    parameter: &'d Value,
    pointer: &str,
) -> Option<Value> {
    let Some(wire) = parameter.get("name").and_then(Value::as_str) else {
        reader.refuse(pointer, "a parameter without name", "name it");
        return None;
    };
    refuse_unknown(reader, parameter, pointer);
    let position = route::parameters(place.path).find(|(_, name)| *name == wire).map(|(position, _)| position);
    let location = parameter.get("in").and_then(Value::as_str).unwrap_or_default();
    let is_supported = match location {
        "path" => is_in_path(reader, parameter, wire, position, pointer),
        "query" => is_query_name(reader, wire, pointer),
        "header" => is_header_name(reader, wire, pointer),
        "cookie" => {
            let advice = "cookies carry credentials only: use a header or the query";
            reader.refuse(format!("{pointer}/in"), format!("the cookie {wire:?} as a parameter"), advice);
            false
        }
        other => {
            let advice = "supported are path, query and header";
            reader.refuse(format!("{pointer}/in"), format!("a parameter in {other:?}"), advice);
            false
        }
    };
    let Some(schema) = parameter.get("schema") else {
        reader.refuse(pointer, "a parameter without schema", "give it one: content is not supported");
        return None;
    };
    let place = format!("{pointer}/schema");
    let is_list = is_list(reader, schema, location, &place)?;
    refuse_style(reader, parameter, location, is_list, pointer);
    if !is_supported {
        return None;
    }
    let name = names::value_name(wire, parameter);
    if !names::is_identifier(&name) {
        reader.refuse(
            pointer,
            format!("the parameter {wire:?}, which is not a valid name in Rust ({name:?})"),
            names::ADVICE,
        );
        return None;
    }
    let local = if IN_USE.contains(&name.as_str()) { format!("{name}_parameter") } else { names::escaped(&name) };
    let required = is_true(parameter, "required");
    let plain = types::plain(reader, schema, &place)?;
    let rule = rule::expression(reader, schema, &place, required)?;
    let default = match schema.get("default").filter(|_| !required) {
        Some(default) => json!(rule::literal::or_default(reader, schema, default, &place)?),
        None => Value::Null,
    };
    let optional = !required && default.is_null();
    Some(json!({
        "wire": quoted(wire),
        "code": code(wire),
        "name": local,
        "type": if optional { format!("Option<{plain}>") } else { plain },
        "doc": doc(parameter, &code(wire)),
        "isPath": location == "path",
        // The base path comes before.
        "index": position.map(|position| position + 1),
        "reader": reader_of(location, is_list, required),
        "rule": rule,
        "default": default,
    }))
}

/// The method of `immich_wire::Parameters` that reads it.
fn reader_of(location: &str, is_list: bool, required: bool) -> &'static str {
    match (location, is_list, required) {
        ("path", ..) => "path",
        ("header", _, true) => "header",
        ("header", _, false) => "optional_header",
        (_, true, true) => "list",
        (_, true, false) => "optional_list",
        (_, false, true) => "query",
        (_, false, false) => "optional_query",
    }
}

fn refuse_unknown(reader: &mut Reader<'_>, parameter: &Value, pointer: &str) {
    for (keyword, value) in parameter.as_object().into_iter().flatten() {
        if ["required", "explode", "deprecated"].contains(&keyword.as_str()) && !value.is_boolean() {
            let place = format!("{pointer}/{keyword}");
            reader.refuse(place, format!("{value} for {keyword}"), "OpenAPI 3.0 expects true or false");
        }
        let is_known = KEYWORDS.contains(&keyword.as_str()) || keyword.starts_with("x-");
        // Both are false by default.
        let is_off = ["allowEmptyValue", "allowReserved"].contains(&keyword.as_str()) && *value == json!(false);
        if !is_known && !is_off {
            let advice = match keyword.as_str() {
                "content" => "use a schema",
                _ => "remove it in the overlay, or extend `crates/contract/src/operation/parameter.rs`",
            };
            reader.refuse(format!("{pointer}/{}", escape(keyword)), format!("the keyword {keyword}"), advice);
        }
    }
}

fn is_in_path(reader: &mut Reader<'_>, parameter: &Value, wire: &str, position: Option<usize>, pointer: &str) -> bool {
    if position.is_none() {
        let advice = "correct its name, or the path";
        reader.refuse(format!("{pointer}/name"), format!("{wire:?}, which is not in the path"), advice);
    }
    if !is_true(parameter, "required") {
        reader.refuse(format!("{pointer}/required"), "an optional part of the path", "declare it as required");
    }
    position.is_some()
}

fn is_query_name(reader: &mut Reader<'_>, wire: &str, pointer: &str) -> bool {
    let has_brackets = wire.contains(['[', ']']);
    if has_brackets {
        let advice = "lists are read under their name and under name[]: write it without brackets";
        reader.refuse(format!("{pointer}/name"), format!("the query parameter {wire:?}"), advice);
    }
    !has_brackets
}

fn is_header_name(reader: &mut Reader<'_>, wire: &str, pointer: &str) -> bool {
    // RFC 9110, section 5.6.2 (`token`).
    let is_token = !wire.is_empty() && wire.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c));
    let is_reserved = NO_PARAMETERS.contains(&wire.to_ascii_lowercase().as_str());
    if !is_token {
        reader.refuse(format!("{pointer}/name"), format!("the header {wire:?}"), "HTTP does not allow this name");
    } else if is_reserved {
        let advice = "OpenAPI ignores it as a parameter: use the content or the security";
        reader.refuse(format!("{pointer}/name"), format!("the header {wire:?}"), advice);
    }
    is_token && !is_reserved
}

/// Whether the parameter is a list. Refuses one that is neither a list nor a single value.
fn is_list<'d>(reader: &mut Reader<'d>, schema: &'d Value, location: &str, pointer: &str) -> Option<bool> {
    if is_true(schema, "nullable") {
        let advice = "a text cannot be null: declare it as not required";
        reader.refuse(format!("{pointer}/nullable"), "a parameter that may be null", advice);
    }
    let shape = Shape::of(reader, schema, pointer, shape::Place::Inline)?;
    let shape = underlying(reader, shape)?;
    let (is_list, single, place) = match shape {
        Shape::List(items) => {
            let place = format!("{pointer}/items");
            if is_true(items, "nullable") {
                reader.refuse(format!("{place}/nullable"), "a list with nulls as a parameter", "a text cannot be null");
            }
            let shape = Shape::of(reader, items, &place, shape::Place::Inline)?;
            (true, underlying(reader, shape)?, place)
        }
        single => (false, single, pointer.to_owned()),
    };
    if is_list && location != "query" {
        reader.refuse(pointer, format!("a list in {location}"), "lists are supported in the query only");
    }
    let is_single = matches!(
        single,
        Shape::Text(_) | Shape::Int32 | Shape::Int64 | Shape::Number | Shape::Flag | Shape::Enumeration(_)
    );
    if !is_single {
        let advice = "a parameter is a text, a number, a boolean, a choice, or in the query a list of them";
        reader.refuse(place, "a parameter that is not a single value", advice);
        return None;
    }
    Some(is_list)
}

/// How the value is written: the default of its place, and a list by repetition.
fn refuse_style(reader: &mut Reader<'_>, parameter: &Value, location: &str, is_list: bool, pointer: &str) {
    let wanted = if location == "query" { "form" } else { "simple" };
    if let Some(style) = parameter.get("style").filter(|style| *style != wanted) {
        reader.refuse(format!("{pointer}/style"), format!("the style {style}"), format!("supported is {wanted:?}"));
    }
    if is_list && parameter.get("explode").is_some_and(|explode| *explode != json!(true)) {
        let advice = "supported is `a=1&a=2`, which is \"explode\": true";
        reader.refuse(format!("{pointer}/explode"), "a list in one value", advice);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_uuid_is_the_only_parameter_and_in_the_path() {
        let uuid = json!({"isPath": true, "rule": "rules::UuidText::new().version(4)"});
        let other = json!({"isPath": true, "rule": "rules::UuidText::new()"});
        assert_eq!(lone_uuid(std::slice::from_ref(&uuid)), uuid);
        assert_eq!(lone_uuid(&[other]), Value::Null);
        assert_eq!(lone_uuid(&[uuid.clone(), uuid]), Value::Null);
        assert_eq!(lone_uuid(&[]), Value::Null);
    }
}
