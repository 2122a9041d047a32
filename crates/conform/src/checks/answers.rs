//! Valid requests, with every kind of credential.

use crate::contract::{Operation, Scheme};
use crate::http::{Request, RequestExt as _};
use crate::response::CORRELATION_ID;
use crate::rule::Rule;
use crate::run::{Credential, Draft, Exam, Kind, Purpose, Wanted, refusal};
use crate::value::invalid::with_unknown_property;
use crate::value::valid::Extent;

/// An operation that ends the session it is called with.
const ENDS_ITS_SESSION: &str = "logout";
/// An operation that ends all sessions but the one it is called with.
const ENDS_OTHER_SESSIONS: &str = "deleteAllSessions";
/// An operation that may end sessions on some servers.
const CHANGES_PASSWORD: &str = "changePassword";

pub(super) async fn check(exam: &mut Exam<'_>, operation: &Operation) {
    // Nobody signs up twice: on an empty server it was done, and judged, at the beginning.
    if exam.ledger.knows(&operation.id, Rule::SuccessStatus) && operation.id == "signUpAdmin" {
        return;
    }
    if let Err(why) = possible(exam, operation) {
        return exam.skip(operation, Rule::SuccessStatus, &why);
    }
    if !operation.is_secured() {
        variations(exam, operation, None).await;
        return named(exam, operation).await;
    }
    let mut varied = false;
    for scheme in &operation.schemes {
        match credential(exam, operation, scheme).await {
            Err(why) => exam.skip(operation, Rule::CredentialRight, &why),
            Ok(credential) if varied => {
                let at = format!("with {}", scheme.name);
                one(exam, operation, &credential, Extent::Minimal, Rule::CredentialRight, &at).await;
            }
            Ok(credential) => {
                variations(exam, operation, Some(&credential)).await;
                varied = true;
            }
        }
    }
    named(exam, operation).await;
}

/// A request that brings its own name.
async fn named(exam: &mut Exam<'_>, operation: &Operation) {
    let credential = exam.credential(operation);
    if !operation.is_read() || (operation.is_secured() && credential.is_none()) {
        return;
    }
    if let Ok(draft) = exam.draft(operation, Extent::Minimal, Purpose::Succeed(None)).await {
        let request = exam.request(operation, &draft).header(CORRELATION_ID, "conform-1").with(credential.as_ref());
        exam.ask(operation, &request, Wanted::Anything).await;
    }
}

/// Whether a valid request can be made without doing harm.
fn possible(exam: &Exam<'_>, operation: &Operation) -> Result<(), String> {
    let account = &exam.account;
    match operation.id.as_str() {
        "signUpAdmin" => Err("the server has its administrator already".to_owned()),
        "login" | CHANGES_PASSWORD if account.password.is_none() => {
            Err("the account's password is not given".to_owned())
        }
        ENDS_OTHER_SESSIONS if account.foreign_sessions > 0 && !exam.options.may_end_sessions => {
            Err(format!("it would end {} sessions of the account that this run did not make", account.foreign_sessions))
        }
        _ => Ok(()),
    }
}

/// The account's credential of this kind; one of its own for a request that ends it.
async fn credential(exam: &mut Exam<'_>, operation: &Operation, scheme: &Scheme) -> Result<Credential, String> {
    let kind = Kind::of(&scheme.place);
    if let Some(status) = refusal(operation, kind) {
        return Err(format!("refused with {status} by the original"));
    }
    // All sessions end then, and without a password there is no other.
    if kind == Kind::Key && operation.id == ENDS_OTHER_SESSIONS && exam.account.password.is_none() {
        return Err("it would end the session that was given".to_owned());
    }
    let secret = if kind == Kind::Session && operation.id == ENDS_ITS_SESSION {
        exam.spare_session().await
    } else {
        exam.secret(kind).map(str::to_owned)
    };
    let secret = secret.ok_or_else(|| format!("no {} to ask with", kind.name()))?;
    Ok(Credential { place: scheme.place.clone(), secret })
}

/// As little as possible, all there is, and more than the contract knows.
async fn variations(exam: &mut Exam<'_>, operation: &Operation, credential: Option<&Credential>) {
    let Some(minimal) = ask(exam, operation, credential, Extent::Minimal, Rule::SuccessStatus, "minimal").await else {
        return;
    };
    if operation.body.is_none() && operation.parameters.iter().all(|parameter| parameter.required) {
        return;
    }
    ask(exam, operation, credential, Extent::Full, Rule::SuccessStatus, "all properties").await;
    if let Some(body) = &minimal.body {
        let draft = minimal.with_body(with_unknown_property(body));
        let draft = refreshed(exam, operation, draft).await;
        let request = exam.request(operation, &draft).with(credential);
        let wanted = Wanted::Success { rule: Rule::UnknownProperty, at: "an unknown property" };
        exam.ask(operation, &request, wanted).await;
        exam.revive().await;
    }
}

/// The draft for another item: the last request may have removed it.
async fn refreshed(exam: &mut Exam<'_>, operation: &Operation, draft: Draft) -> Draft {
    match exam.draft(operation, Extent::Minimal, Purpose::Succeed(None)).await {
        Ok(fresh) => Draft { body: draft.body, ..fresh },
        Err(_) => draft,
    }
}

async fn one(
    exam: &mut Exam<'_>,
    operation: &Operation,
    credential: &Credential,
    extent: Extent,
    rule: Rule,
    at: &str,
) {
    ask(exam, operation, Some(credential), extent, rule, at).await;
}

async fn ask(
    exam: &mut Exam<'_>,
    operation: &Operation,
    credential: Option<&Credential>,
    extent: Extent,
    rule: Rule,
    at: &str,
) -> Option<Draft> {
    match exam.draft(operation, extent, Purpose::Succeed(None)).await {
        Err(why) => {
            exam.skip(operation, rule, &why);
            None
        }
        Ok(draft) => {
            let request: Request = exam.request(operation, &draft).with(credential);
            exam.ask(operation, &request, Wanted::Success { rule, at }).await;
            if [ENDS_OTHER_SESSIONS, CHANGES_PASSWORD, ENDS_ITS_SESSION].contains(&operation.id.as_str()) {
                exam.revive().await;
            }
            Some(draft)
        }
    }
}
