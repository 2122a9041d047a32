//! Changing one place of a document.

use immich_contract::escape;
use serde_json::{Map, Value};

/// One step of a change. Places are JSON pointers (RFC 6901).
///
/// JSON Patch (RFC 6902) cannot rename a key in place, and its removals may change the order of the remaining keys.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// Sets a value, present or not. A new key is added at the end.
    Set(String, Value),
    /// Removes a key or an element of a list.
    Remove(String),
    /// Renames a key.
    Rename(String, String),
}

/// A step that does not fit its document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoSuchPlace(pub(crate) String);

impl Step {
    pub(crate) fn apply(&self, document: &mut Value) -> Result<(), NoSuchPlace> {
        match self {
            Self::Set(pointer, value) => set(document, pointer, value.clone()),
            Self::Remove(pointer) => remove(document, pointer).map(drop),
            Self::Rename(pointer, to) => rename(document, pointer, to),
        }
        .ok_or_else(|| NoSuchPlace(self.pointer().to_owned()))
    }

    fn pointer(&self) -> &str {
        match self {
            Self::Set(pointer, _) | Self::Remove(pointer) | Self::Rename(pointer, _) => pointer,
        }
    }
}

/// A pointer to a key below another pointer.
pub(crate) fn at(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", escape(key))
}

fn set(document: &mut Value, pointer: &str, value: Value) -> Option<()> {
    if let Some(place) = document.pointer_mut(pointer) {
        *place = value;
        return Some(());
    }
    let (parent, key) = split(pointer)?;
    document.pointer_mut(parent)?.as_object_mut()?.insert(key, value);
    Some(())
}

fn remove(document: &mut Value, pointer: &str) -> Option<Value> {
    let (parent, key) = split(pointer)?;
    match document.pointer_mut(parent)? {
        Value::Object(map) => map.shift_remove(&key),
        Value::Array(list) => {
            let position = key.parse::<usize>().ok().filter(|position| *position < list.len())?;
            Some(list.remove(position))
        }
        _ => None,
    }
}

fn rename(document: &mut Value, pointer: &str, to: &str) -> Option<()> {
    let (parent, key) = split(pointer)?;
    let map = document.pointer_mut(parent)?.as_object_mut()?;
    if !map.contains_key(&key) || map.contains_key(to) {
        return None;
    }
    let renamed: Map<String, Value> = std::mem::take(map)
        .into_iter()
        .map(|(name, value)| if name == key { (to.to_owned(), value) } else { (name, value) })
        .collect();
    *map = renamed;
    Some(())
}

fn split(pointer: &str) -> Option<(&str, String)> {
    let (parent, key) = pointer.rsplit_once('/')?;
    Some((parent, key.replace("~1", "/").replace("~0", "~")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn edited(mut document: Value, steps: &[Step]) -> String {
        for step in steps {
            step.apply(&mut document).unwrap();
        }
        document.to_string()
    }

    #[test]
    fn a_key_is_set_removed_and_renamed_and_the_others_keep_their_places() {
        let document = json!({"a": 1, "b/c": {"d": 2}, "e": [3, 4]});
        let set = [Step::Set("/a".to_owned(), json!(9)), Step::Set(at("/b~1c", "x/y"), json!(true))];
        assert_eq!(edited(document.clone(), &set), r#"{"a":9,"b/c":{"d":2,"x/y":true},"e":[3,4]}"#);
        let remove = [Step::Remove("/a".to_owned()), Step::Remove("/e/0".to_owned())];
        assert_eq!(edited(document.clone(), &remove), r#"{"b/c":{"d":2},"e":[4]}"#);
        let rename = [Step::Rename("/a".to_owned(), "z".to_owned())];
        assert_eq!(edited(document, &rename), r#"{"z":1,"b/c":{"d":2},"e":[3,4]}"#);
    }

    #[test]
    fn a_missing_place_is_named() {
        let mut document = json!({"a": {}, "b": 1});
        for step in [
            Step::Set("/x/y".to_owned(), json!(1)),
            Step::Remove("/x".to_owned()),
            Step::Rename("/x".to_owned(), "y".to_owned()),
            Step::Rename("/a".to_owned(), "b".to_owned()),
        ] {
            let error = step.apply(&mut document).unwrap_err();
            assert!(error.0.starts_with('/'), "{error:?}");
        }
        assert_eq!(document, json!({"a": {}, "b": 1}));
    }
}
