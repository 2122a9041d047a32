//! What differs between two versions of a part, as a person would say it: "parameter id: format uuid -> none".

use serde_json::Value;
use std::collections::BTreeSet;

/// A longer value is cut.
const LONGEST_VALUE: usize = 100;

/// Every place where two versions of a part differ. Empty only if they are the same.
#[must_use]
pub fn differences(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(&Place::default(), "", Some(old), Some(new), &mut found);
    found
}

/// Where we are, in words.
#[derive(Clone, Default)]
struct Place(Vec<String>);

impl Place {
    fn then(&self, word: String) -> Self {
        let mut words = self.0.clone();
        words.push(word);
        Self(words)
    }

    fn say(&self, what: &str) -> String {
        let mut text = self.0.join(": ");
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(what);
        text
    }
}

/// Compares the values of one keyword.
fn compare(place: &Place, key: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<String>) {
    if old == new {
        return;
    }
    let before = found.len();
    compare_different(place, key, old, new, found);
    if found.len() == before {
        found.push(place.say(&from_to(key, old, new)));
    }
}

fn compare_different(place: &Place, key: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<String>) {
    match (key, old, new) {
        ("required", Some(Value::Array(_)) | None, Some(Value::Array(_)) | None) => required(place, old, new, found),
        ("enum", Some(Value::Array(old)), Some(Value::Array(new))) => values(place, old, new, found),
        ("parameters", Some(Value::Array(_)) | None, Some(Value::Array(_)) | None) => {
            parameters(place, old, new, found);
        }
        (_, Some(Value::Object(_)), Some(Value::Object(_))) => members(place, key, old, new, found),
        // A schema that comes or goes is one thing; names that come or go are told one by one.
        (_, Some(Value::Object(_)) | None, Some(Value::Object(_)) | None) if container(key).is_some() => {
            members(place, key, old, new, found);
        }
        (_, Some(Value::Array(old)), Some(Value::Array(new)))
            if old.len() == new.len() && old.iter().all(Value::is_object) =>
        {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                compare(&place.then(format!("{key} {}", index + 1)), "", Some(old), Some(new), found);
            }
        }
        _ => found.push(place.say(&from_to(key, old, new))),
    }
}

fn from_to(key: &str, old: Option<&Value>, new: Option<&Value>) -> String {
    let name = if key == "$ref" { "reference" } else { key };
    let space = if name.is_empty() { "" } else { " " };
    format!("{name}{space}{} -> {}", shown(key, old), shown(key, new))
}

fn members(place: &Place, key: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<String>) {
    let keys = |value: Option<&Value>| -> BTreeSet<String> {
        value.and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key.clone()).collect()
    };
    for member in keys(old).union(&keys(new)) {
        let (before, after) = (old.and_then(|old| old.get(member)), new.and_then(|new| new.get(member)));
        let Some(word) = container(key) else {
            // These words say no more than what is in them.
            let quiet = ["schema", "components", "info"].contains(&member.as_str());
            let is_nested = matches!((before, after), (Some(Value::Object(_)), Some(Value::Object(_))));
            if is_nested && container(member).is_none() && !quiet {
                compare(&place.then(spaced(member)), "", before, after, found);
            } else {
                compare(place, member, before, after, found);
            }
            continue;
        };
        let inner = if key == "content" && member == "application/json" {
            place.clone()
        } else {
            place.then(format!("{word}{member}"))
        };
        match (before, after) {
            (Some(_), Some(_)) => compare(&inner, "", before, after, found),
            (None, Some(added)) => found.push(inner.say(&format!("added as {}", shown("", Some(added))))),
            (Some(removed), None) => found.push(inner.say(&format!("removed, was {}", shown("", Some(removed))))),
            (None, None) => {}
        }
    }
}

