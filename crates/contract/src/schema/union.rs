//! One of several objects, distinguished by one of their fields, the tag.
//!
//! The tag belongs to the union, which writes it, and reads it to select the object. The objects have no field for it and
//! cannot contradict it; so they cannot be used outside their union, where the tag would be missing.

use crate::document::{escape, reference, schema_name};
use crate::names::{Names, is_identifier};
use crate::reader::{Component, Reader};
use crate::text::{code, quoted};
use serde_json::{Map, Value, json};

/// The name of the tag of each union that an object is in.
pub(crate) fn tags_of<'d>(document: &'d Value, name: &str) -> Vec<&'d str> {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    schemas
        .into_iter()
        .flat_map(|schemas| schemas.values())
        .filter(|union| objects(union).any(|object| schema_name(object) == Some(name)))
        .filter_map(tag)
        .collect()
}

pub(super) fn tag(schema: &Value) -> Option<&str> {
    schema.pointer("/discriminator/propertyName").and_then(Value::as_str)
}

pub(super) fn objects(schema: &Value) -> impl Iterator<Item = &Value> {
    let is_union = schema.get("discriminator").is_some();
    schema.get("oneOf").filter(|_| is_union).and_then(Value::as_array).into_iter().flatten()
}

/// Facts of a union: its tag and its objects.
pub(super) fn facts<'d>(reader: &mut Reader<'d>, component: Component<'d>, facts: &mut Map<String, Value>) {
    let pointer = component.pointer();
    let Some(tag) = tag(component.schema) else {
        reader.refuse(format!("{pointer}/discriminator"), "a discriminator without propertyName", "name the property");
        return;
    };
    for keyword in component.schema["discriminator"].as_object().into_iter().flatten().map(|(keyword, _)| keyword) {
        if !["propertyName", "mapping"].contains(&keyword.as_str()) {
            let place = format!("{pointer}/discriminator/{}", escape(keyword));
            reader.refuse(place, format!("the keyword {keyword}"), "a discriminator has propertyName and mapping");
        }
    }
    let mut names = Names::default();
    let mut variants = Vec::new();
    for (index, object) in objects(component.schema).enumerate() {
        let place = format!("{pointer}/oneOf/{index}");
        let Some(object) = schema_name(object).and_then(|name| reader.component(name)) else {
            reader.refuse(place, "an object without a name", "name it under components/schemas and refer to it");
            continue;
        };
        for wire in values(reader, component, object, &pointer) {
            check_object(reader, object, tag, &wire, &place);
            names.claim(reader, &wire, &place, "a value stands for one object: correct the mapping");
            let name = if is_identifier(&object.type_name()) { object.type_name() } else { String::new() };
            variants.push(json!({"name": name, "wire": quoted(&wire), "code": code(&wire), "type": object.path()}));
        }
    }
    facts.insert("tag".to_owned(), json!(quoted(tag)));
    facts.insert("variants".to_owned(), Value::Array(variants));
}

/// The values of the tag that stand for an object: those of the mapping, or its name.
fn values(reader: &mut Reader<'_>, union: Component<'_>, object: Component<'_>, pointer: &str) -> Vec<String> {
    let mapping = union.schema.pointer("/discriminator/mapping").and_then(Value::as_object);
    let stands_for = |target: &Value| {
        let target = target.as_str().unwrap_or_default();
        target == object.name || target == format!("#/components/schemas/{}", object.name)
    };
    let mapped: Vec<String> = mapping
        .into_iter()
        .flatten()
        .filter(|(_, target)| stands_for(target))
        .map(|(value, _)| value.clone())
        .collect();
    for (value, target) in mapping.into_iter().flatten() {
        let name = target.as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        if !objects(union.schema).any(|object| schema_name(object) == Some(name)) {
            let place = format!("{pointer}/discriminator/mapping/{}", escape(value));
            reader.refuse(place, format!("{target}, which is not in oneOf"), "add it to oneOf, or drop the entry");
        }
    }
    if mapped.len() > 1 {
        let place = format!("{pointer}/discriminator/mapping");
        reader.refuse(place, format!("several values for {}", object.name), "give each object one value");
    }
    if mapped.is_empty() { vec![object.name.to_owned()] } else { mapped }
}

fn check_object(reader: &mut Reader<'_>, object: Component<'_>, tag: &str, wire: &str, place: &str) {
    if object.schema.get("properties").is_none() {
        reader.refuse(
            place,
            format!("{}, which is not an object with properties", object.name),
            "only those can be in a union",
        );
        return;
    }
    let property = object.schema.pointer(&format!("/properties/{}", escape(tag)));
    if let Some(property) = property {
        let property = reader.resolve(crate::document::unwrap_single_all_of(property));
        let values = property.get("enum").and_then(Value::as_array);
        if property.get("type").and_then(Value::as_str) != Some("string") {
            let advice = "the discriminator is a text, or an enumeration of texts";
            reader.refuse(place, format!("{}, whose property {tag} is not a text", object.name), advice);
        } else if values.is_some_and(|values| !values.iter().any(|value| value == wire)) {
            let advice = "add the value to the property's enumeration, or correct the mapping";
            reader.refuse(place, format!("{}, whose property {tag} is never {wire:?}", object.name), advice);
        }
    }
    if let Some(elsewhere) = used_elsewhere(reader.document(), object.name, "") {
        reader.refuse(
            elsewhere,
            format!("{} outside its union, where nothing writes its {tag}", object.name),
            "refer to the union, or use a separate schema",
        );
    }
}

/// A reference to an object of a union from somewhere else than a union.
fn used_elsewhere(part: &Value, name: &str, pointer: &str) -> Option<String> {
    if reference(part).and_then(|target| target.strip_prefix("/components/schemas/")) == Some(name) {
        return Some(pointer.to_owned());
    }
    match part {
        Value::Object(map) => {
            let is_union = map.contains_key("discriminator");
            map.iter()
                .filter(|(key, _)| !(is_union && key.as_str() == "oneOf"))
                .find_map(|(key, value)| used_elsewhere(value, name, &format!("{pointer}/{}", escape(key))))
        }
        Value::Array(list) => list
            .iter()
            .enumerate()
            .find_map(|(index, value)| used_elsewhere(value, name, &format!("{pointer}/{index}"))),
        _ => None,
    }
}
