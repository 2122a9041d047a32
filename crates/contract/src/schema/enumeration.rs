//! Enumerations of texts.

use crate::names::is_identifier;
use crate::reader::{Component, Reader};
use crate::text::{code, quoted};
use heck::ToUpperCamelCase;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The variants of an enumeration.
pub(super) fn variants(reader: &mut Reader<'_>, component: Component<'_>, values: &[Value]) -> Value {
    let pointer = format!("{}/enum", component.pointer());
    if let Some(names) = given_names(component.schema)
        && names.len() != values.len()
    {
        let pointer = format!("{}/x-enum-varnames", component.pointer());
        reader.refuse(pointer, format!("{} names for {} values", names.len(), values.len()), "name each value once");
    }
    let mut seen = BTreeSet::new();
    let mut variants = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let Some(text) = value.as_str() else {
            reader.refuse(format!("{pointer}/{index}"), format!("the value {value}"), "only texts are supported");
            continue;
        };
        let name = name(component.schema, index, text);
        if name == "Self" || !is_identifier(&name) || !seen.insert(name.clone()) {
            reader.refuse(
                format!("{pointer}/{index}"),
                format!("the value {text:?}, which has no unique name in Rust ({name:?})"),
                "name all values with `x-enum-varnames` in the overlay, in their order",
            );
        }
        variants.push(json!({"name": name, "wire": quoted(text), "code": code(text)}));
    }
    Value::Array(variants)
}

/// The name of the variant for a value, if the enumeration has it.
pub(crate) fn variant_of(schema: &Value, text: &str) -> Option<String> {
    let values = schema.get("enum").and_then(Value::as_array)?;
    let index = values.iter().position(|value| value == text)?;
    Some(name(schema, index, text))
}

fn name(schema: &Value, index: usize, text: &str) -> String {
    let given = given_names(schema).and_then(|names| names.get(index)).and_then(Value::as_str);
    given.map_or_else(|| text.to_upper_camel_case(), str::to_owned)
}

fn given_names(schema: &Value) -> Option<&Vec<Value>> {
    schema.get("x-enum-varnames").and_then(Value::as_array)
}
