//! The body of a request.

use super::response::{essence, is_json};
use immich_contract::resolve;
use serde_json::Value;

/// How a body is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyFormat {
    /// JSON, with this content type.
    Json(String),
    /// A form: `application/x-www-form-urlencoded`.
    Form,
}

/// The schema of a body that this program can send, and how it is written; none if the operation has no body.
pub(super) fn body(
    document: &Value,
    operation: &Value,
    unchecked: &mut Vec<String>,
    unsendable: &mut Option<String>,
) -> (Option<Value>, BodyFormat) {
    let json = BodyFormat::Json("application/json".to_owned());
    let Some(body) = operation.get("requestBody").map(|body| resolve(document, body)) else { return (None, json) };
    let contents: Vec<(&String, &Value)> =
        body.get("content").and_then(Value::as_object).into_iter().flatten().collect();
    let schema = |content: &Value| content.get("schema").cloned().unwrap_or_else(|| serde_json::json!({}));
    if let Some((name, content)) = contents.iter().find(|(name, _)| is_json(&essence(name))) {
        return (Some(with_example(document, schema(content), content)), BodyFormat::Json((*name).clone()));
    }
    if let Some((_, content)) =
        contents.iter().find(|(name, _)| ["*/*", "application/*"].contains(&essence(name).as_str()))
    {
        return (Some(with_example(document, schema(content), content)), json);
    }
    if let Some((_, content)) = contents.iter().find(|(name, _)| essence(name) == "application/x-www-form-urlencoded") {
        return (Some(schema(content)), BodyFormat::Form);
    }
    let names = contents.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let why = match (body.get("$ref"), names.as_str()) {
        (Some(reference), _) => format!("a body that cannot be found: {reference}"),
        (None, "") => "a body without a media type".to_owned(),
        (None, names) => format!("bodies of this media type are not supported: {names}"),
    };
    if body.get("required").and_then(Value::as_bool) == Some(true) || body.get("$ref").is_some() {
        *unsendable = Some(why);
    } else {
        unchecked.push(why);
    }
    (None, json)
}

/// The example of the body is one of its schema, where that is not shared with others.
fn with_example(document: &Value, mut schema: Value, content: &Value) -> Value {
    let first = content.get("examples").and_then(Value::as_object).and_then(|examples| examples.values().next());
    let first = first.and_then(|example| resolve(document, example).get("value"));
    if let (Some(example), Some(fields)) = (content.get("example").or(first), schema.as_object_mut())
        && !fields.contains_key("$ref")
    {
        fields.entry("example").or_insert_with(|| example.clone());
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(body: &Value) -> (Option<Value>, BodyFormat, Vec<String>, Option<String>) {
        let (mut unchecked, mut unsendable) = (Vec::new(), None);
        let (schema, format) = body_of(body, &mut unchecked, &mut unsendable);
        (schema, format, unchecked, unsendable)
    }

    fn body_of(
        it: &Value,
        unchecked: &mut Vec<String>,
        unsendable: &mut Option<String>,
    ) -> (Option<Value>, BodyFormat) {
        body(&json!({}), &json!({ "requestBody": it }), unchecked, unsendable)
    }

    #[test]
    fn json_goes_before_a_form_and_a_form_before_nothing() {
        let (form, json) = ("application/x-www-form-urlencoded", "application/vnd.api+json");

        let (_, format, ..) = of(&json!({ "content": { form: {}, json: {} } }));
        assert_eq!(format, BodyFormat::Json(json.to_owned()));
        let (schema, format, ..) = of(&json!({ "content": { form: { "schema": { "type": "object" } } } }));
        assert_eq!((schema, format), (Some(json!({ "type": "object" })), BodyFormat::Form));
    }

    #[test]
    fn a_required_body_that_cannot_be_written_prevents_the_request() {
        let content = json!({ "multipart/form-data": {} });

        let (schema, _, unchecked, unsendable) = of(&json!({ "content": content, "required": true }));
        assert_eq!((schema, unchecked.len()), (None, 0));
        assert!(unsendable.unwrap().contains("multipart/form-data"));
        assert_eq!(of(&json!({ "content": content })).3, None);
    }

    #[test]
    fn the_first_example_of_the_body_is_used() {
        let content = json!({ "application/json": { "schema": { "type": "object" }, "examples": { "a": { "value": { "b": 1 } } } } });

        let (schema, ..) = of(&json!({ "content": content }));

        assert_eq!(schema, Some(json!({ "type": "object", "example": { "b": 1 } })));
    }
}
