//! Two users: each sees and changes only what is theirs, with a session and with an API key.

use super::right::identifiers;
use crate::contract::Operation;
use crate::http::{Request, RequestExt as _, Response};
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Credential, CredentialKind, Expected, Purpose, RequestDraft, Run, identifier};
use crate::value::valid::Extent;
use serde_json::json;

/// A key of the second user.
struct OtherKey {
    secret: String,
    id: String,
}

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    if run.other_user.is_none() || !operation.is_secured() {
        return;
    }
    let Some(creates) = run.contract.operation("createApiKey") else { return };
    let Some(key) = create_key(run, creates).await else { return };
    if operation.is_read() && operation.parameters.is_empty() {
        reads(run, operation, &key).await;
    }
    if let Some(creates) = operation.collection().and_then(|collection| run.contract.at("POST", collection)) {
        items(run, operation, creates).await;
    }
    run.delete_as_other_user(creates, &key.id).await;
}

async fn create_key(run: &mut Run<'_>, creates: &Operation) -> Option<OtherKey> {
    let session = other_session(run, creates)?;
    let body = json!({ "name": "conform", "permissions": ["all"] });
    let request = run.request(creates, &RequestDraft::of(body)).with(Some(&session));
    let response = run.send_unchecked(creates, &request).await?;
    let id = identifier(&response.json().ok()?)?;
    // The account cannot remove it.
    run.created.items.retain(|(_, known)| *known != id);
    Some(OtherKey { secret: response.text_at("/secret")?, id })
}

/// The second user's session, where the operation takes sessions.
fn other_session(run: &Run<'_>, operation: &Operation) -> Option<Credential> {
    let location = operation.schemes.iter().map(|scheme| &scheme.location).find(|location| location.is_for_sessions());
    Some(Credential { location: location?.clone(), secret: run.other_user.clone()? })
}

/// Lists of what each user creates have nothing in common, and each user is only themselves.
async fn reads(run: &mut Run<'_>, operation: &Operation, key: &OtherKey) {
    let is_own = run.contract.at("POST", &operation.path).is_some() || operation.path.ends_with("/me");
    let request = run.request(operation, &RequestDraft::default());
    let own = run.credential(operation);
    let Some(own) = run.send(operation, &request.clone().with(own.as_ref()), Expected::Any).await else { return };
    let (own, status) = (identifiers(&own), own.status);
    let by_session =
        other_session(run, operation).filter(|_| run.rejection(operation, CredentialKind::Session).is_none());
    let by_key = operation.schemes.iter().find(|scheme| CredentialKind::of(&scheme.location) == CredentialKind::Key);
    let by_key = by_key.map(|scheme| Credential { location: scheme.location.clone(), secret: key.secret.clone() });
    let mut first = None;
    for credential in by_session.into_iter().chain(by_key) {
        let at = format!("as another user, with the {}", credential.location);
        let request = request.clone().with(Some(&credential));
        let Some(response) = run.send(operation, &request, Expected::Any).await else { continue };
        // That the operation accepts no keys is reported elsewhere.
        if response.status == 401 && !credential.location.is_for_sessions() {
            continue;
        }
        let theirs = identifiers(&response);
        let violation = if response.status != status {
            Some(Violation::new(at, format!("{status}, as for the first user")))
        } else if is_own && theirs.intersection(&own).next().is_some() {
            Some(Violation::new(at, "no items of the first user"))
        } else if first.as_ref().is_some_and(|first| *first != theirs) {
            Some(Violation::new(at, "the same items as with the session"))
        } else {
            None
        };
        run.record(operation, Rule::Ownership, &request, &response, violation);
        first.get_or_insert(theirs);
    }
}

/// An item of the second user is for the first one as if it did not exist, whatever the credential and the method, and
/// stays as it was.
async fn items(run: &mut Run<'_>, operation: &Operation, creates: &Operation) {
    let Some(id) = run.create_as_other_user(creates).await else { return };
    let before = listed(run, creates).await;
    let Ok(unknown) = run.draft(operation, Extent::Minimal, Purpose::Fail).await else { return };
    let Some(parameter) = operation.parameters.first() else { return };
    let foreign = unknown.with_parameter(&parameter.name, parameter.location, &id);
    for scheme in &operation.schemes {
        let kind = CredentialKind::of(&scheme.location);
        let Some(secret) = run.secret(kind).map(str::to_owned) else { continue };
        let base = |run: &Run<'_>, draft| run.request(operation, draft).credential(&scheme.location, &secret);
        for head in [false, true] {
            if head && !operation.is_read() {
                continue;
            }
            let method = if head { "HEAD" } else { &operation.method };
            let with_method = |request: Request| Request { method: method.to_owned(), ..request };
            let (unknown, foreign) = (with_method(base(run, &unknown)), with_method(base(run, &foreign)));
            let Some(to_unknown) = run.send(operation, &unknown, Expected::Any).await else { continue };
            let Some(to_foreign) = run.send(operation, &foreign, Expected::Any).await else { continue };
            let same = to_unknown.status == to_foreign.status && !to_foreign.is_success();
            let violation = (!same).then(|| {
                let at = format!("{method} of another user's item, with the {}", scheme.location);
                Violation::new(at, format!("{}, as for an item that does not exist", to_unknown.status))
            });
            run.record(operation, Rule::Ownership, &foreign, &to_foreign, violation);
        }
    }
    if let (Some((_, before)), Some((request, after))) = (before, listed(run, creates).await) {
        let item = |response: &Response| {
            let list = response.json().unwrap_or_default();
            list.as_array().and_then(|items| items.iter().find(|item| item.get("id") == Some(&json!(id))).cloned())
        };
        let violation = (item(&before) != item(&after))
            .then(|| Violation::new("the item after rejected requests", "the item as it was"));
        run.record(operation, Rule::Ownership, &request, &after, violation);
    }
    run.delete_as_other_user(creates, &id).await;
}

/// The second user's list of a collection.
async fn listed(run: &mut Run<'_>, creates: &Operation) -> Option<(Request, Response)> {
    let lists = run.contract.at("GET", &creates.path)?;
    let session = other_session(run, lists)?;
    let request = run.request(lists, &RequestDraft::default()).with(Some(&session));
    let response = run.send_unchecked(lists, &request).await.filter(|response| response.is_success())?;
    Some((request, response))
}
