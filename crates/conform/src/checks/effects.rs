//! What requests bring about, seen through other requests.

use crate::contract::Operation;
use crate::http::{Request, RequestExt as _, Response};
use crate::results::Departure;
use crate::rule::Rule;
use crate::run::{Draft, Exam, Purpose, Wanted, identifier};
use crate::value::valid::Extent;
use serde_json::{Map, Value, json};

pub(super) async fn check(exam: &mut Exam<'_>, operation: &Operation) {
    match operation.method.as_str() {
        "POST" => created(exam, operation).await,
        "PUT" => changed(exam, operation).await,
        "DELETE" => deleted(exam, operation).await,
        _ => {}
    }
    match operation.id.as_str() {
        "login" => wrong_password(exam, operation).await,
        "changePassword" => new_password(exam, operation).await,
        _ => {}
    }
}

/// A valid request with everything in it, changed by `adjust`, and its successful answer.
async fn success(
    exam: &mut Exam<'_>,
    operation: &Operation,
    rule: Rule,
    adjust: impl FnOnce(&mut Map<String, Value>),
) -> Option<(Request, Response)> {
    let prepared = match exam.credential_or_why(operation) {
        Ok(credential) => {
            let draft = exam.draft(operation, Extent::Full, Purpose::Succeed(None)).await;
            draft.map(|draft| (credential, draft))
        }
        Err(why) => Err(why),
    };
    let (credential, mut draft) = match prepared {
        Ok(prepared) => prepared,
        Err(why) => {
            exam.skip(operation, rule, &why);
            return None;
        }
    };
    if let Some(fields) = draft.body.as_mut().and_then(Value::as_object_mut) {
        adjust(fields);
    }
    let request = exam.request(operation, &draft).with(credential.as_ref());
    let answer = exam.ask(operation, &request, Wanted::Anything).await?;
    answer.is_success().then_some((request, answer))
}

/// What was created is answered as it was given, is listed, and is read by its identifier.
async fn created(exam: &mut Exam<'_>, operation: &Operation) {
    let rule = Rule::EffectCreated;
    let contract = exam.contract;
    let item = format!("{}/", operation.path);
    let has_items = |each: &Operation| each.path.starts_with(&format!("{item}{{"));
    if !contract.operations.iter().any(has_items) {
        return;
    }
    // The shortest duration would be over too soon.
    let lasting = |fields: &mut Map<String, Value>| {
        if let Some(duration) = fields.get_mut("duration") {
            *duration = json!(3600);
        }
    };
    let Some((request, answer)) = success(exam, operation, rule, lasting).await else { return };
    let (Some(given), Ok(body)) = (given(&request), answer.json()) else { return };
    let Some(id) = identifier(&body) else { return };
    let thing = thing(&body, &id).clone();
    let departure = differences(&given, &thing, "as it was given");
    exam.fact(operation, rule, &request, &answer, departure);
    if let Some(lists) = contract.at("GET", &operation.path) {
        let Some((asked, answer)) = read(exam, lists, None).await else { return };
        let list = answer.json().unwrap_or_default();
        let found = list.as_array().into_iter().flatten().find(|listed| listed.get("id") == Some(&json!(id)));
        let departure = match found {
            None => Some(Departure::new("the list", format!("an item with the id {id}, which was just created"))),
            Some(found) => differences(&thing, found, "in the list as in the answer to its creation"),
        };
        exam.fact(operation, rule, &asked, &answer, departure);
    }
    if let Some(reads) = contract.operations.iter().find(|each| each.is_read() && has_items(each)) {
        let Some((asked, answer)) = read(exam, reads, Some(&id)).await else { return };
        let departure = differences(&thing, &answer.json().unwrap_or_default(), "as in the answer to its creation");
        exam.fact(operation, rule, &asked, &answer, departure);
    }
}

