//! Checks that requests change the server as they should, by reading the result with other requests.

use crate::contract::Operation;
use crate::http::{Request, RequestExt as _, Response};
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Expected, Purpose, RequestDraft, Run, UNKNOWN_EMAIL, identifier, own_identifier};
use crate::value::valid::Extent;
use serde_json::{Map, Value, json};

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    match operation.method.as_str() {
        "POST" => created(run, operation).await,
        "PUT" => changed(run, operation).await,
        "DELETE" => deleted(run, operation).await,
        _ => {}
    }
    match operation.id.as_str() {
        "login" => wrong_password(run, operation).await,
        "changePassword" => new_password(run, operation).await,
        _ => {}
    }
}

/// A valid request with everything in it, changed by `adjust`, and its successful response.
async fn success(
    run: &mut Run<'_>,
    operation: &Operation,
    rule: Rule,
    adjust: impl FnOnce(&mut Map<String, Value>),
) -> Option<(Request, Response)> {
    let prepared = match run.credential_or_why(operation) {
        Ok(credential) => {
            let draft = run.draft(operation, Extent::Full, Purpose::Succeed(None)).await;
            draft.map(|draft| (credential, draft))
        }
        Err(why) => Err(why),
    };
    let (credential, mut draft) = match prepared {
        Ok(prepared) => prepared,
        Err(why) => {
            run.skip(operation, rule, &why);
            return None;
        }
    };
    if let Some(fields) = draft.body.as_mut().and_then(Value::as_object_mut) {
        adjust(fields);
    }
    let request = run.request(operation, &draft).with(credential.as_ref());
    let response = run.send(operation, &request, Expected::Any).await?;
    response.is_success().then_some((request, response))
}

/// What was created is returned as it was sent, is listed, and is read by its identifier.
async fn created(run: &mut Run<'_>, operation: &Operation) {
    let rule = Rule::EffectCreated;
    let contract = run.contract;
    let item = format!("{}/", operation.path);
    let has_items = |each: &Operation| each.path.starts_with(&format!("{item}{{"));
    if !contract.operations.iter().any(has_items) {
        return;
    }
    // A session of the shortest duration would expire during the check.
    let lasting = |fields: &mut Map<String, Value>| {
        if let Some(duration) = fields.get_mut("duration") {
            *duration = json!(3600);
        }
    };
    let Some((request, response)) = success(run, operation, rule, lasting).await else { return };
    let (Some(sent), Ok(body)) = (sent(&request), response.json()) else { return };
    let Some(id) = identifier(&body) else { return };
    let object = object(&body, &id).clone();
    let violation = differences(&sent, &object, "as it was sent");
    run.record(operation, rule, &request, &response, violation);
    if let Some(lists) = contract.at("GET", &operation.path) {
        let Some((sent, response)) = read(run, lists, None).await else { return };
        let list = response.json().unwrap_or_default();
        let is_it = |listed: &&Value| own_identifier(listed).as_deref() == Some(id.as_str());
        let found = list.as_array().into_iter().flatten().find(is_it);
        let may_be_a_part = !list.is_array() || !lists.parameters.is_empty();
        if found.is_none() && may_be_a_part && !contract.conventions().accounts {
            run.skip(operation, rule, "the list may be only a part of all items");
            return;
        }
        let violation = match found {
            None => Some(Violation::new("the list", format!("an item with the id {id}, which was just created"))),
            Some(found) => differences(&object, found, "in the list as in the response to its creation"),
        };
        run.record(operation, rule, &sent, &response, violation);
    }
    if let Some(reads) = contract.operations.iter().find(|each| each.is_read() && has_items(each)) {
        let Some((sent, response)) = read(run, reads, Some(&id)).await else { return };
        let violation =
            differences(&object, &response.json().unwrap_or_default(), "as in the response to its creation");
        run.record(operation, rule, &sent, &response, violation);
    }
}

