//! Every constraint of every request, broken once.

use crate::contract::{Operation, Position};
use crate::http::RequestExt as _;
use crate::response::Message;
use crate::rule::Rule;
use crate::run::{Credential, Exam, Purpose, Wanted};
use crate::value::invalid::{breaks, breaks_of_scalar, field_at, no_objects, unbroken};
use crate::value::valid::Extent;

/// With this status a request that breaks a constraint is refused.
const REFUSED: u16 = 400;

pub(super) async fn check(exam: &mut Exam<'_>, operation: &Operation) {
    if operation.body.is_none() && operation.parameters.is_empty() {
        return;
    }
    let credential = match exam.credential_or_why(operation) {
        Ok(credential) => credential,
        Err(why) => return exam.skip(operation, Rule::ConstraintType, &why),
    };
    tell_unbroken(exam, operation);
    let (email, name) = (exam.account.email.clone(), exam.account.name.clone());
    parameters(exam, operation, credential.as_ref()).await;
    body(exam, operation, credential.as_ref()).await;
    unreadable(exam, operation, credential.as_ref()).await;
    if operation.id == "updateMyUser" && exam.account.email != email {
        exam.restore_profile(email, name).await;
    }
}

/// What nothing here can break is not checked, and that is told.
fn tell_unbroken(exam: &mut Exam<'_>, operation: &Operation) {
    let mut left = Vec::new();
    if let Some(schema) = &operation.body {
        unbroken(exam.contract.document(), schema, "", &mut left);
    }
    for parameter in &operation.parameters {
        unbroken(exam.contract.document(), &parameter.schema, &format!("/{}", parameter.name), &mut left);
    }
    for constraint in left {
        exam.skip(operation, Rule::ConstraintType, &format!("no request is known that breaks {constraint}"));
    }
}

async fn parameters(exam: &mut Exam<'_>, operation: &Operation, credential: Option<&Credential>) {
    let Ok(base) = exam.draft(operation, Extent::Minimal, Purpose::Fail).await else { return };
    for parameter in &operation.parameters {
        let at = format!("/{}", parameter.name);
        if parameter.required && parameter.position != Position::Path {
            let mut lacking = base.clone();
            lacking.parameters.retain(|(name, ..)| *name != parameter.name);
            let request = exam.request(operation, &lacking).with(credential);
            let wanted = refusal(Rule::ConstraintRequired, &at, &parameter.name);
            exam.ask(operation, &request, wanted).await;
        }
        for broken in breaks_of_scalar(exam.contract.document(), &parameter.schema, &at) {
            // On the wire a parameter is text: null and other types do not exist, and "1" is a text.
            let is_text = parameter.schema.get("type").and_then(serde_json::Value::as_str) == Some("string");
            let value = match &broken.value {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Number(number) if !is_text => number.to_string(),
                _ => continue,
            };
            // An empty step in a path is another route.
            if value.is_empty() && parameter.position == Position::Path {
                continue;
            }
            let draft = base.with_parameter(&parameter.name, parameter.position, &value);
            let request = exam.request(operation, &draft).with(credential);
            let place = format!("{at}: {}", broken.how);
            exam.ask(operation, &request, refusal(broken.rule, &place, &parameter.name)).await;
        }
    }
}

async fn body(exam: &mut Exam<'_>, operation: &Operation, credential: Option<&Credential>) {
    let Some(schema) = &operation.body else { return };
    let base = match exam.draft(operation, Extent::Minimal, Purpose::Fail).await {
        Ok(base) => base,
        Err(why) => return exam.skip(operation, Rule::ConstraintType, &why),
    };
    let value = base.body.clone().unwrap_or_default();
    for broken in breaks(exam.contract.document(), schema, &value) {
        let request = exam.request(operation, &base.with_body(broken.value)).with(credential);
        let place = format!("{}: {}", broken.at, broken.how);
        exam.ask(operation, &request, refusal(broken.rule, &place, field_at(&broken.at))).await;
    }
}

async fn unreadable(exam: &mut Exam<'_>, operation: &Operation, credential: Option<&Credential>) {
    if operation.body.is_none() {
        return;
    }
    let Ok(base) = exam.draft(operation, Extent::Minimal, Purpose::Fail).await else { return };
    for (how, text) in no_objects() {
        let mut request = exam.request(operation, &base).with(credential);
        request.body = Some(text.as_bytes().to_vec());
        let wanted = Wanted::Refusal { rule: Rule::MalformedBody, status: REFUSED, at: how, message: Message::Text };
        exam.ask_unreadable(operation, &request, wanted).await;
    }
}

fn refusal<'a>(rule: Rule, at: &'a str, field: &'a str) -> Wanted<'a> {
    Wanted::Refusal { rule, status: REFUSED, at, message: Message::ListNaming(field) }
}
