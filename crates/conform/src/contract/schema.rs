//! Compiles schemas of OpenAPI 3.0 as JSON Schema 2020-12.

use super::ContractError;
use super::sound::options;
use immich_contract::resolve;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::OnceLock;

/// The schemas of responses.
#[derive(Debug)]
pub(crate) struct Schemas {
    /// The document, in the view of those who read responses.
    pub(super) document: Value,
    /// Whether only one form of a date and of a UUID is accepted.
    pub(super) one_form: OnceLock<bool>,
}

impl Schemas {
    pub(super) fn new(document: Value) -> Self {
        Self { document, one_form: OnceLock::new() }
    }
}

/// A compiled schema.
#[derive(Debug)]
pub(crate) struct Validator(jsonschema::Validator);

impl Validator {
    /// For responses: reports properties that the schema does not list as unevaluated ones; that is not an error yet.
    pub(super) fn of_responses(schemas: &Schemas, schema: &Value) -> Result<Self, String> {
        let root = Converter::new(&schemas.document, true).root(schema);
        let one_form = schemas.one_form.get().copied().unwrap_or_default();
        let is_date_time = if one_form { is_timestamp } else { is_rfc3339 };
        let is_uuid = if one_form { is_plain_uuid } else { is_hyphenated };
        options()
            .with_format("date-time", is_date_time)
            .with_format("uuid", is_uuid)
            .with_format("password", |_| true)
            .build(&root)
            .map(Self)
            .map_err(|error| error.to_string())
    }

    /// For requests: further properties are allowed.
    pub(crate) fn of_requests(document: &Value, schema: &Value, at: &str) -> Result<Self, ContractError> {
        let root = Converter::new(document, false).root(schema);
        options()
            .with_format("date-time", is_rfc3339)
            .with_format("uuid", is_hyphenated)
            .with_format("password", |_| true)
            .build(&root)
            .map(Self)
            .map_err(|error| ContractError::Unusable { at: at.to_owned(), problem: error.to_string() })
    }

    pub(crate) fn is_valid(&self, value: &Value) -> bool {
        self.0.is_valid(value)
    }

    pub(crate) fn errors<'a>(&'a self, value: &'a Value) -> impl Iterator<Item = jsonschema::ValidationError<'a>> {
        self.0.iter_errors(value)
    }
}

/// `YYYY-MM-DDTHH:mm:ss.sssZ`, the only form of a date and time on the wire of the original.
fn is_timestamp(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00T00:00:00.000Z" && is_rfc3339(text)
}

fn is_rfc3339(text: &str) -> bool {
    time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).is_ok()
}

/// Hyphenated and in lower case.
fn is_plain_uuid(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok_and(|id| id.hyphenated().to_string() == text)
}

fn is_hyphenated(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// Which objects report the properties that their schema does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Listing {
    /// This one, and those inside.
    Here,
    /// Those inside: this one is a part of another, which reports for all its parts.
    Inside,
    /// None: what an alternative does not list must not make it fail.
    Nowhere,
}

/// Converts a schema, and all that it refers to.
struct Converter<'a> {
    document: &'a Value,
    /// For responses, properties that are not listed are reported, and one of several alternatives suffices even if more
    /// of them match: contracts are seldom meant so strictly.
    of_responses: bool,
    names: HashMap<(String, Listing), String>,
    waiting: Vec<(String, Listing)>,
}

impl<'a> Converter<'a> {
    fn new(document: &'a Value, of_responses: bool) -> Self {
        Self { document, of_responses, names: HashMap::new(), waiting: Vec::new() }
    }

    fn root(mut self, schema: &Value) -> Value {
        let listing = if self.of_responses { Listing::Here } else { Listing::Nowhere };
        let converted = self.schema(schema, listing);
        let mut definitions = Map::new();
        while let Some((pointer, listing)) = self.waiting.pop() {
            let target = self.document.pointer(&pointer).cloned().unwrap_or_else(|| json!({}));
            let name = self.name(&pointer, listing);
            definitions.insert(name, self.schema(&target, listing));
        }
        json!({ "$defs": definitions, "allOf": [converted] })
    }

    fn name(&mut self, pointer: &str, listing: Listing) -> String {
        let key = (pointer.to_owned(), listing);
        if let Some(name) = self.names.get(&key) {
            return name.clone();
        }
        let name = format!("s{}", self.names.len());
        self.waiting.push(key.clone());
        self.names.insert(key, name.clone());
        name
    }

