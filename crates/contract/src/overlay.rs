//! Overlay Specification 1.0.0: <https://spec.openapis.org/overlay/v1.0.0.html>.

use serde_json::{Map, Value};
use serde_json_path::JsonPath;

/// Why an overlay cannot be applied to the document.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum OverlayError {
    /// The overlay does not have the form that the specification requires.
    #[error("malformed overlay: {0}")]
    Malformed(String),
    /// A target is not a JSONPath (RFC 9535).
    #[error("overlay action {index}: the target {target} is not a JSONPath: {reason}")]
    Target {
        /// Position of the action, from 0.
        index: usize,
        /// The target as written.
        target: String,
        /// What the parser said.
        reason: String,
    },
    /// A target matches nothing: the document has changed under the overlay.
    #[error(
        "overlay action {index}: the target {target} matches nothing in the document; correct or remove the action"
    )]
    NoMatch {
        /// Position of the action, from 0.
        index: usize,
        /// The target as written.
        target: String,
    },
}

/// The contract with every action of the overlay applied, in order.
///
/// # Errors
/// See [`OverlayError`]. An action without a match is an error, although the specification allows it: otherwise a
/// rule could disappear without notice.
pub fn effective(contract: &Value, overlay: &Value) -> Result<Value, OverlayError> {
    let mut document = contract.clone();
    apply_all(&mut document, overlay)?;
    Ok(document)
}

/// Applies every action of an overlay to a document, in order: see [`effective`].
///
/// # Errors
/// See [`OverlayError`]. The actions before the one that fails are applied.
pub fn apply_all(document: &mut Value, overlay: &Value) -> Result<(), OverlayError> {
    for (index, action) in actions(overlay)?.iter().enumerate() {
        apply(index, action, document)?;
    }
    Ok(())
}

/// Applies every action that fits, in order. Returns the errors of those that match nothing.
///
/// # Errors
/// The overlay itself is invalid: see [`OverlayError`].
pub fn apply_fitting(document: &mut Value, overlay: &Value) -> Result<Vec<OverlayError>, OverlayError> {
    let mut misfits = Vec::new();
    for (index, action) in actions(overlay)?.iter().enumerate() {
        match apply(index, action, document) {
            Err(error @ OverlayError::NoMatch { .. }) => misfits.push(error),
            result => result?,
        }
    }
    Ok(misfits)
}

fn actions(overlay: &Value) -> Result<&Vec<Value>, OverlayError> {
    let version = overlay.get("overlay").and_then(Value::as_str).unwrap_or_default();
    if !version.starts_with("1.0.") {
        return Err(OverlayError::Malformed(format!("its version is {version:?}, but only 1.0.x is supported")));
    }
    overlay
        .get("actions")
        .and_then(Value::as_array)
        .ok_or_else(|| OverlayError::Malformed("`actions` must be a list".to_owned()))
}

fn apply(index: usize, action: &Value, document: &mut Value) -> Result<(), OverlayError> {
    let target = action
        .get("target")
        .and_then(Value::as_str)
        .ok_or_else(|| OverlayError::Malformed(format!("action {index} has no `target`")))?;
    let path = JsonPath::parse(target).map_err(|error| OverlayError::Target {
        index,
        target: target.to_owned(),
        reason: error.to_string(),
    })?;
    let mut pointers: Vec<String> =
        path.query_located(document).locations().map(serde_json_path::NormalizedPath::to_json_pointer).collect();
    if pointers.is_empty() {
        return Err(OverlayError::NoMatch { index, target: target.to_owned() });
    }
    if action.get("remove").and_then(Value::as_bool) == Some(true) {
        // Last first: removing an element must not move those that are removed later.
        pointers.reverse();
        for pointer in &pointers {
            remove(document, pointer);
        }
    } else if let Some(update) = action.get("update") {
        for pointer in &pointers {
            if let Some(place) = document.pointer_mut(pointer) {
                merge(place, update);
            }
        }
    } else {
        return Err(OverlayError::Malformed(format!("action {index} has neither `update` nor `remove`")));
    }
    Ok(())
}

