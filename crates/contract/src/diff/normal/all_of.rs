//! `allOf`: merged into one schema where that certainly means the same.
//!
//! Every schema is merged once: a merged schema that takes in others stands among the components, so that schemas that
//! contain each other end, and the document does not grow by copies within copies.

use super::schema::ANNOTATIONS;
use crate::{escape, reference, resolve};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

type Schema = Map<String, Value>;

/// The kind of component that merged schemas are.
const MERGED: &str = "merged";

/// Keywords whose content is data, not schemas.
const DATA: [&str; 5] = ["const", "default", "enum", "mapping", "security"];

/// The document with every `allOf` merged that can be.
pub(super) fn merge_all(document: &Value) -> Value {
    let mut merger = Merger { document, wholes: HashMap::new(), places: HashMap::new(), merged: Vec::new() };
    let mut result = Map::new();
    for (key, value) in document.as_object().into_iter().flatten() {
        let value = if key == "components" { merger.components(value) } else { merger.part(value) };
        result.insert(key.clone(), value);
    }
    if !merger.merged.is_empty() {
        let numbered = merger.merged.into_iter().enumerate();
        let schemas = numbered.map(|(index, schema)| (index.to_string(), schema)).collect::<Schema>();
        let components = result.entry("components").or_insert_with(|| json!({}));
        if let Some(components) = components.as_object_mut() {
            components.insert(MERGED.to_owned(), Value::Object(schemas));
        }
    }
    Value::Object(result)
}

struct Merger<'a> {
    document: &'a Value,
    /// What each reference means as a branch.
    wholes: HashMap<String, Option<Schema>>,
    /// The pointer of each merged schema, by its text.
    places: HashMap<String, String>,
    merged: Vec<Value>,
}

impl Merger<'_> {
    fn components(&mut self, components: &Value) -> Value {
        let kinds = components.as_object().into_iter().flatten().map(|(kind, components)| {
            let named = components.as_object().into_iter().flatten().map(|(name, component)| {
                let whole = component.as_object().and_then(|schema| self.whole(schema, &mut Vec::new()));
                // A component has a place already.
                let merged = if let Some(whole) = whole { self.members(&whole) } else { self.part(component) };
                (name.clone(), merged)
            });
            (kind.clone(), Value::Object(named.collect()))
        });
        Value::Object(kinds.collect())
    }

    fn part(&mut self, part: &Value) -> Value {
        match part {
            Value::Object(map) => match self.whole(map, &mut Vec::new()) {
                None => self.members(map),
                Some(whole) => match refers_to(map) {
                    None => self.members(&whole),
                    Some(names) => self.placed(map, &whole, &names),
                },
            },
            Value::Array(list) => Value::Array(list.iter().map(|item| self.part(item)).collect()),
            scalar => scalar.clone(),
        }
    }

    fn members(&mut self, map: &Schema) -> Value {
        let inner = map.iter().map(|(key, value)| {
            let is_data = DATA.contains(&key.as_str());
            (key.clone(), if is_data { value.clone() } else { self.part(value) })
        });
        Value::Object(inner.collect())
    }

    /// A reference to the merged schema, whose last segment names what it takes in.
    fn placed(&mut self, schema: &Schema, whole: &Schema, names: &str) -> Value {
        let text = json!(schema).to_string();
        let pointer = if let Some(known) = self.places.get(&text) {
            known.clone()
        } else {
            let index = self.merged.len();
            let pointer = format!("#/components/{MERGED}/{index}/{}", escape(names));
            self.places.insert(text, pointer.clone());
            self.merged.push(Value::Null);
            let content = self.members(whole);
            if let Some(place) = self.merged.get_mut(index) {
                *place = json!({ names: content });
            }
            pointer
        };
        json!({ "$ref": pointer })
    }

    /// A schema with its `allOf` merged into it; `None` if it has none, or if it is not certain what all together mean.
    /// `open` are the references that are being followed.
    fn whole(&mut self, schema: &Schema, open: &mut Vec<String>) -> Option<Schema> {
        let branches = schema.get("allOf")?.as_array()?;
        let mut whole = schema.clone();
        whole.shift_remove("allOf");
        let is_true = |schema: &Schema, keyword: &str| schema.get(keyword) == Some(&Value::Bool(true));
        let mut are_all_nullable = !branches.is_empty();
        let lists = |schema: &Schema| schema.contains_key("properties") || schema.contains_key("additionalProperties");
        let mut lists_of_properties = usize::from(lists(&whole));
        for branch in branches {
            let branch = self.branch(branch, open)?;
            are_all_nullable &= is_true(&branch, "nullable");
            lists_of_properties += usize::from(lists(&branch));
            join(&mut whole, &branch)?;
        }
        // Null is allowed only if every branch allows it. A wrapper that allows it adds it, as generators write it.
        if !are_all_nullable && !is_true(schema, "nullable") {
            whole.shift_remove("nullable");
        }
        // What is declared in one branch would be forbidden by another.
        let is_closed = whole.contains_key("additionalProperties");
        (!is_closed || lists_of_properties < 2).then_some(whole)
    }

    fn branch(&mut self, branch: &Value, open: &mut Vec<String>) -> Option<Schema> {
        let Some(pointer) = reference(branch) else {
            let map = branch.as_object()?;
            return if map.contains_key("allOf") { self.whole(map, open) } else { Some(map.clone()) };
        };
        let mut whole = match self.wholes.get(pointer) {
            Some(known) => known.clone(),
            None if open.iter().any(|followed| followed == pointer) => None,
            None => {
                let target = resolve(self.document, branch).as_object()?;
                open.push(pointer.to_owned());
                let whole = if target.contains_key("allOf") { self.whole(target, open) } else { Some(target.clone()) };
                open.pop();
                self.wholes.insert(pointer.to_owned(), whole.clone());
                whole
            }
        }?;
        let beside = branch.as_object()?.iter().filter(|(keyword, _)| *keyword != "$ref");
        whole.extend(beside.map(|(keyword, value)| (keyword.clone(), value.clone())));
        // A reference that leads nowhere.
        (!whole.contains_key("$ref")).then_some(whole)
    }
}

