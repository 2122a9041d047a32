//! `x-immich-permission`: what a caller must be permitted to do.

use super::edit::at;
use super::mutant::{Family, Mutant, Source, Sources};
use super::values::{elements, operation_name};
use super::{Subject, remove, set};
use immich_contract::operations;
use serde_json::{Value, json};

const KEY: &str = "x-immich-permission";

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    let document = &sources.contract;
    let known: Vec<&str> =
        elements(document, "/components/schemas/Permission/enum").iter().filter_map(Value::as_str).collect();
    for (path, method, pointer, operation) in operations(document) {
        let name = operation_name(path, method, operation);
        let mut subject = Subject::new(found, Source::Contract, Family::Permission, name);
        let place = at(&pointer, KEY);
        let Some(declared) = operation.get(KEY) else {
            for permission in known.iter().take(1) {
                subject.change("added", "", [set(&*place, *permission)]);
            }
            continue;
        };
        subject.change("dropped", "", [remove(&*place)]);
        subject.change("changed", "to an unknown one", [set(&*place, "drift.read")]);
        subject.change("changed", "to null", [set(&*place, Value::Null)]);
        subject.change("changed", "to a list", [set(&*place, json!([declared]))]);
        let position = known.iter().position(|permission| declared == permission).unwrap_or_default();
        let others = [("to its neighbor in the list", position + 1), ("to a far one", position + known.len() / 2)];
        for (variant, other) in others {
            for permission in known.iter().cycle().skip(other).take(1).filter(|permission| declared != **permission) {
                subject.change("changed", variant, [set(&*place, *permission)]);
            }
        }
    }
}
