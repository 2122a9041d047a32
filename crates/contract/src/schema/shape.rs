//! The kinds of schema. Types and rules are both derived from these, so that both support the same schemas.

use super::keywords;
use crate::document::{resolve, schema_name, unwrap_single_all_of};
use crate::reader::{Component, Reader};
use serde_json::{Value, json};

/// The kind of a schema.
#[derive(Clone, Copy)]
pub(crate) enum Shape<'d> {
    /// A reference to a schema with a name.
    Named(Component<'d>),
    /// Any JSON.
    Any,
    /// Any object.
    AnyObject,
    /// An object with values of this schema under any keys.
    Map(&'d Value),
    /// A list of members of this schema.
    List(&'d Value),
    /// A text.
    Text(Text),
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// A number with fractions.
    Number,
    /// A boolean.
    Flag,
    /// An object with fields; only where it has a name.
    Object,
    /// An enumeration of texts; only where it has a name.
    Enumeration(&'d [Value]),
    /// One of several objects, distinguished by a field; only where it has a name.
    Union,
    /// A text or a list of texts, as in error messages.
    TextOrTexts,
}

/// The kind of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    Plain,
    Email,
    Uuid,
    DateTime,
    Date,
    Secret,
}

/// Whether the schema is under `components/schemas` or within another part.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Component,
    Inline,
}

impl<'d> Shape<'d> {
    /// The kind of a schema. Refuses one that is not supported.
    pub(crate) fn of(reader: &mut Reader<'d>, schema: &'d Value, pointer: &str, place: Place) -> Option<Self> {
        if is_text_or_texts(schema) {
            return Some(Self::TextOrTexts);
        }
        let inner = unwrap_single_all_of(schema);
        if !std::ptr::eq(inner, schema) {
            keywords::check(reader, schema, pointer, &["allOf", "type"], "beside allOf");
            // `nullable` needs a type beside it (OpenAPI 3.0.3, "Schema Object"); it says nothing new.
            let kind = schema.get("type");
            if kind.is_some() && kind != resolve(reader.document(), inner).get("type") {
                let advice = "give it the type of the schema that allOf refers to";
                reader.refuse(format!("{pointer}/type"), "another type than that of the reference", advice);
            }
        }
        if inner.get("$ref").is_some() {
            return Self::named(reader, inner, pointer);
        }
        if !std::ptr::eq(inner, schema) {
            reader.refuse(
                format!("{pointer}/allOf/0"),
                "an allOf of something without a name",
                "write it without allOf",
            );
            return None;
        }
        match schema.get("type").and_then(Value::as_str) {
            _ if schema.get("oneOf").is_some() && schema.get("discriminator").is_some() => {
                Self::union(reader, schema, pointer, place)
            }
            Some("string") => Self::string(reader, schema, pointer, place),
            Some("integer") => {
                keywords::check(reader, schema, pointer, &["type", "format", "minimum", "maximum"], "of an integer");
                Self::formatted(
                    reader,
                    schema,
                    pointer,
                    &[(None, Self::Int64), (Some("int64"), Self::Int64), (Some("int32"), Self::Int32)],
                )
            }
            Some("number") => {
                keywords::check(reader, schema, pointer, &["type", "format", "minimum", "maximum"], "of a number");
                Self::formatted(reader, schema, pointer, &[(None, Self::Number), (Some("double"), Self::Number)])
            }
            Some("boolean") => {
                keywords::check(reader, schema, pointer, &["type", "format"], "of a boolean");
                Self::formatted(reader, schema, pointer, &[(None, Self::Flag)])
            }
            Some("array") => {
                keywords::check(reader, schema, pointer, &["type", "items", "minItems", "maxItems"], "of an array");
                let items = schema.get("items");
                if items.is_none() {
                    reader.refuse(pointer, "an array without items", "give it items");
                }
                items.map(Self::List)
            }
            Some("object") => Self::object(reader, schema, pointer, place),
            None if schema.get("type").is_some() => {
                keywords::check(reader, schema, pointer, &["type"], "of a schema");
                None
            }
            None => {
                keywords::check(reader, schema, pointer, &[], "of a schema without type");
                if schema.get("nullable").is_some() {
                    let advice = "any JSON may be null already: give a type, or remove nullable";
                    reader.refuse(format!("{pointer}/nullable"), "nullable without type", advice);
                }
                Some(Self::Any)
            }
            Some(other) => {
                let advice = "OpenAPI 3.0 has string, integer, number, boolean, array and object";
                reader.refuse(format!("{pointer}/type"), format!("the type {other:?}"), advice);
                None
            }
        }
    }

    fn named(reader: &mut Reader<'d>, schema: &Value, pointer: &str) -> Option<Self> {
        let component = schema_name(schema).and_then(|name| reader.component(name));
        if component.is_none() {
            reader.refuse(
                pointer,
                "a reference to something other than a schema",
                "refer to one in components/schemas",
            );
        }
        component.map(Self::Named)
    }

    fn union(reader: &mut Reader<'d>, schema: &Value, pointer: &str, place: Place) -> Option<Self> {
        keywords::check(reader, schema, pointer, &["type", "oneOf", "discriminator"], "of a union");
        if place == Place::Inline {
            reader.refuse(pointer, "a union without a name", "name it under components/schemas");
            return None;
        }
        Some(Self::Union)
    }

    fn string(reader: &mut Reader<'d>, schema: &'d Value, pointer: &str, place: Place) -> Option<Self> {
        if let Some(values) = schema.get("enum") {
            keywords::check(reader, schema, pointer, &["type", "enum"], "of an enumeration");
            if place == Place::Inline {
                reader.refuse(format!("{pointer}/enum"), "an enumeration here", "name it under components/schemas");
                return None;
            }
            return values.as_array().map(|values| Self::Enumeration(values));
        }
        let known = ["type", "format", "minLength", "maxLength", "pattern"];
        keywords::check(reader, schema, pointer, &known, "of a string");
        Self::formatted(
            reader,
            schema,
            pointer,
            &[
                (None, Self::Text(Text::Plain)),
                (Some("email"), Self::Text(Text::Email)),
                (Some("uuid"), Self::Text(Text::Uuid)),
                (Some("date-time"), Self::Text(Text::DateTime)),
                (Some("date"), Self::Text(Text::Date)),
                (Some("password"), Self::Text(Text::Secret)),
            ],
        )
    }

    fn object(reader: &mut Reader<'d>, schema: &'d Value, pointer: &str, place: Place) -> Option<Self> {
        let known: &[&str] = &["type", "properties", "required", "additionalProperties"];
        let rest = schema.get("additionalProperties");
        if schema.get("properties").is_some() {
            keywords::check(reader, schema, pointer, known, "of an object");
            if rest.is_some_and(|rest| *rest != json!(false)) {
                let advice = "use one of the two: a separate schema for the map, or declared properties only";
                reader.refuse(
                    format!("{pointer}/additionalProperties"),
                    "declared and free properties at once",
                    advice,
                );
            }
            if place == Place::Inline {
                reader.refuse(
                    format!("{pointer}/properties"),
                    "an object without a name",
                    "name it under components/schemas",
                );
                return None;
            }
            return Some(Self::Object);
        }
        keywords::check(reader, schema, pointer, &["type", "additionalProperties"], "of an object without properties");
        match rest {
            None | Some(Value::Bool(true)) => Some(Self::AnyObject),
            Some(Value::Object(values)) if values.is_empty() => Some(Self::AnyObject),
            Some(values @ Value::Object(_)) => Some(Self::Map(values)),
            Some(_) => {
                let advice = "declare its properties";
                reader.refuse(format!("{pointer}/additionalProperties"), "an object that is always empty", advice);
                None
            }
        }
    }

    /// The shape for the format of the schema, among those of its type.
    fn formatted(
        reader: &mut Reader<'d>,
        schema: &Value,
        pointer: &str,
        known: &[(Option<&str>, Self)],
    ) -> Option<Self> {
        let format = schema.get("format").and_then(Value::as_str);
        let found = known.iter().find(|(name, _)| *name == format).map(|(_, shape)| *shape);
        if found.is_none() {
            let names: Vec<&str> = known.iter().filter_map(|(name, _)| *name).collect();
            let supported = if names.is_empty() { "none is".to_owned() } else { format!("{} are", names.join(", ")) };
            reader.refuse(
                format!("{pointer}/format"),
                format!("the format {:?}", format.unwrap_or_default()),
                format!(
                    "{supported} supported: remove it in the overlay, or extend `crates/contract/src/schema/shape.rs`"
                ),
            );
        }
        found
    }
}

/// The one union without a discriminator that is supported: a text or a list of texts, as in error messages.
fn is_text_or_texts(schema: &Value) -> bool {
    schema.get("oneOf") == Some(&json!([{"type": "string"}, {"type": "array", "items": {"type": "string"}}]))
}
