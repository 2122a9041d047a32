//! A creation adds one object, and nothing else changes.

use super::allowed::{Allowed, record};
use super::fixture::{self, Fixture, LASTING, created_object, lasting};
use super::snapshot::{self, Reader, id_of};
use super::{NOT_KEPT, durations, times};
use crate::contract::Operation;
use crate::http::{Request, RequestExt as _, Response};
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Expected, Purpose, RequestDraft, Run};
use crate::severity::Severity;
use crate::value::valid::Extent;
use serde_json::Value;
use std::collections::BTreeSet;

/// So many items are created at once: servers cut lists at round numbers.
const MANY: usize = 52;

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    let rule = Rule::EffectElsewhere;
    let Some((fixture, before)) = fixture::ensure(run).await else { return run.skip(operation, rule, NOT_KEPT) };
    let mut before = before;
    let mut known: BTreeSet<String> = before.listed(Reader::Account).into_iter().collect();
    for (extent, how) in [(Extent::Full, "all properties"), (Extent::Minimal, "minimal"), (Extent::Minimal, "the same")]
    {
        let Ok(draft) = run.draft(operation, extent, Purpose::Succeed(None)).await else { return };
        let draft = lasting(&draft);
        let Some((request, response)) = send(run, operation, &fixture, &draft).await else { return };
        let Some(object) = response.json().ok().as_ref().and_then(created_object).cloned() else { return };
        let Some(id) = id_of(&object) else { return };
        let twice = (!known.insert(id.clone())).then(|| Violation::new("the id of a new object", "one that is new"));
        run.record(operation, Rule::EffectList, &request, &response, twice);
        let after = snapshot::take(run, &fixture).await;
        let differences = Allowed::addition(&id).unexplained(&before, &after, &fixture);
        record(run, (operation, rule), (&request, &response), how, &differences);
        times(run, operation, &draft, (&request, &response), &object);
        before = after;
    }
    durations::check(run, operation, &fixture).await;
    many(run, operation, &fixture).await;
}

pub(super) async fn send(
    run: &mut Run<'_>,
    operation: &Operation,
    fixture: &Fixture,
    draft: &RequestDraft,
) -> Option<(Request, Response)> {
    let credential = fixture.credential(run, operation);
    let request = run.request(operation, draft).with(credential.as_ref());
    let response = run.send(operation, &request, Expected::Any).await?;
    response.is_success().then_some((request, response))
}

/// The times of a new object are now, and it expires when its duration is over.
fn times(
    run: &mut Run<'_>,
    operation: &Operation,
    draft: &RequestDraft,
    (request, response): (&Request, &Response),
    object: &Value,
) {
    let rule = Rule::EffectTimes;
    let now = times::clock(response);
    run.record(operation, rule, request, response, times::wrong_at_creation(object, now));
    if !operation.properties(run.contract).any(|(name, _)| name == "duration") {
        return;
    }
    let expiry =
        object.as_object().into_iter().flatten().find(|(name, value)| times::is_expiry(name) && !value.is_null());
    let is_limited = draft.body.as_ref().is_some_and(|body| body.get("duration").is_some());
    let violation = match expiry {
        Some((name, value)) if is_limited => {
            times::wrong_time(name, value, now + std::time::Duration::from_secs(LASTING))
        }
        None if is_limited => Some(Violation::new("duration", "a time of expiry in the response")),
        Some((name, value)) => {
            let violation = Violation::new(format!("/{name}: no duration"), "no time of expiry");
            Some(violation.received(value.to_string()).severity(Severity::Warning))
        }
        None => None,
    };
    run.record(operation, rule, request, response, violation);
}

/// A list with many members has them all.
async fn many(run: &mut Run<'_>, operation: &Operation, fixture: &Fixture) {
    let Some(lists) = run.contract.at("GET", &operation.path).filter(|lists| lists.parameters.is_empty()) else {
        return;
    };
    let mut created = BTreeSet::new();
    for _ in 0..MANY {
        let Ok(draft) = run.draft(operation, Extent::Minimal, Purpose::Succeed(None)).await else { return };
        let credential = fixture.credential(run, operation);
        let request = run.request(operation, &draft).with(credential.as_ref());
        let Some(response) = run.send_unchecked(operation, &request).await else { break };
        // The server may have a limit.
        let Some(id) = response.json().ok().as_ref().and_then(created_object).and_then(id_of) else { break };
        created.insert(id);
    }
    let credential = fixture.credential(run, lists);
    let request = run.request(lists, &RequestDraft::default()).with(credential.as_ref());
    if let Some(response) = run.send(lists, &request, Expected::Any).await.filter(|response| response.is_success()) {
        let body = response.json().unwrap_or_default();
        let members: Vec<String> = body.as_array().into_iter().flatten().filter_map(id_of).collect();
        let lost = created.iter().filter(|id| !members.contains(id)).count();
        let violation = (body.is_array() && lost > 0).then(|| {
            let received = format!("{} members, without {lost} of them", members.len());
            Violation::new("a long list", format!("all {} objects that were created", created.len())).received(received)
        });
        run.record(operation, Rule::EffectList, &request, &response, violation);
    }
    run.remove(&operation.path, &created).await;
}