/// The names of the schemas that an `allOf` refers to; `None` if all are inline.
fn refers_to(schema: &Schema) -> Option<String> {
    let branches = schema.get("allOf")?.as_array()?;
    let names = branches.iter().filter_map(|branch| match reference(branch) {
        Some(pointer) => pointer.rsplit('/').next().map(str::to_owned),
        None => refers_to(branch.as_object()?),
    });
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| names.join(" and "))
}

/// Adds what a branch demands; `None` if both say something about the same thing that cannot be put into one keyword.
fn join(whole: &mut Schema, branch: &Schema) -> Option<()> {
    for (keyword, value) in branch {
        let Some(before) = whole.get_mut(keyword) else {
            whole.insert(keyword.clone(), value.clone());
            continue;
        };
        match (keyword.as_str(), before, value) {
            (_, before, value) if before == value => {}
            ("properties", Value::Object(before), Value::Object(more)) => {
                for (name, property) in more {
                    let both = match before.get(name) {
                        Some(known) if known != property => json!({ "allOf": [known, property] }),
                        _ => property.clone(),
                    };
                    before.insert(name.clone(), both);
                }
            }
            ("required", Value::Array(before), Value::Array(more)) => {
                let new: Vec<Value> = more.iter().filter(|name| !before.contains(name)).cloned().collect();
                before.extend(new);
                before.sort_by_key(ToString::to_string);
            }
            ("minLength" | "minItems" | "minProperties", before, value) => {
                if value.as_u64()? > before.as_u64()? {
                    *before = value.clone();
                }
            }
            ("maxLength" | "maxItems" | "maxProperties", before, value) => {
                if value.as_u64()? < before.as_u64()? {
                    *before = value.clone();
                }
            }
            (keyword, _, _) if ANNOTATIONS.contains(&keyword) => {}
            _ => return None,
        }
    }
    Some(())
}