/// What was changed is returned and read as it was sent.
async fn changed(run: &mut Run<'_>, operation: &Operation) {
    let rule = Rule::EffectChanged;
    // The account of a user keeps its name.
    let renames = operation.collection().is_some() || run.account.disposable;
    let new_name = |fields: &mut Map<String, Value>| {
        if let Some(name) = fields.get_mut("name").filter(|_| renames) {
            *name = json!("conform, changed");
        }
    };
    let (email, name) = (run.account.email.clone(), run.account.name.clone());
    let Some((request, response)) = success(run, operation, rule, new_name).await else { return };
    verify_change(run, operation, &request, &response).await;
    if operation.id == "updateMyUser" && renames {
        run.restore_profile(email, name).await;
    }
}

async fn verify_change(run: &mut Run<'_>, operation: &Operation, request: &Request, response: &Response) {
    let rule = Rule::EffectChanged;
    let (Some(sent), Ok(body)) = (sent(request), response.json()) else { return };
    let violation = differences(&sent, &body, "as it was sent");
    run.record(operation, rule, request, response, violation);
    if let Some(reads) = run.contract.at("GET", &operation.path) {
        let id = operation.collection().and_then(|_| identifier(&body));
        let Some((sent, response)) = read(run, reads, id.as_deref()).await else { return };
        let violation = differences(&body, &response.json().unwrap_or_default(), "as in the response to its change");
        run.record(operation, rule, &sent, &response, violation);
    }
}

/// What was deleted cannot be deleted again, and is not listed.
async fn deleted(run: &mut Run<'_>, operation: &Operation) {
    let rule = Rule::EffectDeleted;
    let Some(collection) = operation.collection() else { return };
    let Some((request, _)) = success(run, operation, rule, |_| {}).await else { return };
    let id = request.target.rsplit('/').next().unwrap_or_default().to_owned();
    if let Some(again) = run.send(operation, &request, Expected::Any).await {
        let violation = again.is_success().then(|| Violation::new("a second time", "rejected: it is already deleted"));
        run.record(operation, rule, &request, &again, violation);
    }
    if let Some(lists) = run.contract.at("GET", collection) {
        let Some((sent, response)) = read(run, lists, None).await else { return };
        let listed = lists_item(&response.json().unwrap_or_default(), &id);
        let violation = listed.then(|| Violation::new("the list", format!("no item {id}")));
        run.record(operation, rule, &sent, &response, violation);
    }
}

async fn wrong_password(run: &mut Run<'_>, operation: &Operation) {
    let (Some(email), Some(password)) = (run.account.email.clone(), run.account.password.clone()) else {
        return run.skip(operation, Rule::EffectPassword, "needs the account's password (--password)");
    };
    let request =
        run.request(operation, &RequestDraft::of(json!({ "email": email, "password": format!("{password}x") })));
    must_be_rejected(run, operation, &request, "a wrong password").await;
    let unknown = json!({ "email": UNKNOWN_EMAIL, "password": password });
    let request = run.request(operation, &RequestDraft::of(unknown));
    must_be_rejected(run, operation, &request, "an unknown e-mail address").await;
}

async fn must_be_rejected(run: &mut Run<'_>, login: &Operation, request: &Request, at: &str) {
    if let Some(response) = run.send(login, request, Expected::Any).await {
        let violation = (!run.is_rejection(&response, 401)).then(|| Violation::new(at, "rejected with 401"));
        run.record(login, Rule::EffectPassword, request, &response, violation);
    }
}

