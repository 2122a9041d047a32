//! What is laid over the document.

use super::edit::at;
use super::mutant::{Family, Mutant, Source, Sources};
use super::values::{elements, entries, other, text};
use super::{Subject, properties, remove, set};
use serde_json::{Value, json};

/// Keywords without an effect on the wire.
const PROSE: [&str; 5] = ["description", "example", "examples", "summary", "title"];

/// Keywords whose members have names that the contract gives: a property called `title` is not prose.
const NAMES: [&str; 5] = ["content", "properties", "responses", "schemas", "securitySchemes"];

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    let overlay = &sources.overlay;
    for (index, action) in elements(overlay, "/actions").iter().enumerate() {
        let target = text(action, "target");
        let pointer = format!("/actions/{index}");
        let has_names = NAMES.iter().any(|name| target.ends_with(&format!(".{name}")));
        let is_about_texts = is_about_texts(target, action.get("update"));
        let is_prose = is_about_texts || action.get("update").is_some_and(|update| is_prose(update, has_names));
        let name = format!("action {index} on {target}");
        let family = if is_prose { Family::Prose } else { Family::Overlay };
        Subject::new(found, Source::Overlay, family, &*name).change("action removed", "", [remove(&*pointer)]);

        let mut subject = Subject::new(found, Source::Overlay, Family::Overlay, name);
        let elsewhere = at(&pointer, "target");
        subject.change("target changed", "to nothing", [set(&*elsewhere, format!("{target}.drift"))]);
        subject.change("target changed", "to no JSONPath", [set(&*elsewhere, format!("{target}["))]);
        if is_about_texts {
            continue;
        }
        let Some(update) = action.get("update") else {
            subject.change("removal dropped", "", [remove(at(&pointer, "remove"))]);
            subject.change(
                "removal dropped",
                "for an update",
                [remove(at(&pointer, "remove")), set(at(&pointer, "update"), json!({"x-drift": true}))],
            );
            continue;
        };
        let dropped = remove(at(&pointer, "update"));
        subject.change("update dropped", "", [dropped.clone()]);
        subject.change("update dropped", "for a removal", [dropped, set(at(&pointer, "remove"), true)]);
        values(&mut subject, &at(&pointer, "update"), update, has_names);
    }
    let mut subject = Subject::new(found, Source::Overlay, Family::Overlay, "overlay.json");
    subject.change("made invalid", "version", [set("/overlay", "2.0.0")]);
    subject.change("made invalid", "no actions", [remove("/actions")]);
    for (path, _) in entries(&sources.contract, "/paths") {
        let added = json!({"target": format!("$.paths['{path}']"), "remove": true});
        let longer: Vec<Value> = elements(overlay, "/actions").iter().cloned().chain([added]).collect();
        subject.at(&format!(" {path}")).change("action added", "removing a path", [set("/actions", longer)]);
    }
}

/// Whether an action is about what the document says of itself or of its tags.
fn is_about_texts(target: &str, update: Option<&Value>) -> bool {
    target == "$.tags" || target == "$.info" && update.is_some_and(|update| update.get("version").is_none())
}

/// Whether an update changes only prose.
fn is_prose(update: &Value, has_names: bool) -> bool {
    let Some(map) = update.as_object() else { return false };
    map.iter()
        .all(|(key, value)| !has_names && PROSE.contains(&key.as_str()) || is_prose(value, gives_names(key, has_names)))
}

/// Whether the members of what is under this key have names that the contract gives.
fn gives_names(key: &str, is_name: bool) -> bool {
    !is_name && NAMES.contains(&key)
}

/// Every value of an update, and every schema in it.
fn values(subject: &mut Subject<'_>, pointer: &str, value: &Value, has_names: bool) {
    if value.get("properties").is_some_and(Value::is_object) {
        properties::mutate(&mut subject.as_one_kind("property changed"), pointer, value);
    }
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter().filter(|(key, _)| has_names || !PROSE.contains(&key.as_str())) {
                let has_names = gives_names(key, has_names);
                values(&mut subject.at(&format!(".{key}")), &at(pointer, key), value, has_names);
            }
        }
        Value::Array(list) if list.iter().any(Value::is_object) => {
            for (index, value) in list.iter().enumerate() {
                values(&mut subject.at(&format!("[{index}]")), &format!("{pointer}/{index}"), value, has_names);
            }
        }
        scalar => {
            // A reference is text to change, too: it then points to nothing.
            // An empty list has nothing that can be changed.
            if other(scalar) != *scalar {
                subject.change("value changed", "", [set(pointer, other(scalar))]);
            }
            subject.change("value dropped", "", [remove(pointer)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_an_update_of_texts_and_examples_then_it_is_prose_regardless_of_its_names() {
        assert!(is_prose(&json!({"description": "d"}), false));
        assert!(is_prose(&json!({"title": {"example": {"a": 1}}}), true));
        assert!(is_prose(&json!({"properties": {"description": {"description": "d"}}}), false));
        assert!(!is_prose(&json!({"properties": {"description": {"minLength": 1}}}), false));
        assert!(!is_prose(&json!({"title": {"example": 1, "minLength": 1}}), true));
        assert!(!is_prose(&json!({"default": {"$ref": "#/x"}}), false));
    }
}
