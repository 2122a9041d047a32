//! Sends valid values at their limits and beyond what is usual, and expects each to be accepted, returned and read as
//! it was sent.
//!
//! One request has a value for every property. Only if that is rejected or a value is returned differently, the values
//! are sent one by one, so that the finding names the property and the value.

mod compare;
mod readers;

use crate::contract::Operation;
use crate::http::{Request, RequestExt as _, Response};
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Credential, Expected, Purpose, RequestDraft, Run, identifier};
use crate::severity::Severity;
use crate::value::edges::{Edge, edges};
use crate::value::valid::Extent;
use crate::value::{flat, properties};
use compare::difference;
use readers::{Reader, find, readers};
use serde_json::{Map, Value, json};

/// Statuses that say that a value is too large: a server may have limits that the contract does not name.
const TOO_LARGE: [u16; 3] = [413, 414, 431];
/// Statuses for other reasons than the value: the credential, an item that is gone, a conflict, too many requests.
const ANOTHER_REASON: [u16; 5] = [401, 403, 404, 409, 429];

/// An operation that takes values, and how to see what became of them.
struct Trip<'a> {
    operation: &'a Operation,
    credential: Option<Credential>,
    /// A request with ordinary values, which succeeds.
    base: RequestDraft,
    fields: Vec<Field>,
    readers: Vec<Reader<'a>>,
}

/// A property of the request, and the values to send.
struct Field {
    name: String,
    schema: Value,
    edges: Vec<Edge>,
    /// The response shows it.
    shown: bool,
}

/// A property and its value in one request.
type Choice<'a> = (&'a Field, &'a Edge);

/// What became of the values of a request.
enum Fate {
    /// They were accepted, and shown as they were sent.
    Kept,
    /// The request was rejected.
    Rejected(Request, Response),
    /// This one was shown differently: its place, what was expected and received.
    Changed(Request, Response, Violation),
    /// It is not known: there is no response, or another rule has reported it.
    Unknown,
}

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    let Some(operation) = run.contract.operation(&operation.id) else { return };
    if !takes_values(run, operation) {
        return;
    }
    let before = state_before(run, operation).await;
    let Some(trip) = prepare(run, operation).await else { return };
    for nth in 0..trip.fields.iter().map(|field| field.edges.len()).max().unwrap_or_default() {
        // Properties of the same type have different values, so that they cannot be mixed up.
        let choices: Vec<Choice<'_>> = trip
            .fields
            .iter()
            .enumerate()
            .filter_map(|(offset, field)| Some((field, field.edges.get((nth + offset) % field.edges.len())?)))
            .collect();
        together(run, &trip, &choices).await;
    }
    alone(run, &trip).await;
    as_escapes(run, &trip).await;
    if let Some(before) = before {
        restore(run, &trip, &before).await;
    }
}

/// Whether a request of the operation has values that its response may show. A request with a password is about the
/// password.
fn takes_values(run: &Run<'_>, operation: &Operation) -> bool {
    let document = run.contract.document();
    let Some(schema) = operation.body.as_ref().map(|schema| flat(document, schema)) else { return false };
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut secrets = properties(&schema).filter(|(_, property)| is_secret(document, property));
    ["POST", "PUT", "PATCH"].contains(&operation.method.as_str())
        && !secrets.any(|(name, _)| required.contains(&name.as_str()))
}

fn is_secret(document: &Value, schema: &Value) -> bool {
    flat(document, schema).get("format").and_then(Value::as_str) == Some("password")
}

/// What is there before an operation changes it, to restore it: nothing if it creates an item or changes a new one.
async fn state_before(run: &mut Run<'_>, operation: &Operation) -> Option<Value> {
    if operation.method == "POST" || operation.path.contains('{') {
        return None;
    }
    let reads = run.contract.at("GET", &operation.path)?;
    let request = run.request(reads, &RequestDraft::default()).with(run.credential(reads).as_ref());
    run.send_unchecked(reads, &request).await.filter(|response| response.is_success())?.json().ok()
}

