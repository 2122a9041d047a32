//! Sends requests without a credential to secured operations, and with wrong ones to public operations.

use crate::contract::{CredentialLocation, Operation};
use crate::http::{Request, RequestExt as _};
use crate::response::Message;
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Credential, Expected, Purpose, RequestDraft, Run};
use crate::value::valid::Extent;
use serde_json::json;

/// The status for a request without a valid credential.
const UNAUTHORIZED: u16 = 401;
/// A token or key that does not exist.
const WRONG: &str = "conform0wrong0credential";

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    let draft = match run.draft(operation, Extent::Minimal, Purpose::Fail).await {
        Ok(draft) => draft,
        Err(why) => return run.skip(operation, Rule::CredentialRequired, &why),
    };
    if operation.is_secured() {
        absent(run, operation, &draft).await;
    } else if run.contract.conventions().accounts {
        public(run, operation, &draft).await;
    }
}

fn unauthorized(rule: Rule, at: &str) -> Expected<'_> {
    Expected::Rejection { rule, status: UNAUTHORIZED, at, message: Message::Text }
}

async fn absent(run: &mut Run<'_>, operation: &Operation, draft: &RequestDraft) {
    let request = run.request(operation, draft);
    run.send(operation, &request, unauthorized(Rule::CredentialRequired, "no credential")).await;
    // A client without access must not learn what else is wrong with its request.
    if operation.body.is_some() {
        let request =
            run.request(operation, &draft.with_body(json!({ "name": null, "password": null, "duration": "x" })));
        let at = "no credential, and a broken body";
        run.send(operation, &request, unauthorized(Rule::CredentialRequired, at)).await;
    }
}

/// A public operation answers wrong credentials like no credentials.
async fn public(run: &mut Run<'_>, operation: &Operation, draft: &RequestDraft) {
    // Sent without a body, so that it changes nothing.
    let request = run.request(operation, &RequestDraft { body: None, ..draft.clone() });
    let Some(without) = run.send(operation, &request, Expected::Any).await else { return };
    let head = Request { method: "HEAD".to_owned(), ..request.clone() };
    let head_without = if operation.is_read() { run.send_unchecked(operation, &head).await } else { None };
    for location in locations(run) {
        let credential = Credential { location: location.clone(), secret: WRONG.to_owned() };
        let request = request.clone().with(Some(&credential));
        let Some(response) = run.send(operation, &request, Expected::Any).await else { continue };
        let violation = (response.status != without.status).then(|| {
            let expected = format!("{}, as without a credential", without.status);
            Violation::new(format!("wrong {location}"), expected)
        });
        run.record(operation, Rule::PublicOperation, &request, &response, violation);
        if let Some(without) = &head_without {
            let head = head.clone().with(Some(&credential));
            let Some(response) = run.send(operation, &head, Expected::Any).await else { continue };
            let violation = (response.status != without.status).then(|| {
                let expected = format!("{}, as without a credential", without.status);
                Violation::new(format!("wrong {location} (HEAD)"), expected)
            });
            run.record(operation, Rule::PublicOperation, &head, &response, violation);
        }
    }
}

/// Every location that the contract has for credentials.
fn locations(run: &Run<'_>) -> Vec<CredentialLocation> {
    let mut locations: Vec<CredentialLocation> = Vec::new();
    for scheme in run.contract.operations.iter().flat_map(|operation| &operation.schemes) {
        if !locations.contains(&scheme.location) {
            locations.push(scheme.location.clone());
        }
    }
    locations
}
