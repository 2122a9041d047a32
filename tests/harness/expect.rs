//! Assertions about responses. Every failure shows the request and the complete response.

use serde_json::{Value, json};

use super::http1::Response;

impl Response {
    #[track_caller]
    pub(crate) fn must_be(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// An error with exactly this message and the shape of every error.
    #[track_caller]
    pub(crate) fn must_be_error(self, status: u16, message: &str) -> Self {
        let answer = self.must_be(status).must_have_error_shape();
        assert_eq!(answer.json()["message"], message, "{answer}");
        answer
    }

    /// A validation error with exactly these violations in this order.
    #[track_caller]
    pub(crate) fn must_be_invalid(self, violations: &[&str]) -> Self {
        let answer = self.must_be(400).must_have_error_shape();
        assert_eq!(answer.json()["message"], json!(violations), "{answer}");
        answer
    }

    #[track_caller]
    pub(crate) fn must_have_error_shape(self) -> Self {
        assert_eq!(self.header("content-type"), Some("application/json; charset=utf-8"), "{self}");
        let violations = violations_of_error_shape(&self.json(), self.status);
        assert!(violations.is_empty(), "{violations:?} in {self}");
        self
    }

    /// A 204 without a body.
    #[track_caller]
    pub(crate) fn must_be_empty(self) -> Self {
        let answer = self.must_be(204);
        assert!(answer.body.is_empty(), "{answer}");
        assert_eq!(answer.header("content-type"), None, "{answer}");
        answer
    }
}

impl std::fmt::Display for Response {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(formatter, "{} → {}", self.question, self.status)?;
        for (name, value) in &self.headers {
            writeln!(formatter, "  {name}: {value}")?;
        }
        write!(formatter, "  {}", self.text())
    }
}

/// How a body differs from `{message, error, statusCode, correlationId}`.
///
/// `message` is a string or a list of strings and `statusCode` repeats the status. `correlationId` may be absent: an
/// unreadable body is rejected before it is assigned.
pub(crate) fn violations_of_error_shape(body: &Value, status: u16) -> Vec<String> {
    let Some(fields) = body.as_object() else {
        return vec![format!("an error is an object, not {body}")];
    };
    let mut violations = Vec::new();
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let message = fields.get("message");
    let is_list = |value: &Value| value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(is_text));
    if !message.is_some_and(|message| is_text(message) || is_list(message)) {
        violations.push("message is a text or a list of texts".to_owned());
    }
    if !fields.get("error").is_some_and(is_text) {
        violations.push("error is a text".to_owned());
    }
    if fields.get("statusCode") != Some(&json!(status)) {
        violations.push(format!("statusCode is {status}"));
    }
    if fields.get("correlationId").is_some_and(|id| !is_text(id)) {
        violations.push("correlationId is a text".to_owned());
    }
    for name in fields.keys() {
        if !["message", "error", "statusCode", "correlationId"].contains(&name.as_str()) {
            violations.push(format!("{name} does not belong in an error"));
        }
    }
    violations
}
