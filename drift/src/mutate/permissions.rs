//! `x-immich-permission`: what a caller must be permitted to do.

use super::values::{elements, operation_name};
use super::{Subject, remove, set};
use crate::edit::at;
use crate::mutant::{Family, Mutant, Source, Sources};
use immich_contract::operations;
use serde_json::{Value, json};

const KEY: &str = "x-immich-permission";

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    let document = &sources.contract;
    let known: Vec<&str> =
        elements(document, "/components/schemas/Permission/enum").iter().filter_map(Value::as_str).collect();
    for (path, method, pointer, operation) in operations(document) {
        let mut subject =
            Subject::new(found, Source::Contract, Family::Permission, operation_name(path, method, operation));
        let place = at(&pointer, KEY);
        let Some(declared) = operation.get(KEY) else {
            for permission in known.iter().take(1) {
                subject.change("added", permission, [set(&*place, *permission)]);
            }
            continue;
        };
        subject.change("dropped", "", [remove(&*place)]);
        subject.change("changed", "to one that is not in the list", [set(&*place, "drift.read")]);
        subject.change("changed", "to null", [set(&*place, Value::Null)]);
        subject.change("changed", "to a list", [set(&*place, json!([declared]))]);
        // The neighbours in the list: another verb for the same thing, and another thing.
        let position = known.iter().position(|permission| declared == permission).unwrap_or_default();
        for other in [position + 1, position + known.len() / 2] {
            for permission in known.iter().cycle().skip(other).take(1).filter(|permission| declared != **permission) {
                subject.change("changed", &format!("to {permission}"), [set(&*place, *permission)]);
            }
        }
    }
}
