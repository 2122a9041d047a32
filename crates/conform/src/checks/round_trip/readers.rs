//! Operations that show what another one created or changed.

use crate::contract::{CredentialLocation, Operation};
use crate::http::{Request, RequestExt as _, Response};
use crate::run::{Credential, Expected, RequestDraft, Run, identifier};
use serde_json::Value;

/// An operation that shows an item.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    pub(super) operation: &'a Operation,
    /// It is sent with the item's own secret, here; otherwise with the account's credential.
    with_secret: Option<CredentialLocation>,
}

impl Reader<'_> {
    /// Reads the item in the response to its creation or change; `None` unless that succeeds.
    pub(super) async fn read(&self, run: &mut Run<'_>, answer: &Value) -> Option<(Request, Response)> {
        let request = self.request(run, answer)?;
        let response = run.send(self.operation, &request, Expected::Any).await?;
        response.is_success().then_some((request, response))
    }

    fn request(&self, run: &Run<'_>, answer: &Value) -> Option<Request> {
        let mut draft = RequestDraft::default();
        if let Some(parameter) = self.operation.parameters.iter().find(|parameter| parameter.required) {
            draft = draft.with_parameter(&parameter.name, parameter.location, &identifier(answer)?);
        }
        let credential = match &self.with_secret {
            Some(location) => Some(Credential { location: location.clone(), secret: secret(run, answer)? }),
            None => run.credential(self.operation),
        };
        Some(run.request(self.operation, &draft).with(credential.as_ref()))
    }
}

/// The operations that show the item in a response: lists, by its identifier, by its own secret.
pub(super) async fn readers<'a>(run: &mut Run<'a>, changes: &Operation, answer: &Value) -> Vec<Reader<'a>> {
    let first_step = |path: &str| path.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned();
    let contract = run.contract;
    let id = identifier(answer);
    let mut found: Vec<Reader<'a>> = Vec::new();
    for operation in contract.operations.iter().filter(|each| each.is_read()) {
        let mut needed = operation.parameters.iter().filter(|parameter| parameter.required);
        let (parameter, more) = (needed.next(), needed.next());
        let is_related = first_step(&operation.path) == first_step(&changes.path);
        // Without an identifier only the same path is known to be about the same thing.
        let is_same = operation.path == changes.path && changes.method != "POST";
        if !is_related || more.is_some() || (parameter.is_some() && operation.collection().is_none()) {
            continue;
        }
        if id.is_none() && !is_same {
            continue;
        }
        let has_secret = parameter.is_none() && secret(run, answer).is_some();
        let own = operation.schemes.iter().filter(|_| has_secret).map(|scheme| Some(scheme.location.clone()));
        for with_secret in [None].into_iter().chain(own) {
            let reader = Reader { operation, with_secret };
            let Some(request) = reader.request(run, answer) else { continue };
            let response = run.send_unchecked(operation, &request).await;
            let body = response.filter(|response| response.is_success()).and_then(|response| response.json().ok());
            if body.as_ref().is_some_and(|body| find(body, id.as_deref()).is_some()) {
                found.push(reader);
                break;
            }
        }
    }
    found
}

/// The secret that a response has for a new item.
fn secret(run: &Run<'_>, answer: &Value) -> Option<String> {
    let fields = answer.as_object()?.iter();
    let mut secrets = fields.filter(|(name, _)| run.contract.secret_names().contains(name));
    secrets.find_map(|(_, value)| value.as_str().map(str::to_owned))
}

/// The object with this identifier, wherever it is; without an identifier, the whole.
pub(super) fn find<'a>(body: &'a Value, id: Option<&str>) -> Option<&'a Value> {
    let Some(id) = id else { return Some(body) };
    match body {
        Value::Object(fields) if fields.get("id").and_then(Value::as_str) == Some(id) => Some(body),
        Value::Object(fields) => fields.values().find_map(|field| find(field, Some(id))),
        Value::Array(items) => items.iter().find_map(|item| find(item, Some(id))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_item_is_found_in_a_list_and_inside_an_object() {
        let (list, inside) =
            (json!([{ "id": "1" }, { "id": "2", "name": "b" }]), json!({ "key": { "id": "2", "name": "b" } }));

        assert_eq!(find(&list, Some("2")).unwrap()["name"], "b");
        assert_eq!(find(&inside, Some("2")).unwrap()["name"], "b");
        assert_eq!(find(&list, Some("3")), None);
        assert_eq!(find(&json!({ "a": 1 }), None).unwrap()["a"], 1);
    }
}
