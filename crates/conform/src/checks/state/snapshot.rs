//! Everything that the account and the second user can read at one moment.

use super::fixture::{Fixture, Item};
use crate::contract::{CredentialLocation, Operation};
use crate::http::{Request, RequestExt as _};
use crate::run::{Credential, CredentialKind, RequestDraft, Run};
use serde_json::Value;

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// The account of the run.
    Account,
    /// The second user.
    OtherUser,
}

/// What one request reads.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub(super) reader: Reader,
    /// `operationId`.
    pub(super) operation: String,
    /// Template below the base path.
    pub(super) path: String,
    /// The id of the item, if it reads one; that of the session or key, if it shows whether a credential is accepted.
    pub(super) item: Option<String>,
    /// It only shows whether the credential of an item is accepted.
    pub(super) is_probe: bool,
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Reading {
    fn unanswered(reader: Reader, operation: &Operation, id: Option<&str>, is_probe: bool) -> Self {
        Self {
            reader,
            operation: operation.id.clone(),
            path: operation.path.clone(),
            item: id.map(str::to_owned),
            is_probe,
            status: 0,
            body: Value::Null,
        }
    }

    fn is_same_request(&self, other: &Self) -> bool {
        self.reader == other.reader
            && self.operation == other.operation
            && self.item == other.item
            && self.is_probe == other.is_probe
    }
}

/// The readings of one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot(pub(super) Vec<Reading>);

impl Snapshot {
    /// The same request's reading in another snapshot.
    pub(super) fn counterpart(&self, reading: &Reading) -> Option<&Reading> {
        self.0.iter().find(|each| each.is_same_request(reading))
    }

    /// Every object with this id, with the reading that contains it.
    pub(super) fn objects(&self, id: &str) -> Vec<(&Reading, &Value)> {
        let mut found = Vec::new();
        for reading in self.0.iter().filter(|reading| reading.status < 300 && !reading.is_probe) {
            objects_in(&reading.body, id, &mut |object| found.push((reading, object)));
        }
        found
    }

    /// Whether all items of the fixture are there and all its credentials are accepted.
    pub(super) fn shows(&self, fixture: &Fixture) -> bool {
        let probes_accepted = self.0.iter().filter(|reading| reading.is_probe).all(|reading| reading.status < 300);
        let is_own = |id: &String| fixture.items.iter().any(|item| item.id == *id);
        let mut reads = self.0.iter().filter(|reading| reading.item.as_ref().is_some_and(is_own));
        let reads_accepted = reads.all(|each| each.status < 300);
        let is_listed = |item: &&Item| {
            let mut lists = self.0.iter().filter(|each| each.path == item.collection && each.reader == item.owner);
            lists.all(|list| !ids_in(&list.body).is_empty() && ids_in(&list.body).contains(&item.id))
        };
        probes_accepted && reads_accepted && fixture.items.iter().all(|item| is_listed(&item))
    }

    /// The ids in the lists that this reader gets.
    pub(super) fn listed(&self, reader: Reader) -> Vec<String> {
        self.0.iter().filter(|each| each.reader == reader).flat_map(|each| ids_in(&each.body)).collect()
    }
}

