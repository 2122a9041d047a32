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
        let elsewhere = at(&pointer, "target");
        subject.change("target changed", "to nothing", [set(&*elsewhere, format!("{target}.drift"))]);
        subject.change("target changed", "to no JSONPath", [set(&*elsewhere, format!("{target}["))]);
        let update = remove(at(&pointer, "update"));
        subject.change("update dropped", "", [update.clone()]);
        subject.change("update dropped", "for a removal", [update, set(at(&pointer, "remove"), true)]);
        if let Some(update) = action.get("update") {
            values(&mut subject, &at(&pointer, "update"), update);
        }
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

/// Every value of an update, and every schema in it.
fn values(subject: &mut Subject<'_>, pointer: &str, value: &Value) {
    if value.get("properties").is_some_and(Value::is_object) {
        properties::mutate(&mut subject.as_one_kind("property changed"), pointer, value);
    }
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter().filter(|(key, value)| value.is_object() || !PROSE.contains(&key.as_str())) {
                values(&mut subject.at(&format!(".{key}")), &at(pointer, key), value);
            }
        }
        Value::Array(list) if list.iter().any(Value::is_object) => {
            for (index, value) in list.iter().enumerate() {
                values(&mut subject.at(&format!("[{index}]")), &format!("{pointer}/{index}"), value);
            }
        }
        scalar => {
            // A reference is text to change, too: it then points to nothing.
            subject.change("value changed", "", [set(pointer, other(scalar))]);
            subject.change("value dropped", "", [remove(pointer)]);
        }
    }
}
