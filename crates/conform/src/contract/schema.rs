//! Converts OpenAPI 3.0 schemas to JSON Schema: replaces `nullable`, and forbids undocumented properties.

use super::ContractError;
use immich_contract::resolve;
use jsonschema::{Draft, ValidationError};
use serde_json::{Map, Value, json};

/// A compiled schema.
#[derive(Debug)]
pub(crate) struct Validator(jsonschema::Validator);

impl Validator {
    /// For responses: an object has no property but those that its schema lists, as the contract lists everything that
    /// a client may see.
    pub(super) fn of_responses(document: &Value, schema: &Value, at: &str) -> Result<Self, ContractError> {
        Self::compile(document, schema, at, true)
    }

    /// For requests: further properties are allowed.
    pub(crate) fn of_requests(document: &Value, schema: &Value, at: &str) -> Result<Self, ContractError> {
        Self::compile(document, schema, at, false)
    }

    fn compile(document: &Value, schema: &Value, at: &str, closed: bool) -> Result<Self, ContractError> {
        let converter = Converter { document, closed };
        let mut root = Map::new();
        if let Some(schemas) = document.pointer("/components/schemas").and_then(Value::as_object) {
            let schemas: Map<String, Value> =
                schemas.iter().map(|(name, schema)| (name.clone(), converter.schema(schema, closed))).collect();
            root.insert("components".to_owned(), json!({ "schemas": schemas }));
        }
        root.insert("allOf".to_owned(), json!([converter.schema(schema, closed)]));
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .with_format("date-time", is_timestamp)
            .with_format("uuid", is_uuid)
            .with_format("password", |_| true)
            .build(&Value::Object(root))
            .map(Self)
            .map_err(|error| ContractError::Unusable { at: at.to_owned(), problem: error.to_string() })
    }

    pub(crate) fn is_valid(&self, value: &Value) -> bool {
        self.0.is_valid(value)
    }

    pub(crate) fn errors<'a>(&'a self, value: &'a Value) -> impl Iterator<Item = ValidationError<'a>> {
        self.0.iter_errors(value)
    }
}

/// `YYYY-MM-DDTHH:mm:ss.sssZ`, the only form of a date and time on the wire.
fn is_timestamp(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let rfc3339 = &time::format_description::well_known::Rfc3339;
    shape == "0000-00-00T00:00:00.000Z" && time::OffsetDateTime::parse(text, rfc3339).is_ok()
}

/// Hyphenated and in lower case.
fn is_uuid(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok_and(|id| id.hyphenated().to_string() == text)
}

struct Converter<'a> {
    document: &'a Value,
    closed: bool,
}

impl Converter<'_> {
    /// A schema of OpenAPI 3.0 as JSON Schema 2020-12. `closed`: whether this very object is closed.
    fn schema(&self, schema: &Value, closed: bool) -> Value {
        let Some(schema) = schema.as_object() else { return schema.clone() };
        if schema.contains_key("$ref") {
            return json!({ "$ref": schema.get("$ref") });
        }
        let mut converted = Map::new();
        for (keyword, value) in schema {
            match keyword.as_str() {
                "properties" => {
                    let properties = value.as_object().into_iter().flatten();
                    let properties: Map<String, Value> =
                        properties.map(|(name, schema)| (name.clone(), self.schema(schema, self.closed))).collect();
                    converted.insert(keyword.clone(), Value::Object(properties));
                }
                "items" | "additionalProperties" | "not" => {
                    converted.insert(keyword.clone(), self.schema(value, self.closed));
                }
                "oneOf" | "anyOf" => {
                    converted.insert(keyword.clone(), self.each(value, self.closed));
                }
                "allOf" => {
                    converted.insert(keyword.clone(), self.all_of(value));
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
                "nullable" | "example" | "discriminator" | "xml" | "externalDocs" => {}
                extension if extension.starts_with("x-") => {}
                _ => {
                    converted.insert(keyword.clone(), value.clone());
                }
            }
        }
        if closed {
            close(&mut converted);
        }
        if schema.get("nullable").and_then(Value::as_bool) == Some(true) {
            return or_null(converted);
        }
        Value::Object(converted)
    }

    fn each(&self, list: &Value, closed: bool) -> Value {
        list.as_array().into_iter().flatten().map(|schema| self.schema(schema, closed)).collect()
    }

    /// Parts of a composition stay open, or each would reject the others' properties; a single part is the schema.
    fn all_of(&self, list: &Value) -> Value {
        if list.as_array().is_some_and(|list| list.len() == 1) {
            return self.each(list, self.closed);
        }
        let parts = list.as_array().into_iter().flatten();
        parts.map(|part| self.schema(resolve(self.document, part), false)).collect()
    }
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
    Value::Object(schema)
}

fn close(schema: &mut Map<String, Value>) {
    let composed = schema.get("allOf").and_then(Value::as_array).is_some_and(|parts| parts.len() > 1);
    if composed || (schema.contains_key("properties") && !schema.contains_key("additionalProperties")) {
        // Never `additionalProperties`: errors show by the keyword whether the contract itself closes the object.
        schema.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validator(schema: &Value) -> Validator {
        let document = json!({ "components": { "schemas": {
            "Base": { "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"] },
        } } });
        Validator::of_responses(&document, schema, "test").unwrap()
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
        assert!(is_uuid("0b5f0b41-9f3c-4c58-8a55-6f8d1f0c2a11"));
        assert!(!is_uuid("0B5F0B41-9F3C-4C58-8A55-6F8D1F0C2A11"));
        assert!(!is_uuid("0b5f0b419f3c4c588a556f8d1f0c2a11"));
    }
}
