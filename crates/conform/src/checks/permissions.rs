//! Sends requests with API keys that have every permission but the required one, and with keys that have only that one.

use crate::contract::{CredentialLocation, Operation};
use crate::http::{Request, RequestExt as _, Response};
use crate::response::Message;
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Credential, CredentialKind, Expected, Purpose, RequestDraft, Run, harmless_permission, identifier};
use crate::severity::Severity;
use crate::value::valid::Extent;
use serde_json::{Value, json};

/// The permission that includes all others.
const ALL: &str = "all";
/// The status for a request without a valid credential.
const UNAUTHORIZED: u16 = 401;
/// The status for a key that grants more than it may.
const REJECTED: u16 = 400;
/// The status for a key without the required permission.
const FORBIDDEN: u16 = 403;

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    let key = operation
        .schemes
        .iter()
        .map(|scheme| &scheme.location)
        .find(|location| CredentialKind::of(location) == CredentialKind::Key);
    let Some(location) = key.cloned().filter(|_| run.contract.conventions().permissions) else { return };
    if let Err(why) = may_grant(run) {
        run.skip(operation, Rule::PermissionRequired, &why);
        return run.skip(operation, Rule::PermissionSufficient, &why);
    }
    if let Some(permission) = &operation.permission {
        lacking(run, operation, &location, permission).await;
        changed(run, operation, &location, permission).await;
    }
    sufficient(run, operation, &location).await;
    escalation(run, operation, &location).await;
}

/// Whether the account can create keys with any permissions.
fn may_grant(run: &Run<'_>) -> Result<(), String> {
    let creates =
        run.contract.operation("createApiKey").ok_or("the contract has no operation that creates API keys")?;
    run.credential_or_why(creates).map(drop)
}

/// Creates a key with these permissions, and returns its secret.
async fn key_with(run: &mut Run<'_>, permissions: &[&str]) -> Option<String> {
    create(run, permissions).await?.text_at("/secret")
}

async fn create(run: &mut Run<'_>, permissions: &[&str]) -> Option<Response> {
    let creates = run.contract.operation("createApiKey")?;
    let body = json!({ "name": "conform", "permissions": permissions });
    let request = run.request(creates, &RequestDraft::of(body)).with(run.credential(creates).as_ref());
    run.send_unchecked(creates, &request).await
}

async fn lacking(run: &mut Run<'_>, operation: &Operation, location: &CredentialLocation, permission: &str) {
    let contract = run.contract;
    let others: Vec<&str> =
        contract.permissions().into_iter().filter(|other| *other != permission && *other != ALL).collect();
    let Some(secret) = key_with(run, &others).await else {
        return run.skip(operation, Rule::PermissionRequired, "no API key could be created");
    };
    let Ok(draft) = run.draft(operation, Extent::Minimal, Purpose::Fail).await else { return };
    let request = run.request(operation, &draft).credential(location, &secret);
    let at = format!("an API key with all permissions but {permission}");
    let expected = |at, message| Expected::Rejection { rule: Rule::PermissionRequired, status: FORBIDDEN, at, message };
    run.send(operation, &request, expected(&at, Message::TextWith(permission))).await;
    if operation.is_read() {
        let head = Request { method: "HEAD".to_owned(), ..request };
        let at = format!("{at} (HEAD)");
        let expected = Expected::Rejection {
            rule: Rule::PermissionRequired,
            status: FORBIDDEN,
            at: &at,
            message: Message::TextWith(permission),
        };
        run.send(operation, &head, expected).await;
    }
    if operation.body.is_some() {
        let request = run.request(operation, &draft.with_body(json!({ "name": null }))).credential(location, &secret);
        let at = format!("{at}, and a broken body");
        run.send(operation, &request, expected(&at, Message::TextWith(permission))).await;
    }
}

async fn sufficient(run: &mut Run<'_>, operation: &Operation, location: &CredentialLocation) {
    let rule = Rule::PermissionSufficient;
    if let Some((status, reason)) = run.rejection(operation, CredentialKind::Key) {
        return run.skip(operation, rule, &format!("rejected with {status}: {reason}"));
    }
    let needed = operation.permission.as_deref().unwrap_or_else(|| harmless_permission(run.contract)).to_owned();
    let draft = match run.draft(operation, Extent::Minimal, Purpose::Succeed(Some(&needed))).await {
        Ok(draft) => draft,
        Err(why) => return run.skip(operation, rule, &why),
    };
    let ends_sessions = operation.id == "deleteAllSessions";
    if ends_sessions && (run.account.password.is_none() || run.account.foreign_sessions > 0) {
        return run.skip(operation, rule, "would end sessions that this run did not create");
    }
    if operation.id == "changePassword" && run.account.password.is_none() {
        return run.skip(operation, rule, "needs the account's password (--password)");
    }
    let Some(secret) = key_with(run, &[&needed]).await else {
        return run.skip(operation, rule, "no API key could be created");
    };
    let credential = Credential { location: location.clone(), secret };
    let request = run.request(operation, &draft).with(Some(&credential));
    let at = format!("an API key with {needed} only");
    if operation.is_read() {
        let head = Request { method: "HEAD".to_owned(), ..request.clone() };
        run.send(operation, &head, Expected::Success { rule, at: &format!("{at} (HEAD)") }).await;
    }
    run.send(operation, &request, Expected::Success { rule, at: &at }).await;
    if ends_sessions || operation.id == "changePassword" {
        run.renew_session().await;
    }
}

