//! Checks that a password with unusual characters is used as it was sent, and that addresses are not case-sensitive
//! where the contract says so.

use crate::contract::Operation;
use crate::http::RequestExt as _;
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Expected, RequestDraft, Run};
use crate::value::flat;
use serde_json::{Value, json};

/// Characters that servers trim, escape or convert. Shorter than 72 bytes together with what makes it unique: common
/// ways of hashing see no more.
const UNUSUAL: &str = " Ünï\"😀\\%41+<b>&amp; ";

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    match operation.id.as_str() {
        "login" => in_capitals(run, operation).await,
        "changePassword" => unusual(run, operation).await,
        _ => {}
    }
}

/// An address is stored in lower case, so it logs in however it is written.
async fn in_capitals(run: &mut Run<'_>, login: &Operation) {
    let document = run.contract.document();
    let mut properties = login.properties(run.contract);
    let is_lowercase = properties
        .any(|(name, schema)| name == "email" && flat(document, schema).get("x-lowercase") == Some(&Value::Bool(true)));
    let (Some(email), Some(password)) = (run.account.email.clone(), run.account.password.clone()) else { return };
    if is_lowercase {
        let body = json!({ "email": email.to_uppercase(), "password": password });
        let request = run.request(login, &RequestDraft::of(body));
        let expected = Expected::Success { rule: Rule::ValidValue, at: "/email: in capitals" };
        run.send(login, &request, expected).await;
    }
}

/// The new password logs in, and almost the same does not; only for an account that this run created.
async fn unusual(run: &mut Run<'_>, change: &Operation) {
    let (Some(email), Some(old), Some(login)) =
        (run.account.email.clone(), run.account.password.clone(), run.contract.operation("login"))
    else {
        return;
    };
    // Of a server that confuses passwords it is not known which one is current.
    let confused = run.results.has_findings(&change.id, Rule::EffectPassword);
    if !run.account.disposable || confused {
        return;
    }
    let unique = uuid::Uuid::new_v4().simple().to_string();
    let new = format!(" {}{UNUSUAL}", unique.get(..16).unwrap_or_default());
    let near = [("without the spaces at its ends", new.trim().to_owned()), ("in lower case", new.to_lowercase())];
    for secret in near.iter().map(|(_, near)| near).chain([&new]) {
        run.secrets.add(secret);
    }
    let body = |from: &str, to: &str| RequestDraft::of(json!({ "password": from, "newPassword": to }));
    let request = run.request(change, &body(&old, &new)).with(run.credential(change).as_ref());
    let expected = Expected::Success { rule: Rule::ValidValue, at: "/newPassword: unusual characters" };
    if run.send(change, &request, expected).await.is_none_or(|response| !response.is_success()) {
        return;
    }
    let credentials = |password: &str| RequestDraft::of(json!({ "email": email, "password": password }));
    // Two wrong passwords at most: a server may make the client wait after more.
    for (how, password, accepted) in
        near.iter().map(|(how, near)| (*how, near, false)).chain([("as it was sent", &new, true)])
    {
        let request = run.request(login, &credentials(password));
        let Some(response) = run.send(login, &request, Expected::Any).await else { continue };
        let violation = (response.is_success() != accepted).then(|| {
            let expected =
                if accepted { "a login: the password was just set" } else { "rejected: it is another password" };
            Violation::new(format!("/newPassword: {how}"), expected)
        });
        run.record(change, Rule::RoundTrip, &request, &response, violation);
    }
    run.renew_session().await;
    let current = run.account.password.clone().unwrap_or(new);
    let request = run.request(change, &body(&current, &old)).with(run.credential(change).as_ref());
    let restored = run.send_unchecked(change, &request).await.is_some_and(|response| response.is_success());
    if !restored {
        run.notes.push(format!("could not restore the password of {email}"));
    }
    run.renew_session().await;
}
