//! What the templates need to know of every schema.

use crate::document::{escape, operations, reference, resolve, unwrap_single_all_of};
use crate::refusal::Refusal;
use crate::rule;
use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Keywords of a schema object that the templates understand; `x-` extensions are let through.
const KEYWORDS: [&str; 21] = [
    "type",
    "format",
    "description",
    "example",
    "default",
    "enum",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "items",
    "properties",
    "required",
    "nullable",
    "readOnly",
    "deprecated",
    "title",
    "allOf",
];

/// Writes `x-rust` onto every schema of `document`.
pub(crate) fn annotate(effective: &Value, document: &mut Value, refusals: &mut Vec<Refusal>) {
    let read = reachable(effective, Direction::Request);
    let written = reachable(effective, Direction::Response);
    let Some(schemas) = effective.pointer("/components/schemas").and_then(Value::as_object) else {
        return;
    };
    for (name, schema) in schemas {
        let pointer = format!("/components/schemas/{}", escape(name));
        let facts = facts(effective, name, schema, &pointer, read.contains(name), written.contains(name), refusals);
        if let Some(place) = document.pointer_mut(&pointer).and_then(Value::as_object_mut) {
            place.insert("x-rust".to_owned(), facts);
            // The generator would make a model of the one union that has a type of its own.
            for property in
                place.get_mut("properties").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut)
            {
                if is_text_or_texts(property) {
                    *property = json!({"type": "string"});
                }
            }
        }
    }
}

fn facts(
    effective: &Value,
    name: &str,
    schema: &Value,
    pointer: &str,
    read: bool,
    written: bool,
    refusals: &mut Vec<Refusal>,
) -> Value {
    let mut facts = Map::new();
    facts.insert("type".to_owned(), json!(name.to_upper_camel_case()));
    facts.insert("module".to_owned(), json!(name.to_snake_case()));
    facts.insert("doc".to_owned(), json!(doc(schema, &format!("`{name}`"))));
    facts.insert("wire".to_owned(), json!(name));
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        facts.insert("isEnum".to_owned(), json!(true));
        facts.insert("variants".to_owned(), variants(values, pointer, refusals));
    } else if schema.get("type").and_then(Value::as_str) == Some("object") {
        check_keywords(schema, pointer, refusals);
        facts.insert("isObject".to_owned(), json!(true));
        facts.insert("isRead".to_owned(), json!(read));
        facts.insert("isWritten".to_owned(), json!(written));
        object(effective, schema, pointer, read, &mut facts, refusals);
    } else {
        refusals.push(Refusal::new(
            pointer,
            "a schema that is neither an object nor a list of names",
            "write it inline where it is used, or teach `contract/src/schema.rs` and `spec/templates/` to generate it",
        ));
    }
    Value::Object(facts)
}

fn variants(values: &[Value], pointer: &str, refusals: &mut Vec<Refusal>) -> Value {
    let mut names = BTreeSet::new();
    let mut variants = Vec::new();
    for value in values {
        let Some(text) = value.as_str() else {
            refusals.push(Refusal::new(
                format!("{pointer}/enum"),
                format!("the value {value}"),
                "only text is supported",
            ));
            continue;
        };
        let name = text.to_upper_camel_case();
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !names.insert(name.clone()) {
            refusals.push(Refusal::new(
                format!("{pointer}/enum"),
                format!("the value {text:?}, which gives no name of its own in Rust"),
                "rename it in the overlay, or teach `contract/src/schema.rs` another rule",
            ));
        }
        variants.push(json!({"name": name, "wire": text}));
    }
    Value::Array(variants)
}