    fn schema(&mut self, schema: &Value, listing: Listing) -> Value {
        let Some(schema) = schema.as_object() else { return schema.clone() };
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').unwrap_or_default();
            return json!({ "$ref": format!("#/$defs/{}", self.name(pointer, listing)) });
        }
        let inside = if listing == Listing::Nowhere { Listing::Nowhere } else { Listing::Here };
        let is_wrapper = is_wrapper(schema);
        let mut converted = Map::new();
        for (keyword, value) in schema {
            match keyword.as_str() {
                "properties" | "patternProperties" => {
                    let properties = value.as_object().into_iter().flatten();
                    let properties = properties.map(|(name, schema)| (name.clone(), self.schema(schema, inside)));
                    converted.insert(keyword.clone(), Value::Object(properties.collect()));
                }
                "items" | "additionalProperties" | "unevaluatedProperties" | "unevaluatedItems" => {
                    converted.insert(keyword.clone(), self.schema(value, inside));
                }
                "prefixItems" => drop(converted.insert(keyword.clone(), self.each(value, inside))),
                "allOf" => {
                    let of_parts = match listing {
                        Listing::Here if !is_wrapper => Listing::Inside,
                        other => other,
                    };
                    converted.insert(keyword.clone(), self.each(value, of_parts));
                }
                "oneOf" | "anyOf" => {
                    let converted_name = if self.of_responses { "anyOf" } else { keyword };
                    let alternatives = self.each(value, Listing::Nowhere);
                    // A schema with both is the rare case, and then one of them suffices.
                    converted.insert(converted_name.to_owned(), alternatives);
                }
                "not" | "if" | "then" | "else" | "contains" | "propertyNames" => {
                    converted.insert(keyword.clone(), self.schema(value, Listing::Nowhere));
                }
                "dependentSchemas" => {
                    let schemas = value.as_object().into_iter().flatten();
                    let schemas = schemas.map(|(name, schema)| (name.clone(), self.schema(schema, Listing::Nowhere)));
                    converted.insert(keyword.clone(), Value::Object(schemas.collect()));
                }
                "exclusiveMinimum" | "exclusiveMaximum" => {
                    // In OpenAPI 3.0 this is a flag beside the limit; in JSON Schema it is the limit itself.
                    let limit = if keyword == "exclusiveMinimum" { "minimum" } else { "maximum" };
                    if let (Some(true), Some(limit)) = (value.as_bool(), schema.get(limit)) {
                        converted.insert(keyword.clone(), limit.clone());
                    } else if value.is_number() {
                        // OpenAPI 3.1.
                        converted.insert(keyword.clone(), value.clone());
                    }
                }
                // Annotations, and `nullable`, which is handled below.
                "nullable" | "example" | "examples" | "discriminator" | "xml" | "externalDocs" | "$defs"
                | "definitions" => {}
                extension if extension.starts_with("x-") => {}
                _ => drop(converted.insert(keyword.clone(), value.clone())),
            }
        }
        if listing == Listing::Here && !is_wrapper && self.lists_properties(schema, 0) {
            // Never `additionalProperties`: errors show by the keyword whether the contract itself closes the object.
            converted.entry("unevaluatedProperties").or_insert(Value::Bool(false));
        }
        if schema.get("nullable").and_then(Value::as_bool) == Some(true) {
            return or_null(converted);
        }
        Value::Object(converted)
    }

    fn each(&mut self, list: &Value, listing: Listing) -> Value {
        list.as_array().into_iter().flatten().map(|schema| self.schema(schema, listing)).collect()
    }

    /// Whether a schema lists all properties of its objects, so that others are unknown.
    fn lists_properties(&self, schema: &Map<String, Value>, depth: usize) -> bool {
        const DEEPEST: usize = 8;
        if schema.contains_key("additionalProperties")
            || schema.contains_key("unevaluatedProperties")
            || depth > DEEPEST
        {
            return false;
        }
        let parts = |keyword: &str| -> Vec<bool> {
            let parts = schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
            let parts = parts.map(|part| resolve(self.document, part).as_object());
            parts.map(|part| part.is_some_and(|part| self.lists_properties(part, depth + 1))).collect()
        };
        let all_of = parts("allOf");
        let alternatives: Vec<bool> = parts("oneOf").into_iter().chain(parts("anyOf")).collect();
        let has_own = schema.contains_key("properties") || all_of.contains(&true);
        alternatives.iter().all(|lists| *lists) && (has_own || !alternatives.is_empty())
    }
}

