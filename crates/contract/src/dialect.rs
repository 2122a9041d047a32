//! Rewrites a document of OpenAPI 3.1 or 3.2 in the terms of 3.0, so that one reader serves all of them.
//!
//! Only schemas differ: 3.1 took over JSON Schema 2020-12. What 3.0 has a keyword for gets that keyword (`nullable` for
//! the type `null`, an `enum` of one for `const`, a flag for exclusive limits). Keywords that 3.0 lacks (`prefixItems`,
//! `if`) stay.

use crate::document::resolve;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

/// Keywords of a schema whose value is one schema.
const SCHEMA: [&str; 12] = [
    "items",
    "additionalProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "additionalItems",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "contentSchema",
];
/// Keywords whose value is a list of schemas.
const SCHEMAS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords whose value maps names to schemas.
const NAMED_SCHEMAS: [&str; 5] = ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"];
/// Keywords that may stand beside a reference without changing what it means.
const ANNOTATIONS: [&str; 10] = [
    "$comment",
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "externalDocs",
    "readOnly",
    "title",
    "writeOnly",
];
/// Keywords that resolve against anything but a JSON pointer into the document.
const DYNAMIC: [&str; 6] = ["$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor"];

/// Something in a document that is left out of the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its JSON pointer.
    pub at: String,
    /// What it is.
    pub what: String,
}

/// Rewrites every schema of a document in the terms of OpenAPI 3.0. A schema that cannot be found, because it is in another
/// document or does not exist, is replaced by one that allows everything. Returns what was left out.
pub fn in_terms_of_3_0(document: &mut Value) -> Vec<LeftOut> {
    let version = document.get("openapi").and_then(Value::as_str).unwrap_or_default();
    let siblings = !version.starts_with("3.0");
    let original = document.clone();
    let mut rewriter = Rewriter { original: &original, siblings, left_out: Vec::new() };
    rewriter.part(document, "");
    rewriter.left_out
}

