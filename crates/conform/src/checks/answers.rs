//! Sends valid requests with every kind of credential.

use crate::contract::{Operation, Scheme};
use crate::http::{Request, RequestExt as _};
use crate::rule::Rule;
use crate::run::{Credential, CredentialKind, Expected, Purpose, RequestDraft, Run};
use crate::value::flat;
use crate::value::invalid::with_unknown_property;
use crate::value::valid::Extent;
use serde_json::Value;

/// An operation that ends the session it is called with.
const ENDS_ITS_SESSION: &str = "logout";
/// An operation that ends all sessions but the one it is called with.
const ENDS_OTHER_SESSIONS: &str = "deleteAllSessions";
/// An operation that may end sessions on some servers.
const CHANGES_PASSWORD: &str = "changePassword";

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    // There is one sign-up: on an empty server the start of the run sent and checked it.
    if run.results.contains(&operation.id, Rule::SuccessStatus) && operation.id == "signUpAdmin" {
        return;
    }
    if let Err(why) = possible(run, operation) {
        return run.skip(operation, Rule::SuccessStatus, &why);
    }
    if !operation.is_secured() {
        variations(run, operation, None).await;
        return with_correlation_id(run, operation).await;
    }
    let mut varied = false;
    for scheme in &operation.schemes {
        match credential(run, operation, scheme).await {
            Err(why) => run.skip(operation, Rule::CredentialRight, &why),
            Ok(credential) if varied => {
                let at = format!("with {}", scheme.name);
                send_with(run, operation, &credential, Extent::Minimal, Rule::CredentialRight, &at).await;
            }
            Ok(credential) => {
                variations(run, operation, Some(&credential)).await;
                varied = true;
            }
        }
    }
    with_correlation_id(run, operation).await;
}

/// Sends a request that has a correlation id.
async fn with_correlation_id(run: &mut Run<'_>, operation: &Operation) {
    let Some(header) = run.profile.as_ref().map(|profile| profile.correlation_id.header.clone()) else { return };
    let credential = run.credential(operation);
    if !operation.is_read() || (operation.is_secured() && credential.is_none()) {
        return;
    }
    if let Ok(draft) = run.draft(operation, Extent::Minimal, Purpose::Succeed(None)).await {
        let request = run.request(operation, &draft).header(&header, "conform-1").with(credential.as_ref());
        run.send(operation, &request, Expected::Any).await;
    }
}

/// Whether a valid request can be sent without doing harm.
fn possible(run: &Run<'_>, operation: &Operation) -> Result<(), String> {
    let account = &run.account;
    match operation.id.as_str() {
        "signUpAdmin" => Err("the server already has its administrator".to_owned()),
        "login" | CHANGES_PASSWORD if account.password.is_none() => {
            Err("needs the account's password (--password)".to_owned())
        }
        ENDS_OTHER_SESSIONS if account.foreign_sessions > 0 && !run.options.may_end_sessions => Err(format!(
            "would end {} sessions that this run did not create (--may-end-sessions)",
            account.foreign_sessions
        )),
        _ => Ok(()),
    }
}

/// The account's credential of this kind; a separate session for a request that ends it.
async fn credential(run: &mut Run<'_>, operation: &Operation, scheme: &Scheme) -> Result<Credential, String> {
    let kind = CredentialKind::of(&scheme.location);
    if let Some((status, reason)) = run.rejection(operation, kind) {
        return Err(format!("rejected with {status}: {reason}"));
    }
    // It ends all sessions, and without a password the run could not log in again.
    if kind == CredentialKind::Key && operation.id == ENDS_OTHER_SESSIONS && run.account.password.is_none() {
        return Err("would end the session of --token".to_owned());
    }
    let secret = if kind == CredentialKind::Session && operation.id == ENDS_ITS_SESSION {
        run.new_session().await
    } else {
        run.secret(kind).map(str::to_owned)
    };
    let secret = secret.ok_or_else(|| format!("no {} to send the request with", kind.name()))?;
    Ok(Credential { location: scheme.location.clone(), secret })
}

/// The required properties only, all properties, and an unknown one.
async fn variations(run: &mut Run<'_>, operation: &Operation, credential: Option<&Credential>) {
    let Some(minimal) = send(run, operation, credential, Extent::Minimal, Rule::SuccessStatus, "minimal").await else {
        return;
    };
    if operation.body.is_none() && operation.parameters.iter().all(|parameter| parameter.required) {
        return;
    }
    send(run, operation, credential, Extent::Full, Rule::SuccessStatus, "all properties").await;
    if let Some(body) = minimal.body.as_ref().filter(|_| allows_more(run, operation)) {
        let draft = minimal.with_body(with_unknown_property(body));
        let draft = refreshed(run, operation, draft).await;
        let request = run.request(operation, &draft).with(credential);
        let expected = Expected::Success { rule: Rule::UnknownProperty, at: "an unknown property" };
        run.send(operation, &request, expected).await;
        run.renew_session().await;
    }
}

/// Whether the body may have properties that its schema does not list.
fn allows_more(run: &Run<'_>, operation: &Operation) -> bool {
    let schema = operation.body.as_ref().map(|schema| flat(run.contract.document(), schema)).unwrap_or_default();
    let forbids = |keyword: &str| schema.get(keyword) == Some(&Value::Bool(false));
    !forbids("additionalProperties") && !forbids("unevaluatedProperties")
}

/// The draft for a new item: the last request may have removed the old one.
async fn refreshed(run: &mut Run<'_>, operation: &Operation, draft: RequestDraft) -> RequestDraft {
    match run.draft(operation, Extent::Minimal, Purpose::Succeed(None)).await {
        Ok(fresh) => RequestDraft { body: draft.body, ..fresh },
        Err(_) => draft,
    }
}

async fn send_with(
    run: &mut Run<'_>,
    operation: &Operation,
    credential: &Credential,
    extent: Extent,
    rule: Rule,
    at: &str,
) {
    send(run, operation, Some(credential), extent, rule, at).await;
}

async fn send(
    run: &mut Run<'_>,
    operation: &Operation,
    credential: Option<&Credential>,
    extent: Extent,
    rule: Rule,
    at: &str,
) -> Option<RequestDraft> {
    match run.draft(operation, extent, Purpose::Succeed(None)).await {
        Err(why) => {
            run.skip(operation, rule, &why);
            None
        }
        Ok(draft) => {
            let request: Request = run.request(operation, &draft).with(credential);
            run.send(operation, &request, Expected::Success { rule, at }).await;
            if [ENDS_OTHER_SESSIONS, CHANGES_PASSWORD, ENDS_ITS_SESSION].contains(&operation.id.as_str()) {
                run.renew_session().await;
            }
            Some(draft)
        }
    }
}
