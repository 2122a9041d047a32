//! Sends requests with API keys that have every permission but the required one, and with keys that have only that one.

use crate::contract::{CredentialLocation, Operation};
use crate::http::RequestExt as _;
use crate::response::Message;
use crate::rule::Rule;
use crate::run::{Credential, CredentialKind, Expected, Purpose, RequestDraft, Run, harmless_permission};
use crate::value::valid::Extent;
use serde_json::{Value, json};

/// The permission that includes all others.
const ALL: &str = "all";
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
    let creates = run.contract.operation("createApiKey")?;
    let body = json!({ "name": "conform", "permissions": permissions });
    let request = run.request(creates, &RequestDraft::of(body)).with(run.credential(creates).as_ref());
    run.send_unchecked(creates, &request).await?.text_at("/secret")
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
    run.send(operation, &request, Expected::Success { rule, at: &at }).await;
    if ends_sessions || operation.id == "changePassword" {
        run.renew_session().await;
    }
}

/// A key that may create or change keys cannot grant them permissions that it does not have.
async fn escalation(run: &mut Run<'_>, operation: &Operation, location: &CredentialLocation) {
    let grants = operation.properties(run.contract).any(|(name, _)| name == "permissions");
    let Some(permission) = operation.permission.clone().filter(|_| grants) else { return };
    let Some(secret) = key_with(run, &[&permission]).await else {
        return run.skip(operation, Rule::PermissionEscalation, "no API key could be created");
    };
    for granted in [ALL, harmless_permission(run.contract)] {
        let Ok(draft) = run.draft(operation, Extent::Minimal, Purpose::Succeed(Some(&permission))).await else {
            return;
        };
        let mut body = draft.body.clone().unwrap_or_default();
        if let Some(fields) = body.as_object_mut() {
            fields.insert("permissions".to_owned(), Value::from(vec![granted]));
        }
        let request = run.request(operation, &draft.with_body(body)).credential(location, &secret);
        let at = format!("an API key with {permission} only grants {granted}");
        let expected =
            Expected::Rejection { rule: Rule::PermissionEscalation, status: 400, at: &at, message: Message::Text };
        run.send(operation, &request, expected).await;
    }
}