/// A new password logs in, and the old one no longer does; only for an account that this run created.
async fn new_password(run: &mut Run<'_>, operation: &Operation) {
    let rule = Rule::EffectPassword;
    if !run.account.disposable {
        return run.skip(operation, rule, "changes the password, so it needs an account that this run created");
    }
    let (Some(email), Some(old), Some(login)) =
        (run.account.email.clone(), run.account.password.clone(), run.contract.operation("login"))
    else {
        return run.skip(operation, rule, "the account's password is unknown");
    };
    let new = format!("{}-2", old.strip_suffix("-1").unwrap_or(&old));
    run.secrets.add(&new);
    let change = |from: &str, to: &str| RequestDraft::of(json!({ "password": from, "newPassword": to }));
    let wrong = run.request(operation, &change(&new, &new)).with(run.credential(operation).as_ref());
    if let Some(response) = run.send(operation, &wrong, Expected::Any).await {
        let violation = response.is_success().then(|| Violation::new("a wrong password", "rejected"));
        run.record(operation, rule, &wrong, &response, violation);
    }
    let request = run.request(operation, &change(&old, &new)).with(run.credential(operation).as_ref());
    if run.send(operation, &request, Expected::Any).await.is_none_or(|response| !response.is_success()) {
        return;
    }
    for (password, status, at) in [(&old, 401, "the old password"), (&new, 201, "the new password")] {
        let sent = run.request(login, &RequestDraft::of(json!({ "email": email, "password": password })));
        if let Some(response) = run.send(login, &sent, Expected::Any).await {
            let fits = response.status == status || (status >= 400 && run.is_rejection(&response, status));
            let violation = (!fits).then(|| Violation::new(at, status.to_string()));
            run.record(operation, rule, &sent, &response, violation);
        }
    }
    run.renew_session().await;
    let back = run.request(operation, &change(&new, &old)).with(run.credential(operation).as_ref());
    run.send(operation, &back, Expected::Any).await;
    run.renew_session().await;
}

/// Reads an item or a list; returns request and response if that succeeds.
async fn read(run: &mut Run<'_>, reads: &Operation, id: Option<&str>) -> Option<(Request, Response)> {
    let mut draft = RequestDraft::default();
    if let (Some(id), Some(parameter)) = (id, reads.item_parameter()) {
        draft = draft.with_parameter(&parameter.name, parameter.location, id);
    }
    let request = run.request(reads, &draft).with(run.credential(reads).as_ref());
    let response = run.send(reads, &request, Expected::Any).await?;
    response.is_success().then_some((request, response))
}

fn sent(request: &Request) -> Option<Value> {
    serde_json::from_slice(request.body.as_deref()?).ok()
}

/// The object of the response that has this identifier.
fn object<'a>(body: &'a Value, id: &str) -> &'a Value {
    let is_it = |value: &&Value| own_identifier(value).as_deref() == Some(id);
    if is_it(&body) {
        return body;
    }
    body.as_object().and_then(|fields| fields.values().find(is_it)).unwrap_or(body)
}

/// Whether an object with this identifier is anywhere in a response.
fn lists_item(body: &Value, id: &str) -> bool {
    let is_it = own_identifier(body).as_deref() == Some(id);
    let within = |each: &Value| lists_item(each, id);
    is_it
        || body.as_array().is_some_and(|items| items.iter().any(within))
        || body.as_object().is_some_and(|fields| fields.values().any(within))
}

/// Where two objects have fields of the same name and different values.
fn differences(left: &Value, right: &Value, expected: &str) -> Option<Violation> {
    let right = right.as_object()?;
    let differs = |(name, value): &(&String, &Value)| right.get(*name).is_some_and(|other| other != *value);
    let (name, value) = left.as_object()?.iter().filter(|(name, _)| *name != "current").find(differs)?;
    let received = right.get(name).map(ToString::to_string).unwrap_or_default();
    Some(Violation::new(format!("/{name}"), format!("{value}, {expected}")).received(received))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_the_same_name_must_agree_and_others_do_not_matter() {
        let (left, right) = (json!({ "a": 1, "b": 2, "secret": 3 }), json!({ "a": 1, "b": 2, "c": 4 }));
        assert_eq!(differences(&left, &right, "as given"), None);

        let violation = differences(&json!({ "a": 1 }), &json!({ "a": 2 }), "as given").unwrap();
        assert_eq!((violation.at.as_str(), violation.expected.as_str()), ("/a", "1, as given"));
    }

    #[test]
    fn the_object_with_the_identifier_is_found_in_a_response() {
        let body = json!({ "secret": "x", "apiKey": { "id": "2", "name": "n" } });
        assert_eq!(object(&body, "2")["name"], "n");
        assert_eq!(object(&json!({ "id": "1" }), "1")["id"], "1");
        assert!(lists_item(&json!({ "items": [{ "id": 12 }] }), "12"));
        assert!(!lists_item(&json!([{ "id": 12 }]), "1"));
    }
}
