//! What is created with a duration expires when that is over, however long it is.

use super::creation::send;
use super::fixture::{Fixture, LASTING, created_object};
use super::snapshot::id_of;
use super::times;
use crate::contract::Operation;
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Purpose, Run};
use crate::value::edges::edges;
use crate::value::valid::Extent;
use std::collections::BTreeSet;
use time::Duration;

/// Sends the durations at the limits of the schema that do not end during the run.
pub(super) async fn check(run: &mut Run<'_>, operation: &Operation, fixture: &Fixture) {
    let rule = Rule::EffectTimes;
    let Some((_, schema)) = operation.properties(run.contract).find(|(name, _)| *name == "duration") else { return };
    let long = edges(run.contract.document(), schema).into_iter().filter_map(|edge| edge.value.as_i64());
    let mut created = BTreeSet::new();
    for seconds in long.filter(|seconds| u64::try_from(*seconds).is_ok_and(|seconds| seconds > LASTING)) {
        let Ok(mut draft) = run.draft(operation, Extent::Full, Purpose::Succeed(None)).await else { return };
        if let Some(body) = draft.body.as_mut() {
            body["duration"] = seconds.into();
        }
        let Some((request, response)) = send(run, operation, fixture, &draft).await else { continue };
        let Some(object) = response.json().ok().as_ref().and_then(created_object).cloned() else { continue };
        created.extend(id_of(&object));
        let expiry = object.as_object().into_iter().flatten().find(|(name, _)| times::is_expiry(name));
        // Years beyond 9999 have no common form (RFC 3339, section 1).
        let (Some((name, value)), Some(expected)) =
            (expiry, times::clock(&response).checked_add(Duration::seconds(seconds)))
        else {
            continue;
        };
        let at = format!("/{name}: a duration of {seconds}");
        let violation = times::wrong_time(name, value, expected).map(|violation| Violation { at, ..violation });
        run.record(operation, rule, &request, &response, violation);
    }
    run.remove(&operation.path, &created).await;
}