/// Sends a request with ordinary values; from its response follows which properties can be followed up.
async fn prepare<'a>(run: &mut Run<'a>, operation: &'a Operation) -> Option<Trip<'a>> {
    let document = run.contract.document();
    let credential = match run.credential_or_why(operation) {
        Ok(credential) => credential,
        Err(why) => {
            run.skip(operation, Rule::RoundTrip, &why);
            return None;
        }
    };
    let mut base = run.draft(operation, Extent::Full, Purpose::Succeed(None)).await.ok()?;
    let schema = flat(document, operation.body.as_ref()?);
    let body = base.body.as_mut()?.as_object_mut()?;
    body.retain(|name, _| properties(&schema).any(|(known, property)| known == name && !is_secret(document, property)));
    let sent = body.clone();
    let response = with_charset(run, operation, &base, credential.as_ref()).await?;
    let answer = response.json().ok()?;
    let id = identifier(&answer);
    let item = find(&answer, id.as_deref()).unwrap_or(&answer);
    let mut fields = Vec::new();
    for (name, property) in properties(&schema).filter(|(name, _)| sent.contains_key(*name)) {
        let property = flat(document, property);
        if property.get("readOnly") == Some(&json!(true)) {
            continue;
        }
        let is_address = property.get("format").and_then(Value::as_str) == Some("email");
        let is_text = property.get("type") == Some(&json!("string")) && property.get("enum").is_none();
        let shown = item.get(name).is_some();
        // Texts that no response shows may have to mean something. The address of an account that others use stays.
        if (!shown && is_text) || (is_address && !run.account.disposable) {
            continue;
        }
        let edges = edges(document, &property);
        if !edges.is_empty() {
            fields.push(Field { name: name.clone(), schema: property, edges, shown });
        }
    }
    let readers = readers(run, operation, &answer).await;
    remove(run, operation, id.as_deref()).await;
    Some(Trip { operation, credential, base, fields, readers })
}

/// The successful response to a request whose content type has a charset, as many clients send it.
async fn with_charset(
    run: &mut Run<'_>,
    operation: &Operation,
    base: &RequestDraft,
    credential: Option<&Credential>,
) -> Option<Response> {
    let plain = run.request(operation, base).with(credential);
    let mut request = plain.clone();
    for (_, value) in request.headers.iter_mut().filter(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        value.push_str("; charset=utf-8");
    }
    let response = run.send(operation, &request, Expected::Any).await?;
    if response.is_success() {
        return Some(response);
    }
    let answer = run.send(operation, &plain, Expected::Any).await.filter(|answer| answer.is_success())?;
    let violation = Violation::new("content-type with a charset", "a success, as without the charset");
    run.record(operation, Rule::ValidValue, &request, &response, Some(violation));
    Some(answer)
}

