//! Objects with fields.

use super::types;
use super::usage::Usage;
use crate::document::{escape, is_true};
use crate::names::{self, Names};
use crate::reader::{Component, Reader};
use crate::rule;
use crate::text::{doc, quoted};
use heck::ToLowerCamelCase;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Local variables of the code that reads an object.
const IN_USE: [&str; 1] = ["fields"];

/// Facts of an object: its fields, as declared and in the order in which their violations are reported.
///
/// `tag` is the field that a union writes instead.
pub(super) fn facts<'d>(
    reader: &mut Reader<'d>,
    component: Component<'d>,
    usage: Usage,
    tag: Option<&str>,
    facts: &mut Map<String, Value>,
) {
    let pointer = component.pointer();
    if usage.is_read && component.schema.get("additionalProperties").is_some() {
        let advice = "unknown properties are dropped, as upstream does: remove it in the overlay";
        reader.refuse(format!("{pointer}/additionalProperties"), "a request that rejects unknown properties", advice);
    }
    refuse_unknown_required(reader, component);
    let mut names = Names::default();
    let mut fields = Vec::new();
    for (wire, property) in properties(component.schema) {
        let place = format!("{pointer}/properties/{}", escape(wire));
        if tag == Some(wire) {
            continue;
        }
        let is_required = is_required(component.schema, wire);
        if let Some(field) = field(reader, wire, property, &place, is_required, usage) {
            names.claim(reader, field["name"].as_str().unwrap_or_default(), &place, names::ADVICE);
            fields.push(field);
        }
    }
    let is_camel_case = |field: &Value| field["isRenamed"] == false && field["wire"] != field["local"];
    let flags = fields.iter().filter(|field| field["type"] == "bool").count();
    facts.insert("hasManyFlags".to_owned(), json!(flags > 3));
    facts.insert("hasFields".to_owned(), json!(!fields.is_empty()));
    facts.insert("isCamelCase".to_owned(), json!(fields.iter().any(is_camel_case)));
    facts.insert("reads".to_owned(), Value::Array(in_validation_order(reader, component, tag, &fields)));
    facts.insert("fields".to_owned(), Value::Array(fields));
}

fn properties(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().map(|(name, property)| (name.as_str(), property))
}

fn is_required(schema: &Value, name: &str) -> bool {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().any(|required| required == name)
}

fn refuse_unknown_required(reader: &mut Reader<'_>, component: Component<'_>) {
    let required = component.schema.get("required").and_then(Value::as_array);
    for (index, name) in required.into_iter().flatten().enumerate() {
        if !properties(component.schema).any(|(known, _)| name == known) {
            let place = format!("{}/required/{index}", component.pointer());
            reader.refuse(place, format!("{name}, which is not a property"), "declare the property or drop the name");
        }
    }
}

/// The fields in the order in which their violations are reported: as declared, unless `x-validation-order` says otherwise.
fn in_validation_order(
    reader: &mut Reader<'_>,
    component: Component<'_>,
    tag: Option<&str>,
    fields: &[Value],
) -> Vec<Value> {
    let Some(order) = component.schema.get("x-validation-order").and_then(Value::as_array) else {
        return fields.to_vec();
    };
    let wanted: Vec<&str> = order.iter().filter_map(Value::as_str).filter(|name| tag != Some(*name)).collect();
    let of = |name: &&str| fields.iter().find(|field| field["wire"] == quoted(name)).cloned();
    let ordered: Vec<Value> = wanted.iter().filter_map(of).collect();
    let distinct = wanted.iter().collect::<BTreeSet<_>>().len();
    if [ordered.len(), wanted.len(), distinct] != [fields.len(); 3] {
        reader.refuse(
            format!("{}/x-validation-order", component.pointer()),
            "an order that does not name every property once",
            "name all properties, each once",
        );
    }
    ordered
}

fn field<'d>(
    reader: &mut Reader<'d>,
    wire: &str,
    property: &'d Value,
    pointer: &str,
    required: bool,
    usage: Usage,
) -> Option<Value> {
    let name = names::value_name(wire, property);
    if !names::is_identifier(&name) {
        reader.refuse(
            pointer,
            format!("the property {wire:?}, which is not a valid name in Rust ({name:?})"),
            names::ADVICE,
        );
        return None;
    }
    refuse_wrong_direction(reader, property, pointer, usage);
    let escaped = names::escaped(&name);
    let kept = types::or_null(reader, property, pointer)?;
    let default = property.get("default");
    let optional = !required && (default.is_none() || !usage.is_read);
    let is_renamed = escaped.strip_prefix("r#").unwrap_or(&escaped).to_lower_camel_case() != wire;
    let mut field = json!({
        "wire": quoted(wire),
        "name": escaped,
        "local": names::local(&name, &IN_USE),
        "type": if optional { format!("Option<{kept}>") } else { kept },
        "doc": doc(property, &crate::text::code(wire)),
        "isOptional": optional,
        "isNullable": optional && is_true(property, "nullable"),
        "isRenamed": is_renamed,
        "default": Value::Null,
    });
    if usage.is_read {
        let rule = rule::expression(reader, property, pointer, required)?;
        field["reader"] = json!(if required { "required" } else { "optional" });
        field["rule"] = json!(rule);
        if let Some(default) = default.filter(|_| !required) {
            field["default"] = json!(rule::literal::or_default(reader, property, default, pointer)?);
        }
    }
    Some(field)
}

/// A read-only property in a request, or a write-only property in a response.
fn refuse_wrong_direction(reader: &mut Reader<'_>, property: &Value, pointer: &str, usage: Usage) {
    for (keyword, is_wrong, found) in [
        ("readOnly", usage.is_read, "a read-only property in a request"),
        ("writeOnly", usage.is_written, "a write-only property in a response"),
    ] {
        if is_wrong && is_true(property, keyword) {
            let advice = "use a separate schema for each direction, or remove the keyword in the overlay";
            reader.refuse(format!("{pointer}/{keyword}"), found, advice);
        }
    }
}
