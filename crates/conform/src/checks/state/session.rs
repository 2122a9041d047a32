//! A login adds one session, a logout ends the session that asks, and nothing else changes.

use super::allowed::{Allowed, record};
use super::difference::{What, between};
use super::snapshot::{self, Reader, location};
use super::{NOT_KEPT, fixture, times};
use crate::contract::Operation;
use crate::http::RequestExt as _;
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{CredentialKind, Expected, RequestDraft, Run};
use serde_json::json;

pub(super) async fn login(run: &mut Run<'_>, operation: &Operation) {
    let rule = Rule::EffectElsewhere;
    let Some((fixture, before)) = fixture::ensure(run).await else { return run.skip(operation, rule, NOT_KEPT) };
    let (Some(email), Some(password)) = (run.account.email.clone(), run.account.password.clone()) else {
        return run.skip(operation, rule, "needs the account's password (--password)");
    };
    let request = run.request(operation, &RequestDraft::of(json!({ "email": email, "password": password })));
    let Some(response) = run.send(operation, &request, Expected::Any).await.filter(|each| each.is_success()) else {
        return;
    };
    let after = snapshot::take(run, &fixture).await;
    let differences = between(&before, &after);
    let mut added: Vec<String> = differences
        .iter()
        .filter(|each| each.what == What::Added && each.reading.reader == Reader::Account)
        .filter_map(|each| each.id.clone())
        .collect();
    added.dedup();
    let has_sessions = fixture.caller.is_some();
    let violation = (has_sessions && added.len() != 1).then(|| {
        Violation::new("a login", "exactly one new session in the list").received(format!("{} new", added.len()))
    });
    run.record(operation, Rule::EffectCreated, &request, &response, violation);
    if let [id] = added.as_slice() {
        let now = times::clock(&response);
        let wrong = after.objects(id).iter().find_map(|(_, object)| times::wrong_at_creation(object, now));
        run.record(operation, Rule::EffectTimes, &request, &response, wrong);
    }
    let allowed = Allowed { added, ..Allowed::default() };
    let differences = allowed.unexplained(&before, &after, &fixture);
    record(run, (operation, rule), (&request, &response), "a login", &differences);
}

pub(super) async fn logout(run: &mut Run<'_>, operation: &Operation) {
    let rule = Rule::EffectElsewhere;
    let Some((fixture, _)) = fixture::ensure(run).await else { return run.skip(operation, rule, NOT_KEPT) };
    let (Some(location), Some(creates)) =
        (location(operation, CredentialKind::Session), run.contract.operation("createSession"))
    else {
        return;
    };
    let credential = fixture.credential(run, creates);
    let request = run.request(creates, &RequestDraft::of(json!({}))).with(credential.as_ref());
    let Some(answer) = run.send_unchecked(creates, &request).await else { return };
    let (Some(id), Some(token)) = (answer.text_at("/id"), answer.text_at("/token")) else {
        return run.skip(operation, rule, "no separate session could be created");
    };
    let before = snapshot::take(run, &fixture).await;
    let request = run.request(operation, &RequestDraft::default()).credential(location, &token);
    let Some(response) = run.send(operation, &request, Expected::Any).await.filter(|each| each.is_success()) else {
        return;
    };
    let after = snapshot::take(run, &fixture).await;
    let is_left = !after.objects(&id).is_empty();
    let violation = is_left.then(|| Violation::new("the list", "the session that was logged out is gone"));
    run.record(operation, Rule::EffectDeleted, &request, &response, violation);
    let differences = Allowed::removal(vec![id]).unexplained(&before, &after, &fixture);
    record(run, (operation, rule), (&request, &response), "a logout", &differences);
}
