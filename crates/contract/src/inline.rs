//! Names for enumerations that the contract writes inline.
//!
//! An enumeration needs a type with a name: the name of the schema or operation around it, followed by the name of its
//! property or parameter (`AssetDto.type` gives `AssetDtoType`). It is moved to `components/schemas` before the
//! contract is read any further; the effective contract, which clients read, does not change.

use crate::document::{escape, operations};
use crate::names::{Names, type_name};
use crate::reader::Reader;
use crate::schema::union;
use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

/// The place of an inline enumeration before it was named.
pub(crate) const ORIGIN: &str = "x-rust-origin";

/// Keywords of an inline enumeration that belong to the place where it is used.
const OF_THE_PLACE: [&str; 8] =
    ["nullable", "default", "deprecated", "readOnly", "writeOnly", "description", "example", crate::names::EXTENSION];

struct Inline {
    pointer: String,
    name: String,
}

/// The contract with every inline enumeration under a separate name.
pub(crate) fn name_enumerations(reader: &mut Reader<'_>) -> Value {
    let found = find(reader.document());
    let mut names = Names::default();
    for component in reader.components() {
        names.claim(reader, &component.type_name(), &component.pointer(), crate::names::ADVICE);
    }
    let mut document = reader.document().clone();
    for Inline { pointer, name } in found {
        let advice = format!("name the enumeration under components/schemas and refer to it ({name} is taken)");
        names.claim(reader, &name, &pointer, &advice);
        let Some(place) = document.pointer_mut(&pointer) else { continue };
        let mut enumeration = place.take();
        *place = reference_to(&name, &mut enumeration);
        enumeration[ORIGIN] = json!(pointer);
        if let Some(schemas) = schemas(&mut document) {
            schemas.entry(name).or_insert(enumeration);
        }
    }
    document
}

/// The reference that replaces the enumeration. Moves the keywords of the place to it.
fn reference_to(name: &str, enumeration: &mut Value) -> Value {
    let mut reference = json!({"allOf": [{"$ref": format!("#/components/schemas/{name}")}]});
    let Some(keywords) = enumeration.as_object_mut() else { return reference };
    let is_nullable = keywords.get("nullable").and_then(Value::as_bool) == Some(true);
    for keyword in OF_THE_PLACE {
        let value =
            if keyword == "description" { keywords.get(keyword).cloned() } else { keywords.shift_remove(keyword) };
        if let Some(value) = value {
            reference[keyword] = value;
        }
    }
    // OpenAPI 3.0 wants null listed where it is allowed (proposal 2019-10-31, "Clarify Nullable").
    if is_nullable && let Some(values) = keywords.get_mut("enum").and_then(Value::as_array_mut) {
        values.retain(|value| !value.is_null());
    }
    reference
}

fn schemas(document: &mut Value) -> Option<&mut Map<String, Value>> {
    let components = document.as_object_mut()?.entry("components").or_insert_with(|| json!({}));
    components.as_object_mut()?.entry("schemas").or_insert_with(|| json!({})).as_object_mut()
}

fn find(document: &Value) -> Vec<Inline> {
    let mut found = Vec::new();
    for (name, schema) in entries(document, "/components/schemas") {
        let pointer = format!("/components/schemas/{}", escape(name));
        let tags = union::tags_of(document, name);
        within_component(schema, &pointer, &type_name(name, schema), &tags, &mut found);
    }
    for (name, parameter) in entries(document, "/components/parameters") {
        let pointer = format!("/components/parameters/{}/schema", escape(name));
        at(parameter.get("schema"), &pointer, &name.to_upper_camel_case(), &mut found);
    }
    for (_, _, pointer, operation) in operations(document) {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
        let parameters = operation.get("parameters").and_then(Value::as_array);
        for (index, parameter) in parameters.into_iter().flatten().enumerate() {
            let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
            let name = format!("{}{}", id.to_upper_camel_case(), name.to_upper_camel_case());
            at(parameter.get("schema"), &format!("{pointer}/parameters/{index}/schema"), &name, &mut found);
        }
    }
    found
}

fn entries<'d>(document: &'d Value, pointer: &str) -> impl Iterator<Item = (&'d String, &'d Value)> {
    document.pointer(pointer).and_then(Value::as_object).into_iter().flatten()
}

/// A property that the schema's union writes has no separate type.
fn within_component(schema: &Value, pointer: &str, name: &str, tags: &[&str], found: &mut Vec<Inline>) {
    let properties = schema.get("properties").and_then(Value::as_object);
    for (property, schema) in
        properties.into_iter().flatten().filter(|(property, _)| !tags.contains(&property.as_str()))
    {
        let place = format!("{pointer}/properties/{}", escape(property));
        at(Some(schema), &place, &format!("{name}{}", property.to_upper_camel_case()), found);
    }
    at(schema.get("items"), &format!("{pointer}/items"), &format!("{name}Item"), found);
    let values = schema.get("additionalProperties");
    at(values, &format!("{pointer}/additionalProperties"), &format!("{name}Value"), found);
}

/// The enumeration at a place, or as the member of a list or map there.
fn at(schema: Option<&Value>, pointer: &str, name: &str, found: &mut Vec<Inline>) {
    let Some(schema) = schema else { return };
    if schema.get("enum").is_some() && schema.get("$ref").is_none() {
        found.push(Inline { pointer: pointer.to_owned(), name: name.to_owned() });
        return;
    }
    for member in ["items", "additionalProperties"] {
        at(schema.get(member), &format!("{pointer}/{member}"), name, found);
    }
}
