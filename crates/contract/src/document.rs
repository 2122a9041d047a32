//! Walking the document.

use serde_json::Value;

/// The HTTP methods under which OpenAPI 3.0 allows operations (section "Path Item Object").
pub const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Every operation of the document with its path, its method and its JSON pointer, in the document's order.
pub fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, String, &Value)> {
    document.get("paths").and_then(Value::as_object).into_iter().flatten().flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().filter(|(method, _)| METHODS.contains(&method.as_str())).map(
            move |(method, operation)| {
                (path.as_str(), method.as_str(), format!("/paths/{}/{method}", escape(path)), operation)
            },
        )
    })
}

/// The target of a local reference (`$ref`), through any chain of them. A value that is not a reference, or whose target does
/// not exist, is returned unchanged.
#[must_use]
pub fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let mut value = value;
    // A chain of references longer than this is a loop.
    for _ in 0..32 {
        let Some(target) = reference(value).and_then(|pointer| document.pointer(pointer)) else {
            return value;
        };
        value = target;
    }
    value
}

/// The JSON pointer of a local reference (`#/components/schemas/X` gives `/components/schemas/X`).
#[must_use]
pub fn reference(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'))
}

/// One segment of a JSON pointer (RFC 6901, section 3).
#[must_use]
pub fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// The name of the schema that a reference points to.
pub(crate) fn schema_name(value: &Value) -> Option<&str> {
    reference(value).and_then(|pointer| pointer.strip_prefix("/components/schemas/"))
}

/// The schema that a property really means: OpenAPI 3.0 allows no siblings of `$ref`, so documents wrap a reference
/// into an `allOf` of one to give it a description.
pub(crate) fn unwrap_single_all_of(schema: &Value) -> &Value {
    match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) => only,
        _ => schema,
    }
}

/// Whether a keyword of the contract is set to true.
pub(crate) fn is_true(part: &Value, keyword: &str) -> bool {
    part.get(keyword).and_then(Value::as_bool) == Some(true)
}

/// The schema of a single media type, if it has the type `string` and the format `binary`: bytes, not JSON.
pub(crate) fn is_binary(schema: &Value) -> bool {
    let is = |keyword: &str, text: &str| schema.get(keyword).and_then(Value::as_str) == Some(text);
    is("type", "string") && is("format", "binary")
}
