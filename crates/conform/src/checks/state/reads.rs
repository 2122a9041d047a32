//! A request that only reads changes nothing, and gets the same answer again.

use super::allowed::{Allowed, record};
use super::{NOT_KEPT, fixture, snapshot};
use crate::contract::Operation;
use crate::http::{Request, RequestExt as _};
use crate::rule::Rule;
use crate::run::{Expected, RequestDraft, Run};

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    let rule = Rule::EffectRead;
    let Some((fixture, before)) = fixture::ensure(run).await else { return run.skip(operation, rule, NOT_KEPT) };
    let id = operation.collection().and_then(|collection| {
        let own = fixture.item(collection, snapshot::Reader::Account).map(|item| item.id.clone());
        own.or_else(|| run.account.id.clone())
    });
    if operation.parameters.iter().filter(|each| each.required).count() != usize::from(id.is_some()) {
        return run.skip(operation, rule, "needs parameters that are not known");
    }
    let credential = fixture.credential(run, operation);
    if operation.is_secured() && credential.is_none() {
        return run.skip(operation, rule, "no credential to send the request with");
    }
    let request = run.request(operation, &RequestDraft::for_item(operation, id.as_deref())).with(credential.as_ref());
    let Some(response) = run.send(operation, &request, Expected::Any).await else { return };
    if operation.is_read() {
        let head = Request { method: "HEAD".to_owned(), ..request.clone() };
        run.send_unchecked(operation, &head).await;
    }
    let after = snapshot::take(run, &fixture).await;
    let differences = Allowed::default().unexplained(&before, &after, &fixture);
    record(run, (operation, rule), (&request, &response), "read again", &differences);
}
