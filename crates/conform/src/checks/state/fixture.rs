//! What a run keeps on the server while it checks what requests change: two items of each kind and a session of the
//! account, and an item of each kind of the second user.

use super::difference::Difference;
use super::snapshot::{self, Reader, Snapshot, id_of, location};
use crate::contract::{Contract, Operation};
use crate::http::RequestExt as _;
use crate::run::{Credential, CredentialKind, Purpose, RequestDraft, Run};
use crate::value::valid::Extent;
use serde_json::{Value, json};

/// A duration in seconds that does not end during a run.
pub(super) const LASTING: u64 = 3600;

/// An item that the run created.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// The path of its collection.
    pub(super) collection: String,
    pub(super) id: String,
    /// As in the response to its creation.
    pub(super) object: Value,
    /// The token or key that came with it.
    pub(super) secret: Option<(CredentialKind, String)>,
    pub(super) owner: Reader,
}

/// What the run keeps on the server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fixture {
    pub(super) items: Vec<Item>,
    /// Id and token of the session that sends the requests, if its id is known.
    pub(super) caller: Option<(String, String)>,
    /// Paths of the collections whose items are sessions or keys.
    credentials: Vec<String>,
}

impl Fixture {
    /// The first item of a collection.
    pub(super) fn item(&self, collection: &str, owner: Reader) -> Option<&Item> {
        self.items.iter().find(|item| item.collection == collection && item.owner == owner)
    }

    /// Whether a difference is in a session or key that may be in use: all but those of the fixture, which the run only
    /// creates, may.
    pub(super) fn may_be_in_use(&self, difference: &Difference<'_>) -> bool {
        let path = difference.reading.path.as_str();
        let is_credential = self.credentials.iter().any(|collection| path.starts_with(collection.as_str()));
        is_credential && !self.items.iter().any(|item| Some(&item.id) == difference.id.as_ref())
    }

    /// The credential that sends the requests of an operation: the session of the fixture, where it can.
    pub(super) fn credential(&self, run: &Run<'_>, operation: &Operation) -> Option<Credential> {
        let own = run.credential(operation);
        match (&self.caller, location(operation, CredentialKind::Session)) {
            (Some((_, token)), Some(location)) if own.as_ref().is_some_and(is_session) => {
                Some(Credential { location: location.clone(), secret: token.clone() })
            }
            _ => own,
        }
    }
}

fn is_session(credential: &Credential) -> bool {
    credential.location.is_for_sessions()
}

/// Operations that create items that other operations read, change or delete.
pub(super) fn creates_items(contract: &Contract, operation: &Operation) -> bool {
    let item = format!("{}/{{", operation.path);
    operation.method == "POST" && contract.operations.iter().any(|each| each.path.starts_with(&item))
}

/// The fixture, complete and accepted, and a snapshot of it; `None` if the server does not keep it.
pub(super) async fn ensure(run: &mut Run<'_>) -> Option<(Fixture, Snapshot)> {
    if let Some(fixture) = run.fixture.clone() {
        let snapshot = snapshot::take(run, &fixture).await;
        if snapshot.shows(&fixture) {
            return Some((fixture, snapshot));
        }
    }
    run.renew_session().await;
    let fixture = build(run).await;
    let snapshot = snapshot::take(run, &fixture).await;
    run.fixture = snapshot.shows(&fixture).then(|| fixture.clone());
    run.fixture.is_some().then_some((fixture, snapshot))
}

async fn build(run: &mut Run<'_>) -> Fixture {
    let contract = run.contract;
    let mut fixture = Fixture { caller: caller(run).await, ..Fixture::default() };
    for creates in contract.operations.iter().filter(|each| creates_items(contract, each) && each.is_secured()) {
        if run.credential_or_why(creates).is_ok() {
            for extent in [Extent::Minimal, Extent::Full] {
                let credential = fixture.credential(run, creates);
                fixture.items.extend(create(run, creates, extent, credential.as_ref(), Reader::Account).await);
            }
        }
        if let Some(credential) = run.other_user_credential(creates) {
            fixture.items.extend(create(run, creates, Extent::Minimal, Some(&credential), Reader::OtherUser).await);
        }
        if fixture.items.iter().any(|item| item.collection == creates.path && item.secret.is_some()) {
            fixture.credentials.push(creates.path.clone());
        }
    }
    fixture
}

/// Logs in; the id of the session is that of the only new member of a list.
async fn caller(run: &mut Run<'_>) -> Option<(String, String)> {
    let nothing = Fixture::default();
    let before = snapshot::take(run, &nothing).await.listed(Reader::Account);
    let token = run.log_in().await?;
    let mut after = snapshot::take(run, &nothing).await.listed(Reader::Account);
    after.retain(|id| !before.contains(id));
    let id = after.pop().filter(|_| after.is_empty())?;
    Some((id, token))
}

/// Creates an item.
async fn create(
    run: &mut Run<'_>,
    creates: &Operation,
    extent: Extent,
    credential: Option<&Credential>,
    owner: Reader,
) -> Option<Item> {
    let draft = run.draft(creates, extent, Purpose::Succeed(None)).await.ok()?;
    let draft = lasting(&draft);
    let request = run.request(creates, &draft).with(credential);
    let response = run.send_unchecked(creates, &request).await.filter(|response| response.is_success())?;
    let body = response.json().ok()?;
    let object = created_object(&body)?.clone();
    let id = id_of(&object)?;
    if owner == Reader::OtherUser {
        run.created.hand_over(&id);
    }
    let secret = match secret_in(run.contract, &body) {
        Some(secret) => kind_of(run, &secret).await.map(|kind| (kind, secret)),
        None => None,
    };
    Some(Item { collection: creates.path.clone(), id, object, secret, owner })
}

/// The same, with a duration that does not end during the run.
pub(super) fn lasting(draft: &RequestDraft) -> RequestDraft {
    let mut draft = draft.clone();
    if let Some(duration) = draft.body.as_mut().and_then(|body| body.get_mut("duration")) {
        *duration = json!(LASTING);
    }
    draft
}

/// The object in the response to a creation: the body itself, or the one object with an id in it.
pub(super) fn created_object(body: &Value) -> Option<&Value> {
    let has_id = |value: &&Value| id_of(value).is_some();
    Some(body).filter(has_id).or_else(|| body.as_object()?.values().find(has_id))
}

/// The secret in the response to a creation.
pub(super) fn secret_in(contract: &Contract, body: &Value) -> Option<String> {
    let fields = body.as_object()?;
    let own = fields.iter().find(|(name, value)| contract.secret_names().contains(name) && value.is_string());
    own.and_then(|(_, value)| value.as_str().map(str::to_owned))
}

/// As what a secret is accepted.
async fn kind_of(run: &mut Run<'_>, secret: &str) -> Option<CredentialKind> {
    let probe = run.probe()?;
    for kind in [CredentialKind::Key, CredentialKind::Session] {
        let Some(location) = location(probe, kind) else { continue };
        let request = run.request(probe, &RequestDraft::default()).credential(location, secret);
        if run.send_unchecked(probe, &request).await.is_some_and(|response| response.is_success()) {
            return Some(kind);
        }
    }
    None
}
