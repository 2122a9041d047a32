//! Lists of names.

use super::values::{SCHEMAS, elements, entries, renamed_in, reversed};
use super::{Subject, set};
use crate::edit::at;
use crate::mutant::{Family, Mutant, Source, Sources};
use serde_json::{Value, json};

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    for (name, schema) in entries(&sources.contract, SCHEMAS) {
        let values = elements(schema, "/enum");
        let [first, second, ..] = values else { continue };
        let pointer = at(&at(SCHEMAS, name), "enum");
        let mut subject = Subject::new(found, Source::Contract, Family::Enum, name.as_str());

        let with = |position: usize, value: &str| -> Value {
            let (before, after) = values.split_at(position);
            before.iter().cloned().chain([json!(value)]).chain(after.iter().cloned()).collect::<Vec<_>>().into()
        };
        subject.change("value added", "at the end", [set(&*pointer, with(values.len(), "drift"))]);
        subject.change("value added", "in front", [set(&*pointer, with(0, "drift"))]);
        subject.change("value added", "in the middle", [set(&*pointer, with(values.len() / 2, "drift"))]);
        subject.change("value added", "twice the same", [set(&*pointer, with(0, first.as_str().unwrap_or_default()))]);
        subject.change("value added", "that makes no name", [set(&*pointer, with(0, "1"))]);
        for value in values.iter().filter_map(Value::as_str) {
            subject.change("value removed", value, [set(&*pointer, renamed_in(values, value, None))]);
            let renamed = format!("{value}2");
            subject.change("value renamed", value, [set(&*pointer, renamed_in(values, value, Some(&renamed)))]);
            // The same name in Rust, another one on the wire.
            let respelled = value.to_ascii_uppercase();
            subject.change("value respelled", value, [set(&*pointer, renamed_in(values, value, Some(&respelled)))]);
            let respelled = value.replace('.', "_");
            if respelled != value {
                let list = renamed_in(values, value, Some(&respelled));
                subject.change("value respelled", &format!("{value} as {respelled}"), [set(&*pointer, list)]);
            }
        }
        subject.change("reordered", "the other way round", [set(&*pointer, reversed(values))]);
        let mut swapped = values.to_vec();
        swapped.swap(0, 1);
        subject.change("reordered", &format!("{first} and {second}").replace('"', ""), [set(&*pointer, swapped)]);
        subject.change("emptied", "", [set(&*pointer, json!([]))]);
        subject.change("number among the values", "", [set(&*pointer, json!([first, 2]))]);
    }
}
