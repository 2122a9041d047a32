//! Every kind of credential, absent and wrong. That the right ones are accepted is seen from valid requests.

use crate::contract::{Operation, Place};
use crate::http::RequestExt as _;
use crate::response::Message;
use crate::rule::Rule;
use crate::run::{Credential, Draft, Exam, Kind, Purpose, Wanted};
use crate::value::valid::Extent;
use serde_json::json;

/// With this status a request without a valid credential is refused.
const UNAUTHORIZED: u16 = 401;
/// A token or key that nobody has.
const WRONG: &str = "conform0wrong0credential";

pub(super) async fn check(exam: &mut Exam<'_>, operation: &Operation) {
    let draft = match exam.draft(operation, Extent::Minimal, Purpose::Fail).await {
        Ok(draft) => draft,
        Err(why) => return exam.skip(operation, Rule::CredentialRequired, &why),
    };
    if operation.is_secured() {
        absent(exam, operation, &draft).await;
        wrong(exam, operation, &draft).await;
    } else {
        public(exam, operation, &draft).await;
    }
}

fn unauthorized(rule: Rule, at: &str) -> Wanted<'_> {
    Wanted::Refusal { rule, status: UNAUTHORIZED, at, message: Message::Text }
}

async fn absent(exam: &mut Exam<'_>, operation: &Operation, draft: &Draft) {
    let request = exam.request(operation, draft);
    exam.ask(operation, &request, unauthorized(Rule::CredentialRequired, "no credential")).await;
    // What is wrong with the request besides is told to nobody who may not make it.
    if operation.body.is_some() {
        let request =
            exam.request(operation, &draft.with_body(json!({ "name": null, "password": null, "duration": "x" })));
        let at = "no credential, and a broken body";
        exam.ask(operation, &request, unauthorized(Rule::CredentialRequired, at)).await;
    }
}

async fn wrong(exam: &mut Exam<'_>, operation: &Operation, draft: &Draft) {
    for scheme in &operation.schemes {
        let request = exam.request(operation, draft).credential(&scheme.place, WRONG);
        let at = format!("wrong {}", scheme.name);
        exam.ask(operation, &request, unauthorized(Rule::CredentialWrong, &at)).await;
        // A session is no API key, nor the other way round.
        let (other, kind) = match Kind::of(&scheme.place) {
            Kind::Session => (exam.secret(Kind::Key), "an API key"),
            Kind::Key => (exam.secret(Kind::Session), "a session"),
        };
        if let Some(secret) = other.map(str::to_owned) {
            let request = exam.request(operation, draft).credential(&scheme.place, &secret);
            let at = format!("{kind} as {}", scheme.name);
            exam.ask(operation, &request, unauthorized(Rule::CredentialWrong, &at)).await;
        }
    }
    // With a wrong session a good key does not help.
    let key = operation.schemes.iter().find(|scheme| Kind::of(&scheme.place) == Kind::Key);
    if let (Some(key), Some(secret)) = (key, exam.secret(Kind::Key).map(str::to_owned)) {
        let request = exam.request(operation, draft).credential(&Place::Bearer, WRONG).credential(&key.place, &secret);
        let at = "a wrong session beside a good API key";
        exam.ask(operation, &request, unauthorized(Rule::CredentialWrong, at)).await;
    }
}

/// With wrong credentials a public operation answers as without any.
async fn public(exam: &mut Exam<'_>, operation: &Operation, draft: &Draft) {
    // Without its body, so that nothing is brought about.
    let request = exam.request(operation, &Draft { body: None, ..draft.clone() });
    let Some(without) = exam.ask(operation, &request, Wanted::Anything).await else { return };
    for place in places(exam) {
        let credential = Credential { place: place.clone(), secret: WRONG.to_owned() };
        let request = request.clone().with(Some(&credential));
        let Some(answer) = exam.ask(operation, &request, Wanted::Anything).await else { continue };
        let departure = (answer.status != without.status).then(|| {
            let expected = format!("{}, as without a credential", without.status);
            crate::results::Departure::new(format!("{place:?}"), expected)
        });
        exam.fact(operation, Rule::PublicOperation, &request, &answer, departure);
    }
}

/// Every place that the contract has for credentials.
fn places(exam: &Exam<'_>) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for scheme in exam.contract.operations.iter().flat_map(|operation| &operation.schemes) {
        if !places.contains(&scheme.place) {
            places.push(scheme.place.clone());
        }
    }
    places
}
