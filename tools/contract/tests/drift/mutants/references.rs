//! References, pointed to something else.

use super::mutant::{Family, Mutant, Source, Sources};
use super::schemas::references;
use super::values::{SCHEMAS, next, schema_names};
use super::{Subject, set};
use serde_json::Value;

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    let document = &sources.contract;
    let [objects, enums] = [false, true].map(|enums| schema_names(document, enums));
    let mut places = Vec::new();
    references("", document, &mut |pointer, target| places.push((pointer, target.to_owned())));
    for (pointer, target) in places {
        let Some(name) =
            target.strip_prefix('#').and_then(|p| p.strip_prefix(SCHEMAS)).and_then(|p| p.strip_prefix('/'))
        else {
            continue;
        };
        let (like, unlike) = if enums.contains(&name) { (&enums, &objects) } else { (&objects, &enums) };
        let owner = owner(document, &pointer);
        let mut subject = Subject::new(found, Source::Contract, Family::Reference, owner);
        let place = pointer.strip_suffix("/$ref").unwrap_or(&pointer);
        let mut subject = subject.at(&format!(" at {place}"));
        let mut change = |kind, variant: &str, to: &str| {
            subject.change(kind, variant, [set(&*pointer, format!("#{SCHEMAS}/{to}"))]);
        };
        if let Some(other) = next(like, name) {
            change("changed", "to another of its kind", other);
        }
        if let Some(other) = unlike.first() {
            change("changed", "to another kind", other);
        }
        change("broken", "", "Drift");
    }
}

/// The operation or the schema in which a place is.
fn owner(document: &Value, pointer: &str) -> String {
    let mut segments = pointer.split('/').skip(1);
    match (segments.next(), segments.next(), segments.next()) {
        (Some("paths"), Some(path), Some(method)) => {
            let id = document.pointer(&format!("/paths/{path}/{method}/operationId"));
            id.and_then(Value::as_str).unwrap_or(method).to_owned()
        }
        (_, _, Some(name)) => name.to_owned(),
        _ => pointer.to_owned(),
    }
}
