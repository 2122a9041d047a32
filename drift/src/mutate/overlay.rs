//! What is laid over the document.

use super::values::{elements, entries, other, text};
use super::{Subject, properties, remove, set};
use crate::edit::at;
use crate::mutant::{Family, Mutant, Source, Sources};
use serde_json::{Value, json};

/// Keywords that say nothing about the wire.
const PROSE: [&str; 2] = ["description", "summary"];

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    let overlay = &sources.overlay;
    for (index, action) in elements(overlay, "/actions").iter().enumerate() {
        let target = text(action, "target");
        let pointer = format!("/actions/{index}");
        let mut subject = Subject::new(found, Source::Overlay, Family::Overlay, format!("action {index} on {target}"));
        subject.change("action removed", "", [remove(&*pointer)]);
        subject.change("target that matches nothing", "", [set(at(&pointer, "target"), format!("{target}.drift"))]);
        subject.change("target that is no JSONPath", "", [set(at(&pointer, "target"), format!("{target}["))]);
        subject.change("update dropped", "", [remove(at(&pointer, "update"))]);
        subject.change(
            "update made a removal",
            "",
            [remove(at(&pointer, "update")), set(at(&pointer, "remove"), true)],
        );
        if let Some(update) = action.get("update") {
            values(&mut subject, &at(&pointer, "update"), "", update);
        }
    }
    let mut subject = Subject::new(found, Source::Overlay, Family::Overlay, "overlay.json");
    subject.change("version", "", [set("/overlay", "2.0.0")]);
    subject.change("no actions", "", [remove("/actions")]);
    let removal = |target: String| -> Value {
        let added = json!({"target": target, "remove": true});
        elements(overlay, "/actions").iter().cloned().chain([added]).collect::<Vec<_>>().into()
    };
    for (path, _) in entries(&sources.contract, "/paths") {
        subject.change(
            "action added",
            &format!("removing {path}"),
            [set("/actions", removal(format!("$.paths['{path}']")))],
        );
    }
}

/// Every value of an update, and every schema in it.
fn values(subject: &mut Subject<'_>, pointer: &str, detail: &str, value: &Value) {
    if value.get("properties").is_some_and(Value::is_object) {
        properties::mutate(subject, pointer, value);
    }
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter().filter(|(key, value)| value.is_object() || !PROSE.contains(&key.as_str())) {
                values(subject, &at(pointer, key), &format!("{detail}.{key}"), value);
            }
        }
        Value::Array(list) if list.iter().any(Value::is_object) => {
            for (index, value) in list.iter().enumerate() {
                values(subject, &format!("{pointer}/{index}"), &format!("{detail}[{index}]"), value);
            }
        }
        scalar => {
            // A reference is text to change, too: it then points to nothing.
            subject.change("value changed", detail, [set(pointer, other(scalar))]);
            subject.change("value dropped", detail, [remove(pointer)]);
        }
    }
}