/// What was changed is answered and read as it was given.
async fn changed(exam: &mut Exam<'_>, operation: &Operation) {
    let rule = Rule::EffectChanged;
    // An account that was given keeps its name.
    let renames = operation.collection().is_some() || exam.account.disposable;
    let new_name = |fields: &mut Map<String, Value>| {
        if let Some(name) = fields.get_mut("name").filter(|_| renames) {
            *name = json!("conform, changed");
        }
    };
    let (email, name) = (exam.account.email.clone(), exam.account.name.clone());
    let Some((request, answer)) = success(exam, operation, rule, new_name).await else { return };
    look(exam, operation, &request, &answer).await;
    if operation.id == "updateMyUser" && renames {
        exam.restore_profile(email, name).await;
    }
}

async fn look(exam: &mut Exam<'_>, operation: &Operation, request: &Request, answer: &Response) {
    let rule = Rule::EffectChanged;
    let (Some(given), Ok(body)) = (given(request), answer.json()) else { return };
    let departure = differences(&given, &body, "as it was given");
    exam.fact(operation, rule, request, answer, departure);
    if let Some(reads) = exam.contract.at("GET", &operation.path) {
        let id = operation.collection().and_then(|_| identifier(&body));
        let Some((asked, answer)) = read(exam, reads, id.as_deref()).await else { return };
        let departure = differences(&body, &answer.json().unwrap_or_default(), "as in the answer to its change");
        exam.fact(operation, rule, &asked, &answer, departure);
    }
}

/// What was deleted cannot be deleted again, and is not listed.
async fn deleted(exam: &mut Exam<'_>, operation: &Operation) {
    let rule = Rule::EffectDeleted;
    let Some(collection) = operation.collection() else { return };
    let Some((request, _)) = success(exam, operation, rule, |_| {}).await else { return };
    let id = request.target.rsplit('/').next().unwrap_or_default().to_owned();
    if let Some(again) = exam.ask(operation, &request, Wanted::Anything).await {
        let departure = again.is_success().then(|| Departure::new("a second time", "a refusal: there is nothing left"));
        exam.fact(operation, rule, &request, &again, departure);
    }
    if let Some(lists) = exam.contract.at("GET", collection) {
        let Some((asked, answer)) = read(exam, lists, None).await else { return };
        let departure = answer.text().contains(&id).then(|| Departure::new("the list", format!("no item {id}")));
        exam.fact(operation, rule, &asked, &answer, departure);
    }
}

async fn wrong_password(exam: &mut Exam<'_>, operation: &Operation) {
    let (Some(email), Some(password)) = (exam.account.email.clone(), exam.account.password.clone()) else {
        return exam.skip(operation, Rule::EffectPassword, "the account's password is not given");
    };
    let request = exam.request(operation, &Draft::of(json!({ "email": email, "password": format!("{password}x") })));
    refused(exam, operation, &request, "a wrong password").await;
    let nobody = json!({ "email": "conform-nobody@example.com", "password": password });
    let request = exam.request(operation, &Draft::of(nobody));
    refused(exam, operation, &request, "an unknown e-mail address").await;
}

async fn refused(exam: &mut Exam<'_>, login: &Operation, request: &Request, at: &str) {
    if let Some(answer) = exam.ask(login, request, Wanted::Anything).await {
        let departure = (answer.status != 401).then(|| Departure::new(at, "refused with 401"));
        exam.fact(login, Rule::EffectPassword, request, &answer, departure);
    }
}

