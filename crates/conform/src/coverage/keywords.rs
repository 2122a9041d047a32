//! The keywords of a schema, each with its place, and the values under them.

use crate::contract::resolve;
use crate::value::CONSTRAINTS;
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};

/// Formats that a string can lack.
const FORMATS: [&str; 9] = ["date", "date-time", "email", "hostname", "ipv4", "ipv6", "time", "uri", "uuid"];
/// Schemas may refer to themselves.
const DEEPEST: usize = 12;
/// Further items of a list are like the first ones.
const ITEMS: usize = 20;

/// Every keyword of a schema with its place: `/permissions/* enum`.
pub(super) fn all(document: &Value, schema: &Value, at: &str, found: &mut BTreeSet<String>) {
    let mut visit = |place: &Place<'_>| {
        found.extend(place.keywords().map(|(keyword, _)| format!("{} {keyword}", place.at)));
        found.extend(place.required().map(|name| format!("{}/{name} required", place.at)));
    };
    walk(document, &Place { schema, at: at.to_owned(), value: None }, DEEPEST, &mut visit);
}

/// Every property and item of a schema: `/permissions/*`.
pub(super) fn places(document: &Value, schema: &Value, at: &str, value: Option<&Value>, found: &mut BTreeSet<String>) {
    let mut visit = |place: &Place<'_>| {
        found.insert(place.at.clone());
    };
    walk(document, &Place { schema, at: at.to_owned(), value }, DEEPEST, &mut visit);
}

/// A part of a schema, and the value there: without one, all parts are visited.
struct Place<'a> {
    schema: &'a Value,
    at: String,
    value: Option<&'a Value>,
}

impl<'a> Place<'a> {
    /// The constraints, as JSON Schema 2020-12 has them.
    fn keywords(&self) -> impl Iterator<Item = (&'a str, Value)> {
        let schema = self.schema;
        let limit = |keyword: &str, exclusive: &str| {
            let exclusive_limit = schema.get(exclusive).and_then(Value::as_bool) == Some(true);
            json!({ (if exclusive_limit { exclusive } else { keyword }): schema.get(keyword) })
        };
        schema.as_object().into_iter().flatten().filter_map(move |(keyword, value)| {
            let constraint = match keyword.as_str() {
                "minimum" => limit("minimum", "exclusiveMinimum"),
                "maximum" => limit("maximum", "exclusiveMaximum"),
                // In OpenAPI 3.0 it is a flag of the limit.
                "exclusiveMinimum" | "exclusiveMaximum" if value.is_boolean() => return None,
                "format" if !value.as_str().is_some_and(|format| FORMATS.contains(&format)) => return None,
                keyword if CONSTRAINTS.contains(&keyword) => json!({ keyword: value }),
                _ => return None,
            };
            Some((keyword.as_str(), constraint))
        })
    }

    fn required(&self) -> impl Iterator<Item = &'a str> {
        self.schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    fn is_nullable(&self) -> bool {
        self.schema.get("nullable").and_then(Value::as_bool) == Some(true)
    }
}

fn walk<'a>(document: &'a Value, place: &Place<'a>, depth: usize, visit: &mut impl FnMut(&Place<'a>)) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let schema = resolve(document, place.schema);
    let part = Place { schema, at: place.at.clone(), value: place.value };
    if place.value.is_some_and(Value::is_null) && part.is_nullable() {
        return;
    }
    visit(&part);
    for component in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        walk(document, &Place { schema: component, at: place.at.clone(), value: place.value }, depth, visit);
    }
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let value = place.value.map(|value| value.get(name));
        // Without a value all properties are visited, and otherwise those that it has.
        if value != Some(None) {
            let at = format!("{}/{name}", place.at);
            walk(document, &Place { schema: property, at, value: value.flatten() }, depth, visit);
        }
    }
    let items = schema.get("items").or_else(|| schema.get("additionalProperties").filter(|more| more.is_object()));
    let Some(items) = items else { return };
    let at = format!("{}/*", place.at);
    match place.value {
        None => walk(document, &Place { schema: items, at, value: None }, depth, visit),
        Some(value) => {
            for item in value.as_array().into_iter().flatten().take(ITEMS) {
                walk(document, &Place { schema: items, at: at.clone(), value: Some(item) }, depth, visit);
            }
        }
    }
}

/// Finds the keywords that values are under, and those that they break.
#[derive(Default)]
pub(super) struct Evaluator {
    compiled: HashMap<String, Option<jsonschema::Validator>>,
}