/// What the members of a keyword are called, if they have names of their own.
fn container(key: &str) -> Option<&'static str> {
    Some(match key {
        "content" => "",
        "headers" => "header ",
        "parameters" => "parameter ",
        "paths" => "path ",
        "patternProperties" => "properties like ",
        "properties" => "property ",
        "requestBodies" => "request body ",
        "responses" => "response ",
        "schemas" => "schema ",
        "securitySchemes" => "security scheme ",
        _ => return None,
    })
}

/// A keyword as words.
fn spaced(key: &str) -> String {
    if key == "requestBody" { "request body".to_owned() } else { key.to_owned() }
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn required(place: &Place, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<String>) {
    let (old, new) = (list(old), list(new));
    for name in old.iter().filter(|name| !new.contains(name)) {
        found.push(place.say(&format!("property {}: required yes -> no", text(name))));
    }
    for name in new.iter().filter(|name| !old.contains(name)) {
        found.push(place.say(&format!("property {}: required no -> yes", text(name))));
    }
}

fn values(place: &Place, old: &[Value], new: &[Value], found: &mut Vec<String>) {
    let before = found.len();
    found.extend(
        old.iter()
            .filter(|value| !new.contains(value))
            .map(|value| place.say(&format!("enum value {} removed", text(value)))),
    );
    found.extend(
        new.iter()
            .filter(|value| !old.contains(value))
            .map(|value| place.say(&format!("enum value {} added", text(value)))),
    );
    if found.len() == before {
        let line = |values: &[Value]| cut(values.iter().map(text).collect::<Vec<_>>().join(", "));
        found.push(place.say(&format!("order of the enum {} -> {}", line(old), line(new))));
    }
}

fn parameters(place: &Place, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<String>) {
    let before = found.len();
    let (old, new) = (list(old), list(new));
    let same = |one: &Value, two: &Value| {
        one.get("name") == two.get("name") && one.get("in") == two.get("in") && one.get("$ref") == two.get("$ref")
    };
    let named = |parameter: &Value| {
        let name = parameter.get("name").or_else(|| parameter.get("$ref")).map_or_else(String::new, text);
        place.then(format!("parameter {name}"))
    };
    for parameter in old {
        match new.iter().find(|other| same(parameter, other)) {
            Some(other) => compare(&named(parameter), "", Some(parameter), Some(other), found),
            None => found.push(named(parameter).say(&format!("removed, was {}", shown("", Some(parameter))))),
        }
    }
    for parameter in new.iter().filter(|parameter| !old.iter().any(|other| same(parameter, other))) {
        found.push(named(parameter).say(&format!("added as {}", shown("", Some(parameter)))));
    }
    if found.len() == before {
        let line = |list: &[Value]| {
            let all = list.iter().map(|parameter| parameter.get("name").map_or_else(String::new, text));
            all.collect::<Vec<_>>().join(", ")
        };
        found.push(place.say(&format!("order of parameters {} -> {}", line(old), line(new))));
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A value in a few words.
fn shown(key: &str, value: Option<&Value>) -> String {
    let Some(value) = value else { return "none".to_owned() };
    if key == "$ref" {
        return text(value).rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(target) = value.get("$ref") {
        return shown("$ref", Some(target));
    }
    match value {
        Value::Array(items) => {
            cut(format!("[{}]", items.iter().map(|item| shown("", Some(item))).collect::<Vec<_>>().join(", ")))
        }
        // A requirement of a security scheme without scopes, for instance.
        Value::Object(map)
            if map.len() == 1 && map.values().all(|value| value.as_array().is_some_and(Vec::is_empty)) =>
        {
            map.keys().cloned().collect()
        }
        Value::String(text) => cut(text.clone()),
        other => cut(other.to_string()),
    }
}

fn cut(text: String) -> String {
    if text.chars().count() <= LONGEST_VALUE {
        return text;
    }
    text.chars().take(LONGEST_VALUE - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn differ(old: &Value, new: &Value, expected: &[&str]) {
        assert_eq!(differences(old, new), expected);
    }

    #[test]
    fn constraints_come_go_and_change() {
        let schema = |property: Value| json!({"properties": {"name": property}});
        differ(
            &schema(json!({"type": "string", "minLength": 1, "format": "uuid"})),
            &schema(json!({"type": "string", "minLength": 2, "pattern": "^a"})),
            &[
                "property name: format uuid -> none",
                "property name: minLength 1 -> 2",
                "property name: pattern none -> ^a",
            ],
        );
    }

    #[test]
    fn parameters_are_told_by_name_and_their_order_counts() {
        let id = json!({"name": "id", "in": "path", "schema": {"format": "uuid"}});
        let other = json!({"name": "key", "in": "path", "schema": {}});
        let operation = |list: &[&Value]| json!({"method": "GET", "parameters": list});
        let plain = json!({"name": "id", "in": "path", "schema": {}});
        differ(&operation(&[&id]), &operation(&[&plain]), &["parameter id: format uuid -> none"]);
        differ(
            &json!({"method": "GET"}),
            &operation(&[&other]),
            &[r#"parameter key: added as {"name":"key","in":"path","schema":{}}"#],
        );
        differ(&operation(&[&id, &other]), &operation(&[&other, &id]), &["order of parameters id, key -> key, id"]);
    }

    #[test]
    fn properties_responses_and_media_types_come_and_go() {
        differ(
            &json!({"properties": {"a": {"type": "string"}}, "required": ["a"]}),
            &json!({"properties": {"b": {"$ref": "#/components/schemas/B"}}, "required": ["b"]}),
            &[
                r#"property a: removed, was {"type":"string"}"#,
                "property b: added as B",
                "property a: required yes -> no",
                "property b: required no -> yes",
            ],
        );
        differ(
            &json!({"responses": {"200": {"content": {"application/json": {"schema": {"type": "array"}}}}}}),
            &json!({"responses": {"200": {"content": {"text/plain": {}}}, "204": {}}}),
            &[
                r#"response 200: removed, was {"schema":{"type":"array"}}"#,
                "response 200: text/plain: added as {}",
                "response 204: added as {}",
            ],
        );
    }

    #[test]
    fn references_lists_and_security_are_short() {
        differ(
            &json!({"security": [{"bearer": []}, {"cookie": []}], "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}),
            &json!({"security": [{"bearer": []}], "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/B"}}}}}),
            &["request body: reference A -> B", "security [bearer, cookie] -> [bearer]"],
        );
    }

    #[test]
    fn values_of_an_enum_come_go_and_change_places() {
        let of = |values: &[&str]| json!({"enum": values});
        differ(&of(&["a", "b"]), &of(&["b", "c"]), &["enum value a removed", "enum value c added"]);
        differ(&of(&["a", "b"]), &of(&["b", "a"]), &["order of the enum a, b -> b, a"]);
    }

    #[test]
    fn components_of_the_document_are_named() {
        let document = |name: &str| json!({"components": {"securitySchemes": {"cookie": {"name": name}}}, "servers": [{"url": "/a"}]});
        differ(&document("a"), &document("b"), &["security scheme cookie: name a -> b"]);
        let moved = json!({"components": {"securitySchemes": {"cookie": {"name": "a"}}}, "servers": [{"url": "/b"}]});
        differ(&document("a"), &moved, &["servers 1: url /a -> /b"]);
    }

    #[test]
    fn given_anything_that_differs_then_something_is_said() {
        differ(&json!({}), &json!({"properties": {}}), &["properties none -> {}"]);
        differ(&json!({"enum": ["a", "a"]}), &json!({"enum": ["a"]}), &["order of the enum a, a -> a"]);
        differ(&json!({"items": {"a": 1}}), &json!({"items": [1]}), &["items {\"a\":1} -> [1]"]);
        differ(&json!("a"), &json!(1), &["a -> 1"]);
    }

    #[test]
    fn a_long_value_is_cut() {
        let text = "x".repeat(200);
        let found = differences(&json!({"pattern": text}), &json!({}));
        assert_eq!(found, [format!("pattern {}… -> none", "x".repeat(99))]);
    }
}
