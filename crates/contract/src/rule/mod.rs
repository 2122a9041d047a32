//! Constraints of a schema as an expression of `immich_wire::rules`.

pub(crate) mod literal;
mod text;

use crate::document::{is_true, schema_name, unwrap_single_all_of};
use crate::reader::{Component, Reader};
use crate::schema::keywords::{OPEN, TYPE_FIRST};
use crate::schema::shape::{Place, Shape};
use serde_json::Value;
use std::fmt::Write as _;

/// Canonical UUID of version 4 (RFC 9562, section 5.4).
pub(crate) const UUID_V4: &str =
    "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$";

/// The rule that reads a value of this schema, or null where it may be null, as Rust.
pub(crate) fn expression<'d>(
    reader: &mut Reader<'d>,
    schema: &'d Value,
    pointer: &str,
    required: bool,
) -> Option<String> {
    let shape = Shape::of(reader, schema, pointer, Place::Inline)?;
    let plain = of_shape(reader, shape, schema, pointer, required)?;
    Some(if is_true(schema, "nullable") { format!("rules::OrNull::new({plain})") } else { plain })
}

fn of_shape<'d>(
    reader: &mut Reader<'d>,
    shape: Shape<'d>,
    schema: &'d Value,
    pointer: &str,
    required: bool,
) -> Option<String> {
    if is_true(schema, "x-lowercase") && !matches!(shape, Shape::Text(_)) {
        refuse_lowercase(reader, pointer);
    }
    if is_true(schema, TYPE_FIRST) && !matches!(shape, Shape::Text(_)) {
        refuse_type_first(reader, pointer);
    }
    if is_true(schema, OPEN) {
        let advice = "a request with an unknown value is rejected: use it for responses only";
        reader.refuse(format!("{pointer}/{OPEN}"), "x-open in a request", advice);
    }
    Some(match shape {
        Shape::Named(component) => return named(reader, component, required),
        Shape::Any => "rules::AnyValue::new()".to_owned(),
        Shape::AnyObject => "rules::AnyObject::new()".to_owned(),
        Shape::Map(values) => {
            let value = expression(reader, values, &format!("{pointer}/additionalProperties"), true)?;
            format!("rules::Map::new({value})")
        }
        Shape::List(items) => list(reader, schema, items, pointer, required)?,
        Shape::Text(text) => text::expression(reader, text, schema, pointer),
        Shape::Int32 => format!("rules::Int32::new(){}", whole_bounds(reader, schema, pointer)),
        Shape::Int64 => format!("rules::Integer::new(){}", whole_bounds(reader, schema, pointer)),
        Shape::Number => format!("rules::Number::new(){}", bounds(schema)),
        Shape::Flag => "rules::Flag::new()".to_owned(),
        Shape::TextOrTexts => {
            let advice = "no rule reads it: choose one of the two, or extend `crates/contract/src/rule/`";
            reader.refuse(pointer, "a text or a list of texts in a request", advice);
            return None;
        }
        // Only named schemas have these shapes, and they are `Named` here.
        Shape::Object | Shape::Enumeration(_) | Shape::Union => return None,
    })
}

/// A named schema has the rule of its type; an alias has the rule of its target.
fn named<'d>(reader: &mut Reader<'d>, component: Component<'d>, required: bool) -> Option<String> {
    let pointer = component.pointer();
    Some(match Shape::of(reader, component.schema, &pointer, Place::Component)? {
        Shape::Enumeration(_) => format!("rules::OneOf::<{}>::new()", component.path()),
        Shape::Object | Shape::Union => format!("rules::Nested::<{}>::new()", component.path()),
        shape => return of_shape(reader, shape, component.schema, &pointer, required),
    })
}

fn list<'d>(
    reader: &mut Reader<'d>,
    schema: &'d Value,
    items: &'d Value,
    pointer: &str,
    required: bool,
) -> Option<String> {
    let mut rule = match choices(reader, items) {
        Some(component) => format!("rules::Choices::<{}>::new()", component.path()),
        None => format!("rules::List::new({})", expression(reader, items, &format!("{pointer}/items"), true)?),
    };
    for (keyword, builder) in [("minItems", "min_items"), ("maxItems", "max_items")] {
        if let Some(limit) = schema.get(keyword).and_then(Value::as_u64) {
            let _ = write!(rule, ".{builder}({})", literal::grouped(limit));
        }
    }
    if required {
        rule.push_str(".not_empty()");
    }
    Some(rule)
}

/// The enumeration of all members of a list.
fn choices<'d>(reader: &Reader<'d>, items: &'d Value) -> Option<Component<'d>> {
    let component = reader.component(schema_name(unwrap_single_all_of(items))?)?;
    (component.schema.get("enum").is_some() && !is_true(items, "nullable")).then_some(component)
}

fn whole_bounds(reader: &mut Reader<'_>, schema: &Value, pointer: &str) -> String {
    let mut bounds = String::new();
    for keyword in ["minimum", "maximum"] {
        let Some(limit) = schema.get(keyword) else { continue };
        match limit.as_i64() {
            Some(limit) => {
                let _ = write!(bounds, ".{keyword}({})", literal::whole(limit));
            }
            None => reader.refuse(
                format!("{pointer}/{keyword}"),
                format!("{limit} for {keyword}"),
                "write a 64-bit integer",
            ),
        }
    }
    bounds
}

fn bounds(schema: &Value) -> String {
    let mut bounds = String::new();
    for keyword in ["minimum", "maximum"] {
        if let Some(limit) = schema.get(keyword).and_then(Value::as_f64) {
            let _ = write!(bounds, ".{keyword}({})", literal::fraction(limit));
        }
    }
    bounds
}

fn refuse_type_first(reader: &mut Reader<'_>, pointer: &str) {
    reader.refuse(format!("{pointer}/{TYPE_FIRST}"), "x-type-first here", "only texts and secrets have it");
}

fn refuse_lowercase(reader: &mut Reader<'_>, pointer: &str) {
    reader.refuse(
        format!("{pointer}/x-lowercase"),
        "x-lowercase here",
        "only texts, e-mail addresses and secrets have it",
    );
}
