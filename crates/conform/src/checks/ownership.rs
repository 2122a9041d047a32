//! What belongs to another user answers as what does not exist.

use crate::contract::Operation;
use crate::http::RequestExt as _;
use crate::results::Departure;
use crate::rule::Rule;
use crate::run::{Draft, Exam, Purpose, Wanted};
use crate::value::valid::Extent;

pub(super) async fn check(exam: &mut Exam<'_>, operation: &Operation) {
    // Only what is created through the contract belongs to its creator: users are shown to each other.
    let Some(creates) = operation.collection().and_then(|collection| exam.contract.at("POST", collection)) else {
        return;
    };
    if exam.stranger.is_none() {
        return exam.skip(operation, Rule::Ownership, "no second user: there is no command that creates one");
    }
    let credential = match exam.credential_or_why(operation) {
        Ok(credential) => credential,
        Err(why) => return exam.skip(operation, Rule::Ownership, &why),
    };
    let Some(id) = exam.strangers_item(creates).await else {
        return exam.skip(operation, Rule::Ownership, "the second user could not create anything");
    };
    let Ok(unknown) = exam.draft(operation, Extent::Minimal, Purpose::Fail).await else { return };
    let Some(parameter) = operation.parameters.first() else { return };
    let foreign: Draft = unknown.with_parameter(&parameter.name, parameter.position, &id);
    let (unknown, foreign) = (exam.request(operation, &unknown), exam.request(operation, &foreign));
    let (unknown, foreign) = (unknown.with(credential.as_ref()), foreign.with(credential.as_ref()));
    let Some(to_unknown) = exam.ask(operation, &unknown, Wanted::Anything).await else { return };
    let Some(to_foreign) = exam.ask(operation, &foreign, Wanted::Anything).await else { return };
    let same =
        to_unknown.status == to_foreign.status && to_unknown.text_at("/message") == to_foreign.text_at("/message");
    let departure = (!same || to_foreign.is_success()).then(|| {
        let message = to_unknown.text_at("/message").unwrap_or_default();
        Departure::new("of another user", format!("{} {message:?}, as for what does not exist", to_unknown.status))
    });
    exam.fact(operation, Rule::Ownership, &foreign, &to_foreign, departure);
    exam.remove_strangers_item(creates, &id).await;
}
