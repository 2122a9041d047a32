//! Lists of names.

use super::edit::at;
use super::mutant::{Family, Mutant, Source, Sources};
use super::values::{SCHEMAS, elements, entries, renamed_in, reversed};
use super::{Subject, set};
use serde_json::{Value, json};

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    for (name, schema) in entries(&sources.contract, SCHEMAS) {
        let values = elements(schema, "/enum");
        let [first, _, ..] = values else { continue };
        let pointer = at(&at(SCHEMAS, name), "enum");
        let mut subject = Subject::new(found, Source::Contract, Family::Enum, name.as_str());

        let with = |position: usize, value: &str| -> Value {
            let (before, after) = values.split_at(position);
            before.iter().cloned().chain([json!(value)]).chain(after.iter().cloned()).collect::<Vec<_>>().into()
        };
        subject.change("value added", "at the end", [set(&*pointer, with(values.len(), "drift"))]);
        subject.change("value added", "in front", [set(&*pointer, with(0, "drift"))]);
        subject.change("value added", "in the middle", [set(&*pointer, with(values.len() / 2, "drift"))]);
        for value in values.iter().filter_map(Value::as_str) {
            let mut subject = subject.at(&format!(" {value}"));
            subject.change("value removed", "", [set(&*pointer, renamed_in(values, value, None))]);
            // The second and the third give the same name in Rust, or nearly.
            let spellings = [
                ("to a new name", format!("{value}2")),
                ("in case", value.to_ascii_uppercase()),
                ("in punctuation", value.replace('.', "_")),
            ];
            for (variant, spelling) in spellings.into_iter().filter(|(_, spelling)| spelling != value) {
                let list = renamed_in(values, value, Some(&spelling));
                subject.change("value renamed", variant, [set(&*pointer, list)]);
            }
        }
        subject.change("reordered", "the other way round", [set(&*pointer, reversed(values))]);
        let mut swapped = values.to_vec();
        swapped.swap(0, 1);
        subject.change("reordered", "two of them", [set(&*pointer, swapped)]);
        let twice = with(0, first.as_str().unwrap_or_default());
        subject.change("made invalid", "twice the same", [set(&*pointer, twice)]);
        subject.change("made invalid", "a value without a name", [set(&*pointer, with(0, "1"))]);
        subject.change("made invalid", "empty", [set(&*pointer, json!([]))]);
        subject.change("made invalid", "a number", [set(&*pointer, json!([first, 2]))]);
    }
}