/// A new password lets in, and the old one no more; only for an account that was made for this.
async fn new_password(exam: &mut Exam<'_>, operation: &Operation) {
    let rule = Rule::EffectPassword;
    if !exam.account.disposable {
        return exam.skip(operation, rule, "the password of an account that was given is not changed");
    }
    let (Some(email), Some(old), Some(login)) =
        (exam.account.email.clone(), exam.account.password.clone(), exam.contract.operation("login"))
    else {
        return exam.skip(operation, rule, "the account's password is not known");
    };
    let new = format!("{}-2", old.strip_suffix("-1").unwrap_or(&old));
    exam.secrets.learn(&new);
    let change = |from: &str, to: &str| Draft::of(json!({ "password": from, "newPassword": to }));
    let wrong = exam.request(operation, &change(&new, &new)).with(exam.credential(operation).as_ref());
    if let Some(answer) = exam.ask(operation, &wrong, Wanted::Anything).await {
        let departure = answer.is_success().then(|| Departure::new("a wrong password", "a refusal"));
        exam.fact(operation, rule, &wrong, &answer, departure);
    }
    let request = exam.request(operation, &change(&old, &new)).with(exam.credential(operation).as_ref());
    if exam.ask(operation, &request, Wanted::Anything).await.is_none_or(|answer| !answer.is_success()) {
        return;
    }
    for (password, status, at) in [(&old, 401, "the old password"), (&new, 201, "the new password")] {
        let asked = exam.request(login, &Draft::of(json!({ "email": email, "password": password })));
        if let Some(answer) = exam.ask(login, &asked, Wanted::Anything).await {
            let departure = (answer.status != status).then(|| Departure::new(at, status.to_string()));
            exam.fact(operation, rule, &asked, &answer, departure);
        }
    }
    exam.revive().await;
    let back = exam.request(operation, &change(&new, &old)).with(exam.credential(operation).as_ref());
    exam.ask(operation, &back, Wanted::Anything).await;
    exam.revive().await;
}

/// Reads something, and gives what was asked and answered if that was a success.
async fn read(exam: &mut Exam<'_>, reads: &Operation, id: Option<&str>) -> Option<(Request, Response)> {
    let mut draft = Draft::default();
    if let (Some(id), Some(parameter)) = (id, reads.parameters.first()) {
        draft = draft.with_parameter(&parameter.name, parameter.position, id);
    }
    let request = exam.request(reads, &draft).with(exam.credential(reads).as_ref());
    let answer = exam.ask(reads, &request, Wanted::Anything).await?;
    answer.is_success().then_some((request, answer))
}

fn given(request: &Request) -> Option<Value> {
    serde_json::from_slice(request.body.as_deref()?).ok()
}

/// The part of the answer that has this identifier.
fn thing<'a>(body: &'a Value, id: &str) -> &'a Value {
    let is_it = |value: &&Value| value.get("id").and_then(Value::as_str) == Some(id);
    if is_it(&body) {
        return body;
    }
    body.as_object().and_then(|fields| fields.values().find(is_it)).unwrap_or(body)
}

/// Where two objects have fields of the same name and different values.
fn differences(left: &Value, right: &Value, expected: &str) -> Option<Departure> {
    let right = right.as_object()?;
    let differs = |(name, value): &(&String, &Value)| right.get(*name).is_some_and(|other| other != *value);
    let (name, value) = left.as_object()?.iter().filter(|(name, _)| *name != "current").find(differs)?;
    let came = right.get(name).map(ToString::to_string).unwrap_or_default();
    Some(Departure::new(format!("/{name}"), format!("{value}, {expected}")).came(came))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_the_same_name_must_agree_and_others_do_not_matter() {
        let (left, right) = (json!({ "a": 1, "b": 2, "secret": 3 }), json!({ "a": 1, "b": 2, "c": 4 }));
        assert_eq!(differences(&left, &right, "as given"), None);

        let departure = differences(&json!({ "a": 1 }), &json!({ "a": 2 }), "as given").unwrap();
        assert_eq!((departure.at.as_str(), departure.expected.as_str()), ("/a", "1, as given"));
    }

    #[test]
    fn the_thing_of_an_answer_is_what_has_the_identifier() {
        let body = json!({ "secret": "x", "apiKey": { "id": "2", "name": "n" } });
        assert_eq!(thing(&body, "2")["name"], "n");
        assert_eq!(thing(&json!({ "id": "1" }), "1")["id"], "1");
    }
}
