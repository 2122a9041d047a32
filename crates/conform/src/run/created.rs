//! What requests bring about: remembered, so that it can be used, and taken back at the end.

use super::Exam;
use super::request_draft::{Draft, Purpose};
use crate::contract::Operation;
use crate::http::{Request, RequestExt as _, Response};
use crate::value::valid::Extent;
use serde_json::{Value, json};

/// What this run made on the server and has not removed.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// Path of the collection and identifier.
    pub(crate) items: Vec<(String, String)>,
    /// Tokens of logins.
    pub(crate) logins: Vec<String>,
}

impl<'a> Exam<'a> {
    /// Takes note of what a request did, whether it was meant to or not.
    pub(super) fn after(&mut self, operation: &Operation, request: &Request, answer: &Response) {
        if !answer.is_success() {
            return;
        }
        let sent = request.body.as_deref().and_then(|body| serde_json::from_slice::<Value>(body).ok());
        let sent = |name: &str| sent.as_ref().and_then(|body| body.get(name)?.as_str().map(str::to_owned));
        match operation.id.as_str() {
            "login" => self.made.logins.extend(answer.text_at("/accessToken")),
            "changePassword" => self.account.password = sent("newPassword").or(self.account.password.take()),
            "updateMyUser" => {
                self.account.password = sent("password").or(self.account.password.take());
                self.account.email = answer.text_at("/email").or(self.account.email.take());
            }
            _ => {}
        }
        if let Some(collection) = operation.collection().filter(|_| operation.method == "DELETE") {
            let id = request.target.rsplit('/').next().unwrap_or_default();
            self.made.items.retain(|(known, item)| known != collection || item != id);
        }
        if operation.method == "POST"
            && let Some(deletes) = self.deletion(&operation.path)
            && let Some(id) = answer.json().ok().as_ref().and_then(identifier)
        {
            self.made.items.push((deletes.collection().unwrap_or_default().to_owned(), id));
        }
    }

    /// The operation that deletes an item of a collection.
    pub(super) fn deletion(&self, collection: &str) -> Option<&'a Operation> {
        let deletes = |each: &&Operation| each.method == "DELETE" && each.collection() == Some(collection);
        self.contract.operations.iter().find(deletes)
    }

    /// An item for an operation on one: a new one, or, where none can be created and it is only read, a listed one.
    pub(super) async fn item(&mut self, operation: &Operation) -> Result<String, String> {
        let collection = operation.collection().unwrap_or_default();
        if let Some(creates) = self.contract.at("POST", collection)
            && let Ok(Some(credential)) = self.credential_or_why(creates)
        {
            let draft = Box::pin(self.draft(creates, Extent::Minimal, Purpose::Succeed(None))).await?;
            let request = self.request(creates, &draft).with(Some(&credential));
            let answer = self.prepare(creates, &request).await;
            if let Some(id) = answer.and_then(|answer| answer.json().ok()).as_ref().and_then(identifier) {
                return Ok(id);
            }
        }
        if !operation.is_read() {
            return Err(format!("nothing under {collection} could be created to try it on"));
        }
        if let Some(id) = self.account.id.clone().filter(|_| collection == "/users") {
            return Ok(id);
        }
        let lists = self.contract.at("GET", collection).ok_or_else(|| format!("nothing lists {collection}"))?;
        let request = self.request(lists, &Draft::default()).with(self.credential_or_why(lists)?.as_ref());
        let listed = self.prepare(lists, &request).await.and_then(|answer| answer.json().ok());
        listed.as_ref().and_then(|list| identifier(list.get(0)?)).ok_or_else(|| format!("{collection} is empty"))
    }

    /// Removes everything that this run made and can remove, and logs out.
    pub(crate) async fn clean_up(&mut self) {
        for (collection, id) in std::mem::take(&mut self.made.items).into_iter().rev() {
            let Some(deletes) = self.deletion(&collection) else { continue };
            let Some(parameter) = deletes.parameters.first() else { continue };
            let draft = Draft::default().with_parameter(&parameter.name, parameter.position, &id);
            let request = self.request(deletes, &draft).with(self.credential(deletes).as_ref());
            let gone = self.prepare(deletes, &request).await.is_some_and(|answer| answer.status < 500);
            if !gone {
                self.notes.push(format!("{collection}/{id}, which this run made, could not be removed"));
            }
        }
        self.made.items.clear();
        let Some(logout) = self.contract.operation("logout") else { return };
        let place = logout.schemes.iter().map(|scheme| &scheme.place).find(|place| place.is_for_sessions());
        let Some(place) = place.cloned() else { return };
        for token in std::mem::take(&mut self.made.logins) {
            // Many have ended by now, which is as good.
            let request = self.request(logout, &Draft::default()).credential(&place, &token);
            self.prepare(logout, &request).await;
        }
    }

    /// Gives the account back its e-mail address and name, if a request that should have been refused changed them.
    pub(crate) async fn restore_profile(&mut self, email: Option<String>, name: Option<String>) {
        let Some(update) = self.contract.operation("updateMyUser") else { return };
        let (Some(email), Some(name), Some(credential)) = (email, name, self.credential(update)) else { return };
        let draft = Draft::of(json!({ "email": email, "name": name }));
        let request = self.request(update, &draft).with(Some(&credential));
        self.prepare(update, &request).await;
    }
}

/// The identifier in the answer to a creation: its own `id`, or that of the one thing within it.
pub(crate) fn identifier(body: &Value) -> Option<String> {
    let own = |value: &Value| value.get("id").and_then(Value::as_str).map(str::to_owned);
    own(body).or_else(|| body.as_object()?.values().find_map(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_found_at_the_top_and_one_level_below() {
        assert_eq!(identifier(&json!({ "id": "1" })).as_deref(), Some("1"));
        assert_eq!(identifier(&json!({ "secret": "x", "apiKey": { "id": "2" } })).as_deref(), Some("2"));
        assert_eq!(identifier(&json!([])), None);
    }
}
