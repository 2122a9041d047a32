//! Differences within one part of a contract. The parts that it refers to are not compared here: their differences are
//! reported separately.

use super::operation::{self, Operation};
use super::rule::Site;
use super::walk::{Place, Walk, names, shown_or_none, text};
use super::{document, parameter, response, schema};
use crate::document::escape;
use crate::pins::Part;
use serde_json::Value;

/// Every difference between two versions of a part, in words. Empty only if they are equal.
pub(crate) fn differences(part: Part<'_>, old: &Value, new: &Value) -> Vec<String> {
    match part {
        Part::Document => whole(old, new),
        Part::Operation(_) => alone(old, new, |walk| {
            let of = |value| Operation {
                method: text(value, "method"),
                path: text(value, "path"),
                value,
                item: &Value::Null,
            };
            operation::compare(walk, of(old), of(new));
        }),
        Part::Schema(_) => component("schemas", old, new),
    }
}

/// Every difference between two versions of a component.
pub(super) fn component(kind: &str, old: &Value, new: &Value) -> Vec<String> {
    let here = Place::default();
    alone(old, new, |walk| match kind {
        "parameters" => parameter::both(walk, &here, old, new),
        "responses" => response::both(walk, &here, old, new),
        "schemas" => schema::compare(walk, Site::ResponseBody, &here, old, new),
        _ => {}
    })
}

/// The document without its operations and schemas.
fn whole(old: &Value, new: &Value) -> Vec<String> {
    let mut walk = Walk::of_part(old, new);
    document::compare(&mut walk);
    let mut lines = lines(&walk);
    let (before, after) = (old.get("components"), new.get("components"));
    for kind in names(before, after).into_iter().filter(|kind| *kind != "securitySchemes") {
        let (before, after) = (before.and_then(|old| old.get(kind)), after.and_then(|new| new.get(kind)));
        for name in names(before, after) {
            let place = format!("component {kind}/{name}");
            match (before.and_then(|old| old.get(name)), after.and_then(|new| new.get(name))) {
                (Some(old), Some(new)) => {
                    lines.extend(component(kind, old, new).into_iter().map(|line| format!("{place}: {line}")));
                }
                (None, _) => lines.push(format!("{place}: added")),
                (_, None) => lines.push(format!("{place}: removed")),
            }
        }
    }
    or_pointers(lines, old, new)
}

fn alone<'a>(old: &'a Value, new: &'a Value, compare: impl FnOnce(&mut Walk<'a>)) -> Vec<String> {
    let mut walk = Walk::of_part(&Value::Null, &Value::Null);
    compare(&mut walk);
    or_pointers(lines(&walk), old, new)
}

fn lines(walk: &Walk<'_>) -> Vec<String> {
    walk.findings.iter().map(ToString::to_string).collect()
}

/// What the rules found; where they found nothing, the places that differ.
fn or_pointers(lines: Vec<String>, old: &Value, new: &Value) -> Vec<String> {
    if lines.is_empty() { pointers(old, new) } else { lines }
}

/// The JSON pointer (RFC 6901) of every value that differs, with both values.
pub(super) fn pointers(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    differing("", Some(old), Some(new), &mut found);
    found
}

fn differing(pointer: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<String>) {
    match (old, new) {
        (old, new) if old == new => {}
        (Some(Value::Object(_)), Some(Value::Object(_))) => {
            for name in names(old, new) {
                let inner = format!("{pointer}/{}", escape(name));
                differing(&inner, old.and_then(|old| old.get(name)), new.and_then(|new| new.get(name)), found);
            }
        }
        _ => found.push(format!("{pointer}: changed from {} to {}", shown_or_none(old), shown_or_none(new))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn differ(part: Part<'_>, old: &Value, new: &Value, expected: &[&str]) {
        assert_eq!(differences(part, old, new), expected);
    }

    const OPERATION: Part<'_> = Part::Operation("x");
    const SCHEMA: Part<'_> = Part::Schema("X");

    #[test]
    fn constraints_are_added_removed_and_changed() {
        let schema = |property: Value| json!({"properties": {"name": property}});
        differ(
            SCHEMA,
            &schema(json!({"type": "string", "minLength": 1, "format": "uuid"})),
            &schema(json!({"type": "string", "minLength": 2, "pattern": "^a"})),
            &[
                "property `name`: format changed from `uuid` to none",
                "property `name`: minLength raised from 1 to 2",
                "property `name`: pattern `^a` added",
            ],
        );
    }

    #[test]
    fn parameters_are_named_and_their_order_counts() {
        let id = json!({"name": "id", "in": "query", "schema": {"format": "uuid"}});
        let plain = json!({"name": "id", "in": "query", "schema": {}});
        let other = json!({"name": "key", "in": "query", "schema": {}});
        let operation = |list: &[&Value]| json!({"path": "/a", "method": "GET", "parameters": list});
        differ(
            OPERATION,
            &operation(&[&id]),
            &operation(&[&plain]),
            &["query parameter `id`: format changed from `uuid` to none"],
        );
        differ(OPERATION, &operation(&[]), &operation(&[&other]), &["query parameter `key`: added, optional"]);
        differ(OPERATION, &operation(&[&id, &other]), &operation(&[&other, &id]), &["order of the parameters changed"]);
    }

    #[test]
    fn references_are_compared_and_not_followed() {
        let body = |name: &str| {
            let schema = json!({"$ref": format!("#/components/schemas/{name}")});
            json!({"requestBody": {"content": {"application/json": {"schema": schema}}}})
        };
        differ(OPERATION, &body("A"), &body("B"), &["request body: schema changed from A to B"]);
        let parameters = |names: &[&str]| {
            let of = |name: &&str| json!({"$ref": format!("#/components/parameters/{name}")});
            json!({"parameters": names.iter().map(of).collect::<Vec<_>>()})
        };
        differ(
            OPERATION,
            &parameters(&["A", "B"]),
            &parameters(&["A", "C"]),
            &["parameter `/components/parameters/B`: removed", "parameter `/components/parameters/C`: added, optional"],
        );
    }

    #[test]
    fn an_operation_that_moves_has_another_path_and_method() {
        differ(
            OPERATION,
            &json!({"path": "/a", "method": "GET"}),
            &json!({"path": "/b", "method": "PUT"}),
            &["path changed from `/a` to `/b`", "method changed from `GET` to `PUT`"],
        );
    }

    #[test]
    fn credentials_components_and_shared_parameters_belong_to_the_document() {
        let document = |name: &str| {
            json!({
                "components": {"securitySchemes": {"cookie": {"name": name}}, "headers": {"X": {"name": name}}},
                "paths": {"/a": {"parameters": [{"name": name}]}},
            })
        };
        differ(
            Part::Document,
            &document("a"),
            &document("b"),
            &[
                "credential `cookie`: name changed from `a` to `b`",
                r#"path /a: parameters changed from [{"name":"a"}] to [{"name":"b"}]"#,
                "component headers/X: /name: changed from `a` to `b`",
            ],
        );
    }

    #[test]
    fn a_difference_that_no_rule_finds_is_reported_with_its_place() {
        differ(SCHEMA, &json!({}), &json!({"properties": {}}), &["/properties: changed from none to {}"]);
        differ(SCHEMA, &json!({"type": 1}), &json!({"type": 1, "required": 2}), &["/required: changed from none to 2"]);
    }

    #[test]
    fn a_long_value_is_cut() {
        let text = "x".repeat(200);
        differ(SCHEMA, &json!({"pattern": text}), &json!({}), &[&format!("pattern `{}… removed", "x".repeat(98))]);
    }
}