impl Evaluator {
    /// The keywords that a value of a response is under.
    pub(super) fn met(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut BTreeSet<String>) {
        let mut visit = |place: &Place<'_>| {
            found.extend(place.keywords().map(|(keyword, _)| format!("{} {keyword}", place.at)));
            found.extend(place.required().map(|name| format!("{}/{name} required", place.at)));
        };
        walk(document, &Place { schema, at: at.to_owned(), value: Some(value) }, DEEPEST, &mut visit);
    }

    /// The keywords that a value of a request breaks.
    pub(super) fn broken(
        &mut self,
        document: &Value,
        schema: &Value,
        value: &Value,
        at: &str,
        found: &mut BTreeSet<String>,
    ) {
        let mut visit = |place: &Place<'_>| {
            let Some(value) = place.value else { return };
            for (keyword, constraint) in place.keywords() {
                if self.breaks(&constraint, value) {
                    found.insert(format!("{} {keyword}", place.at));
                }
            }
            if let Some(fields) = value.as_object() {
                let absent = place.required().filter(|name| !fields.contains_key(*name));
                found.extend(absent.map(|name| format!("{}/{name} required", place.at)));
            }
        };
        walk(document, &Place { schema, at: at.to_owned(), value: Some(value) }, DEEPEST, &mut visit);
    }

    fn breaks(&mut self, constraint: &Value, value: &Value) -> bool {
        let compiled = self.compiled.entry(constraint.to_string()).or_insert_with(|| {
            jsonschema::options()
                .with_draft(jsonschema::Draft::Draft202012)
                .should_validate_formats(true)
                .build(constraint)
                .ok()
        });
        compiled.as_ref().is_some_and(|validator| !validator.is_valid(value))
    }
}

impl std::fmt::Debug for Evaluator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Evaluator with {} keywords", self.compiled.len())
    }
}

/// The value that a text stands for in a path, a query or a header.
pub(super) fn of_text(document: &Value, schema: &Value, text: &str) -> Value {
    let is_text = resolve(document, schema).get("type").and_then(Value::as_str).is_none_or(|kind| kind == "string");
    let parsed = serde_json::from_str(text).ok().filter(|value: &Value| value.is_number() || value.is_boolean());
    parsed.filter(|_| !is_text).unwrap_or_else(|| Value::String(text.to_owned()))
}

/// A schema of an object with these properties: parameters as one value.
pub(super) fn object<'a>(properties: impl Iterator<Item = (&'a str, &'a Value, bool)>) -> Value {
    let mut fields = Map::new();
    let mut required = Vec::new();
    for (name, schema, must) in properties {
        fields.insert(name.to_owned(), schema.clone());
        if must {
            required.push(name.to_owned());
        }
    }
    json!({ "properties": fields, "required": required })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Value {
        json!({ "type": "object", "required": ["name"], "properties": {
            "name": { "type": "string", "minLength": 1, "format": "email" },
            "age": { "type": "integer", "minimum": 0, "exclusiveMinimum": true },
            "tags": { "type": "array", "items": { "type": "string", "enum": ["a"] } },
            "self": { "nullable": true, "allOf": [{ "$ref": "#/components/schemas/Self" }] },
        } })
    }

    fn document() -> Value {
        json!({ "components": { "schemas": { "Self": { "type": "object", "properties": {
            "more": { "$ref": "#/components/schemas/Self" },
        } } } } })
    }

    fn broken(value: &Value) -> Vec<String> {
        let mut found = BTreeSet::new();
        Evaluator::default().broken(&document(), &schema(), value, "", &mut found);
        found.into_iter().collect()
    }

    #[test]
    fn keywords_are_found_at_every_place_and_recursion_ends() {
        let mut found = BTreeSet::new();
        all(&document(), &schema(), "", &mut found);

        for keyword in
            ["/name required", "/name minLength", "/name format", "/age minimum", "/tags/* enum", "/self type"]
        {
            assert!(found.contains(keyword), "{keyword} in {found:?}");
        }
        assert!(!found.iter().any(|each| each.contains("exclusiveMinimum")), "{found:?}");
    }

    #[test]
    fn a_value_breaks_the_keywords_that_reject_it() {
        assert_eq!(broken(&json!({ "name": "a@example.com", "age": 1, "tags": ["a"], "self": null })), [""; 0]);
        assert_eq!(broken(&json!({ "age": 0 })), ["/age minimum", "/name required"]);
        assert_eq!(broken(&json!({ "name": "", "tags": ["b"] })), ["/name format", "/name minLength", "/tags/* enum"]);
        assert_eq!(broken(&json!({ "name": null })), ["/name type"]);
    }

    #[test]
    fn a_value_meets_the_keywords_of_what_it_has() {
        let mut found = BTreeSet::new();
        Evaluator::met(&document(), &schema(), &json!({ "name": "x" }), "", &mut found);

        assert!(found.contains("/name minLength") && !found.contains("/age minimum"), "{found:?}");
    }

    #[test]
    fn a_number_in_a_query_is_a_number_where_the_schema_has_one() {
        assert_eq!(of_text(&json!({}), &json!({ "type": "integer" }), "5"), json!(5));
        assert_eq!(of_text(&json!({}), &json!({ "type": "string" }), "5"), json!("5"));
    }
}
