//! A change of the permissions of a key takes effect with its next request.

use super::snapshot::location;
use crate::contract::Operation;
use crate::http::RequestExt as _;
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{CredentialKind, Expected, RequestDraft, Run};
use serde_json::json;

/// Creates a key that may do one thing, and lets it do another instead.
pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    let contract = run.contract;
    let rule = Rule::EffectChanged;
    if !operation.properties(contract).any(|(name, _)| name == "permissions") {
        return;
    }
    let Some(creates) = operation.collection().and_then(|collection| contract.at("POST", collection)) else { return };
    let mut reads = contract.operations.iter().filter(|each| {
        each.is_read() && each.permission.is_some() && each.parameters.is_empty() && each.path != operation.path
    });
    let (Some(first), Some(second)) = (reads.next(), reads.next()) else { return };
    let credential = run.credential(creates);
    let granting =
        |reads: &Operation| RequestDraft::of(json!({ "name": "conform", "permissions": [reads.permission] }));
    let request = run.request(creates, &granting(first)).with(credential.as_ref());
    let Some(answer) = run.send_unchecked(creates, &request).await.and_then(|response| response.json().ok()) else {
        return;
    };
    let (Some(object), Some(secret)) = (
        super::fixture::created_object(&answer).and_then(super::snapshot::id_of),
        super::fixture::secret_in(contract, &answer),
    ) else {
        return;
    };
    may(run, operation, &secret, [(first, true), (second, false)], "the permissions of a new key").await;
    let change = RequestDraft { body: granting(second).body, ..RequestDraft::for_item(operation, Some(&object)) };
    let request = run.request(operation, &change).with(run.credential(operation).as_ref());
    if run.send(operation, &request, Expected::Any).await.is_some_and(|response| response.is_success()) {
        may(run, operation, &secret, [(first, false), (second, true)], "the new permissions of a key").await;
    } else {
        run.skip(operation, rule, "the permissions could not be changed");
    }
}

/// Checks what a key may read.
async fn may(run: &mut Run<'_>, operation: &Operation, secret: &str, reads: [(&Operation, bool); 2], at: &str) {
    for (reads, may) in reads {
        let Some(location) = location(reads, CredentialKind::Key) else { continue };
        let request = run.request(reads, &RequestDraft::default()).credential(location, secret);
        let Some(response) = run.send(reads, &request, Expected::Any).await else { continue };
        let violation = (response.is_success() != may).then(|| {
            let what = if may { "accepted" } else { "rejected with 403" };
            Violation::new(at, format!("{} is {what}, as its permissions say", reads.id))
        });
        run.record(operation, Rule::EffectChanged, &request, &response, violation);
    }
}
