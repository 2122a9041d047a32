//! What the templates need to know of every schema.

pub(crate) mod enumeration;
pub(crate) mod keywords;
mod object;
pub(crate) mod shape;
pub(crate) mod types;
pub(crate) mod union;
pub(crate) mod usage;

use crate::names::{self, is_type_name};
use crate::reader::{Component, Reader};
use crate::text::{code, doc};
use heck::ToSnakeCase;
use serde_json::{Map, Value, json};
use shape::{Place, Shape};
use usage::{Usage, reachable};

/// Facts of every schema with a name, in the contract's order.
pub(crate) fn facts(reader: &mut Reader<'_>) -> Vec<Value> {
    usage::refuse_endless(reader);
    if !reader.is_content() {
        // A schema that contains itself cannot be followed.
        return Vec::new();
    }
    let read = reachable(reader.document(), &["requestBody", "parameters"]);
    let written = reachable(reader.document(), &["responses"]);
    let mut facts = Vec::new();
    for component in reader.components() {
        let usage = Usage { is_read: read.contains(component.name), is_written: written.contains(component.name) };
        facts.extend(of_component(reader, component, usage));
    }
    facts
}

fn of_component<'d>(reader: &mut Reader<'d>, component: Component<'d>, usage: Usage) -> Option<Value> {
    let pointer = component.pointer();
    let ty = component.type_name();
    if !is_type_name(&ty) {
        reader.refuse(&pointer, format!("the name {ty:?}, which no type here can have in Rust"), names::ADVICE);
    }
    for keyword in ["nullable", "default", "readOnly", "writeOnly"] {
        if component.schema.get(keyword).is_some_and(|value| *value != json!(false)) {
            let advice = "write it where the schema is used, beside an allOf of one reference";
            reader.refuse(format!("{pointer}/{keyword}"), format!("{keyword} for a schema as a whole"), advice);
        }
    }
    let shape = Shape::of(reader, component.schema, &pointer, Place::Component)?;
    let mut facts = Map::new();
    let module = ty.to_snake_case();
    let mut insert = |key: &str, value: Value| facts.insert(key.to_owned(), value);
    insert("type", json!(ty));
    insert("module", json!(names::escaped(&module)));
    insert("file", json!(module));
    insert("doc", json!(doc(component.schema, &code(component.name))));
    insert("code", json!(code(component.name)));
    insert("isRead", json!(usage.is_read));
    insert("isEnum", json!(matches!(shape, Shape::Enumeration(_))));
    insert("isObject", json!(matches!(shape, Shape::Object)));
    insert("isUnion", json!(matches!(shape, Shape::Union)));
    insert("isAlias", json!(false));
    match shape {
        Shape::Enumeration(values) => {
            facts.insert("variants".to_owned(), enumeration::variants(reader, component, values));
        }
        Shape::Object => object(reader, component, usage, &mut facts),
        Shape::Union => union::facts(reader, component, &mut facts),
        other => {
            let alias = types::of_shape(reader, other, &pointer)?;
            facts.insert("isAlias".to_owned(), json!(true));
            facts.insert("alias".to_owned(), json!(alias));
        }
    }
    Some(Value::Object(facts))
}

fn object<'d>(reader: &mut Reader<'d>, component: Component<'d>, usage: Usage, facts: &mut Map<String, Value>) {
    let tags = union::tags_of(reader.document(), component.name);
    let tag = tags.first().copied();
    if let Some(tag) = tag
        && tags.iter().any(|other| *other != tag)
    {
        let found = format!("an object in unions with different tags ({})", tags.join(", "));
        reader.refuse(component.pointer(), found, "use a separate schema for each union");
    }
    object::facts(reader, component, usage, tag, facts);
}
