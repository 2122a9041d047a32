//! A request that is rejected changes nothing.

use super::allowed::{Allowed, record};
use super::fixture::{self, Fixture, creates_items};
use super::snapshot::{self, Reader, Snapshot, location};
use super::{NOT_KEPT, other};
use crate::contract::Operation;
use crate::http::{Request, RequestExt as _, Response};
use crate::rule::Rule;
use crate::run::{Credential, CredentialKind, Expected, Purpose, RequestDraft, Run};
use crate::value::invalid::invalid_values;
use crate::value::valid::{Extent, valid};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A token or key that does not exist.
const WRONG: &str = "conform0wrong0state0credential";

/// All rejected requests are sent between two snapshots; only if these differ is each sent alone.
pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    let rule = Rule::EffectRejected;
    let ends_all = operation.method == "DELETE" && operation.collection().is_none();
    if ends_all && run.account.foreign_sessions > 0 && !run.options.may_end_sessions {
        return run.skip(operation, rule, "would end sessions that this run did not create (--may-end-sessions)");
    }
    let Some((fixture, _)) = fixture::ensure(run).await else { return run.skip(operation, rule, NOT_KEPT) };
    // Some of them need an API key, which is created first.
    let requests = requests(run, operation, &fixture).await;
    let before = snapshot::take(run, &fixture).await;
    let Some((_, last)) = requests.last().cloned() else { return };
    let mut rejected = Vec::new();
    let mut answer = None;
    for (how, request) in requests {
        let Some(response) = run.send(operation, &request, Expected::Any).await else { continue };
        // The checks of constraints, credentials and permissions report what should have been rejected.
        if response.status < 400 {
            run.fixture = None;
            return;
        }
        rejected.push((how, request));
        answer = Some(response);
    }
    let Some(response) = answer else { return };
    let after = snapshot::take(run, &fixture).await;
    let differences = Allowed::default().unexplained(&before, &after, &fixture);
    if differences.is_empty() {
        return run.record(operation, rule, &last, &response, None);
    }
    let found = culprit(run, operation, &fixture, after.clone(), &rejected).await;
    if !found {
        record(run, (operation, rule), (&last, &response), "one of several rejected requests", &differences);
    }
    run.fixture = None;
}

/// Sends each request alone, and reports the first that changes something.
async fn culprit(
    run: &mut Run<'_>,
    operation: &Operation,
    fixture: &Fixture,
    mut before: Snapshot,
    rejected: &[(String, Request)],
) -> bool {
    for (how, request) in rejected {
        let Some(response): Option<Response> = run.send(operation, request, Expected::Any).await else { continue };
        let after = snapshot::take(run, fixture).await;
        let differences = Allowed::default().unexplained(&before, &after, fixture);
        if !differences.is_empty() {
            record(run, (operation, Rule::EffectRejected), (request, &response), how, &differences);
            return true;
        }
        before = after;
    }
    false
}

