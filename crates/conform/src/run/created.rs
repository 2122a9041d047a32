//! What requests created on the server: tracked, to be used by other requests and removed at the end.

use super::Run;
use super::request_draft::{Purpose, RequestDraft};
use crate::contract::{Operation, Parameter};
use crate::http::{Request, RequestExt as _, Response};
use crate::value::valid::Extent;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What this run created on the server and has not removed.
#[derive(Debug, Default)]
pub(crate) struct CreatedResources {
    /// Path of the collection and identifier.
    pub(crate) items: Vec<(String, String)>,
    /// The same, of what the second user owns.
    pub(crate) of_other_user: Vec<(String, String)>,
    /// Tokens of logins.
    pub(crate) logins: Vec<String>,
}

impl CreatedResources {
    /// The second user owns this: the account cannot remove it.
    pub(crate) fn hand_over(&mut self, id: &str) {
        let (of_other_user, items) = std::mem::take(&mut self.items).into_iter().partition(|(_, known)| known == id);
        self.items = items;
        self.of_other_user.extend::<Vec<_>>(of_other_user);
    }
}

impl<'a> Run<'a> {
    /// Tracks what a request changed on the server, whether it was meant to succeed or not.
    pub(super) fn track(&mut self, operation: &Operation, request: &Request, response: &Response) {
        if !response.is_success() {
            return;
        }
        let sent = request.body.as_deref().and_then(|body| serde_json::from_slice::<Value>(body).ok());
        let sent = |name: &str| sent.as_ref().and_then(|body| body.get(name)?.as_str().map(str::to_owned));
        match operation.id.as_str() {
            "login" => self.created.logins.extend(response.text_at("/accessToken")),
            "changePassword" => self.account.password = sent("newPassword").or(self.account.password.take()),
            "updateMyUser" => {
                self.account.password = sent("password").or(self.account.password.take());
                self.account.email = response.text_at("/email").or(self.account.email.take());
            }
            _ => {}
        }
        if let Some(collection) = operation.collection().filter(|_| operation.method == "DELETE") {
            let id = request.target.rsplit('/').next().unwrap_or_default();
            self.created.items.retain(|(known, item)| known != collection || item != id);
        }
        if operation.method == "POST"
            && let Some(deletes) = self.deletion(&operation.path)
            && !operation.path.contains('{')
            && let Some(parameter) = deletes.item_parameter()
            && let Some(id) = response.json().ok().as_ref().and_then(|body| identifier_named(&parameter.name, body))
        {
            self.created.items.push((deletes.collection().unwrap_or_default().to_owned(), id));
        }
    }

