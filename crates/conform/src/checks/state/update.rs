//! An update changes what is sent and nothing else: each property is sent alone.

use super::allowed::{Allowed, record};
use super::fixture::{self, Fixture};
use super::other::another;
use super::snapshot::{self, Reader, Snapshot, id_of};
use super::{NOT_KEPT, password, permissions, times};
use crate::contract::Operation;
use crate::http::{Request, RequestExt as _, Response};
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Expected, RequestDraft, Run};
use serde_json::{Map, Value};

/// What is updated.
struct Target {
    /// Its id, if it has one.
    id: Option<String>,
    /// Parameters without a body.
    draft: RequestDraft,
    /// As it is read before the update.
    object: Value,
}

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    let contract = run.contract;
    let restoring = prepare(run, operation).await;
    for (name, schema) in operation.properties(contract) {
        let Some((fixture, before)) = fixture::ensure(run).await else {
            return run.skip(operation, Rule::EffectElsewhere, NOT_KEPT);
        };
        let Some(target) = target(operation, &fixture, &before) else {
            return run.skip(operation, Rule::EffectElsewhere, "could not read what it updates");
        };
        let is_secret = contract.secret_names().contains(name);
        // The account's own data stays as it is, unless the run created the account.
        let may_change = operation.collection().is_some() || run.account.disposable;
        let now = target.object.get(name).filter(|_| !is_secret);
        let value = if may_change { another(contract, name, schema, now) } else { now.cloned() };
        let Some(value) = value else {
            run.skip(operation, Rule::EffectChanged, &format!("not checked: effect of {name}"));
            continue;
        };
        let step = Step { operation, fixture: &fixture, target: &target, name, value };
        step.check(run, &before).await;
    }
    permissions::check(run, operation).await;
    if let Some(restoring) = restoring {
        run.send_unchecked(operation, &restoring).await;
    }
}

/// Gives all properties values other than those by default, so that it shows when an update resets one. Returns the
/// request that restores them.
async fn prepare(run: &mut Run<'_>, operation: &Operation) -> Option<Request> {
    if operation.collection().is_none() && !run.account.disposable {
        return None;
    }
    let contract = run.contract;
    let (fixture, before) = fixture::ensure(run).await?;
    let target = target(operation, &fixture, &before)?;
    let (mut changed, mut earlier) = (Map::new(), Map::new());
    for (name, schema) in operation.properties(contract) {
        let is_credential =
            contract.secret_names().contains(name) || schema.get("format") == Some(&Value::from("email"));
        let now = target.object.get(name).filter(|_| !is_credential);
        if let (Some(now), Some(value)) = (now, now.and_then(|now| another(contract, name, schema, Some(now)))) {
            changed.insert(name.clone(), value);
            earlier.insert(name.clone(), now.clone());
        }
    }
    let credential = fixture.credential(run, operation);
    let request = |run: &Run<'_>, fields: Map<String, Value>| {
        run.request(operation, &target.draft.with_body(Value::Object(fields))).with(credential.as_ref())
    };
    let (changing, restoring) = (request(run, changed), request(run, earlier));
    run.send_unchecked(operation, &changing).await.filter(|response| response.is_success())?;
    Some(restoring)
}

/// What an operation updates: an item of the fixture, or what is read under the same path.
fn target(operation: &Operation, fixture: &Fixture, before: &Snapshot) -> Option<Target> {
    let id = match operation.collection() {
        Some(collection) => Some(fixture.item(collection, Reader::Account)?.id.clone()),
        None => None,
    };
    let draft = RequestDraft::for_item(operation, id.as_deref());
    let read = |reading: &&snapshot::Reading| {
        reading.reader == Reader::Account && reading.path == operation.path && reading.item == id
    };
    let object = match before.0.iter().find(read) {
        Some(reading) => reading.body.clone(),
        None => before.objects(id.as_deref()?).first().map(|(_, object)| (*object).clone())?,
    };
    let id = id.or_else(|| id_of(&object));
    Some(Target { id, draft, object })
}

/// An update of one property.
struct Step<'a> {
    operation: &'a Operation,
    fixture: &'a Fixture,
    target: &'a Target,
    name: &'a str,
    value: Value,
}

