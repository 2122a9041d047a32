//! A server of `pets.yaml`.

use crate::server::{Answer, Received, serve};
use serde_json::{Value, json};

/// What is wrong with it.
#[derive(Default, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fault of its own")]
pub(crate) struct Faults {
    pub(crate) accepts_empty_names: bool,
    pub(crate) sends_identifiers_as_texts: bool,
    pub(crate) fails_on_names_that_are_no_texts: bool,
    pub(crate) keeps_deleted_pets: bool,
    pub(crate) answers_creation_as_text: bool,
}

pub(crate) fn start(faults: Faults) -> String {
    let (mut pets, mut last): (Vec<Value>, u64) = (Vec::new(), 0);
    serve(move |request| {
        let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
        match (request.method.as_str(), path.as_slice()) {
            ("GET" | "HEAD", ["v2", "pets"]) => list(&pets, request),
            ("POST", ["v2", "pets"]) => {
                let is_text = |pet: &Value| pet.get("name").is_none_or(Value::is_string);
                if faults.fails_on_names_that_are_no_texts && !request.body.as_ref().is_none_or(is_text) {
                    return problem(500, "expected a text");
                }
                let Some(mut pet) = request.body.clone().filter(|pet| is_pet(pet, faults)) else {
                    return problem(422, "not a pet");
                };
                last += 1;
                pet["id"] = last.into();
                pets.push(pet.clone());
                let answer = Answer::json(200, &pet);
                if faults.answers_creation_as_text { Answer { content_type: "text/plain", ..answer } } else { answer }
            }
            (method, ["v2", "pets", id]) => {
                let Ok(id) = id.parse::<u64>() else { return problem(400, "not an identifier") };
                let found = pets.iter().position(|pet| pet["id"] == id);
                match (method, found) {
                    (_, None) => problem(404, "no such pet"),
                    ("GET" | "HEAD", Some(index)) => {
                        let mut pet = pets[index].clone();
                        if faults.sends_identifiers_as_texts {
                            pet["id"] = id.to_string().into();
                        }
                        Answer::json(200, &pet)
                    }
                    ("DELETE", Some(index)) => {
                        if !faults.keeps_deleted_pets {
                            pets.remove(index);
                        }
                        Answer::empty(204)
                    }
                    _ => problem(405, "no such method"),
                }
            }
            _ => problem(404, "no such page"),
        }
    })
}

fn list(pets: &[Value], request: &Received) -> Answer {
    let limit = match request.query("limit").map(str::parse::<usize>) {
        None => usize::MAX,
        Some(Ok(limit @ 1..=1000)) => limit,
        Some(_) => return problem(400, "not a limit"),
    };
    let tags: Vec<&str> =
        request.query.iter().filter(|(name, _)| name == "tags").map(|(_, value)| value.as_str()).collect();
    let has_tag = |pet: &&Value| tags.is_empty() || pet["tag"].as_str().is_some_and(|tag| tags.contains(&tag));
    Answer::json(200, &pets.iter().filter(has_tag).take(limit).cloned().collect())
}

fn is_pet(pet: &Value, faults: Faults) -> bool {
    let shortest = usize::from(!faults.accepts_empty_names);
    let has_name = pet["name"].as_str().is_some_and(|name| (shortest..=40).contains(&name.chars().count()));
    has_name && pet.get("tag").is_none_or(|tag| [json!("cat"), json!("dog")].contains(tag))
}

fn problem(code: u16, message: &str) -> Answer {
    Answer::json(code, &json!({ "code": code, "message": message }))
}