/// Whether the overlay would change nothing: the document is an effective contract itself.
#[must_use]
pub fn is_applied(document: &Value, overlay: &Value) -> bool {
    let actions = overlay.get("actions").and_then(Value::as_array);
    actions.is_some_and(|actions| actions.iter().all(|action| is_done(action, document)))
}

fn is_done(action: &Value, document: &Value) -> bool {
    let target = action.get("target").and_then(Value::as_str).unwrap_or_default();
    let Ok(path) = JsonPath::parse(target) else { return false };
    let places = path.query(document).all();
    match action.get("update") {
        Some(update) => !places.is_empty() && places.iter().all(|place| holds(place, update)),
        None => places.is_empty(),
    }
}

fn holds(place: &Value, update: &Value) -> bool {
    match (place, update) {
        (Value::Object(place), Value::Object(update)) => {
            update.iter().all(|(key, value)| place.get(key).is_some_and(|place| holds(place, value)))
        }
        (Value::Array(place), Value::Array(update)) => {
            update.is_empty() || place.windows(update.len()).any(|window| window == update)
        }
        (place, update) => place == update,
    }
}

/// Objects are merged property by property, lists are appended to, anything else is replaced.
fn merge(place: &mut Value, update: &Value) {
    match (place, update) {
        (Value::Object(place), Value::Object(update)) => {
            for (key, value) in update {
                match place.get_mut(key) {
                    Some(existing) => merge(existing, value),
                    None => {
                        place.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (Value::Array(place), Value::Array(update)) => place.extend(update.iter().cloned()),
        (place, update) => *place = update.clone(),
    }
}

fn remove(document: &mut Value, pointer: &str) {
    let Some((parent, key)) = pointer.rsplit_once('/') else {
        return;
    };
    let key = key.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent) {
        Some(Value::Object(map)) => drop(Map::shift_remove(map, &key)),
        Some(Value::Array(list)) => {
            if let Ok(position) = key.parse::<usize>()
                && position < list.len()
            {
                list.remove(position);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn overlay(actions: &Value) -> Value {
        json!({"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": actions})
    }

    #[test]
    fn an_update_merges_objects_appends_to_lists_and_replaces_the_rest() {
        let contract = json!({"a": {"b": 1, "c": [1]}});
        let actions = json!([{"target": "$.a", "update": {"b": 2, "c": [2], "d": {"e": true}}}]);
        let result = effective(&contract, &overlay(&actions)).unwrap();
        assert_eq!(result, json!({"a": {"b": 2, "c": [1, 2], "d": {"e": true}}}));
    }

    #[test]
    fn a_removal_takes_every_match_away_also_from_lists() {
        let contract = json!({"a": [1, 2, 3], "b": {"x/y": 1}});
        let actions = json!([{"target": "$.a[0, 2]", "remove": true}, {"target": "$.b['x/y']", "remove": true}]);
        let result = effective(&contract, &overlay(&actions)).unwrap();
        assert_eq!(result, json!({"a": [2], "b": {}}));
    }

    #[test]
    fn a_document_with_the_overlay_applied_is_recognized() {
        let contract = json!({"a": {"b": 1, "c": [1]}, "d": 1});
        let actions = json!([{"target": "$.a", "update": {"b": 2, "c": [2, 3]}}, {"target": "$.d", "remove": true}]);
        let overlay = overlay(&actions);
        assert!(!is_applied(&contract, &overlay));
        let applied = effective(&contract, &overlay).unwrap();
        assert!(is_applied(&applied, &overlay));
        assert!(!is_applied(&json!({"a": {"b": 2, "c": [1, 2]}}), &overlay));
        assert!(!is_applied(&json!({}), &overlay));
    }

    #[test]
    fn an_action_that_matches_nothing_is_an_error() {
        let actions = json!([{"target": "$.nope", "update": {}}]);
        let error = effective(&json!({}), &overlay(&actions)).unwrap_err();
        assert_eq!(error, OverlayError::NoMatch { index: 0, target: "$.nope".to_owned() });
    }

    #[test]
    fn an_action_without_update_or_removal_is_an_error() {
        let error = effective(&json!({"a": 1}), &overlay(&json!([{"target": "$.a"}]))).unwrap_err();
        assert!(error.to_string().contains("neither"), "{error}");
    }
}