/// Requests that must be rejected, on real items and with values that would change them.
async fn requests(run: &mut Run<'_>, operation: &Operation, fixture: &Fixture) -> Vec<(String, Request)> {
    let contract = run.contract;
    let credential = fixture.credential(run, operation);
    let mut drafts: Vec<(String, RequestDraft, Option<Credential>)> = Vec::new();
    let Some(valid) = base(run, operation, fixture).await else { return Vec::new() };
    if operation.is_secured() {
        drafts.push(("no credential".to_owned(), valid.clone(), None));
        for kind in [CredentialKind::Session, CredentialKind::Key] {
            let wrong =
                location(operation, kind).map(|at| Credential { location: at.clone(), secret: WRONG.to_owned() });
            drafts.extend(wrong.map(|wrong| (format!("a wrong {}", kind.name()), valid.clone(), Some(wrong))));
        }
        if let Some(without) = key_without_permission(run, operation).await {
            drafts.push(("an API key without the permission".to_owned(), valid.clone(), Some(without)));
        }
    }
    if operation.collection().is_some() && credential.is_some() {
        if let Some(other) = run.other_user_credential(operation) {
            drafts.push(("another user".to_owned(), valid.clone(), Some(other)));
        }
        if let Some(foreign) = changing(run, operation, fixture, Reader::OtherUser) {
            drafts.push(("an item of another user".to_owned(), foreign, credential.clone()));
        }
        let unknown = uuid::Uuid::new_v4().to_string();
        let unknown = RequestDraft { body: valid.body.clone(), ..RequestDraft::for_item(operation, Some(&unknown)) };
        drafts.push(("an unknown id".to_owned(), unknown, credential.clone()));
    }
    if let (Some(schema), Some(body)) = (&operation.body, &valid.body)
        && operation.is_secured() == credential.is_some()
    {
        let mut places = BTreeSet::new();
        for broken in invalid_values(contract.document(), schema, body) {
            if places.insert((broken.at.clone(), broken.rule)) {
                let how = format!("{}: {}", broken.at, broken.how);
                drafts.push((how, valid.with_body(broken.value), credential.clone()));
            }
        }
        if let Some(body) = wrong_password(operation, body) {
            drafts.push(("a wrong password".to_owned(), valid.with_body(body), credential.clone()));
        }
    }
    drafts.into_iter().map(|(how, draft, with)| (how, run.request(operation, &draft).with(with.as_ref()))).collect()
}

/// A request that would change something of the account if it were accepted; on an account that the run did not create
/// only its items, not its own data.
async fn base(run: &mut Run<'_>, operation: &Operation, fixture: &Fixture) -> Option<RequestDraft> {
    if run.account.disposable || operation.collection().is_some() || creates_items(run.contract, operation) {
        return changing(run, operation, fixture, Reader::Account);
    }
    run.draft(operation, Extent::Full, Purpose::Fail).await.ok()
}

/// A request that would change an item of this owner if it were accepted.
fn changing(run: &Run<'_>, operation: &Operation, fixture: &Fixture, owner: Reader) -> Option<RequestDraft> {
    let item = match operation.collection() {
        Some(collection) => Some(fixture.item(collection, owner)?),
        None => None,
    };
    let draft = RequestDraft::for_item(operation, item.map(|item| item.id.as_str()));
    let Some(schema) = &operation.body else { return Some(draft) };
    let Value::Object(mut fields) = valid(run.contract.document(), schema, Extent::Full)? else { return None };
    for (name, schema) in operation.properties(run.contract) {
        let now = item.and_then(|item| item.object.get(name));
        let other = other::another(run.contract, name, schema, now);
        fields.extend(other.map(|value| (name.clone(), value)));
    }
    // The password of the account, or one that is not its: a request that is accepted by mistake changes nothing then.
    if let (Some(password), true) = (&run.account.password, fields.contains_key("newPassword")) {
        fields.insert("password".to_owned(), json!(password));
    }
    if let (Some(email), "login") = (&run.account.email, operation.id.as_str()) {
        fields.insert("email".to_owned(), json!(email));
        fields.insert("password".to_owned(), json!(run.account.password.clone()?));
    }
    Some(draft.with_body(Value::Object(fields)))
}

/// The same body with a wrong password, if the operation checks one.
fn wrong_password(operation: &Operation, body: &Value) -> Option<Value> {
    let mut body = body.clone();
    let checks = operation.id == "login" || body.get("newPassword").is_some();
    let password = body.get_mut("password").filter(|_| checks)?;
    *password = json!("conform-wrong-password");
    Some(body)
}

/// A new API key without the permission of the operation, or without any that it needs.
async fn key_without_permission(run: &mut Run<'_>, operation: &Operation) -> Option<Credential> {
    let permission = operation.permission.clone()?;
    let location = location(operation, CredentialKind::Key)?.clone();
    let creates = run.contract.operation("createApiKey")?;
    let granted = run.contract.permissions().into_iter().find(|each| *each != permission && *each != "all")?.to_owned();
    let body = json!({ "name": "conform", "permissions": [granted] });
    let request = run.request(creates, &RequestDraft::of(body)).with(run.credential(creates).as_ref());
    let secret = run.send_unchecked(creates, &request).await?.text_at("/secret")?;
    Some(Credential { location, secret })
}
