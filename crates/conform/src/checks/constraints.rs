//! Breaks every constraint of every request once, and expects an error.

use crate::contract::{Operation, ParameterLocation};
use crate::http::RequestExt as _;
use crate::response::Message;
use crate::rule::Rule;
use crate::run::{Credential, Expected, Purpose, Run};
use crate::value::invalid::{field_at, invalid_scalars, invalid_values, malformed_bodies, untested_constraints};
use crate::value::valid::Extent;

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
    body(run, operation, credential.as_ref()).await;
    malformed(run, operation, credential.as_ref()).await;
    if operation.id == "updateMyUser" && run.account.email != email {
        run.restore_profile(email, name).await;
    }
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
    let Ok(base) = run.draft(operation, Extent::Minimal, Purpose::Fail).await else { return };
    for parameter in &operation.parameters {
        let at = format!("/{}", parameter.name);
        if parameter.required && parameter.location != ParameterLocation::Path {
            let mut lacking = base.clone();
            lacking.parameters.retain(|(name, ..)| *name != parameter.name);
            let request = run.request(operation, &lacking).with(credential);
            let expected = rejected(Rule::ConstraintRequired, &at, &parameter.name);
            run.send(operation, &request, expected).await;
        }
        for broken in invalid_scalars(run.contract.document(), &parameter.schema, &at) {
            // On the wire a parameter is text: null and other types do not exist, and "1" is a text.
            let is_text = parameter.schema.get("type").and_then(serde_json::Value::as_str) == Some("string");
            let value = match &broken.value {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Number(number) if !is_text => number.to_string(),
                _ => continue,
            };
            // An empty step in a path is another route.
            if value.is_empty() && parameter.location == ParameterLocation::Path {
                continue;
            }
            let draft = base.with_parameter(&parameter.name, parameter.location, &value);
            let request = run.request(operation, &draft).with(credential);
            let place = format!("{at}: {}", broken.how);
            run.send(operation, &request, rejected(broken.rule, &place, &parameter.name)).await;
        }
    }
}

async fn body(run: &mut Run<'_>, operation: &Operation, credential: Option<&Credential>) {
    let Some(schema) = &operation.body else { return };
    let base = match run.draft(operation, Extent::Minimal, Purpose::Fail).await {
        Ok(base) => base,
        Err(why) => return run.skip(operation, Rule::ConstraintType, &why),
    };
    let value = base.body.clone().unwrap_or_default();
    for broken in invalid_values(run.contract.document(), schema, &value) {
        let request = run.request(operation, &base.with_body(broken.value)).with(credential);
        let place = format!("{}: {}", broken.at, broken.how);
        run.send(operation, &request, rejected(broken.rule, &place, field_at(&broken.at))).await;
    }
}

async fn malformed(run: &mut Run<'_>, operation: &Operation, credential: Option<&Credential>) {
    if operation.body.is_none() {
        return;
    }
    let Ok(base) = run.draft(operation, Extent::Minimal, Purpose::Fail).await else { return };
    for (how, text) in malformed_bodies() {
        let mut request = run.request(operation, &base).with(credential);
        request.body = Some(text.as_bytes().to_vec());
        let expected =
            Expected::Rejection { rule: Rule::MalformedBody, status: REJECTED, at: how, message: Message::Text };
        run.send_malformed(operation, &request, expected).await;
    }
}

fn rejected<'a>(rule: Rule, at: &'a str, field: &'a str) -> Expected<'a> {
    Expected::Rejection { rule, status: REJECTED, at, message: Message::ListNaming(field) }
}