/// The permissions of a key count as they are at the time of the request.
async fn changed(run: &mut Run<'_>, operation: &Operation, location: &CredentialLocation, permission: &str) {
    let harmless = harmless_permission(run.contract).to_owned();
    let Some(updates) = run.contract.operation("updateApiKey") else { return };
    let Some(created) = create(run, &[permission]).await else { return };
    let id = created.json().ok().as_ref().and_then(identifier);
    let (Some(secret), Some(id), Some(parameter)) = (created.text_at("/secret"), id, updates.parameters.first()) else {
        return;
    };
    let Ok(draft) = run.draft(operation, Extent::Minimal, Purpose::Fail).await else { return };
    let request = run.request(operation, &draft).credential(location, &secret);
    // A request with the permission would end the session of this run, or count as a wrong password.
    let is_used = !["logout", "deleteAllSessions", "changePassword"].contains(&operation.id.as_str());
    if is_used {
        run.send_unchecked(operation, &request).await;
    }
    for granted in [harmless.as_str(), permission] {
        let body = json!({ "permissions": [granted] });
        let draft = RequestDraft::of(body).with_parameter(&parameter.name, parameter.location, &id);
        let update = run.request(updates, &draft).with(run.credential(updates).as_ref());
        if !run.send_unchecked(updates, &update).await.is_some_and(|response| response.is_success()) {
            return run.skip(operation, Rule::PermissionRequired, "no API key could be updated");
        }
        if granted != permission {
            let at = format!("an API key that had {permission} until its update");
            let message = Message::TextWith(permission);
            let expected = Expected::Rejection { rule: Rule::PermissionRequired, status: FORBIDDEN, at: &at, message };
            run.send(operation, &request, expected).await;
        } else if is_used && run.rejection(operation, CredentialKind::Key).is_none() {
            let Some(response) = run.send(operation, &request, Expected::Any).await else { return };
            let violation = [UNAUTHORIZED, FORBIDDEN].contains(&response.status).then(|| {
                let at = format!("an API key that has {permission} since its update");
                Violation::new(at, "any status but 401 and 403")
            });
            run.record(operation, Rule::PermissionSufficient, &request, &response, violation);
        }
    }
}

/// A key that may create or change keys cannot grant them, nor itself, permissions that it does not have.
async fn escalation(run: &mut Run<'_>, operation: &Operation, location: &CredentialLocation) {
    let contract = run.contract;
    let grants = operation.properties(contract).any(|(name, _)| name == "permissions");
    let Some(permission) = operation.permission.clone().filter(|_| grants) else { return };
    let Some(created) = create(run, &[&permission]).await else {
        return run.skip(operation, Rule::PermissionEscalation, "no API key could be created");
    };
    let own = created.json().ok().as_ref().and_then(identifier);
    let Some(secret) = created.text_at("/secret") else { return };
    let (own_permission, harmless) = (permission.as_str(), harmless_permission(contract));
    let every: Vec<&str> = contract.permissions();
    let forms = [vec![ALL], vec![harmless], vec![own_permission, harmless], vec![own_permission, ALL], every];
    for granted in forms.into_iter().filter(|granted| granted.iter().any(|each| *each != own_permission)) {
        let Ok(draft) = run.draft(operation, Extent::Minimal, Purpose::Succeed(Some(own_permission))).await else {
            return;
        };
        let mut body = draft.body.clone().unwrap_or_default();
        if let Some(fields) = body.as_object_mut() {
            fields.insert("permissions".to_owned(), Value::from(granted.clone()));
        }
        let draft = draft.with_body(body);
        // Another key, and the key itself.
        let itself = operation.parameters.first().zip(own.as_deref());
        let itself = itself.map(|(parameter, id)| draft.with_parameter(&parameter.name, parameter.location, id));
        for (what, draft) in [("", Some(draft)), (" itself", itself)] {
            let Some(draft) = draft else { continue };
            let request = run.request(operation, &draft).credential(location, &secret);
            let named = if granted.len() > 2 { "all permissions one by one".to_owned() } else { granted.join(" and ") };
            let at = format!("an API key with {permission} only grants{what} {named}");
            must_not_grant(run, operation, &request, &at).await;
        }
    }
}

/// Sends the request, which must be rejected and grant nothing.
async fn must_not_grant(run: &mut Run<'_>, operation: &Operation, request: &Request, at: &str) {
    let rule = Rule::PermissionEscalation;
    let before = granted(run, operation).await;
    let Some(response) = run.send(operation, request, Expected::Any).await else { return };
    let violation = match response.status {
        REJECTED => None,
        // The contract does not say which error it is.
        401..=499 if run.profile.is_none() => None,
        401..=499 => Some(Violation::new(at, format!("rejected with {REJECTED}")).severity(Severity::Warning)),
        _ => Some(Violation::new(at, format!("rejected with {REJECTED}"))),
    };
    run.record(operation, rule, request, &response, violation);
    if response.status >= REJECTED {
        let violation = (granted(run, operation).await != before)
            .then(|| Violation::new(format!("{at}, after the rejection"), "the keys and permissions of before"));
        run.record(operation, rule, request, &response, violation);
    }
}

/// All keys with their permissions, as the account's session sees them.
async fn granted(run: &mut Run<'_>, operation: &Operation) -> Option<Vec<(String, Value)>> {
    let lists = run.contract.at("GET", operation.collection().unwrap_or(&operation.path))?;
    let request = run.request(lists, &RequestDraft::default()).with(run.credential(lists).as_ref());
    let list = run.send_unchecked(lists, &request).await?.json().ok()?;
    let keys =
        list.as_array()?.iter().filter_map(|key| Some((key.get("id")?.to_string(), key.get("permissions")?.clone())));
    Some(keys.collect())
}
