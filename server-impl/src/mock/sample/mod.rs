//! Samples: values that a schema of the contract allows.
//!
//! An example in the contract is used as it is. All other values are generated from type, format, constraints and name;
//! the same seed gives the same values.

mod draw;
mod number;
mod pattern;
mod text;

use draw::Draw;
use immich_contract::resolve;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use time::OffsetDateTime;

/// Schemas within schemas are followed to this depth; a schema that is deeper requires itself without end.
const DEEPEST: usize = 64;
/// The longest time between one moment of an object and the next, in seconds.
const BETWEEN_MOMENTS: u64 = 3 * 24 * 60 * 60;
/// Attempts for each item that must differ from the others.
const ATTEMPTS: u64 = 16;

/// How much of the optional content of a schema a sample has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Some of it.
    Usual,
    /// None of it: no optional properties, nulls, the shortest lists.
    Minimal,
    /// All of it: all properties, no nulls, long lists.
    Full,
}

/// Generates samples of the schemas of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sampler<'d> {
    document: &'d Value,
    seed: u64,
    extent: Extent,
}

/// The place of a value in a sample.
struct Place<'n> {
    draw: Draw,
    /// Name of the property.
    name: &'n str,
    /// The time of dates here; each property's is later than that of the one before.
    moment: OffsetDateTime,
    /// Position in the lists around it.
    index: u64,
    depth: usize,
    /// The named schemas that contain it.
    within: Option<&'n Named<'n>>,
    /// Whether it is in a schema that contains itself: only required content is there, or there would be no end.
    is_again: bool,
}

/// A named schema that contains a place.
struct Named<'n> {
    name: &'n str,
    within: Option<&'n Named<'n>>,
}

impl Place<'_> {
    fn deeper(&self, draw: Draw) -> Self {
        Self { draw, depth: self.depth + 1, ..*self }
    }

    fn is_within(&self, name: &str) -> bool {
        std::iter::successors(self.within, |named| named.within).any(|named| named.name == name)
    }
}

impl<'d> Sampler<'d> {
    /// A sampler for the schemas of an OpenAPI document.
    pub(super) fn new(document: &'d Value, seed: u64, extent: Extent) -> Self {
        Self { document, seed, extent }
    }

    /// A sample of a schema; `name` distinguishes the samples of schemas without a name.
    pub(super) fn sample(&self, schema: &Value, name: &str) -> Value {
        let draw = Draw::new(self.seed, name);
        self.value(
            schema,
            &Place { draw, name, moment: text::first_moment(draw), index: 0, depth: 0, within: None, is_again: false },
        )
    }

