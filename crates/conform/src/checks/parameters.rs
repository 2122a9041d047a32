//! Reads with valid parameters at their limits, and with identifiers that are written differently and mean the same.

use crate::contract::{Operation, Parameter, ParameterLocation};
use crate::http::{Request, RequestExt as _};
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Expected, Purpose, RequestDraft, Run};
use crate::severity::Severity;
use crate::value::edges::edges;
use crate::value::flat;
use crate::value::valid::Extent;
use serde_json::Value;

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    if !operation.is_read() || operation.parameters.is_empty() {
        return;
    }
    let credential = match run.credential_or_why(operation) {
        Ok(credential) => credential,
        Err(why) => return run.skip(operation, Rule::ValidValue, &why),
    };
    let Ok(base) = run.draft(operation, Extent::Full, Purpose::Succeed(None)).await else { return };
    let plain = run.request(operation, &base).with(credential.as_ref());
    if run.send(operation, &plain, Expected::Any).await.is_none_or(|response| !response.is_success()) {
        return;
    }
    for parameter in &operation.parameters {
        for (what, severity, draft) in values(run, parameter, &base) {
            let request = run.request(operation, &draft).with(credential.as_ref());
            must_succeed(run, operation, &request, format!("/{}: {what}", parameter.name), severity).await;
        }
        let id = base.parameters.iter().find(|(name, ..)| *name == parameter.name);
        if let Some((_, ParameterLocation::Path, id)) = id
            && let Some(first) = id.bytes().next()
        {
            // An unreserved character and its escape are equivalent (RFC 3986, section 6.2.2.2).
            let escaped = format!("%{first:02X}{}", id.get(1..).unwrap_or_default());
            let request = Request { target: plain.target.replacen(id.as_str(), &escaped, 1), ..plain.clone() };
            let at = format!("/{}: the first character as an escape", parameter.name);
            must_succeed(run, operation, &request, at, Severity::Error).await;
        }
    }
}

/// What, how severe it is if that is rejected, and the request.
fn values(run: &Run<'_>, parameter: &Parameter, base: &RequestDraft) -> Vec<(String, Severity, RequestDraft)> {
    let document = run.contract.document();
    let schema = flat(document, &parameter.schema);
    let with = |text: &str| base.with_parameter(&parameter.name, parameter.location, text);
    if parameter.location == ParameterLocation::Path {
        let id = base.parameters.iter().find(|(name, ..)| *name == parameter.name).map(|(_, _, id)| id.to_uppercase());
        let is_uuid = schema.get("format").and_then(Value::as_str) == Some("uuid");
        // A pattern that allows capitals says so; otherwise servers may compare texts.
        let severity = if schema.get("pattern").is_some() { Severity::Error } else { Severity::Warning };
        let fits = |id: &String| {
            crate::contract::Validator::of_requests(document, &schema, "parameter")
                .is_ok_and(|validator| validator.is_valid(&Value::String(id.clone())))
        };
        let id = id.filter(|id| is_uuid && fits(id));
        return id.map(|id| ("in capitals".to_owned(), severity, with(&id))).into_iter().collect();
    }
    let is_text = schema.get("type").and_then(Value::as_str) == Some("string") && schema.get("enum").is_none();
    let mut found = Vec::new();
    for edge in edges(document, schema.get("items").unwrap_or(&schema)) {
        let text = match &edge.value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => edge.value.to_string(),
            _ => continue,
        };
        // An empty parameter may count as absent, and a header has visible characters (RFC 9110, section 5.5).
        let fits = parameter.location == ParameterLocation::Query || text.bytes().all(|byte| byte.is_ascii_graphic());
        if !text.is_empty() && fits {
            // A text may have to mean something, for instance a time or an order.
            let severity = if is_text || edge.large { Severity::Warning } else { Severity::Error };
            found.push((edge.what, severity, with(&text)));
        }
    }
    found
}

async fn must_succeed(run: &mut Run<'_>, operation: &Operation, request: &Request, at: String, severity: Severity) {
    let Some(response) = run.send(operation, request, Expected::Any).await else { return };
    // Another rule reports failures of the server.
    if response.status < 500 {
        let violation =
            (!response.is_success()).then(|| Violation::new(at, "a success: the value is valid").severity(severity));
        run.record(operation, Rule::ValidValue, request, &response, violation);
    }
}
