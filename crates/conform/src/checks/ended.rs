//! Credentials that have ended open nothing any more.

use crate::contract::Operation;
use crate::http::RequestExt as _;
use crate::results::Departure;
use crate::rule::Rule;
use crate::run::{Credential, Draft, Exam, Kind, Wanted};
use serde_json::json;
use std::time::Duration;

/// A little more than the one second that the shortest session lives.
const EXPIRY: Duration = Duration::from_millis(1300);

pub(super) async fn check(exam: &mut Exam<'_>, operation: &Operation) {
    match operation.id.as_str() {
        "logout" => after_logout(exam, operation).await,
        "createSession" => after_expiry(exam, operation).await,
        "deleteSession" | "deleteApiKey" => after_deletion(exam, operation).await,
        _ => {}
    }
}

async fn after_logout(exam: &mut Exam<'_>, operation: &Operation) {
    let Some(token) = exam.spare_session().await else {
        return exam.skip(operation, Rule::CredentialEnded, "no session to end");
    };
    let session = session_credential(operation, token);
    let request = exam.request(operation, &Draft::default()).with(session.as_ref());
    exam.prepare(operation, &request).await;
    is_over(exam, operation, session, "the session was logged out").await;
}

async fn after_expiry(exam: &mut Exam<'_>, operation: &Operation) {
    let credential = match exam.credential_or_why(operation) {
        Ok(credential) => credential,
        Err(why) => return exam.skip(operation, Rule::CredentialEnded, &why),
    };
    let request = exam.request(operation, &Draft::of(json!({ "duration": 1 }))).with(credential.as_ref());
    let created = exam.prepare(operation, &request).await;
    let Some(token) = created.and_then(|answer| answer.text_at("/token")) else {
        return exam.skip(operation, Rule::CredentialEnded, "no session could be created");
    };
    tokio::time::sleep(EXPIRY).await;
    is_over(exam, operation, session_credential(operation, token), "the session's duration is over").await;
}

/// A session or a key that is deleted by its identifier.
async fn after_deletion(exam: &mut Exam<'_>, operation: &Operation) {
    let Some(creates) = operation.collection().and_then(|collection| exam.contract.at("POST", collection)) else {
        return;
    };
    let credential = match exam.credential_or_why(creates) {
        Ok(credential) => credential,
        Err(why) => return exam.skip(operation, Rule::CredentialEnded, &why),
    };
    let body = json!({ "name": "conform", "permissions": ["all"] });
    let request = exam.request(creates, &Draft::of(body)).with(credential.as_ref());
    let Some(answer) = exam.prepare(creates, &request).await.filter(|answer| answer.is_success()) else {
        return exam.skip(operation, Rule::CredentialEnded, "nothing could be created to be deleted");
    };
    let id = answer.json().ok().as_ref().and_then(crate::run::identifier);
    let (secret, kind) = match (answer.text_at("/token"), answer.text_at("/secret")) {
        (Some(token), _) => (token, Kind::Session),
        (None, Some(secret)) => (secret, Kind::Key),
        (None, None) => return exam.skip(operation, Rule::CredentialEnded, "the answer holds no secret"),
    };
    let (Some(id), Some(parameter)) = (id, operation.parameters.first()) else { return };
    let draft = Draft::default().with_parameter(&parameter.name, parameter.position, &id);
    let credential = exam.credential(operation);
    let request = exam.request(operation, &draft).with(credential.as_ref());
    exam.prepare(operation, &request).await;
    let place = operation.schemes.iter().map(|scheme| &scheme.place).find(|place| Kind::of(place) == kind);
    let ended = place.map(|place| Credential { place: place.clone(), secret });
    is_over(exam, operation, ended, &format!("the {} was deleted", kind.name())).await;
}

fn session_credential(operation: &Operation, secret: String) -> Option<Credential> {
    let place = operation.schemes.iter().map(|scheme| &scheme.place).find(|place| place.is_for_sessions())?;
    Some(Credential { place: place.clone(), secret })
}

/// Asks with a credential that has ended; that it is still accepted is held against `operation`, which ended it.
async fn is_over(exam: &mut Exam<'_>, operation: &Operation, credential: Option<Credential>, at: &str) {
    let (Some(probe), Some(credential)) = (exam.probe(), credential) else { return };
    let request = exam.request(probe, &Draft::default()).with(Some(&credential));
    let Some(answer) = exam.ask(probe, &request, Wanted::Anything).await else { return };
    let departure = (answer.status != 401).then(|| Departure::new(at, "401: the credential has ended"));
    exam.fact(operation, Rule::CredentialEnded, &request, &answer, departure);
}
