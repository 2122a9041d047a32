//! API keys with every permission but the one that is needed, and with just that one.

use crate::contract::{Operation, Place};
use crate::http::RequestExt as _;
use crate::response::Message;
use crate::rule::Rule;
use crate::run::{Credential, Draft, Exam, Kind, Purpose, Wanted, harmless_permission, refusal};
use crate::value::valid::Extent;
use serde_json::{Value, json};

/// The permission that includes all others.
const ALL: &str = "all";
/// With this status a key without the permission is refused.
const FORBIDDEN: u16 = 403;

pub(super) async fn check(exam: &mut Exam<'_>, operation: &Operation) {
    let key = operation.schemes.iter().map(|scheme| &scheme.place).find(|place| Kind::of(place) == Kind::Key);
    let Some(place) = key.cloned() else { return };
    if let Err(why) = may_grant(exam) {
        exam.skip(operation, Rule::PermissionRequired, &why);
        return exam.skip(operation, Rule::PermissionSufficient, &why);
    }
    if let Some(permission) = &operation.permission {
        lacking(exam, operation, &place, permission).await;
    }
    sufficient(exam, operation, &place).await;
    escalation(exam, operation, &place).await;
}

/// Whether the account can make keys with any permissions.
fn may_grant(exam: &Exam<'_>) -> Result<(), String> {
    let creates = exam.contract.operation("createApiKey").ok_or("the contract creates no API keys")?;
    exam.credential_or_why(creates).map(drop)
}

/// A new key with these permissions; gives its secret.
async fn key_with(exam: &mut Exam<'_>, permissions: &[&str]) -> Option<String> {
    let creates = exam.contract.operation("createApiKey")?;
    let body = json!({ "name": "conform", "permissions": permissions });
    let request = exam.request(creates, &Draft::of(body)).with(exam.credential(creates).as_ref());
    exam.prepare(creates, &request).await?.text_at("/secret")
}

async fn lacking(exam: &mut Exam<'_>, operation: &Operation, place: &Place, permission: &str) {
    let contract = exam.contract;
    let others: Vec<&str> =
        contract.permissions().into_iter().filter(|other| *other != permission && *other != ALL).collect();
    let Some(secret) = key_with(exam, &others).await else {
        return exam.skip(operation, Rule::PermissionRequired, "no API key could be created");
    };
    let Ok(draft) = exam.draft(operation, Extent::Minimal, Purpose::Fail).await else { return };
    let request = exam.request(operation, &draft).credential(place, &secret);
    let at = format!("an API key with all permissions but {permission}");
    let wanted = |at, message| Wanted::Refusal { rule: Rule::PermissionRequired, status: FORBIDDEN, at, message };
    exam.ask(operation, &request, wanted(&at, Message::TextWith(permission))).await;
    if operation.body.is_some() {
        let request = exam.request(operation, &draft.with_body(json!({ "name": null }))).credential(place, &secret);
        let at = format!("{at}, and a broken body");
        exam.ask(operation, &request, wanted(&at, Message::TextWith(permission))).await;
    }
}

async fn sufficient(exam: &mut Exam<'_>, operation: &Operation, place: &Place) {
    let rule = Rule::PermissionSufficient;
    if let Some(status) = refusal(operation, Kind::Key) {
        return exam.skip(operation, rule, &format!("refused with {status} by the original, whatever the key may do"));
    }
    let needed = operation.permission.as_deref().unwrap_or_else(|| harmless_permission(exam.contract)).to_owned();
    let draft = match exam.draft(operation, Extent::Minimal, Purpose::Succeed(Some(&needed))).await {
        Ok(draft) => draft,
        Err(why) => return exam.skip(operation, rule, &why),
    };
    let ends_sessions = operation.id == "deleteAllSessions";
    if ends_sessions && (exam.account.password.is_none() || exam.account.foreign_sessions > 0) {
        return exam.skip(operation, rule, "it would end sessions that this run did not make");
    }
    if operation.id == "changePassword" && exam.account.password.is_none() {
        return exam.skip(operation, rule, "the account's password is not given");
    }
    let Some(secret) = key_with(exam, &[&needed]).await else {
        return exam.skip(operation, rule, "no API key could be created");
    };
    let credential = Credential { place: place.clone(), secret };
    let request = exam.request(operation, &draft).with(Some(&credential));
    let at = format!("an API key with {needed} only");
    exam.ask(operation, &request, Wanted::Success { rule, at: &at }).await;
    if ends_sessions || operation.id == "changePassword" {
        exam.revive().await;
    }
}

/// A key that may create or change keys cannot grant them more than it has.
async fn escalation(exam: &mut Exam<'_>, operation: &Operation, place: &Place) {
    let grants = operation.properties(exam.contract).any(|(name, _)| name == "permissions");
    let Some(permission) = operation.permission.clone().filter(|_| grants) else { return };
    let Some(secret) = key_with(exam, &[&permission]).await else {
        return exam.skip(operation, Rule::PermissionEscalation, "no API key could be created");
    };
    for asked in [ALL, harmless_permission(exam.contract)] {
        let Ok(draft) = exam.draft(operation, Extent::Minimal, Purpose::Succeed(Some(&permission))).await else {
            return;
        };
        let mut body = draft.body.clone().unwrap_or_default();
        if let Some(fields) = body.as_object_mut() {
            fields.insert("permissions".to_owned(), Value::from(vec![asked]));
        }
        let request = exam.request(operation, &draft.with_body(body)).credential(place, &secret);
        let at = format!("an API key with {permission} only asks for {asked}");
        let wanted = Wanted::Refusal { rule: Rule::PermissionEscalation, status: 400, at: &at, message: Message::Text };
        exam.ask(operation, &request, wanted).await;
    }
}
