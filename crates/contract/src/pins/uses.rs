//! Which operations use which components.

use crate::document::{operations, reference};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// For every schema that operations use, directly or within others: their ids, in the document's order.
#[must_use]
pub fn uses(document: &Value) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, method, _, operation) in operations(document) {
        let id = operation.get("operationId").and_then(Value::as_str);
        let id = id.map_or_else(|| format!("{} {path}", method.to_uppercase()), str::to_owned);
        let mut seen = BTreeSet::new();
        follow(document, operation, &mut seen);
        // The parameters of a path apply to each of its operations.
        if let Some(shared) =
            document.get("paths").and_then(|paths| paths.get(path)).and_then(|item| item.get("parameters"))
        {
            follow(document, shared, &mut seen);
        }
        for name in seen.iter().filter_map(|pointer| pointer.strip_prefix("/components/schemas/")) {
            found.entry(name.to_owned()).or_default().push(id.clone());
        }
    }
    found
}

/// Every component that an operation uses, directly or within others, for instance `responses/Error`.
#[must_use]
pub fn used(document: &Value) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    if let Some(paths) = document.get("paths") {
        follow(document, paths, &mut seen);
    }
    seen.iter().filter_map(|pointer| pointer.strip_prefix("/components/")).map(str::to_owned).collect()
}

/// Collects the pointers of all that a part refers to.
fn follow<'a>(document: &'a Value, part: &'a Value, seen: &mut BTreeSet<&'a str>) {
    if let Some(pointer) = reference(part) {
        if seen.insert(pointer)
            && let Some(target) = document.pointer(pointer)
        {
            follow(document, target, seen);
        }
        return;
    }
    match part {
        Value::Object(map) => map.values().for_each(|value| follow(document, value, seen)),
        Value::Array(list) => list.iter().for_each(|value| follow(document, value, seen)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_schema_is_used_through_others_through_responses_and_in_loops() {
        let at = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let document = json!({
            "paths": {
                "/a": {"get": {"operationId": "a", "responses": {"200": {"$ref": "#/components/responses/R"}}}},
                "/b": {"put": {"requestBody": at("Inner")}, "parameters": [{"schema": at("Id")}]},
            },
            "components": {
                "responses": {"R": {"content": at("Outer")}},
                "schemas": {
                    "Outer": {"items": at("Inner")}, "Inner": {"properties": {"next": at("Inner")}},
                    "Unused": {}, "Id": {},
                },
            },
        });
        let expected = [
            ("Id".to_owned(), vec!["PUT /b".to_owned()]),
            ("Inner".to_owned(), vec!["a".to_owned(), "PUT /b".to_owned()]),
            ("Outer".to_owned(), vec!["a".to_owned()]),
        ];
        assert_eq!(uses(&document), BTreeMap::from(expected));
        let expected = ["responses/R", "schemas/Id", "schemas/Inner", "schemas/Outer"].map(str::to_owned);
        assert_eq!(used(&document), BTreeSet::from(expected));
    }
}
