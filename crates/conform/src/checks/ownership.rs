//! A request for another user's item gets the same response as one for an item that does not exist.

use crate::contract::Operation;
use crate::http::RequestExt as _;
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Expected, Purpose, RequestDraft, Run};
use crate::value::valid::Extent;

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    // Only what operations create belongs to a user; users can see each other.
    let Some(creates) = operation.collection().and_then(|collection| run.contract.at("POST", collection)) else {
        return;
    };
    if run.other_user.is_none() {
        return run.skip(operation, Rule::Ownership, "needs a second user (--user-command)");
    }
    let credential = match run.credential_or_why(operation) {
        Ok(credential) => credential,
        Err(why) => return run.skip(operation, Rule::Ownership, &why),
    };
    let Some(id) = run.create_as_other_user(creates).await else {
        return run.skip(operation, Rule::Ownership, "the second user could not create an item");
    };
    let Ok(unknown) = run.draft(operation, Extent::Minimal, Purpose::Fail).await else { return };
    let Some(parameter) = operation.item_parameter() else { return };
    let foreign: RequestDraft = unknown.with_parameter(&parameter.name, parameter.location, &id);
    let (unknown, foreign) = (run.request(operation, &unknown), run.request(operation, &foreign));
    let (unknown, foreign) = (unknown.with(credential.as_ref()), foreign.with(credential.as_ref()));
    let Some(to_unknown) = run.send(operation, &unknown, Expected::Any).await else { return };
    let Some(to_foreign) = run.send(operation, &foreign, Expected::Any).await else { return };
    let same =
        to_unknown.status == to_foreign.status && to_unknown.text_at("/message") == to_foreign.text_at("/message");
    let violation = (!same || to_foreign.is_success()).then(|| {
        let message = to_unknown.text_at("/message").unwrap_or_default();
        Violation::new(
            "of another user",
            format!("{} {message:?}, as for an item that does not exist", to_unknown.status),
        )
        .severity(if to_foreign.is_success() { Rule::Ownership.severity() } else { run.severity_of_dialect() })
    });
    run.record(operation, Rule::Ownership, &foreign, &to_foreign, violation);
    run.delete_as_other_user(creates, &id).await;
}
