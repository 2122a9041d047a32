//! The two views of a document: what a client sends, and what it reads.

use immich_contract::{each_schema, resolve};
use serde_json::{Map, Value};

/// The document for requests: without the properties that only responses have (`readOnly`).
pub(super) fn of_requests(document: &Value) -> Value {
    without(document, "readOnly")
}

/// The document for responses: without the properties that only requests have (`writeOnly`).
pub(super) fn of_responses(document: &Value) -> Value {
    without(document, "writeOnly")
}

fn without(document: &Value, flag: &str) -> Value {
    let mut view = document.clone();
    let has_flag =
        |schema: &Value| [schema, resolve(document, schema)].iter().any(|it| it.get(flag) == Some(&Value::Bool(true)));
    each_schema(&mut view, &mut |schema: &mut Map<String, Value>| {
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
        let names: Vec<String> =
            properties.iter().filter(|(_, property)| has_flag(property)).map(|(name, _)| name.clone()).collect();
        if names.is_empty() {
            return;
        }
        properties.retain(|name, _| !names.contains(name));
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|name| !names.iter().any(|removed| name == removed));
        }
    });
    view
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_view_has_only_the_properties_of_its_direction() {
        let document = json!({ "components": { "schemas": { "User": {
            "required": ["id", "name", "password"],
            "properties": { "id": { "readOnly": true }, "name": {}, "password": { "writeOnly": true } },
        } } } });
        let user = |view: Value| view["components"]["schemas"]["User"].clone();

        let request = user(of_requests(&document));
        assert_eq!(request["required"], json!(["name", "password"]));
        assert!(request["properties"].get("id").is_none());
        let response = user(of_responses(&document));
        assert_eq!(response["required"], json!(["id", "name"]));
        assert!(response["properties"].get("password").is_none());
    }
}
