//! A deletion removes one object, and nothing else changes. The deletion of all removes what belongs to the account, but
//! not the session that asks for it.

use super::NOT_KEPT;
use super::allowed::{Allowed, record};
use super::fixture;
use super::snapshot::{self, Reader};
use crate::contract::Operation;
use crate::http::RequestExt as _;
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Expected, Purpose, RequestDraft, Run};
use crate::value::valid::Extent;

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    let rule = Rule::EffectElsewhere;
    let Some((fixture, _)) = fixture::ensure(run).await else { return run.skip(operation, rule, NOT_KEPT) };
    let draft = match run.draft(operation, Extent::Minimal, Purpose::Succeed(None)).await {
        Ok(draft) => draft,
        Err(why) => return run.skip(operation, rule, &why),
    };
    let Some(id) = draft.parameters.first().map(|(_, _, id)| id.clone()) else { return };
    let before = snapshot::take(run, &fixture).await;
    let credential = fixture.credential(run, operation);
    let request = run.request(operation, &draft).with(credential.as_ref());
    let Some(response) = run.send(operation, &request, Expected::Any).await.filter(|each| each.is_success()) else {
        return;
    };
    let after = snapshot::take(run, &fixture).await;
    let differences = Allowed::removal(vec![id]).unexplained(&before, &after, &fixture);
    record(run, (operation, rule), (&request, &response), "one item", &differences);
}

/// Deletes everything in a collection: nothing of it is left but the session that asks, and nothing else changes.
pub(super) async fn check_all(run: &mut Run<'_>, operation: &Operation) {
    let rule = Rule::EffectElsewhere;
    if run.account.foreign_sessions > 0 && !run.options.may_end_sessions {
        return run.skip(operation, rule, "would end sessions that this run did not create (--may-end-sessions)");
    }
    let Some((fixture, before)) = fixture::ensure(run).await else { return run.skip(operation, rule, NOT_KEPT) };
    let Some((caller, token)) = fixture.caller.clone() else {
        return run.skip(operation, rule, "needs the account's password (--password)");
    };
    let lists = before.0.iter().filter(|each| each.reader == Reader::Account && each.path == operation.path);
    let mut removed: Vec<String> =
        lists.flat_map(|list| list.body.as_array().into_iter().flatten()).filter_map(snapshot::id_of).collect();
    let own: Vec<String> = removed.iter().filter(|id| **id != caller).cloned().collect();
    removed.retain(|id| *id != caller);
    let credential = fixture.credential(run, operation);
    let request = run.request(operation, &RequestDraft::default()).with(credential.as_ref());
    let Some(response) = run.send(operation, &request, Expected::Any).await.filter(|each| each.is_success()) else {
        return;
    };
    let after = snapshot::take(run, &fixture).await;
    let differences = Allowed::removal(removed).unexplained(&before, &after, &fixture);
    record(run, (operation, rule), (&request, &response), "all items", &differences);
    let left = after.0.iter().filter(|each| each.reader == Reader::Account && each.path == operation.path);
    let left = left.flat_map(|list| list.body.as_array().into_iter().flatten()).filter_map(snapshot::id_of);
    let left = left.filter(|id| own.contains(id)).count();
    let violation = (left > 0).then(|| {
        Violation::new("all items", "none is left, but for the session that asks").received(format!("{left} are left"))
    });
    run.record(operation, Rule::EffectDeleted, &request, &response, violation);
    for reading in after.0.iter().filter(|each| each.is_probe && each.reader == Reader::Account) {
        let ended = reading.item.as_ref().is_some_and(|id| own.contains(id));
        if ended {
            let violation = (reading.status != 401)
                .then(|| Violation::new("sessions that were deleted with all", "rejected with 401"));
            run.record(operation, Rule::CredentialEnded, &request, &response, violation);
        }
    }
    // The sessions of the run have ended.
    run.fixture = None;
    run.account.session = Some(token);
    run.renew_session().await;
}
