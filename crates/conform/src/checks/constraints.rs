//! Breaks every constraint of every request in several ways, and expects an error.

use crate::contract::{Operation, Parameter, ParameterLocation};
use crate::http::RequestExt as _;
use crate::response::Message;
use crate::rule::Rule;
use crate::run::{Credential, Expected, Purpose, RequestDraft, Run};
use crate::value::flat;
use crate::value::invalid::{
    field_at, invalid_scalars, invalid_values, malformed_bodies, near_misses, untested_constraints,
};
use crate::value::valid::Extent;
use serde_json::{Value, json};

/// The status of a request that breaks a constraint.
const REJECTED: u16 = 400;

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    if operation.body.is_none() && operation.parameters.is_empty() {
        return;
    }
    let credential = match run.credential_or_why(operation) {
        Ok(credential) => credential,
        Err(why) => return run.skip(operation, Rule::ConstraintType, &why),
    };
    report_untested_constraints(run, operation);
    let (email, name) = (run.account.email.clone(), run.account.name.clone());
    parameters(run, operation, credential.as_ref()).await;
    let was_accepted = body(run, operation, credential.as_ref()).await;
    malformed(run, operation, credential.as_ref()).await;
    if operation.id == "updateMyUser" && (was_accepted || run.account.email != email) {
        run.restore_profile(email, name).await;
    }
}

/// A request that is meant to fail, for an item that exists: so that it cannot fail because there is none.
async fn draft(run: &mut Run<'_>, operation: &Operation) -> Result<RequestDraft, String> {
    let draft = run.draft(operation, Extent::Minimal, Purpose::Fail).await?;
    if operation.collection().is_none() {
        return Ok(draft);
    }
    let existing = run.draft(operation, Extent::Minimal, Purpose::Succeed(None)).await;
    Ok(RequestDraft { parameters: existing.map_or(draft.parameters, |existing| existing.parameters), ..draft })
}

/// Reports constraints that no generated request breaks: they are not checked.
fn report_untested_constraints(run: &mut Run<'_>, operation: &Operation) {
    let mut left = Vec::new();
    if let Some(schema) = &operation.body {
        untested_constraints(run.contract.document(), schema, "", &mut left);
    }
    for parameter in &operation.parameters {
        untested_constraints(run.contract.document(), &parameter.schema, &format!("/{}", parameter.name), &mut left);
    }
    for constraint in left {
        run.skip(operation, Rule::ConstraintType, &format!("no generated request breaks {constraint}"));
    }
}

async fn parameters(run: &mut Run<'_>, operation: &Operation, credential: Option<&Credential>) {
    let Ok(base) = draft(run, operation).await else { return };
    for parameter in &operation.parameters {
        let at = format!("/{}", parameter.name);
        if parameter.required && parameter.location != ParameterLocation::Path {
            let mut lacking = base.clone();
            lacking.parameters.retain(|(name, ..)| *name != parameter.name);
            let request = run.request(operation, &lacking).with(credential);
            let expected = rejected(Rule::ConstraintRequired, &at, &parameter.name);
            run.send(operation, &request, expected).await;
        }
        for (rule, how, value) in invalid_texts(run, parameter, &base) {
            let draft = base.with_parameter(&parameter.name, parameter.location, &value);
            let request = run.request(operation, &draft).with(credential);
            let place = format!("{at}: {how}");
            run.send(operation, &request, rejected(rule, &place, &parameter.name)).await;
        }
    }
}

