//! Which password logs in, and which sessions a change of the password ends.

use super::NOT_KEPT;
use super::allowed::{Allowed, record};
use super::difference::{Difference, What};
use super::fixture::{self, Fixture};
use super::snapshot::{self, Reader, Snapshot, id_of};
use crate::contract::Operation;
use crate::http::{Request, RequestExt as _, Response};
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Account, CredentialKind, Expected, RequestDraft, Run};
use serde_json::{Value, json};

/// Whether all other sessions end.
const FLAG: &str = "invalidateSessions";

/// The account's e-mail address and password log in, and the earlier ones no longer do.
pub(super) async fn logs_in_with_new(run: &mut Run<'_>, operation: &Operation, earlier: &Account) {
    let rule = Rule::EffectPassword;
    let Some(login) = run.contract.operation("login") else { return };
    let now = run.account.clone();
    for (account, succeeds, at) in [(earlier, false, "the values before"), (&now, true, "the new values")] {
        let (Some(email), Some(password)) = (&account.email, &account.password) else { continue };
        if !succeeds && (&now.email, &now.password) == (&account.email, &account.password) {
            continue;
        }
        let request = run.request(login, &RequestDraft::of(json!({ "email": email, "password": password })));
        let Some(response) = run.send(login, &request, Expected::Any).await else { continue };
        let violation = (response.is_success() != succeeds).then(|| {
            Violation::new(format!("a login with {at}"), if succeeds { "accepted" } else { "rejected with 401" })
        });
        run.record(operation, rule, &request, &response, violation);
    }
}

/// A change of the password ends the other sessions if the request says so, and only then.
pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    let mut properties = operation.properties(run.contract);
    let default = properties.find(|(name, _)| *name == FLAG).and_then(|(_, schema)| schema.get("default")?.as_bool());
    let Some(default) = default else { return };
    let rule = Rule::EffectSessions;
    let Some(password) = run.account.password.clone().filter(|password| password.chars().count() >= 8) else {
        return run.skip(operation, rule, "needs the account's password (--password)");
    };
    for (flag, ends) in [(None, default), (Some(false), false), (Some(true), true)] {
        if ends && run.account.foreign_sessions > 0 && !run.options.may_end_sessions {
            run.skip(operation, rule, "would end sessions that this run did not create (--may-end-sessions)");
            continue;
        }
        let Some((fixture, before)) = fixture::ensure(run).await else { return run.skip(operation, rule, NOT_KEPT) };
        if fixture.caller.is_none() {
            return run.skip(operation, rule, "the session of a login could not be found in a list");
        }
        let mut body = json!({ "password": password, "newPassword": password });
        if let (Some(flag), Some(fields)) = (flag, body.as_object_mut()) {
            fields.insert(FLAG.to_owned(), Value::Bool(flag));
        }
        let credential = fixture.credential(run, operation);
        let request = run.request(operation, &RequestDraft::of(body)).with(credential.as_ref());
        let Some(response) = run.send(operation, &request, Expected::Any).await.filter(|each| each.is_success()) else {
            return;
        };
        let after = snapshot::take(run, &fixture).await;
        let how = flag.map_or_else(|| format!("without {FLAG}"), |flag| format!("{FLAG}: {flag}"));
        verify(run, operation, &fixture, (&before, &after), (&request, &response), (&how, ends));
        if ends {
            run.fixture = None;
            run.account.session = fixture.caller.map(|(_, token)| token);
        }
        run.renew_session().await;
    }
}

fn verify(
    run: &mut Run<'_>,
    operation: &Operation,
    fixture: &Fixture,
    (before, after): (&Snapshot, &Snapshot),
    (request, response): (&Request, &Response),
    (how, ends): (&str, bool),
) {
    let rule = Rule::EffectSessions;
    let caller = fixture.caller.as_ref().map(|(id, _)| id.clone()).unwrap_or_default();
    let mut allowed = Allowed { changed: run.account.id.clone(), sets_password: true, ..Allowed::default() };
    if ends {
        let lists = before.0.iter().filter(|each| each.reader == Reader::Account);
        let lists = lists.map(|each| each.body.as_array().into_iter().flatten().filter_map(id_of).collect::<Vec<_>>());
        let sessions = lists.filter(|ids| ids.contains(&caller)).flatten().filter(|id| *id != caller);
        allowed.removed.extend(sessions);
    }
    let is_about_sessions = |each: &Difference<'_>| matches!(each.what, What::Removed | What::Status { .. });
    let (sessions, others): (Vec<_>, Vec<_>) =
        allowed.unexplained(before, after, fixture).into_iter().partition(is_about_sessions);
    record(run, (operation, rule), (request, response), how, &sessions);
    record(run, (operation, Rule::EffectElsewhere), (request, response), how, &others);
    if !ends {
        return;
    }
    let is_session = |id: &String| {
        fixture.items.iter().any(|item| {
            item.id == *id && matches!(item.secret, Some((CredentialKind::Session, _))) && item.owner == Reader::Account
        })
    };
    let probes = after.0.iter().filter(|each| each.is_probe && each.item.as_ref().is_some_and(is_session));
    let left = probes.filter(|each| each.status < 300).count();
    let violation = (left > 0).then(|| {
        Violation::new(how, "all other sessions end").received(format!("{left} other sessions are still accepted"))
    });
    run.record(operation, rule, request, response, violation);
}
