//! Validates the body of a response against its schema.

use super::Verdicts;
use crate::contract::{Content, Response as Documented};
use crate::http::Response;
use crate::results::Violation;
use crate::rule::Rule;
use crate::severity::Severity;
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as CredentialKind;
use serde_json::Value;

/// Rules that validation against a schema checks.
const BY_SCHEMA: [Rule; 7] = [
    Rule::MissingField,
    Rule::UnknownField,
    Rule::NullField,
    Rule::WrongType,
    Rule::WrongValue,
    Rule::WrongFormat,
    Rule::DateFormat,
];

/// Checks for a documented media type; JSON has no charset but UTF-8 (RFC 8259, section 8.1). Returns the documented body
/// of this type; without one, the first.
pub(super) fn content_type<'a>(
    documented: &'a Documented,
    response: &Response,
    verdicts: &mut Verdicts,
) -> Option<&'a Content> {
    let received = response.header("content-type");
    let content = received.and_then(|received| documented.content(received));
    let fits = content.is_some_and(|content| {
        let mut parameters =
            received.unwrap_or_default().split(';').skip(1).map(|part| part.trim().to_ascii_lowercase());
        let is_utf8 = |part: String| !part.starts_with("charset=") || part.replace('"', "") == "charset=utf-8";
        !content.is_json() || parameters.all(is_utf8)
    });
    verdicts.check(Rule::ContentType, fits, || {
        let received =
            received.map_or_else(|| "no content type".to_owned(), |received| format!("content-type: {received}"));
        let listed: Vec<&str> = documented.contents.iter().map(|content| content.media_type.as_str()).collect();
        Violation::new("header", format!("content-type: {}", listed.join(" or "))).received(received)
    });
    content.or(documented.contents.first())
}

pub(super) fn no_body(response: &Response, verdicts: &mut Verdicts) {
    let surplus = response.body.len() + response.surplus.len();
    verdicts.check(Rule::UnexpectedBody, surplus == 0, || {
        Violation::new("body", "no body").received(format!("{} with a body of {surplus} bytes", response.status))
    });
}

pub(super) fn json(response: &Response, verdicts: &mut Verdicts) -> Option<Value> {
    match response.json() {
        Ok(value) => {
            verdicts.pass(Rule::NotJson);
            Some(value)
        }
        Err(problem) => {
            verdicts.fail(Rule::NotJson, Violation::new("body", format!("JSON ({problem})")));
            None
        }
    }
}

pub(super) fn schema(content: &Content, value: &Value, verdicts: &mut Verdicts) {
    let validator = match content.validator() {
        Ok(validator) => validator,
        Err(problem) => {
            let why = format!("the schema of a response cannot be used: {problem}");
            verdicts.unchecked.push((Rule::WrongType, why));
            return;
        }
    };
    for error in validator.errors(value) {
        for (rule, violation) in violations(&error) {
            verdicts.fail(rule, violation);
        }
    }
    for rule in BY_SCHEMA {
        if !verdicts.has_failed(rule) {
            verdicts.pass(rule);
        }
    }
}

fn violations(error: &ValidationError<'_>) -> Vec<(Rule, Violation)> {
    let at = place(&error.instance_path().to_string());
    let received = error.instance().to_string();
    let one = |rule, expected: String, severity| {
        let violation = Violation::new(at.clone(), expected).received(shortened(&received));
        vec![(rule, Violation { severity, ..violation })]
    };
    match error.kind() {
        CredentialKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let violation = Violation::new(format!("{at}/{name}"), format!("the field {name:?}"));
            vec![(Rule::MissingField, violation.received(shortened(&received)))]
        }
        CredentialKind::AdditionalProperties { unexpected } => {
            let forbidden = |violation: Violation| (Rule::UnknownField, violation.severity(Severity::Error));
            unlisted(&at, unexpected).map(forbidden).collect()
        }
        CredentialKind::UnevaluatedProperties { unexpected } => {
            unlisted(&at, unexpected).map(|violation| (Rule::UnknownField, violation)).collect()
        }
        CredentialKind::Type { .. } if error.instance().is_null() => {
            one(Rule::NullField, "a value, not null".to_owned(), None)
        }
        CredentialKind::Type { .. } | CredentialKind::OneOfNotValid { .. } | CredentialKind::AnyOf { .. } => {
            one(Rule::WrongType, expectation(error), None)
        }
        CredentialKind::Format { format } if format == "date-time" => {
            let expected = "UTC with milliseconds, such as 2026-01-31T23:59:59.123Z".to_owned();
            one(Rule::DateFormat, expected, allowed_if(is_date_time(error.instance())))
        }
        CredentialKind::Format { format } => {
            let is_uuid = format == "uuid" && error.instance().as_str().is_some_and(is_uuid);
            one(Rule::WrongFormat, format!("the format {format}"), allowed_if(is_uuid))
        }
        CredentialKind::Enum { options } => {
            one(Rule::WrongValue, format!("one of {}", shortened(&options.to_string())), None)
        }
        _ => one(Rule::WrongValue, expectation(error), None),
    }
}

/// Properties that the contract does not list. It allows them, unless it says `additionalProperties: false`.
fn unlisted(at: &str, names: &[String]) -> impl Iterator<Item = Violation> {
    let violation =
        move |name| Violation::new(format!("{at}/{name}"), format!("no field {name:?}: the contract does not list it"));
    names.iter().map(violation)
}

/// A warning about what the standard of a format allows; otherwise what the rule says.
fn allowed_if(is_standard: bool) -> Option<Severity> {
    is_standard.then_some(Severity::Warning)
}

/// A date and time of RFC 3339, whatever its digits and offset.
fn is_date_time(value: &Value) -> bool {
    let rfc3339 = &time::format_description::well_known::Rfc3339;
    value.as_str().is_some_and(|text| time::OffsetDateTime::parse(text, rfc3339).is_ok())
}

/// A hyphenated UUID of RFC 9562, in any case.
fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// The validator's message without the value, which the finding has elsewhere.
fn expectation(error: &ValidationError<'_>) -> String {
    let text = error.masked_with("the value").to_string();
    shortened(&text)
}

/// The pointer with `*` for items of lists, so that a problem of all items is reported once.
fn place(pointer: &str) -> String {
    let steps = pointer.split('/').map(|step| if step.parse::<usize>().is_ok() { "*" } else { step });
    steps.collect::<Vec<_>>().join("/")
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
