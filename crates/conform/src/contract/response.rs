//! Documented responses.

use super::schema::{Schemas, Validator};
use immich_contract::resolve;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// A documented response.
#[derive(Debug)]
pub struct Response {
    /// Its body, in each media type that it may have; none when it has no body.
    pub contents: Vec<Content>,
}

/// A documented body.
#[derive(Debug)]
pub struct Content {
    /// For instance `application/json`; in lower case and without parameters.
    pub media_type: String,
    schema: Value,
    schemas: Arc<Schemas>,
    validator: OnceLock<Result<Validator, String>>,
}

impl Response {
    pub(super) fn read(schemas: &Arc<Schemas>, response: &Value) -> Self {
        let response = resolve(&schemas.document, response);
        let contents = response.get("content").and_then(Value::as_object).into_iter().flatten();
        let contents = contents.map(|(media_type, content)| Content {
            media_type: essence(media_type),
            schema: content.get("schema").cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new())),
            schemas: schemas.clone(),
            validator: OnceLock::new(),
        });
        Self { contents: contents.collect() }
    }

    /// The documented body of this media type: the header `Content-Type` of a response.
    #[must_use]
    pub fn content(&self, content_type: &str) -> Option<&Content> {
        let received = essence(content_type);
        let exact = self.contents.iter().find(|content| content.media_type == received);
        exact.or_else(|| self.contents.iter().find(|content| covers(&content.media_type, &received)))
    }
}

impl Content {
    /// Its schema, references and all.
    pub(crate) fn schema(&self) -> &Value {
        &self.schema
    }

    /// What the body must be, or why that is not checked.
    pub(crate) fn validator(&self) -> Result<&Validator, &str> {
        let compiled = self.validator.get_or_init(|| Validator::of_responses(&self.schemas, &self.schema));
        compiled.as_ref().map_err(String::as_str)
    }

    /// Whether the body is JSON (RFC 8259), or a format that is written in it (RFC 6839, section 3.1).
    #[must_use]
    pub fn is_json(&self) -> bool {
        is_json(&self.media_type)
    }

    /// Whether the body is text, which its schema describes as a string.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.media_type.starts_with("text/")
    }
}

/// Reads the documented responses of an operation: by status, by class of statuses (`4XX`), and for all others.
pub(super) fn responses(
    schemas: &Arc<Schemas>,
    operation: &Value,
    unchecked: &mut Vec<String>,
) -> (BTreeMap<u16, Response>, BTreeMap<u16, Response>, Option<Response>) {
    let (mut by_status, mut by_class, mut default) = (BTreeMap::new(), BTreeMap::new(), None);
    for (status, response) in operation.get("responses").and_then(Value::as_object).into_iter().flatten() {
        if status.starts_with("x-") {
            continue;
        }
        let read = Response::read(schemas, response);
        if status == "default" {
            default = Some(read);
        } else if let Ok(status) = status.parse() {
            by_status.insert(status, read);
        } else if let [class @ '1'..='5', 'X' | 'x', 'X' | 'x'] = *status.chars().collect::<Vec<_>>() {
            by_class.insert(u16::try_from(class.to_digit(10).unwrap_or_default()).unwrap_or_default(), read);
        } else {
            unchecked.push(format!("the response {status:?} is no status"));
        }
    }
    (by_status, by_class, default)
}

/// A media type without parameters, in lower case.
pub(super) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

pub(super) fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json") || media_type == "text/json"
}

/// Whether a range (`*/*`, `text/*`) has this media type in it.
fn covers(range: &str, media_type: &str) -> bool {
    range == "*/*" || range == "*" || range.strip_suffix('*').is_some_and(|start| media_type.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn response(content: &Value) -> Response {
        Response::read(&Arc::new(Schemas::new(json!({}))), &json!({ "content": content }))
    }

    #[test]
    fn the_media_type_that_was_received_selects_the_schema() {
        let both = response(&json!({ "application/json; charset=utf-8": {}, "text/*": {}, "application/x-yaml": {} }));

        let found = |content_type| both.content(content_type).map(|content| content.media_type.as_str());
        assert_eq!(found("Application/JSON"), Some("application/json"));
        assert_eq!(found("text/csv; header=present"), Some("text/*"));
        assert_eq!(found("image/png"), None);
    }

    #[test]
    fn statuses_are_read_with_their_classes() {
        let schemas = Arc::new(Schemas::new(json!({})));
        let mut unchecked = Vec::new();
        let operation =
            json!({ "responses": { "200": {}, "4XX": {}, "5xx": {}, "default": {}, "other": {}, "x-a": {} } });

        let (by_status, by_class, default) = responses(&schemas, &operation, &mut unchecked);

        assert_eq!(by_status.into_keys().collect::<Vec<_>>(), [200]);
        assert_eq!(by_class.into_keys().collect::<Vec<_>>(), [4, 5]);
        assert!(default.is_some());
        assert_eq!(unchecked, ["the response \"other\" is no status"]);
    }
}