    fn value(&self, schema: &Value, at: &Place<'_>) -> Value {
        if let Some(target) = reference(schema) {
            return self.referred(schema, target, at);
        }
        if schema.get("nullable").and_then(Value::as_bool) == Some(true) && self.is_null(schema, at) {
            return Value::Null;
        }
        let is_shown = |example: &&Value| !(example.is_null() && self.extent == Extent::Full);
        if let Some(example) = schema.get("example").filter(is_shown) {
            return example.clone();
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return at.draw.pick(values).cloned().unwrap_or_default();
        }
        if let Some(branches) = ["oneOf", "anyOf"].iter().find_map(|key| schema.get(key)).and_then(Value::as_array) {
            return self.one_of(schema, branches, at);
        }
        let stands_alone = schema.get("properties").is_none() && schema.get("required").is_none();
        let schema = match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
            Some([only]) if stands_alone => return self.value(only, at),
            Some(_) => Cow::Owned(self.merged(schema, at.depth)),
            None => Cow::Borrowed(schema),
        };
        match kind(&schema) {
            "object" => self.object(&schema, at),
            "array" => self.list(&schema, at),
            "integer" => number::integer(&schema, at.draw),
            "number" => number::number(&schema, at.draw),
            "boolean" => at.draw.once_in(2).into(),
            _ => text::text(&schema, at).into(),
        }
    }

    /// An object with a name is the same everywhere, except in lists.
    fn referred(&self, schema: &Value, target: &str, at: &Place<'_>) -> Value {
        let schema = resolve(self.document, schema);
        if kind(schema) != "object" {
            return if at.depth < DEEPEST { self.value(schema, &at.deeper(at.draw)) } else { Value::Null };
        }
        let named = Draw::new(self.seed, target);
        let draw = if at.index == 0 { named } else { named.item(at.index) };
        let named = Named { name: target, within: at.within };
        let is_again = at.is_again || at.is_within(target);
        let moment = text::first_moment(draw);
        self.value(schema, &Place { moment, within: Some(&named), is_again, ..at.deeper(draw) })
    }

    /// The extent at a place.
    fn extent(&self, at: &Place<'_>) -> Extent {
        if at.is_again { Extent::Minimal } else { self.extent }
    }

    fn is_null(&self, schema: &Value, at: &Place<'_>) -> bool {
        match self.extent(at) {
            Extent::Minimal => true,
            Extent::Full => false,
            Extent::Usual => schema.get("example").is_none() && at.draw.within("null").once_in(2),
        }
    }

    fn is_left_out(&self, at: &Place<'_>) -> bool {
        match self.extent(at) {
            Extent::Minimal => true,
            Extent::Full => false,
            Extent::Usual => at.draw.within("absent").once_in(4),
        }
    }

    fn one_of(&self, schema: &Value, branches: &[Value], at: &Place<'_>) -> Value {
        // Prefers a branch that does not lead back here.
        let forward = |branch: &&Value| !reference(branch).is_some_and(|target| at.is_within(target));
        let onward: Vec<&Value> = branches.iter().filter(forward).collect();
        let open = if onward.is_empty() { branches.iter().collect() } else { onward };
        let Some(branch) = at.draw.within("branch").pick(&open) else { return Value::Null };
        let mut value = self.value(branch, &at.deeper(at.draw));
        let tag = schema.pointer("/discriminator/propertyName").and_then(Value::as_str);
        if let (Some(tag), Some(object), Some(target)) = (tag, value.as_object_mut(), reference(branch)) {
            let mapping = schema.pointer("/discriminator/mapping").and_then(Value::as_object);
            let mapped = mapping.into_iter().flatten().find(|(_, to)| *to == target).map(|(name, _)| name.as_str());
            let name = mapped.or_else(|| target.rsplit('/').next());
            object.insert(tag.to_owned(), json!(name));
        }
        value
    }

    /// All parts of an `allOf` and the keywords beside it, merged.
    fn merged(&self, schema: &Value, depth: usize) -> Value {
        let mut whole = schema.clone();
        let Some(parts) = whole.as_object_mut().and_then(|whole| whole.remove("allOf")) else { return whole };
        for part in parts.as_array().into_iter().flatten() {
            let part = resolve(self.document, part);
            let part = if part.get("allOf").is_some() && depth < DEEPEST {
                self.merged(part, depth + 1)
            } else {
                part.clone()
            };
            merge(&mut whole, part);
        }
        whole
    }

    fn object(&self, schema: &Value, at: &Place<'_>) -> Value {
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut moment = at.moment;
        let mut object = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object);
        // By name, so that a sample does not depend on the order of the document.
        let properties: BTreeMap<&String, &Value> = properties.into_iter().flatten().collect();
        for (name, property) in properties {
            let draw = at.draw.within(name);
            let here = Place { name, moment, ..at.deeper(draw) };
            moment = text::later(moment, draw.within("later"), BETWEEN_MOMENTS);
            let must_be = required.contains(&name.as_str());
            // Only a schema that requires itself without end is this deep.
            let is_there = if must_be { at.depth < DEEPEST } else { !self.is_left_out(&here) };
            if is_there {
                object.insert(name.clone(), self.value(property, &here));
            }
        }
        self.entries(schema, &mut object, at);
        Value::Object(object)
    }

    /// Adds entries with arbitrary names if the schema allows them.
    fn entries(&self, schema: &Value, object: &mut Map<String, Value>, at: &Place<'_>) {
        let free = match schema.get("additionalProperties") {
            Some(free @ Value::Object(_)) => free,
            Some(Value::Bool(true)) => &json!({"type": "string"}),
            _ => return,
        };
        let number = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
        let least = number("minProperties").unwrap_or(0);
        let most = number("maxProperties").unwrap_or(u64::MAX).max(least);
        let count = self.count(least, most, at);
        for index in 0.. {
            let draw = at.draw.within("entries").item(index);
            if object.len() as u64 >= count || index >= count.saturating_mul(ATTEMPTS) {
                break;
            }
            let name = draw.within("key").letters(8);
            let here = Place { index: nested(at.index, index), ..at.deeper(draw) };
            object.insert(name, self.value(free, &here));
        }
    }

    fn list(&self, schema: &Value, at: &Place<'_>) -> Value {
        let items = schema.get("items").unwrap_or(&Value::Null);
        let number = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
        let least = number("minItems").unwrap_or(0);
        let most = number("maxItems").unwrap_or(u64::MAX).max(least);
        let count = self.count(least, most, at);
        if let Some(values) = resolve(self.document, items).get("enum").and_then(Value::as_array) {
            return named_values(values, count, at.draw);
        }
        let must_differ = schema.get("uniqueItems").and_then(Value::as_bool) == Some(true);
        let mut list: Vec<Value> = Vec::new();
        for index in 0..count.saturating_mul(ATTEMPTS) {
            if list.len() as u64 >= count {
                break;
            }
            let draw = at.draw.item(index);
            let moment = text::first_moment(draw);
            let value = self.value(items, &Place { index: nested(at.index, index), moment, ..at.deeper(draw) });
            if !must_differ || !list.contains(&value) {
                list.push(value);
            }
        }
        Value::Array(list)
    }

    /// The number of items of a list, or of entries of an object.
    fn count(&self, least: u64, most: u64, at: &Place<'_>) -> u64 {
        let wanted = match self.extent(at) {
            Extent::Minimal => 0,
            Extent::Full => 5,
            Extent::Usual => 1 + at.draw.within("count").below(3),
        };
        wanted.clamp(least, most)
    }
}