/// Texts that a parameter must not be. On the wire a parameter is a text, and a list is one or more of them: null and
/// other types do not exist, and servers differ in the words that they take for a boolean.
fn invalid_texts(run: &Run<'_>, parameter: &Parameter, base: &RequestDraft) -> Vec<(Rule, String, String)> {
    let document = run.contract.document();
    let schema = flat(document, &parameter.schema);
    let schema = schema.get("items").map_or(schema.clone(), |items| flat(document, items));
    let kind = schema.get("type").and_then(Value::as_str).unwrap_or_default();
    let mut texts: Vec<(Rule, String, String)> = Vec::new();
    for broken in invalid_scalars(document, &schema, "") {
        match broken.value {
            Value::String(text) if kind == "string" || text.parse::<f64>().is_err() => {
                texts.push((broken.rule, broken.how, text));
            }
            Value::Number(number) if kind != "string" => texts.push((broken.rule, broken.how, number.to_string())),
            _ => {}
        }
    }
    // Almost the identifier of an item that exists: a lenient parser finds it.
    let current = base.parameters.iter().find(|(name, ..)| *name == parameter.name).map(|(_, _, value)| value);
    if let Some(id) = current.filter(|_| schema.get("format").and_then(Value::as_str) == Some("uuid")) {
        texts.retain(|(rule, ..)| *rule != Rule::ConstraintFormat);
        texts.extend(near_misses(id).into_iter().map(|text| (Rule::ConstraintFormat, near(&text, id), text)));
    }
    // An empty step in a path is another route; an empty parameter may count as absent.
    texts.retain(|(_, _, text)| !text.is_empty() && kind != "boolean");
    texts
}

/// A near miss as a report shows it: the same in every run.
fn near(text: &str, id: &str) -> String {
    let plain = id.replace('-', "");
    let but_the_last = id.get(..id.len().saturating_sub(1)).unwrap_or(id);
    match text {
        _ if text == plain => "ID without hyphens".to_owned(),
        _ if text.contains(id) => format!("{:?}", text.replace(id, "ID")),
        _ if text.contains(but_the_last) => format!("{:?}", text.replace(but_the_last, "ID without its last digit, ")),
        _ if text.replace('-', "") == plain => "ID with a hyphen elsewhere".to_owned(),
        _ => format!("{text:?}"),
    }
}

/// Returns whether a request was accepted.
async fn body(run: &mut Run<'_>, operation: &Operation, credential: Option<&Credential>) -> bool {
    let Some(schema) = &operation.body else { return false };
    let base = match draft(run, operation).await {
        Ok(base) => base,
        Err(why) => {
            run.skip(operation, Rule::ConstraintType, &why);
            return false;
        }
    };
    let value = base.body.clone().unwrap_or_default();
    let mut accepted = false;
    for broken in invalid_values(run.contract.document(), schema, &value) {
        let request = run.request(operation, &base.with_body(broken.value)).with(credential);
        let place = format!("{}: {}", broken.at, broken.how);
        let response = run.send(operation, &request, rejected(broken.rule, &place, field_at(&broken.at))).await;
        accepted |= response.is_some_and(|response| response.is_success());
    }
    accepted
}

async fn malformed(run: &mut Run<'_>, operation: &Operation, credential: Option<&Credential>) {
    let Some(schema) = &operation.body else { return };
    let Ok(base) = draft(run, operation).await else { return };
    for (how, text) in malformed_bodies(&base.body.clone().unwrap_or_default()) {
        let mut request = run.request(operation, &base).with(credential);
        request.body = Some(text.into_bytes());
        let expected =
            Expected::Rejection { rule: Rule::MalformedBody, status: REJECTED, at: how, message: Message::Text };
        run.send_malformed(operation, &request, expected).await;
    }
    // A list has no property: where none is required, it may count as an empty object.
    let schema = flat(run.contract.document(), schema);
    let required = schema.get("required").and_then(Value::as_array).and_then(|names| names.first()?.as_str());
    if let Some(required) = required {
        for (how, body) in [("an empty list", json!([])), ("a list", json!([base.body]))] {
            let request = run.request(operation, &base.with_body(body)).with(credential);
            run.send(operation, &request, rejected(Rule::MalformedBody, how, required)).await;
        }
    }
}

fn rejected<'a>(rule: Rule, at: &'a str, field: &'a str) -> Expected<'a> {
    Expected::Rejection { rule, status: REJECTED, at, message: Message::ListNaming(field) }
}
