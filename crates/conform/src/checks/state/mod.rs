//! Checks what requests change on the server: everything that can be read is read before and after each request, and the
//! difference is what the request may change.

mod allowed;
mod creation;
mod current;
mod deletion;
mod difference;
mod durations;
mod fixture;
mod other;
mod password;
mod permissions;
mod reads;
mod rejected;
mod session;
mod snapshot;
mod times;
mod update;

pub(crate) use fixture::Fixture;
pub(crate) use snapshot::Snapshot;

use crate::contract::Operation;
use crate::rule::Rule;
use crate::run::Run;
use fixture::creates_items;

/// Why nothing was compared.
const NOT_KEPT: &str = "the server does not keep what the run creates, or nothing could be created";

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    if operation.is_read() {
        reads::check(run, operation).await;
        return current::check(run, operation).await;
    }
    rejected::check(run, operation).await;
    let has_item = operation.collection().is_some();
    match (operation.method.as_str(), operation.id.as_str()) {
        (_, "login") => session::login(run, operation).await,
        (_, "logout") => session::logout(run, operation).await,
        (_, "validateAccessToken") => reads::check(run, operation).await,
        (_, "changePassword") => password::check(run, operation).await,
        ("POST", _) if creates_items(run.contract, operation) => creation::check(run, operation).await,
        ("PUT" | "PATCH", _) => update::check(run, operation).await,
        ("DELETE", _) if has_item => deletion::check(run, operation).await,
        ("DELETE", _) if run.contract.at("POST", &operation.path).is_some() => {
            deletion::check_all(run, operation).await;
        }
        (_, "signUpAdmin") => {}
        _ => run.skip(operation, Rule::EffectElsewhere, "not checked: what this operation changes is not known"),
    }
}
