//! The contract as the tests read it: does an answer match its schema?

use serde_json::Value;

/// `generated/openapi.json`: the contract with its overlay, as the server serves it.
pub(crate) struct Contract {
    document: Value,
}

impl Contract {
    pub(crate) fn read() -> Self {
        let document =
            serde_json::from_str(include_str!("../../generated/openapi.json")).expect("the contract is JSON");
        Self { document }
    }

    /// The schema of an operation's JSON answer with this status, if it has one.
    pub(crate) fn response_schema(&self, operation: &str, status: u16) -> Option<&Value> {
        self.document["paths"]
            .as_object()?
            .values()
            .filter_map(Value::as_object)
            .flat_map(|methods| methods.values())
            .find(|found| found["operationId"] == operation)?
            .pointer(&format!("/responses/{status}/content/application~1json/schema"))
    }

    /// Whether values of this schema contain a secret.
    pub(crate) fn has_secret(&self, schema: &Value) -> bool {
        let schema = immich_contract::resolve(&self.document, schema);
        let parts = schema["properties"].as_object().into_iter().flat_map(|properties| properties.values());
        let parts = parts.chain(schema["allOf"].as_array().into_iter().flatten()).chain(schema.get("items"));
        schema["format"] == "password" || parts.into_iter().any(|part| self.has_secret(part))
    }

    /// Every place where `value` violates `schema`.
    ///
    /// Reads the keywords that the contract uses in answers. A property that the schema does not list is a violation: the
    /// contract lists everything that a client may see.
    pub(crate) fn violations(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.check(schema, value, "$", &mut found);
        found
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
        let schema = immich_contract::resolve(&self.document, schema);
        assert!(schema["$ref"].is_null(), "the contract lacks {schema}");
        if value.is_null() && schema["nullable"] == true {
            return;
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.check(part, value, at, found);
        }
        if schema["enum"].as_array().is_some_and(|known| !known.contains(value)) {
            found.push(format!("{at}: {value} is none of {}", schema["enum"]));
        }
        let fits = match schema["type"].as_str() {
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("boolean") => value.is_boolean(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            Some(other) => panic!("{at}: the tests do not know the type {other}"),
            None => true,
        };
        if !fits {
            found.push(format!("{at}: {value} is no {}", schema["type"]));
        }
        if schema["format"] == "date-time" && !value.as_str().is_some_and(is_timestamp) {
            found.push(format!("{at}: {value} is no date-time"));
        }
        if schema["format"] == "uuid" && !value.as_str().is_some_and(is_uuid_v4) {
            found.push(format!("{at}: {value} is no UUID of version 4"));
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            self.check(&schema["items"], item, &format!("{at}[{index}]"), found);
        }
        if let (Some(properties), Some(fields)) = (schema["properties"].as_object(), value.as_object()) {
            for (name, field) in fields {
                match properties.get(name) {
                    Some(property) => self.check(property, field, &format!("{at}.{name}"), found),
                    None => found.push(format!("{at}.{name} is not in the contract")),
                }
            }
            for name in schema["required"].as_array().into_iter().flatten() {
                if name.as_str().is_some_and(|name| !fields.contains_key(name)) {
                    found.push(format!("{at} lacks {name}"));
                }
            }
        }
    }
}

/// `YYYY-MM-DDTHH:mm:ss.sssZ`, the only form of a date on the wire.
fn is_timestamp(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00T00:00:00.000Z"
}

fn is_uuid_v4(text: &str) -> bool {
    let canonical = text.len() == 36 && text == text.to_lowercase();
    canonical && uuid::Uuid::parse_str(text).is_ok_and(|id| id.get_version_num() == 4)
}
