//! The body of an answer against its schema.

use super::Verdicts;
use crate::contract::Content;
use crate::http::Response;
use crate::results::Departure;
use crate::rule::Rule;
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

/// Rules that a schema can find broken.
const BY_SCHEMA: [Rule; 7] = [
    Rule::MissingField,
    Rule::UnknownField,
    Rule::NullField,
    Rule::WrongType,
    Rule::WrongValue,
    Rule::WrongFormat,
    Rule::DateFormat,
];

/// The documented media type, in UTF-8 if a charset is named.
pub(super) fn content_type(content: &Content, answer: &Response, verdicts: &mut Verdicts) {
    let came = answer.header("content-type");
    let fits = came.is_some_and(|came| {
        let mut parts = came.split(';').map(|part| part.trim().to_ascii_lowercase());
        let named = parts.next().unwrap_or_default();
        named == content.media_type && parts.all(|part| part.replace('"', "") == "charset=utf-8")
    });
    verdicts.check(Rule::ContentType, fits, || {
        let came = came.map_or_else(|| "no content type".to_owned(), |came| format!("content-type: {came}"));
        Departure::new("header", format!("content-type: {}", content.media_type)).came(came)
    });
}

pub(super) fn no_body(answer: &Response, verdicts: &mut Verdicts) {
    let surplus = answer.body.len() + answer.surplus.len();
    verdicts.check(Rule::UnexpectedBody, surplus == 0, || {
        Departure::new("body", "no body").came(format!("{} with a body of {surplus} bytes", answer.status))
    });
}

pub(super) fn json(answer: &Response, verdicts: &mut Verdicts) -> Option<Value> {
    match answer.json() {
        Ok(value) => {
            verdicts.held(Rule::NotJson);
            Some(value)
        }
        Err(problem) => {
            verdicts.broke(Rule::NotJson, Departure::new("body", format!("JSON ({problem})")));
            None
        }
    }
}

pub(super) fn schema(content: &Content, value: &Value, verdicts: &mut Verdicts) {
    for error in content.validator.errors(value) {
        for (rule, departure) in departures(&error) {
            verdicts.broke(rule, departure);
        }
    }
    for rule in BY_SCHEMA {
        if !verdicts.has_broken(rule) {
            verdicts.held(rule);
        }
    }
}

fn departures(error: &ValidationError<'_>) -> Vec<(Rule, Departure)> {
    let at = place(&error.instance_path().to_string());
    let came = error.instance().to_string();
    let one = |rule, expected: String| vec![(rule, Departure::new(at.clone(), expected).came(shortened(&came)))];
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let departure = Departure::new(format!("{at}/{name}"), format!("the field {name:?}"));
            vec![(Rule::MissingField, departure.came(shortened(&came)))]
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let departure = |name: &String| {
                Departure::new(format!("{at}/{name}"), format!("no field {name:?}, which the contract does not list"))
            };
            unexpected.iter().map(|name| (Rule::UnknownField, departure(name))).collect()
        }
        Kind::Type { .. } if error.instance().is_null() => one(Rule::NullField, "a value, not null".to_owned()),
        Kind::Type { .. } | Kind::OneOfNotValid { .. } | Kind::AnyOf { .. } => one(Rule::WrongType, expectation(error)),
        Kind::Format { format } if format == "date-time" => {
            one(Rule::DateFormat, "UTC with milliseconds, such as 2026-01-31T23:59:59.123Z".to_owned())
        }
        Kind::Format { format } => one(Rule::WrongFormat, format!("the format {format}")),
        Kind::Enum { options } => one(Rule::WrongValue, format!("one of {}", shortened(&options.to_string()))),
        _ => one(Rule::WrongValue, expectation(error)),
    }
}

/// The validator's own words, which begin with the value: that is told elsewhere.
fn expectation(error: &ValidationError<'_>) -> String {
    let text = error.masked_with("the value").to_string();
    shortened(&text)
}

/// Items of a list are alike: what is wrong with all of them is told once.
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