    /// The operation that deletes an item of a collection.
    pub(super) fn deletion(&self, collection: &str) -> Option<&'a Operation> {
        let deletes = |each: &&Operation| each.method == "DELETE" && each.collection() == Some(collection);
        self.contract.operations.iter().find(deletes)
    }

    /// Whether the contract has operations on the collection of an item.
    pub(super) fn has_collection(&self, collection: &str) -> bool {
        ["POST", "GET"].iter().any(|method| self.contract.at(method, collection).is_some())
    }

    /// An item of a collection for an operation on one, within the parents that `known` names: a new one, or, where none
    /// can be created and it is only read, a listed one.
    pub(super) async fn item(
        &mut self,
        operation: &Operation,
        parameter: &Parameter,
        collection: &str,
        known: &RequestDraft,
    ) -> Result<String, String> {
        if let Some(creates) = self.contract.at("POST", collection)
            && let Ok(credential) = self.credential_or_why(creates)
        {
            let draft = Box::pin(self.draft_within(creates, Extent::Minimal, Purpose::Succeed(None), known)).await?;
            let request = self.request(creates, &draft).with(credential.as_ref());
            let response = self.send_unchecked(creates, &request).await;
            let body = response.and_then(|response| response.json().ok());
            if let Some(id) = body.as_ref().and_then(|body| identifier_named(&parameter.name, body)) {
                return Ok(id);
            }
        }
        if !operation.is_read() {
            return Err(format!("could not create an item under {collection} to use in the request"));
        }
        if let Some(id) = self.account.id.clone().filter(|_| collection == "/users") {
            return Ok(id);
        }
        let lists = self.contract.at("GET", collection).ok_or_else(|| format!("no operation lists {collection}"))?;
        let draft = Box::pin(self.draft_within(lists, Extent::Minimal, Purpose::Succeed(None), known)).await?;
        let request = self.request(lists, &draft).with(self.credential_or_why(lists)?.as_ref());
        let listed = self.send_unchecked(lists, &request).await.and_then(|response| response.json().ok());
        let first = listed.as_ref().and_then(|list| identifier_named(&parameter.name, list.get(0)?));
        first.ok_or_else(|| format!("{collection} is empty"))
    }

    /// Removes everything that this run created and can remove, and logs out.
    pub(crate) async fn clean_up(&mut self) {
        // One by one: the run may end in between, and then cleans up what is left.
        while let Some((collection, id)) = self.created.items.pop() {
            let Some(deletes) = self.deletion(&collection) else { continue };
            let Some(parameter) = deletes.item_parameter() else { continue };
            let draft = RequestDraft::default().with_parameter(&parameter.name, parameter.location, &id);
            let request = self.request(deletes, &draft).with(self.credential(deletes).as_ref());
            let gone = self.send_unchecked(deletes, &request).await.is_some_and(|response| response.status < 500);
            if !gone {
                self.notes.push(format!("could not remove {collection}/{id}, which this run created"));
            }
        }
        for (collection, id) in std::mem::take(&mut self.created.of_other_user) {
            if let Some(creates) = self.contract.at("POST", &collection) {
                self.delete_as_other_user(creates, &id).await;
            }
        }
        let Some(logout) = self.contract.operation("logout") else { return };
        let location = logout.schemes.iter().map(|scheme| &scheme.location).find(|location| location.is_for_sessions());
        let Some(location) = location.cloned() else { return };
        while let Some(token) = self.created.logins.pop() {
            // Many have ended by now.
            let request = self.request(logout, &RequestDraft::default()).credential(&location, &token);
            self.send_unchecked(logout, &request).await;
        }
    }

    /// Removes items of a collection that this run created.
    pub(crate) async fn remove(&mut self, collection: &str, ids: &BTreeSet<String>) {
        let Some(deletes) = self.deletion(collection) else { return };
        for id in ids {
            let draft = RequestDraft::for_item(deletes, Some(id));
            let request = self.request(deletes, &draft).with(self.credential(deletes).as_ref());
            self.send_unchecked(deletes, &request).await;
        }
    }

    /// Restores the account's e-mail address and name, which a request that should have been rejected may have changed.
    pub(crate) async fn restore_profile(&mut self, email: Option<String>, name: Option<String>) {
        let Some(update) = self.contract.operation("updateMyUser") else { return };
        let (Some(email), Some(name), Some(credential)) = (email, name, self.credential(update)) else { return };
        let draft = RequestDraft::of(json!({ "email": email, "name": name }));
        let request = self.request(update, &draft).with(Some(&credential));
        self.send_unchecked(update, &request).await;
    }
}

/// The identifier in the response to a creation: its `id`, or that of the one object within it.
pub(crate) fn identifier(body: &Value) -> Option<String> {
    identifier_named("id", body)
}

/// The `id` of an object itself: a text or a number.
pub(crate) fn own_identifier(object: &Value) -> Option<String> {
    identifier_of(object.get("id")?)
}

fn identifier_of(id: &Value) -> Option<String> {
    match id {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// As [`identifier`]; the path parameter of an item may have another name, which its field has too (`eventId`).
pub(crate) fn identifier_named(name: &str, body: &Value) -> Option<String> {
    let own = |value: &Value| identifier_of(value.get(name).or_else(|| value.get("id"))?);
    own(body).or_else(|| body.as_object()?.values().find_map(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_found_at_the_top_and_one_level_below() {
        assert_eq!(identifier(&json!({ "id": "1" })).as_deref(), Some("1"));
        assert_eq!(identifier(&json!({ "secret": "x", "apiKey": { "id": "2" } })).as_deref(), Some("2"));
        assert_eq!(identifier(&json!({ "id": 3 })).as_deref(), Some("3"));
        assert_eq!(identifier(&json!([])), None);
    }
}
