//! A server of `events.yaml`.

use crate::server::{Answer, serve};
use base64::Engine as _;
use serde_json::{Value, json};

pub(crate) const NAME: &str = "curator";
pub(crate) const PASSWORD: &str = "the password of the curator";

pub(crate) fn start() -> String {
    let mut events: Vec<Value> = Vec::new();
    let account = base64::prelude::BASE64_STANDARD.encode(format!("{NAME}:{PASSWORD}"));
    serve(move |request| {
        let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
        let is_authorized = request.header("authorization") == Some(&format!("Basic {account}"));
        let method = if request.method == "HEAD" { "GET" } else { request.method.as_str() };
        match (method, path.as_slice()) {
            ("GET", ["api", "hours"]) => Answer::text(200, "from ten to six"),
            (_, ["api", "events", ..]) if !is_authorized => problem(401, "log in"),
            ("GET", ["api", "events"]) => Answer::json(200, &events.clone().into()),
            ("POST", ["api", "events"]) => {
                let Some(mut event) = request.body.clone().filter(is_event) else { return problem(400, "no event") };
                let fields = event.as_object_mut().unwrap();
                fields.remove("code");
                fields.insert("id".to_owned(), uuid::Uuid::new_v4().to_string().into());
                events.push(event.clone());
                Answer::json(201, &event)
            }
            ("GET" | "DELETE", ["api", "events", id]) => {
                let id = id.to_lowercase();
                match events.iter().position(|event| event["id"] == id.as_str()) {
                    None => problem(404, "no such event"),
                    Some(index) if method == "GET" => Answer::json(200, &events[index]),
                    Some(index) => {
                        events.remove(index);
                        Answer::empty(204)
                    }
                }
            }
            _ => problem(404, "no such page"),
        }
    })
}

fn is_event(event: &Value) -> bool {
    let length = |name: &str| event[name].as_str().map(|text| text.chars().count());
    let note = event.get("note").is_none_or(|note| note.is_null() || length("note").is_some_and(|count| count <= 20));
    let code = event.get("code").is_none_or(|_| length("code").is_some_and(|count| count > 0));
    let price = event["price"].as_f64().is_some_and(|price| price > 0.0);
    length("name").is_some_and(|count| count > 0) && price && note && code
}

fn problem(status: u16, title: &str) -> Answer {
    let body = json!({ "title": title }).to_string();
    Answer { status, content_type: "application/problem+json", body }
}