/// Whether a schema is nothing but its one part: documents wrap a reference to give it a description.
fn is_wrapper(schema: &Map<String, Value>) -> bool {
    let adds = |keyword: &str| ["properties", "oneOf", "anyOf", "patternProperties", "if"].contains(&keyword);
    let is_one = schema.get("allOf").and_then(Value::as_array).is_some_and(|parts| parts.len() == 1);
    is_one && !schema.keys().any(|keyword| adds(keyword))
}

/// Keywords for other types do not apply to null: adding it to `type` and `enum` keeps what errors say about the rest.
fn or_null(mut schema: Map<String, Value>) -> Value {
    let Some(kind) = schema.get("type").cloned() else {
        return json!({ "anyOf": [{ "type": "null" }, schema] });
    };
    schema.insert("type".to_owned(), json!([kind, "null"]));
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        values.push(Value::Null);
    }
    // These apply to null too.
    let composed = ["allOf", "anyOf", "oneOf", "not"].iter().any(|keyword| schema.contains_key(*keyword));
    if composed { json!({ "anyOf": [{ "type": "null" }, schema] }) } else { Value::Object(schema) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validator(schema: &Value) -> Validator {
        let document = json!({ "components": { "schemas": {
            "Base": { "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"] },
        } } });
        let schemas = Schemas::new(document);
        schemas.one_form.set(true).unwrap();
        Validator::of_responses(&schemas, schema).unwrap()
    }

    #[test]
    fn null_is_allowed_where_the_contract_says_nullable_and_nowhere_else() {
        let schema = json!({ "type": "object", "properties": {
            "a": { "type": "string", "nullable": true },
            "b": { "type": "string" },
        } });

        assert!(validator(&schema).is_valid(&json!({ "a": null })));
        assert!(!validator(&schema).is_valid(&json!({ "b": null })));
    }

    #[test]
    fn a_property_that_is_not_listed_is_rejected_in_responses_and_allowed_in_requests() {
        let schema = json!({ "type": "object", "properties": { "a": { "type": "string" } } });

        assert!(!validator(&schema).is_valid(&json!({ "b": 1 })));
        assert!(Validator::of_requests(&json!({}), &schema, "test").unwrap().is_valid(&json!({ "b": 1 })));
    }

    #[test]
    fn a_composition_is_closed_as_a_whole() {
        let more = json!({ "type": "object", "properties": { "name": { "type": "string" } } });
        let schema = json!({ "allOf": [{ "$ref": "#/components/schemas/Base" }, more] });

        assert!(validator(&schema).is_valid(&json!({ "id": "1", "name": "x" })));
        assert!(!validator(&schema).is_valid(&json!({ "id": "1", "other": "x" })));
    }

    #[test]
    fn exclusive_limits_are_kept() {
        let schema = json!({ "type": "integer", "minimum": 0, "exclusiveMinimum": true });

        assert!(!validator(&schema).is_valid(&json!(0)));
        assert!(validator(&schema).is_valid(&json!(1)));
    }

    #[test]
    fn only_one_form_of_date_and_time_is_accepted() {
        for (text, good) in [
            ("2026-01-31T23:59:59.123Z", true),
            ("2026-01-31T23:59:59Z", false),
            ("2026-01-31T23:59:59.123456Z", false),
            ("2026-01-31T23:59:59.123+00:00", false),
            ("2026-13-31T23:59:59.123Z", false),
        ] {
            assert_eq!(is_timestamp(text), good, "{text}");
        }
    }

    #[test]
    fn a_uuid_is_hyphenated_and_in_lower_case() {
        assert!(is_plain_uuid("0b5f0b41-9f3c-4c58-8a55-6f8d1f0c2a11"));
        assert!(!is_plain_uuid("0B5F0B41-9F3C-4C58-8A55-6F8D1F0C2A11"));
        assert!(!is_plain_uuid("0b5f0b419f3c4c588a556f8d1f0c2a11"));
    }
}
