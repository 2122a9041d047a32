//! How two snapshots differ.

use super::snapshot::{Reader, Reading, Snapshot, id_of};
use serde_json::Value;
use std::collections::BTreeSet;

/// One difference between two snapshots.
#[derive(Debug, Clone)]
pub(super) struct Difference<'a> {
    pub(super) reading: &'a Reading,
    /// The id of the object that differs, if it has one.
    pub(super) id: Option<String>,
    pub(super) what: What,
}

/// What differs.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// A list has a new member.
    Added,
    /// A list lacks a member.
    Removed,
    /// A list has a member more than once.
    Twice,
    /// Members that did not change themselves have another order.
    Reordered,
    /// A field of an object; an absent one is null.
    Field {
        /// Its name in the object, `/name`, or where it is in the body if the object has no id.
        pointer: String,
        before: Value,
        after: Value,
    },
    /// The status.
    Status { before: u16, after: u16 },
}

impl Difference<'_> {
    /// Where it is, without anything that another run names otherwise.
    pub(super) fn at(&self) -> String {
        let what = match &self.what {
            What::Added => "a new member",
            What::Removed => "a lost member",
            What::Twice => "a member twice",
            What::Reordered => "the order",
            What::Field { pointer, .. } => pointer,
            What::Status { .. } if self.reading.is_probe => "a credential",
            What::Status { .. } => "the status",
        };
        let reader = if self.reading.reader == Reader::OtherUser { " as the second user" } else { "" };
        format!("{}{reader}: {what}", self.reading.operation)
    }

    /// What was received.
    pub(super) fn received(&self) -> String {
        let id = self.id.as_deref().unwrap_or_default();
        match &self.what {
            What::Added => format!("{id} is new in the list"),
            What::Removed => format!("{id} is gone from the list"),
            What::Twice => format!("{id} is in the list more than once"),
            What::Reordered => "members that did not change have another order".to_owned(),
            What::Field { before, after, .. } => format!("{before} before, {after} after"),
            What::Status { before, after } => format!("status {before} before, {after} after"),
        }
    }
}

/// The differences between two snapshots. What only one of them could read is not compared.
pub(super) fn between<'a>(before: &Snapshot, after: &'a Snapshot) -> Vec<Difference<'a>> {
    let mut found = Vec::new();
    for reading in &after.0 {
        let Some(earlier) = before.counterpart(reading) else { continue };
        if earlier.status == reading.status {
            // An error may identify its request.
            if reading.status >= 400 {
                continue;
            }
            let mut comparison = Comparison { reading, found: &mut found };
            comparison.values(None, "", &earlier.body, &reading.body);
        } else {
            let what = What::Status { before: earlier.status, after: reading.status };
            found.push(Difference { reading, id: reading.item.clone(), what });
        }
    }
    found
}

struct Comparison<'a, 'b> {
    reading: &'a Reading,
    found: &'b mut Vec<Difference<'a>>,
}

impl Comparison<'_, '_> {
    fn add(&mut self, id: Option<&str>, what: What) {
        self.found.push(Difference { reading: self.reading, id: id.map(str::to_owned), what });
    }

    /// `at` is where the values are in the object with this id.
    fn values(&mut self, id: Option<&str>, at: &str, before: &Value, after: &Value) {
        match (before, after) {
            _ if before == after && !after.is_array() => {}
            (Value::Object(old), Value::Object(new)) => {
                let own = id_of(after).filter(|own| id_of(before).as_ref() == Some(own));
                let (id, at) = own.as_deref().map_or((id, at), |own| (Some(own), ""));
                let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
                for name in names {
                    let field = |fields: &serde_json::Map<String, Value>| fields.get(name).cloned().unwrap_or_default();
                    self.values(id, &format!("{at}/{name}"), &field(old), &field(new));
                }
            }
            (Value::Array(old), Value::Array(new)) if has_ids(old) && has_ids(new) => self.lists(old, new),
            _ if before == after => {}
            _ => self.add(id, What::Field { pointer: at.to_owned(), before: before.clone(), after: after.clone() }),
        }
    }

    fn lists(&mut self, old: &[Value], new: &[Value]) {
        let by_id = |list: &[Value], id: &str| list.iter().find(|each| id_of(each).as_deref() == Some(id)).cloned();
        let ids = |list: &[Value]| list.iter().filter_map(id_of).collect::<Vec<String>>();
        let (old_ids, new_ids) = (ids(old), ids(new));
        let mut seen = BTreeSet::new();
        for id in &new_ids {
            if !seen.insert(id) {
                self.add(Some(id), What::Twice);
            } else if !old_ids.contains(id) {
                self.add(Some(id), What::Added);
            }
        }
        for id in old_ids.iter().filter(|id| !new_ids.contains(id)) {
            self.add(Some(id), What::Removed);
        }
        let is_same = |id: &&String| by_id(old, id) == by_id(new, id);
        let unchanged = |ids: &[String]| ids.iter().filter(is_same).cloned().collect::<Vec<String>>();
        let (order, new_order) = (unchanged(&old_ids), unchanged(&new_ids));
        if order != new_order && order.len() == new_order.len() {
            self.add(None, What::Reordered);
        }
        for id in old_ids.iter().filter(|id| new_ids.contains(id)) {
            if let (Some(before), Some(after)) = (by_id(old, id), by_id(new, id)) {
                self.values(Some(id), "", &before, &after);
            }
        }
    }
}

fn has_ids(list: &[Value]) -> bool {
    list.iter().all(|member| id_of(member).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn snapshot(body: Value) -> Snapshot {
        Snapshot(vec![Reading {
            reader: Reader::Account,
            operation: "list".to_owned(),
            path: "/list".to_owned(),
            item: None,
            is_probe: false,
            status: 200,
            body,
        }])
    }

    fn found(before: Value, after: Value) -> Vec<String> {
        let (before, after) = (snapshot(before), snapshot(after));
        between(&before, &after).iter().map(Difference::at).collect()
    }

    #[test]
    fn members_are_compared_by_their_ids() {
        let list = json!([{ "id": "1", "a": 1 }, { "id": "2", "a": 1 }, { "id": "3", "a": 1 }]);

        assert!(found(list.clone(), list.clone()).is_empty());
        assert_eq!(
            found(list.clone(), json!([{ "id": "2", "a": 2 }, { "id": "1", "a": 1 }, { "id": "4" }])),
            ["list: a new member", "list: a lost member", "list: /a"]
        );
        assert_eq!(
            found(list, json!([{ "id": "2", "a": 1 }, { "id": "1", "a": 1 }, { "id": "3", "a": 1 }])),
            ["list: the order"]
        );
    }

    #[test]
    fn a_member_may_move_when_it_changes_and_is_in_the_list_once() {
        let list = json!([{ "id": "1", "a": 1 }, { "id": "2", "a": 1 }]);

        assert_eq!(found(list.clone(), json!([{ "id": "2", "a": 2 }, { "id": "1", "a": 1 }])), ["list: /a"]);
        let twice = json!([{ "id": "1", "a": 1 }, { "id": "2", "a": 1 }, { "id": "1", "a": 1 }]);
        assert_eq!(found(list, twice), ["list: a member twice"]);
    }

    #[test]
    fn fields_that_appear_and_vanish_are_differences() {
        assert_eq!(found(json!({ "a": { "b": 1 } }), json!({ "a": { "c": 1 } })), ["list: /a/b", "list: /a/c"]);
        assert_eq!(found(json!({ "a": [1, 2] }), json!({ "a": [2, 1] })), ["list: /a"]);
    }
}