impl Step<'_> {
    fn request(&self, run: &Run<'_>, value: &Value) -> Request {
        let mut fields = Map::new();
        for (name, _) in self.operation.properties(run.contract) {
            if self.operation.requires(run.contract, name)
                && let Some(now) = self.target.object.get(name)
            {
                fields.insert(name.clone(), now.clone());
            }
        }
        fields.insert(self.name.to_owned(), value.clone());
        let credential = self.fixture.credential(run, self.operation);
        run.request(self.operation, &self.target.draft.with_body(Value::Object(fields))).with(credential.as_ref())
    }

    fn allowed(&self, run: &Run<'_>) -> Allowed {
        Allowed {
            changed: self.target.id.clone(),
            changed_path: Some(self.operation.path.clone()),
            fields: vec![self.name.to_owned()],
            sets_password: run.contract.secret_names().iter().any(|secret| secret == self.name),
            ..Allowed::default()
        }
    }

    async fn check(&self, run: &mut Run<'_>, before: &Snapshot) {
        let (operation, contract) = (self.operation, run.contract);
        let is_secret = contract.secret_names().iter().any(|secret| secret == self.name);
        let earlier = run.account.clone();
        if let (true, Some(secret)) = (is_secret, self.value.as_str()) {
            run.secrets.add(secret);
        }
        let request = self.request(run, &self.value);
        let at = format!("only {}", self.name);
        let expected = Expected::Success { rule: Rule::SuccessStatus, at: &at };
        let Some(response) = run.send(operation, &request, expected).await.filter(|each| each.is_success()) else {
            return;
        };
        let after = snapshot::take(run, self.fixture).await;
        if is_secret || self.is_email(contract) {
            password::logs_in_with_new(run, operation, &earlier).await;
        }
        if !is_secret {
            self.verify_value(run, &request, &response, &after);
        }
        self.verify_times(run, &request, &response, &after);
        let allowed = self.allowed(run);
        let mut differences = allowed.unexplained(before, &after, self.fixture);
        if let Some(restored) = self.restore(run, &earlier).await {
            // What follows from the property follows it back.
            let lasting = allowed.unexplained(before, &restored, self.fixture);
            let is_derived = |at: &str| !lasting.iter().any(|other| other.at() == at);
            differences.retain(|difference| {
                let is_own = self.target.id.is_some() && difference.id == self.target.id;
                !(is_own && self.may_be_derived(run, difference) && is_derived(&difference.at()))
            });
        }
        record(run, (operation, Rule::EffectElsewhere), (&request, &response), &at, &differences);
    }

    fn is_email(&self, contract: &crate::contract::Contract) -> bool {
        let mut properties = self.operation.properties(contract);
        properties.any(|(name, schema)| name == self.name && schema.get("format") == Some(&Value::from("email")))
    }

    /// Whether a field may follow from others: one that cannot be sent, or that can be null for a value by default.
    fn may_be_derived(&self, run: &Run<'_>, difference: &super::difference::Difference<'_>) -> bool {
        let super::difference::What::Field { pointer, .. } = &difference.what else { return false };
        let name = pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
        let mut properties = self.operation.properties(run.contract);
        let sent = properties.find(|(property, _)| *property == name);
        sent.is_none_or(|(_, schema)| schema.get("nullable") == Some(&Value::Bool(true)))
    }

    /// The value is in the response, and wherever the object is read.
    fn verify_value(&self, run: &mut Run<'_>, request: &Request, response: &Response, after: &Snapshot) {
        let rule = Rule::EffectChanged;
        let body = response.json().unwrap_or_default();
        let objects: Vec<&Value> = match &self.target.id {
            Some(id) => after.objects(id).into_iter().map(|(_, object)| object).collect(),
            None => after.0.iter().filter(|each| each.path == self.operation.path).map(|each| &each.body).collect(),
        };
        let shown: Vec<&Value> =
            [&body].into_iter().chain(objects).filter_map(|object| object.get(self.name)).collect();
        if shown.is_empty() {
            return run.skip(self.operation, rule, &format!("not checked: effect of {}", self.name));
        }
        let wrong = shown.iter().find(|value| ***value != self.value);
        let violation = wrong.map(|value| {
            Violation::new(format!("/{}: sent alone", self.name), self.value.to_string()).received(value.to_string())
        });
        run.record(self.operation, rule, request, response, violation);
    }

    fn verify_times(&self, run: &mut Run<'_>, request: &Request, response: &Response, after: &Snapshot) {
        let read = |reading: &&snapshot::Reading| {
            let is_item = reading.path == self.operation.path && reading.reader == Reader::Account;
            is_item && (self.operation.collection().is_none() || reading.item == self.target.id)
        };
        let Some(reading) = after.0.iter().find(read) else { return };
        if self.target.object.get(self.name) == Some(&self.value) {
            return;
        }
        let wrong = times::wrong_at_change(&self.target.object, &reading.body, times::clock(response));
        run.record(self.operation, Rule::EffectTimes, request, response, wrong);
    }

    /// Sends the earlier value, and reads everything again.
    async fn restore(&self, run: &mut Run<'_>, earlier: &crate::run::Account) -> Option<Snapshot> {
        let is_secret = run.contract.secret_names().iter().any(|secret| secret == self.name);
        let value = if is_secret {
            earlier.password.clone().map(Value::from)
        } else {
            self.target.object.get(self.name).cloned()
        };
        let request = self.request(run, &value?);
        run.send_unchecked(self.operation, &request).await.filter(|response| response.is_success())?;
        Some(snapshot::take(run, self.fixture).await)
    }
}