fn object(
    effective: &Value,
    schema: &Value,
    pointer: &str,
    read: bool,
    facts: &mut Map<String, Value>,
    refusals: &mut Vec<Refusal>,
) {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut fields = Vec::new();
    for (wire, property) in properties {
        let place = format!("{pointer}/properties/{}", escape(wire));
        let is_required = required.contains(&wire.as_str());
        if let Some(field) = field(effective, wire, property, &place, is_required, read, refusals) {
            fields.push(field);
        }
    }
    for name in &required {
        if !properties.contains_key(*name) {
            refusals.push(Refusal::new(
                format!("{pointer}/required"),
                format!("{name:?}, which is no property"),
                "declare the property or drop the name",
            ));
        }
    }
    let order = in_validation_order(schema, &fields, pointer, refusals);
    let is_camel_case = |field: &Value| field["isRenamed"] == false && field["wire"] != field["local"];
    let flags = fields.iter().filter(|field| field["type"] == "bool").count();
    facts.insert("hasManyFlags".to_owned(), json!(flags > 3));
    facts.insert("isCamelCase".to_owned(), json!(fields.iter().any(is_camel_case)));
    facts.insert("reads".to_owned(), Value::Array(order));
    facts.insert("fields".to_owned(), Value::Array(fields));
}

/// The fields in the order in which their faults are reported: as declared, unless `x-validation-order` says otherwise.
fn in_validation_order(schema: &Value, fields: &[Value], pointer: &str, refusals: &mut Vec<Refusal>) -> Vec<Value> {
    let Some(order) = schema.get("x-validation-order").and_then(Value::as_array) else {
        return fields.to_vec();
    };
    let ordered: Vec<Value> =
        order.iter().filter_map(|name| fields.iter().find(|field| field["wire"] == *name).cloned()).collect();
    if ordered.len() != fields.len() || order.len() != fields.len() {
        refusals.push(Refusal::new(
            format!("{pointer}/x-validation-order"),
            "an order that does not name every property once",
            "name all properties, each once",
        ));
    }
    ordered
}

fn field(
    effective: &Value,
    wire: &str,
    property: &Value,
    pointer: &str,
    required: bool,
    read: bool,
    refusals: &mut Vec<Refusal>,
) -> Option<Value> {
    let name = wire.to_snake_case();
    let schema = unwrap_single_all_of(property);
    let nullable = property.get("nullable").and_then(Value::as_bool) == Some(true);
    let plain = rust_type(effective, schema, pointer, refusals)?;
    let default = property.get("default");
    let kept = if nullable { format!("swagger::Nullable<{plain}>") } else { plain.clone() };
    let optional = !required && (default.is_none() || !read);
    let ty = if optional { format!("Option<{kept}>") } else { kept };
    let mut field = json!({
        "wire": wire,
        "name": if rule::is_keyword(&name) { format!("r#{name}") } else { name.clone() },
        "local": if rule::is_keyword(&name) { format!("{name}_") } else { name.clone() },
        "type": ty,
        "doc": doc(property, &format!("`{wire}`")),
        "isOptional": optional,
        "isRenamed": heck::ToLowerCamelCase::to_lower_camel_case(name.as_str()) != wire,
    });
    if read {
        if nullable {
            refusals.push(Refusal::new(
                format!("{pointer}/nullable"),
                "a property of a request that may be null",
                "upstream refuses null: drop it, or teach `contract/src/schema.rs` and `wire/src/rules/`",
            ));
        }
        let rule = rule::expression(effective, schema, pointer, required, refusals)?;
        field["reader"] = json!(if required { "required" } else { "optional" });
        field["rule"] = json!(rule);
        field["default"] = match (required, default) {
            (false, Some(default)) => json!(rule::literal(default, pointer, refusals)?),
            _ => Value::Null,
        };
    }
    Some(field)
}

