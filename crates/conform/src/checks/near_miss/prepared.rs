//! Credentials that a run makes in order to alter or to end them.

use crate::contract::{CredentialLocation, Operation};
use crate::http::{RequestExt as _, Response};
use crate::run::{Credential, CredentialKind, Purpose, RequestDraft, Run, identifier};
use crate::value::valid::Extent;
use serde_json::{Value, json};
use std::time::Instant;

/// A valid secret, and the identifier of its session or key.
#[derive(Debug, Clone)]
pub(super) struct Valid {
    pub(super) kind: CredentialKind,
    pub(super) secret: String,
    pub(super) id: Option<String>,
}

/// A secret that was valid, and why it no longer is.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    pub(super) kind: CredentialKind,
    pub(super) secret: String,
    pub(super) why: &'static str,
}

/// What the checks of near misses need.
#[derive(Debug, Default)]
pub(in super::super) struct Prepared {
    pub(super) is_ready: bool,
    pub(super) valid: Vec<Valid>,
    pub(super) ended: Vec<Ended>,
    /// A session of one second, and when it was created.
    pub(super) expiring: Option<(String, Instant)>,
}

impl Prepared {
    /// Makes the credentials at the first call, and those that have become invalid again.
    pub(super) async fn refresh(&mut self, run: &mut Run<'_>) {
        if !self.is_ready {
            *self = prepare(run).await;
            return;
        }
        for each in &mut self.valid {
            if is_rejected(run, each.kind, &each.secret).await {
                let creates = match each.kind {
                    CredentialKind::Session => "createSession",
                    CredentialKind::Key => "createApiKey",
                    CredentialKind::Password => continue,
                };
                if let Some(renewed) = valid(run, creates, each.kind).await {
                    *each = renewed;
                }
            }
        }
    }
}

async fn prepare(run: &mut Run<'_>) -> Prepared {
    let mut ended = Vec::new();
    if let Some(token) = created(run, "createSession", json!({})).await.and_then(|session| session.text_at("/token")) {
        send(run, "logout", None, Some(&token)).await;
        ended.push(Ended { kind: CredentialKind::Session, secret: token, why: "that was logged out" });
    }
    for (creates, deletes, kind) in [
        ("createSession", "deleteSession", CredentialKind::Session),
        ("createApiKey", "deleteApiKey", CredentialKind::Key),
    ] {
        if let Some(Valid { secret, id: Some(id), .. }) = valid(run, creates, kind).await
            && let Some(operation) = run.contract.operation(deletes)
        {
            let mut draft = RequestDraft::default();
            for parameter in &operation.parameters {
                draft = draft.with_parameter(&parameter.name, parameter.location, &id);
            }
            let request = run.request(operation, &draft).with(run.credential(operation).as_ref());
            run.send_unchecked(operation, &request).await;
            ended.push(Ended { kind, secret, why: "that was deleted" });
        }
    }
    // These end all other sessions: only if there are none but those of this run.
    if run.account.foreign_sessions == 0 {
        ended.extend(ended_by_all_sessions(run).await);
        ended.extend(ended_by_password(run).await);
    }
    let mut really_ended = Vec::new();
    for each in ended {
        // The check of the operation that should have ended it reports it.
        if is_rejected(run, each.kind, &each.secret).await {
            really_ended.push(each);
        }
    }
    let expiring = created(run, "createSession", json!({ "duration": 1 })).await;
    let expiring = expiring.and_then(|session| Some((session.text_at("/token")?, Instant::now())));
    let mut ready = Prepared { is_ready: true, valid: Vec::new(), ended: really_ended, expiring };
    ready.valid.extend(valid(run, "createSession", CredentialKind::Session).await);
    ready.valid.extend(valid(run, "createApiKey", CredentialKind::Key).await);
    ready
}

/// A new session or key.
async fn valid(run: &mut Run<'_>, creates: &str, kind: CredentialKind) -> Option<Valid> {
    let (body, secret) = match kind {
        CredentialKind::Session => (json!({}), "/token"),
        CredentialKind::Key => (json!({ "name": "conform", "permissions": ["all"] }), "/secret"),
        CredentialKind::Password => return None,
    };
    let response = created(run, creates, body).await?;
    let id = response.json().ok().as_ref().and_then(identifier);
    Some(Valid { kind, secret: response.text_at(secret)?, id })
}

async fn created(run: &mut Run<'_>, creates: &str, body: Value) -> Option<Response> {
    send(run, creates, Some(body), None).await.filter(|response| response.is_success())
}

async fn ended_by_all_sessions(run: &mut Run<'_>) -> Option<Ended> {
    let token = created(run, "createSession", json!({})).await?.text_at("/token")?;
    send(run, "deleteAllSessions", None, None).await?;
    run.renew_session().await;
    Some(Ended { kind: CredentialKind::Session, secret: token, why: "that was ended with all others" })
}

/// The password stays the same, so that the run can go on.
async fn ended_by_password(run: &mut Run<'_>) -> Option<Ended> {
    let password = run.account.password.clone().filter(|_| run.account.disposable)?;
    let change = run.contract.operation("changePassword")?;
    change.properties(run.contract).find(|(name, _)| *name == "invalidateSessions")?;
    let token = created(run, "createSession", json!({})).await?.text_at("/token")?;
    let body = json!({ "password": password, "newPassword": password, "invalidateSessions": true });
    let changed = send(run, "changePassword", Some(body), None).await?.is_success();
    run.renew_session().await;
    let why = "that was ended by a change of the password";
    changed.then_some(Ended { kind: CredentialKind::Session, secret: token, why })
}

/// Sends a request with this session, or with the account's credential.
async fn send(run: &mut Run<'_>, operation: &str, body: Option<Value>, session: Option<&str>) -> Option<Response> {
    let operation = run.contract.operation(operation)?;
    let credential = match session {
        Some(token) => location(operation, CredentialKind::Session)
            .map(|location| Credential { location, secret: token.to_owned() }),
        None => run.credential(operation),
    };
    let request = run.request(operation, &RequestDraft { parameters: Vec::new(), body }).with(Some(&credential?));
    run.send_unchecked(operation, &request).await
}

/// Where an operation takes this kind of credential.
fn location(operation: &Operation, kind: CredentialKind) -> Option<CredentialLocation> {
    operation.schemes.iter().map(|scheme| &scheme.location).find(|each| CredentialKind::of(each) == kind).cloned()
}

/// Whether any of a few reads rejects the secret.
pub(super) async fn is_rejected(run: &mut Run<'_>, kind: CredentialKind, secret: &str) -> bool {
    let contract = run.contract;
    let is_simple = |each: &&Operation| each.is_read() && each.is_secured() && !each.path.contains('{');
    for operation in run.probe().into_iter().chain(contract.operations.iter().filter(is_simple)).take(3) {
        let Ok(draft) = run.draft(operation, Extent::Minimal, Purpose::Fail).await else { continue };
        let Some(location) = location(operation, kind) else { continue };
        let request = run.request(operation, &draft).credential(&location, secret);
        if run.send_unchecked(operation, &request).await.is_some_and(|response| response.status == 401) {
            return true;
        }
    }
    false
}