/// The id of an object.
pub(super) fn id_of(value: &Value) -> Option<String> {
    match value.get("id")? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn ids_in(body: &Value) -> Vec<String> {
    body.as_array().into_iter().flatten().filter_map(id_of).collect()
}

fn objects_in<'a>(value: &'a Value, id: &str, found: &mut impl FnMut(&'a Value)) {
    match value {
        Value::Object(fields) => {
            if id_of(value).as_deref() == Some(id) {
                found(value);
            }
            fields.values().for_each(|field| objects_in(field, id, found));
        }
        Value::Array(items) => items.iter().for_each(|item| objects_in(item, id, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Reads everything that can be read without parameters, the items of the fixture and the account's own, and whether the
/// credentials of the fixture are accepted. If no request was sent since the last snapshot, that is returned.
pub(super) async fn take(run: &mut Run<'_>, fixture: &Fixture) -> Snapshot {
    if let Some((requests, snapshot)) = run.snapshot.take()
        && requests == run.requests
    {
        run.snapshot = Some((requests, snapshot.clone()));
        return snapshot;
    }
    let mut requests = Vec::new();
    for reader in [Reader::Account, Reader::OtherUser] {
        reads(run, reader, fixture, &mut requests);
        for item in fixture.items.iter().filter(|item| item.owner == reader) {
            if let Some((kind, secret)) = &item.secret {
                requests.extend(probe(run, reader, &item.id, *kind, secret));
            }
        }
    }
    if let Some((id, token)) = &fixture.caller {
        requests.extend(probe(run, Reader::Account, id, CredentialKind::Session, token));
    }
    let (readings, requests): (Vec<Reading>, Vec<(&Operation, Request)>) = requests.into_iter().unzip();
    let responses = run.send_all(&requests).await;
    let mut snapshot = Snapshot::default();
    for (mut reading, response) in readings.into_iter().zip(responses) {
        let Some(response) = response else { continue };
        reading.status = response.status;
        if !reading.is_probe {
            reading.body = response.json().unwrap_or_else(|_| Value::String(response.text()));
        }
        snapshot.0.push(reading);
    }
    run.snapshot = Some((run.requests, snapshot.clone()));
    snapshot
}

/// A reading without its answer, and the request for it.
type Asked<'a> = (Reading, (&'a Operation, Request));

fn reads<'a>(run: &Run<'a>, reader: Reader, fixture: &Fixture, requests: &mut Vec<Asked<'a>>) {
    let contract = run.contract;
    for operation in contract.operations.iter().filter(|operation| operation.is_read()) {
        if operation.parameters.iter().all(|parameter| !parameter.required) {
            requests.extend(read(run, reader, operation, None));
        } else if let Some(collection) = operation.collection().filter(|_| operation.parameters.len() == 1) {
            let own = fixture.items.iter().filter(|item| item.owner == reader && item.collection == collection);
            let account = run.account.id.as_ref().filter(|_| contract.at("POST", collection).is_none());
            for id in own.map(|item| &item.id).chain(account) {
                requests.extend(read(run, reader, operation, Some(id)));
            }
        }
    }
}

fn read<'a>(run: &Run<'a>, reader: Reader, operation: &'a Operation, id: Option<&str>) -> Option<Asked<'a>> {
    let credential = reading_credential(run, operation, reader);
    if operation.is_secured() != credential.is_some() || (reader == Reader::OtherUser && credential.is_none()) {
        return None;
    }
    let request = run.request(operation, &RequestDraft::for_item(operation, id)).with(credential.as_ref());
    Some((Reading::unanswered(reader, operation, id, false), (operation, request)))
}

/// Asks whether a credential is accepted.
fn probe<'a>(run: &Run<'a>, reader: Reader, id: &str, kind: CredentialKind, secret: &str) -> Option<Asked<'a>> {
    let operation = run.probe()?;
    let location = location(operation, kind)?;
    let request = run.request(operation, &RequestDraft::default()).credential(location, secret);
    Some((Reading::unanswered(reader, operation, Some(id), true), (operation, request)))
}

/// An API key reads where it can: a session that reads may be marked as used.
pub(super) fn reading_credential(run: &Run<'_>, operation: &Operation, reader: Reader) -> Option<Credential> {
    let kinds = [CredentialKind::Key, CredentialKind::Session];
    kinds.into_iter().filter(|kind| run.rejection(operation, *kind).is_none()).find_map(|kind| {
        let location = location(operation, kind)?.clone();
        let secret = match (reader, kind) {
            (Reader::Account, _) => run.secret(kind).map(str::to_owned),
            (Reader::OtherUser, CredentialKind::Session) => run.other_user.clone(),
            (Reader::OtherUser, CredentialKind::Key | CredentialKind::Password) => None,
        };
        Some(Credential { location, secret: secret? })
    })
}

/// Where an operation takes credentials of a kind.
pub(super) fn location(operation: &Operation, kind: CredentialKind) -> Option<&CredentialLocation> {
    operation.schemes.iter().map(|scheme| &scheme.location).find(|location| CredentialKind::of(location) == kind)
}
