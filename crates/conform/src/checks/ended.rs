//! Credentials that have ended are rejected.

use crate::contract::Operation;
use crate::http::RequestExt as _;
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Credential, CredentialKind, Expected, RequestDraft, Run};
use serde_json::json;
use std::time::Duration;

/// A little longer than the shortest session, of one second.
const EXPIRY: Duration = Duration::from_millis(1300);

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    match operation.id.as_str() {
        "logout" => after_logout(run, operation).await,
        "createSession" => after_expiry(run, operation).await,
        "deleteSession" | "deleteApiKey" => after_deletion(run, operation).await,
        _ => {}
    }
}

async fn after_logout(run: &mut Run<'_>, operation: &Operation) {
    let Some(token) = run.new_session().await else {
        return run.skip(operation, Rule::CredentialEnded, "no separate session could be created");
    };
    let session = session_credential(operation, token);
    let request = run.request(operation, &RequestDraft::default()).with(session.as_ref());
    run.send_unchecked(operation, &request).await;
    must_be_rejected(run, operation, session, "the session was logged out").await;
}

async fn after_expiry(run: &mut Run<'_>, operation: &Operation) {
    let credential = match run.credential_or_why(operation) {
        Ok(credential) => credential,
        Err(why) => return run.skip(operation, Rule::CredentialEnded, &why),
    };
    let request = run.request(operation, &RequestDraft::of(json!({ "duration": 1 }))).with(credential.as_ref());
    let created = run.send_unchecked(operation, &request).await;
    let Some(token) = created.and_then(|response| response.text_at("/token")) else {
        return run.skip(operation, Rule::CredentialEnded, "no session could be created");
    };
    tokio::time::sleep(EXPIRY).await;
    must_be_rejected(run, operation, session_credential(operation, token), "the session's duration is over").await;
}

/// A session or a key that is deleted by its identifier.
async fn after_deletion(run: &mut Run<'_>, operation: &Operation) {
    let Some(creates) = operation.collection().and_then(|collection| run.contract.at("POST", collection)) else {
        return;
    };
    let credential = match run.credential_or_why(creates) {
        Ok(credential) => credential,
        Err(why) => return run.skip(operation, Rule::CredentialEnded, &why),
    };
    let body = json!({ "name": "conform", "permissions": ["all"] });
    let request = run.request(creates, &RequestDraft::of(body)).with(credential.as_ref());
    let Some(response) = run.send_unchecked(creates, &request).await.filter(|response| response.is_success()) else {
        return run.skip(operation, Rule::CredentialEnded, "could not create anything to delete");
    };
    let id = response.json().ok().as_ref().and_then(crate::run::identifier);
    let (secret, kind) = match (response.text_at("/token"), response.text_at("/secret")) {
        (Some(token), _) => (token, CredentialKind::Session),
        (None, Some(secret)) => (secret, CredentialKind::Key),
        (None, None) => {
            return run.skip(operation, Rule::CredentialEnded, "the response to the creation has no secret");
        }
    };
    let (Some(id), Some(parameter)) = (id, operation.item_parameter()) else { return };
    let draft = RequestDraft::default().with_parameter(&parameter.name, parameter.location, &id);
    let credential = run.credential(operation);
    let request = run.request(operation, &draft).with(credential.as_ref());
    run.send_unchecked(operation, &request).await;
    let location =
        operation.schemes.iter().map(|scheme| &scheme.location).find(|location| CredentialKind::of(location) == kind);
    let ended = location.map(|location| Credential { location: location.clone(), secret });
    must_be_rejected(run, operation, ended, &format!("the {} was deleted", kind.name())).await;
}

fn session_credential(operation: &Operation, secret: String) -> Option<Credential> {
    let location =
        operation.schemes.iter().map(|scheme| &scheme.location).find(|location| location.is_for_sessions())?;
    Some(Credential { location: location.clone(), secret })
}

/// Sends a request with a credential that has ended. If it is accepted, the finding is one of `operation`, which should
/// have ended it.
async fn must_be_rejected(run: &mut Run<'_>, operation: &Operation, credential: Option<Credential>, at: &str) {
    let (Some(probe), Some(credential)) = (run.probe(), credential) else { return };
    let request = run.request(probe, &RequestDraft::default()).with(Some(&credential));
    let Some(response) = run.send(probe, &request, Expected::Any).await else { return };
    let violation =
        (!run.is_rejection(&response, 401)).then(|| Violation::new(at, "rejected with 401: the credential has ended"));
    run.record(operation, Rule::CredentialEnded, &request, &response, violation);
}