/// Values of an `enum` in their order, without repetition as long as there are enough.
fn named_values(values: &[Value], count: u64, draw: Draw) -> Value {
    let wanted = usize::try_from(count).unwrap_or(usize::MAX);
    let start = usize::try_from(draw.below(values.len() as u64)).unwrap_or_default();
    let chosen: BTreeSet<usize> = (0..wanted.min(values.len())).map(|offset| (start + offset) % values.len()).collect();
    let repeated = chosen.iter().cycle().take(if chosen.is_empty() { 0 } else { wanted });
    repeated.filter_map(|index| values.get(*index).cloned()).collect()
}

/// The combined index of an item in nested lists.
fn nested(outer: u64, inner: u64) -> u64 {
    outer.wrapping_mul(1_000).wrapping_add(inner)
}

/// The target of a reference, as the contract writes it: samples are drawn by it.
fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str)
}

/// The type of a schema, inferred from its keywords if it has none.
fn kind(schema: &Value) -> &str {
    let has = |keywords: &[&str]| keywords.iter().any(|keyword| schema.get(keyword).is_some());
    match schema.get("type").and_then(Value::as_str) {
        Some(kind) => kind,
        None if has(&["properties", "additionalProperties", "allOf"]) => "object",
        None if has(&["items"]) => "array",
        None => "string",
    }
}

/// Merges objects and appends lists. Of two bounds the later one counts, not the stricter one.
fn merge(whole: &mut Value, part: Value) {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            for (key, value) in part {
                match whole.get_mut(&key) {
                    Some(present) => merge(present, value),
                    None => drop(whole.insert(key, value)),
                }
            }
        }
        (Value::Array(whole), Value::Array(part)) => whole.extend(part),
        (whole, part) => *whole = part,
    }
}

#[cfg(test)]
mod tests;
