//! Exactly the session that asks is the current one.

use super::NOT_KEPT;
use super::fixture::{self, Fixture};
use super::snapshot::{Reader, id_of, location};
use crate::contract::Operation;
use crate::http::RequestExt as _;
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{CredentialKind, Expected, RequestDraft, Run};
use serde_json::Value;

/// The field of a session that says whether it is the one that asks.
const CURRENT: &str = "current";

/// Asks with sessions whose ids are known, and with an API key.
pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    let rule = Rule::EffectCurrent;
    if !operation.parameters.is_empty() {
        return;
    }
    let Some((fixture, snapshot)) = fixture::ensure(run).await else { return run.skip(operation, rule, NOT_KEPT) };
    let mut lists = snapshot.0.iter().filter(|each| each.operation == operation.id);
    if !lists.any(|list| list.body.as_array().into_iter().flatten().any(|member| member.get(CURRENT).is_some())) {
        return;
    }
    for (id, kind, secret, at) in askers(run, operation, &fixture) {
        let Some(location) = location(operation, kind) else { continue };
        let request = run.request(operation, &RequestDraft::default()).credential(location, &secret);
        let Some(response) = run.send(operation, &request, Expected::Any).await else { continue };
        let body = response.json().unwrap_or_default();
        let Some(members) = body.as_array().filter(|_| response.is_success()) else { continue };
        let current = members.iter().filter(|member| member.get(CURRENT) == Some(&Value::Bool(true)));
        let current: Vec<String> = current.filter_map(id_of).collect();
        let expected: Vec<String> = id.into_iter().collect();
        let violation = (current != expected).then(|| {
            let what =
                if expected.is_empty() { "no session is current" } else { "only the session that asks is current" };
            Violation::new(at, what).received(format!("{} are current: {current:?}", current.len()))
        });
        run.record(operation, rule, &request, &response, violation);
    }
}

type Asker = (Option<String>, CredentialKind, String, &'static str);

fn askers(run: &Run<'_>, operation: &Operation, fixture: &Fixture) -> Vec<Asker> {
    let mut askers: Vec<Asker> = Vec::new();
    let of_path = fixture.items.iter().filter(|item| item.collection == operation.path);
    for item in of_path {
        if let (Some((CredentialKind::Session, secret)), at) = (&item.secret, reader(item.owner)) {
            askers.push((Some(item.id.clone()), CredentialKind::Session, secret.clone(), at));
        }
    }
    if let Some((id, token)) = &fixture.caller {
        askers.push((Some(id.clone()), CredentialKind::Session, token.clone(), "asked with a session of a login"));
    }
    if let Some(key) = run.secret(CredentialKind::Key) {
        askers.push((None, CredentialKind::Key, key.to_owned(), "asked with an API key"));
    }
    askers
}

fn reader(owner: Reader) -> &'static str {
    match owner {
        Reader::Account => "asked with a new session",
        Reader::OtherUser => "asked with a session of the second user",
    }
}
