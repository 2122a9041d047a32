//! Tagged unions: objects with a field, the tag, that names their type.

use serde_json::Value;

use super::Violations;
use crate::body::Object;

/// The tag of an object, if it is a string.
#[must_use]
pub fn tag<'o>(object: &'o Object, name: &str) -> Option<&'o str> {
    object.get(name).and_then(Value::as_str)
}

/// Rejects an object whose tag is absent or not one of these.
///
/// The message: `must be one of the following values: {tags}`.
pub fn unknown_tag<T>(name: &str, tags: &[&str], violations: &mut Violations) -> Option<T> {
    violations.push(format!("{name} must be one of the following values: {}", tags.join(", ")));
    None
}
