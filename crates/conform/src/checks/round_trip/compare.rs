//! Compares what a response shows with what was sent.

use super::Choice;
use super::readers::find;
use crate::contract::{Content, Operation};
use crate::http::Response;
use crate::results::Violation;
use crate::run::Run;
use crate::value::{is_unchanged, short};
use serde_json::{Map, Value};

/// The first value that a response shows differently.
pub(super) fn difference(
    run: &Run<'_>,
    shows: &Operation,
    response: &Response,
    id: Option<&str>,
    choices: &[Choice<'_>],
) -> Option<Violation> {
    let body = response.json().ok()?;
    let item = find(&body, id)?;
    choices.iter().find_map(|(field, edge)| {
        let received = item.get(&field.name)?;
        let same = is_unchanged(run.contract.document(), &field.schema, &edge.value, received);
        // What was reset has a default where the response has no null.
        if same || (edge.value.is_null() && !may_be_null(shows, response.status, &body, item, &field.name)) {
            return None;
        }
        let at = format!("/{}: {}", field.name, edge.what);
        Some(Violation::new(at, format!("{}, as it was sent", short(&edge.value))).received(short(received)))
    })
}

/// Whether the response could have a null for a property of the item.
fn may_be_null(shows: &Operation, status: u16, body: &Value, item: &Value, name: &str) -> bool {
    let content = shows.response(status).and_then(|response| response.contents.first());
    let Some(Ok(validator)) = content.map(Content::validator) else { return false };
    let mut reset = item.clone();
    if let Some(value) = reset.get_mut(name) {
        *value = Value::Null;
    }
    let replaced = replace(body, item, &reset);
    validator.is_valid(body) && validator.is_valid(&replaced)
}

fn replace(within: &Value, part: &Value, by: &Value) -> Value {
    match within {
        _ if within == part => by.clone(),
        Value::Array(items) => items.iter().map(|item| replace(item, part, by)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), replace(field, part, by))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}