/// The Rust type of a schema, without what `nullable` and `required` add.
pub(crate) fn rust_type(
    effective: &Value,
    schema: &Value,
    pointer: &str,
    refusals: &mut Vec<Refusal>,
) -> Option<String> {
    if let Some(target) = reference(schema) {
        let name = target.rsplit('/').next().unwrap_or_default();
        if effective.pointer(target).is_none() {
            refusals.push(Refusal::new(
                pointer,
                format!("a reference to {target}"),
                "there is nothing; correct the reference",
            ));
            return None;
        }
        return Some(format!("crate::models::{}", name.to_upper_camel_case()));
    }
    if is_text_or_texts(schema) {
        return Some("immich_wire::ErrorMessage".to_owned());
    }
    check_keywords(schema, pointer, refusals);
    let format = schema.get("format").and_then(Value::as_str);
    let kind = schema.get("type").and_then(Value::as_str).unwrap_or_default();
    let ty = match (kind, format) {
        ("string", None | Some("email")) if schema.get("enum").is_none() => "String",
        ("string", Some("uuid")) => "uuid::Uuid",
        ("string", Some("date-time")) => "immich_wire::Timestamp",
        ("string", Some("password")) => "immich_wire::Secret",
        ("integer", Some("int32")) => "i32",
        ("integer", None | Some("int64")) => "i64",
        ("number", None | Some("double")) => "f64",
        ("boolean", None) => "bool",
        ("array", None) => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            return rust_type(effective, items, &format!("{pointer}/items"), refusals)
                .map(|item| format!("Vec<{item}>"));
        }
        _ => {
            refusals.push(Refusal::new(
                pointer,
                format!(
                    "type {kind:?} with format {format:?}{}",
                    if schema.get("enum").is_some() { " and an inline enum" } else { "" }
                ),
                "give it a name under components/schemas, or teach `contract/src/schema.rs` the type",
            ));
            return None;
        }
    };
    Some(ty.to_owned())
}

/// The one union that is supported: a text or a list of texts, as in error messages.
fn is_text_or_texts(schema: &Value) -> bool {
    schema.get("oneOf") == Some(&json!([{"type": "string"}, {"type": "array", "items": {"type": "string"}}]))
}

fn check_keywords(schema: &Value, pointer: &str, refusals: &mut Vec<Refusal>) {
    for keyword in schema.as_object().into_iter().flatten().map(|(keyword, _)| keyword.as_str()) {
        if !keyword.starts_with("x-") && !KEYWORDS.contains(&keyword) {
            refusals.push(Refusal::new(
                format!("{pointer}/{}", escape(keyword)),
                format!("the keyword {keyword}"),
                "the templates do not support it: express it otherwise in the overlay, or teach them",
            ));
        }
    }
}

/// The documentation of a generated item: the contract's own words.
pub(crate) fn doc(part: &Value, fallback: &str) -> String {
    let text = ["description", "summary"].iter().find_map(|key| part.get(*key).and_then(Value::as_str));
    let text = text.map(str::trim).filter(|text| !text.is_empty()).unwrap_or(fallback);
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('[', "\\[")
}

#[derive(Clone, Copy)]
enum Direction {
    Request,
    Response,
}

/// Names of the schemas that operations read (request bodies) or write (responses), directly or within others.
fn reachable(effective: &Value, direction: Direction) -> BTreeSet<String> {
    let key = match direction {
        Direction::Request => "requestBody",
        Direction::Response => "responses",
    };
    let mut found = BTreeSet::new();
    for (_, _, _, operation) in operations(effective) {
        if let Some(part) = operation.get(key) {
            collect(effective, part, &mut found);
        }
    }
    found
}

fn collect(effective: &Value, part: &Value, found: &mut BTreeSet<String>) {
    if let Some(pointer) = reference(part) {
        let name = pointer.rsplit('/').next().unwrap_or_default().to_owned();
        let is_schema = pointer.starts_with("/components/schemas/");
        if !is_schema || found.insert(name) {
            collect(effective, resolve(effective, part), found);
        }
        return;
    }
    match part {
        Value::Object(map) => map.values().for_each(|value| collect(effective, value, found)),
        Value::Array(list) => list.iter().for_each(|value| collect(effective, value, found)),
        _ => {}
    }
}