/// Sends several values in one request; if something is wrong with it, each of them in a request of its own.
async fn together(run: &mut Run<'_>, trip: &Trip<'_>, choices: &[Choice<'_>]) {
    match attempt(run, trip, choices, false).await {
        Fate::Kept => {
            for _ in choices {
                run.results.passed(&trip.operation.id, Rule::ValidValue);
            }
            for _ in choices.iter().filter(|(field, _)| field.shown) {
                run.results.passed(&trip.operation.id, Rule::RoundTrip);
            }
        }
        Fate::Rejected(..) | Fate::Changed(..) => {
            for (field, edge) in choices {
                one(run, trip, field, edge).await;
            }
        }
        Fate::Unknown => {}
    }
}

/// Sends one value beside ordinary ones, and records what became of it; of a list, each item if that is at fault.
async fn one(run: &mut Run<'_>, trip: &Trip<'_>, field: &Field, edge: &Edge) {
    let fate = attempt(run, trip, &[(field, edge)], false).await;
    if matches!(fate, Fate::Kept | Fate::Unknown) {
        return;
    }
    let mut found = false;
    for part in &edge.parts {
        let fate = attempt(run, trip, &[(field, part)], false).await;
        found |= record(run, trip, (field, part), fate);
    }
    if !found {
        record(run, trip, (field, edge), fate);
    }
}

/// Records a finding, if there is one.
fn record(run: &mut Run<'_>, trip: &Trip<'_>, (field, edge): Choice<'_>, fate: Fate) -> bool {
    match fate {
        Fate::Kept | Fate::Unknown => false,
        Fate::Changed(request, response, violation) => {
            run.record(trip.operation, Rule::RoundTrip, &request, &response, Some(violation));
            true
        }
        Fate::Rejected(request, response) => {
            let mut violation =
                Violation::new(format!("/{}: {}", field.name, edge.what), "a success: the value is valid");
            if edge.large || TOO_LARGE.contains(&response.status) {
                violation = violation.severity(Severity::Warning);
            }
            run.record(trip.operation, Rule::ValidValue, &request, &response, Some(violation));
            true
        }
    }
}

/// Each optional property without the others.
async fn alone(run: &mut Run<'_>, trip: &Trip<'_>) {
    let document = run.contract.document();
    let Some(schema) = trip.operation.body.as_ref().map(|schema| flat(document, schema)) else { return };
    let required = schema.get("required").cloned().unwrap_or_default();
    let is_required = |name: &str| required.as_array().is_some_and(|names| names.contains(&json!(name)));
    let optional: Vec<&Field> = trip.fields.iter().filter(|field| !is_required(&field.name)).collect();
    let base = trip.base.body.clone().unwrap_or_default();
    if optional.len() < 2 {
        return;
    }
    for field in optional {
        let fields = base.as_object().into_iter().flatten();
        let least: Map<String, Value> = fields
            .filter(|(name, _)| **name == field.name || is_required(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let least = Trip {
            operation: trip.operation,
            credential: trip.credential.clone(),
            base: trip.base.with_body(least.clone().into()),
            fields: Vec::new(),
            readers: trip.readers.clone(),
        };
        let value = least.base.body.as_ref().and_then(|body| body.get(&field.name)).cloned().unwrap_or_default();
        let edge = Edge { what: "no other optional property".to_owned(), value, large: false, parts: Vec::new() };
        let fate = attempt(run, &least, &[(field, &edge)], false).await;
        record(run, &least, (field, &edge), fate);
    }
}

/// Characters beyond the BMP as JSON escapes, which are pairs of surrogates (RFC 8259, section 7).
async fn as_escapes(run: &mut Run<'_>, trip: &Trip<'_>) {
    let is_beyond = |edge: &&Edge| edge.value.as_str().is_some_and(|text| text.chars().any(|c| c > '\u{ffff}'));
    for field in trip.fields.iter().filter(|field| field.shown) {
        let Some(beyond) = field.edges.iter().find(is_beyond) else { continue };
        let edge = Edge { what: format!("{}, as JSON escapes", beyond.what), ..beyond.clone() };
        let fate = attempt(run, trip, &[(field, &edge)], true).await;
        record(run, trip, (field, &edge), fate);
    }
}

/// Sends values beside ordinary ones, and looks for them in the response and in those of all readers.
async fn attempt(run: &mut Run<'_>, trip: &Trip<'_>, choices: &[Choice<'_>], escaped: bool) -> Fate {
    let mut body = trip.base.body.clone().unwrap_or_default();
    if let Some(fields) = body.as_object_mut() {
        fields.extend(choices.iter().map(|(field, edge)| (field.name.clone(), edge.value.clone())));
    }
    let mut request = run.request(trip.operation, &trip.base.with_body(body)).with(trip.credential.as_ref());
    if escaped {
        request.body = request.body.map(|body| json_escapes(&String::from_utf8_lossy(&body)).into_bytes());
    }
    let Some(response) = run.send(trip.operation, &request, Expected::Any).await else { return Fate::Unknown };
    match response.status {
        500.. => return Fate::Unknown,
        status if ANOTHER_REASON.contains(&status) => return Fate::Unknown,
        400.. => return Fate::Rejected(request, response),
        _ => {}
    }
    let Ok(answer) = response.json() else { return Fate::Unknown };
    let id = identifier(&answer);
    let fate = match difference(run, trip.operation, &response, id.as_deref(), choices) {
        Some(violation) => Fate::Changed(request, response, violation),
        None => read_again(run, trip, &answer, choices).await,
    };
    remove(run, trip.operation, id.as_deref()).await;
    fate
}

async fn read_again(run: &mut Run<'_>, trip: &Trip<'_>, answer: &Value, choices: &[Choice<'_>]) -> Fate {
    let id = identifier(answer);
    for reader in &trip.readers {
        let Some((request, response)) = reader.read(run, answer).await else { continue };
        if let Some(violation) = difference(run, reader.operation, &response, id.as_deref(), choices) {
            let at = format!("{}, read by {}", violation.at, reader.operation.id);
            return Fate::Changed(request, response, Violation { at, ..violation });
        }
    }
    Fate::Kept
}

/// Removes what a request created, so that lists stay short.
async fn remove(run: &mut Run<'_>, creates: &Operation, id: Option<&str>) {
    let deletes = |each: &&Operation| each.method == "DELETE" && each.collection() == Some(&creates.path);
    let Some(deletes) = run.contract.operations.iter().find(deletes) else { return };
    let (Some(id), Some(parameter)) = (id, deletes.parameters.first()) else { return };
    let draft = RequestDraft::default().with_parameter(&parameter.name, parameter.location, id);
    let request = run.request(deletes, &draft).with(run.credential(deletes).as_ref());
    run.send_unchecked(deletes, &request).await;
}

/// Restores what was there before.
async fn restore(run: &mut Run<'_>, trip: &Trip<'_>, before: &Value) {
    let names = trip.fields.iter().map(|field| &field.name);
    let values: Map<String, Value> = names
        .filter_map(|name| Some((name.clone(), before.get(name).filter(|value| !value.is_null())?.clone())))
        .collect();
    if values.is_empty() {
        return;
    }
    let request = run.request(trip.operation, &trip.base.with_body(values.into())).with(trip.credential.as_ref());
    let response = run.send_unchecked(trip.operation, &request).await;
    if !response.is_some_and(|response| response.is_success()) {
        run.notes.push(format!("could not restore what {} changed", trip.operation.id));
    }
}

/// JSON with every character beyond ASCII as an escape.
fn json_escapes(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            escaped.push(c);
        } else {
            let mut units = [0; 2];
            escaped.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_beyond_ascii_become_escapes_that_mean_the_same() {
        let value = json!({ "name": "é😀\"" });

        let escaped = json_escapes(&value.to_string());

        assert_eq!(escaped, r#"{"name":"\u00e9\ud83d\ude00\""}"#);
        assert_eq!(serde_json::from_str::<Value>(&escaped).unwrap(), value);
    }
}
