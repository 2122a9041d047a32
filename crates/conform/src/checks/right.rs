//! Every kind of credential is accepted: with GET and with HEAD, beside cookies of other programs, with its header's name
//! in capitals. All of them act as the same account.

use crate::contract::{CredentialLocation, Operation};
use crate::http::{Request, RequestExt as _, Response};
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Credential, CredentialKind, Expected, Purpose, RequestDraft, Run};
use crate::severity::Severity;
use crate::value::valid::Extent;
use serde_json::Value;
use std::collections::BTreeSet;

/// Cookies that another program may have set for the same host.
const OTHER_COOKIES: [&str; 2] = ["theme=dark; consent=\"a b\"", "_ga=GA1.1.1; lang=en-US; empty="];
/// A token or key that does not exist.
const WRONG: &str = "conform0wrong0credential";
/// The status for a request without a valid credential.
const UNAUTHORIZED: u16 = 401;
/// Operations that a request with a valid credential must not reach only to see whether it is accepted.
const ENDS_SESSIONS: [&str; 3] = ["logout", "deleteAllSessions", "changePassword"];

/// Sends right credentials in every form that HTTP allows.
pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    if !operation.is_secured() || ENDS_SESSIONS.contains(&operation.id.as_str()) {
        return;
    }
    let purpose = if operation.is_read() { Purpose::Succeed(None) } else { Purpose::Fail };
    let Ok(draft) = run.draft(operation, Extent::Minimal, purpose).await else { return };
    let mut first: Option<(String, Response)> = None;
    for credential in credentials(run, operation) {
        let request = run.request(operation, &draft).with(Some(&credential));
        let Some(plain) = run.send(operation, &request, Expected::Any).await else { continue };
        // The check of valid requests reports what is wrong with it.
        if plain.status == UNAUTHORIZED || (operation.is_read() && !plain.is_success()) {
            continue;
        }
        for (how, form) in forms(run.request(operation, &draft), operation, &credential) {
            same_status(run, operation, &form, &plain, &format!("{}, {how}", credential.location)).await;
        }
        match &first {
            Some((location, expected)) => same_items(run, operation, &request, &plain, location, expected),
            None => first = Some((credential.location.to_string(), plain)),
        }
    }
    beside(run, operation, &draft).await;
}

fn credentials(run: &Run<'_>, operation: &Operation) -> Vec<Credential> {
    let usable = operation.schemes.iter().filter_map(|scheme| {
        let kind = CredentialKind::of(&scheme.location);
        let secret = run.secret(kind).filter(|_| run.rejection(operation, kind).is_none())?;
        Some(Credential { location: scheme.location.clone(), secret: secret.to_owned() })
    });
    usable.collect()
}

/// The request with the credential in other forms.
fn forms(base: Request, operation: &Operation, credential: &Credential) -> Vec<(&'static str, Request)> {
    let Credential { location, secret } = credential;
    let plain = base.clone().with(Some(credential));
    let mut forms = Vec::new();
    if operation.is_read() {
        forms.push(("with HEAD", Request { method: "HEAD".to_owned(), ..plain.clone() }));
    }
    match location {
        CredentialLocation::Cookie(name) => {
            let cookies = |value: String| base.clone().header("Cookie", &value);
            let [some, others] = OTHER_COOKIES;
            forms.push(("after other cookies", cookies(format!("{some}; {name}={secret}"))));
            forms.push(("before other cookies", cookies(format!("{name}={secret}; {others}"))));
            let similar = format!("x{name}={WRONG}; {name}={secret}; {name}x={WRONG}");
            forms.push(("between cookies with similar names", cookies(similar)));
            forms.push(("with the header's name in capitals", base.header("COOKIE", &format!("{name}={secret}"))));
        }
        CredentialLocation::Bearer | CredentialLocation::Basic | CredentialLocation::Header(_) => {
            let [some, _] = OTHER_COOKIES;
            forms.push(("beside cookies", plain.clone().header("Cookie", some)));
            let capitals = |(name, value): &(String, String)| (name.to_uppercase(), value.clone());
            let headers = plain.headers.iter().map(capitals).collect();
            forms.push(("with the header's name in capitals", Request { headers, ..plain }));
        }
        CredentialLocation::Query(_) => {
            let [some, _] = OTHER_COOKIES;
            forms.push(("beside cookies", plain.header("Cookie", some)));
        }
    }
    forms
}

async fn same_status(run: &mut Run<'_>, operation: &Operation, request: &Request, plain: &Response, at: &str) {
    // What the first request did may be a reason to reject the second, but not its credential.
    let Some(response) = run.send(operation, request, Expected::Any).await else { return };
    let is_wrong = [UNAUTHORIZED, 403].contains(&response.status) && response.status != plain.status;
    let is_wrong = is_wrong || (operation.is_read() && !request.is_head() && !response.is_success());
    let violation = is_wrong.then(|| Violation::new(at, format!("{}, as without this", plain.status)));
    run.record(operation, Rule::CredentialRight, request, &response, violation);
}

/// All credentials of an account show the same items.
fn same_items(
    run: &mut Run<'_>,
    operation: &Operation,
    request: &Request,
    response: &Response,
    location: &str,
    expected: &Response,
) {
    if !operation.is_read() {
        return;
    }
    let (received, expected) = (identifiers(response), identifiers(expected));
    let violation =
        (received != expected).then(|| Violation::new("the account", format!("the same items as with the {location}")));
    run.record(operation, Rule::CredentialRight, request, response, violation);
}

/// The identifiers of an item, or of all items of a list.
pub(super) fn identifiers(response: &Response) -> BTreeSet<String> {
    let body = response.json().unwrap_or_default();
    let items = match body {
        Value::Array(items) => items,
        item => vec![item],
    };
    items.iter().filter_map(|item| item.get("id")?.as_str().map(str::to_owned)).collect()
}

/// Two credentials at once, of which one is wrong: the session decides, and of two sessions the bearer token. The
/// contract allows a server to decide otherwise.
async fn beside(run: &mut Run<'_>, operation: &Operation, draft: &RequestDraft) {
    let priority = |location: &CredentialLocation| match location {
        CredentialLocation::Bearer | CredentialLocation::Basic => 0,
        CredentialLocation::Cookie(_) => 1,
        CredentialLocation::Header(_) | CredentialLocation::Query(_) => 2,
    };
    // Which of two the server takes is a matter of its dialect.
    let all = if run.profile.is_some() { credentials(run, operation) } else { Vec::new() };
    for right in &all {
        for other in all.iter().filter(|other| priority(&other.location) != priority(&right.location)) {
            let request = run.request(operation, draft).with(Some(right)).credential(&other.location, WRONG);
            let Some(response) = run.send(operation, &request, Expected::Any).await else { continue };
            let is_rejected = response.status == UNAUTHORIZED;
            let should_be_rejected = priority(&other.location) < priority(&right.location);
            let (rule, expected) = if should_be_rejected {
                (Rule::CredentialWrong, "rejected with 401, as the original does")
            } else {
                (Rule::CredentialRight, "accepted, as the original does")
            };
            let at = format!("a wrong {} beside a valid {}", other.location, right.location);
            let violation =
                (is_rejected != should_be_rejected).then(|| Violation::new(at, expected).severity(Severity::Warning));
            run.record(operation, rule, &request, &response, violation);
        }
    }
}
