//! Objects that say by one of their fields, the tag, which type they are of.

use serde_json::Value;

use super::Violations;
use crate::body::Object;

/// The tag of an object, if it is a text.
#[must_use]
pub fn tag<'o>(object: &'o Object, name: &str) -> Option<&'o str> {
    object.get(name).and_then(Value::as_str)
}

/// Refuses an object whose tag is absent or none of these.
///
/// The message: `must be one of the following values: {tags}`.
pub fn unknown_tag<T>(name: &str, tags: &[&str], violations: &mut Violations) -> Option<T> {
    violations.push(format!("{name} must be one of the following values: {}", tags.join(", ")));
    None
}