/// Calls `visit` for every schema of a document, also nested ones, innermost first.
pub fn each_schema(document: &mut Value, visit: &mut impl FnMut(&mut Map<String, Value>)) {
    match document {
        Value::Object(fields) => {
            for (key, value) in fields {
                match key.as_str() {
                    "schema" => nested_schemas(value, visit),
                    "schemas" => {
                        value.as_object_mut().into_iter().flatten().for_each(|(_, it)| nested_schemas(it, visit));
                    }
                    "example" | "examples" => {}
                    extension if extension.starts_with("x-") => {}
                    _ => each_schema(value, visit),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_schema(item, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn nested_schemas(schema: &mut Value, visit: &mut impl FnMut(&mut Map<String, Value>)) {
    let Some(fields) = schema.as_object_mut() else { return };
    for (keyword, value) in fields.iter_mut() {
        if SCHEMA.contains(&keyword.as_str()) {
            nested_schemas(value, visit);
        } else if SCHEMAS.contains(&keyword.as_str()) {
            value.as_array_mut().into_iter().flatten().for_each(|each| nested_schemas(each, visit));
        } else if NAMED_SCHEMAS.contains(&keyword.as_str()) {
            value.as_object_mut().into_iter().flatten().for_each(|(_, each)| nested_schemas(each, visit));
        }
    }
    visit(fields);
}

struct Rewriter<'a> {
    original: &'a Value,
    /// Whether keywords beside a reference count (from 3.1 on).
    siblings: bool,
    left_out: Vec<LeftOut>,
}

impl Rewriter<'_> {
    /// Anything that is not a schema.
    fn part(&mut self, part: &mut Value, at: &str) {
        match part {
            Value::Object(fields) => {
                for (key, value) in fields {
                    let at = format!("{at}/{}", crate::escape(key));
                    match key.as_str() {
                        "schema" => self.schema(value, &at),
                        "schemas" if at == "/components/schemas" => self.named(value, &at),
                        "example" | "examples" => {}
                        extension if extension.starts_with("x-") => {}
                        _ => self.part(value, &at),
                    }
                }
            }
            Value::Array(items) => {
                items.iter_mut().enumerate().for_each(|(index, item)| self.part(item, &format!("{at}/{index}")));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn named(&mut self, schemas: &mut Value, at: &str) {
        for (name, schema) in schemas.as_object_mut().into_iter().flatten() {
            self.schema(schema, &format!("{at}/{}", crate::escape(name)));
        }
    }

    fn leave_out(&mut self, at: &str, what: String) {
        self.left_out.push(LeftOut { at: at.to_owned(), what });
    }

    fn schema(&mut self, schema: &mut Value, at: &str) {
        match schema {
            Value::Bool(true) => *schema = json!({}),
            Value::Bool(false) => *schema = json!({ "not": {} }),
            Value::Object(fields) => {
                self.inner(fields, at);
                types(fields);
                constant(fields);
                null_alternative(fields);
                limit(fields, "minimum", "exclusiveMinimum", |limit, bound| limit > bound);
                limit(fields, "maximum", "exclusiveMaximum", |limit, bound| limit < bound);
                example(fields);
                self.reference(fields, at);
            }
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                self.leave_out(at, format!("a schema that is {schema}"));
                *schema = json!({});
            }
        }
    }

    fn inner(&mut self, fields: &mut Map<String, Value>, at: &str) {
        fields.retain(|keyword, _| keyword != "$schema");
        for keyword in DYNAMIC {
            if fields.shift_remove(keyword).is_some() {
                self.leave_out(at, format!("the keyword {keyword}"));
            }
        }
        for (keyword, value) in fields.iter_mut() {
            let at = format!("{at}/{}", crate::escape(keyword));
            if SCHEMA.contains(&keyword.as_str()) {
                // Here a flag has a meaning in both versions, and 3.0 knows it.
                if !value.is_boolean() || !keyword.ends_with("Properties") {
                    self.schema(value, &at);
                }
            } else if SCHEMAS.contains(&keyword.as_str()) {
                let list = value.as_array_mut().into_iter().flatten().enumerate();
                list.for_each(|(index, schema)| self.schema(schema, &format!("{at}/{index}")));
            } else if NAMED_SCHEMAS.contains(&keyword.as_str()) {
                self.named(value, &at);
            }
        }
    }

    /// A reference; from 3.1 on, what stands beside it counts too.
    fn reference(&mut self, fields: &mut Map<String, Value>, at: &str) {
        let Some(reference) = fields.get("$ref").cloned() else { return };
        let target = reference.as_str().and_then(|target| target.strip_prefix('#'));
        let exists = target.is_some_and(|pointer| {
            let found = self.original.pointer(&decoded(pointer));
            found.is_some_and(|found| !resolve(self.original, found).get("$ref").is_some_and(Value::is_string))
        });
        if !exists {
            self.leave_out(at, format!("the reference {reference}"));
            fields.shift_remove("$ref");
            if !self.siblings {
                fields.clear();
            }
            return;
        }
        if let Some(pointer) = target {
            fields.insert("$ref".to_owned(), Value::String(format!("#{}", decoded(pointer))));
        }
        let annotation = |keyword: &str| ANNOTATIONS.contains(&keyword) || keyword.starts_with("x-");
        if !self.siblings {
            fields.retain(|keyword, _| keyword == "$ref");
        } else if fields.keys().any(|keyword| keyword != "$ref" && !annotation(keyword)) {
            let reference = fields.shift_remove("$ref").unwrap_or_default();
            let mut parts = vec![json!({ "$ref": reference })];
            if let Some(Value::Array(more)) = fields.shift_remove("allOf") {
                parts.extend(more);
            }
            let (kept, rest): (Map<String, Value>, Map<String, Value>) =
                std::mem::take(fields).into_iter().partition(|(keyword, _)| annotation(keyword));
            *fields = kept;
            if !rest.is_empty() {
                parts.push(Value::Object(rest));
            }
            fields.insert("allOf".to_owned(), Value::Array(parts));
        }
    }
}

/// A JSON pointer as it is written in the fragment of a URL: with percent-escapes (RFC 6901, section 6).
fn decoded(pointer: &str) -> String {
    percent_decode_str(pointer).decode_utf8_lossy().into_owned()
}

/// `type: [string, "null"]` is `nullable`; several types are alternatives.
fn types(fields: &mut Map<String, Value>) {
    let mut types: Vec<Value> = match fields.get("type") {
        Some(Value::Array(types)) => types.clone(),
        Some(Value::String(one)) if one == "null" => vec![json!("null")],
        _ => return,
    };
    fields.shift_remove("type");
    let before = types.len();
    types.retain(|each| each != "null");
    if types.len() < before {
        fields.insert("nullable".to_owned(), Value::Bool(true));
    }
    match types.as_slice() {
        [] if before > 0 => drop(fields.insert("enum".to_owned(), json!([null]))),
        [] => {}
        [one] => drop(fields.insert("type".to_owned(), one.clone())),
        several => {
            let alternatives: Value = several.iter().map(|each| json!({ "type": each })).collect();
            if fields.contains_key("anyOf") {
                let mut parts = fields.get("allOf").and_then(Value::as_array).cloned().unwrap_or_default();
                parts.push(json!({ "anyOf": alternatives }));
                fields.insert("allOf".to_owned(), Value::Array(parts));
            } else {
                fields.insert("anyOf".to_owned(), alternatives);
            }
        }
    }
}

/// `const` is an enum with one value.
fn constant(fields: &mut Map<String, Value>) {
    if let Some(value) = fields.shift_remove("const") {
        fields.insert("enum".to_owned(), Value::Array(vec![value]));
    }
}

/// An alternative that only null satisfies is `nullable`.
fn null_alternative(fields: &mut Map<String, Value>) {
    for keyword in ["anyOf", "oneOf"] {
        let Some(alternatives) = fields.get_mut(keyword).and_then(Value::as_array_mut) else { continue };
        let before = alternatives.len();
        alternatives.retain(|each| !is_null(each));
        let (lost, left) = (alternatives.len() < before, alternatives.clone());
        if !lost {
            continue;
        }
        fields.insert("nullable".to_owned(), Value::Bool(true));
        match left.as_slice() {
            [] => {
                fields.shift_remove(keyword);
                fields.insert("enum".to_owned(), json!([null]));
            }
            [_] if !fields.contains_key("allOf") => {
                fields.shift_remove(keyword);
                fields.insert("allOf".to_owned(), Value::Array(left));
            }
            _ => {}
        }
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("enum") == Some(&json!([null])) && schema.get("type").is_none()
}

/// From 3.1 on, an exclusive limit is a number, not a flag beside the limit.
fn limit(fields: &mut Map<String, Value>, inclusive: &str, exclusive: &str, is_stricter: fn(f64, f64) -> bool) {
    let Some(number) = fields.get(exclusive).filter(|value| value.is_number()).cloned() else { return };
    fields.shift_remove(exclusive);
    if let (Some(limit), Some(bound)) = (fields.get(inclusive).and_then(Value::as_f64), number.as_f64())
        && is_stricter(limit, bound)
    {
        return;
    }
    fields.insert(inclusive.to_owned(), number);
    fields.insert(exclusive.to_owned(), Value::Bool(true));
}

/// The first of the `examples`, which is a list from 3.1 on.
fn example(fields: &mut Map<String, Value>) {
    if let Some(Value::Array(examples)) = fields.get("examples").cloned() {
        fields.shift_remove("examples");
        if let (Some(first), false) = (examples.into_iter().next(), fields.contains_key("example")) {
            fields.insert("example".to_owned(), first);
        }
    }
}

#[cfg(test)]
mod tests;
