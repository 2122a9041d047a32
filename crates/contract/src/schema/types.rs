//! The Rust type of a schema.

use super::keywords::OPEN;
use super::shape::{Place, Shape, Text};
use crate::document::{is_true, schema_name, unwrap_single_all_of};
use crate::reader::Reader;
use serde_json::Value;

/// The type of a schema, without what `nullable` and `required` add.
pub(crate) fn plain<'d>(reader: &mut Reader<'d>, schema: &'d Value, pointer: &str) -> Option<String> {
    let shape = Shape::of(reader, schema, pointer, Place::Inline)?;
    of_shape(reader, shape, pointer)
}

/// The type of a schema, with what `x-open` and `nullable` add.
pub(crate) fn or_null<'d>(reader: &mut Reader<'d>, schema: &'d Value, pointer: &str) -> Option<String> {
    let mut plain = plain(reader, schema, pointer)?;
    if is_true(schema, OPEN) {
        refuse_unless_enumeration(reader, schema, pointer);
        plain = format!("immich_wire::Open<{plain}>");
    }
    Some(if is_true(schema, "nullable") { format!("swagger::Nullable<{plain}>") } else { plain })
}

fn refuse_unless_enumeration<'d>(reader: &mut Reader<'d>, schema: &'d Value, pointer: &str) {
    let component = schema_name(unwrap_single_all_of(schema)).and_then(|name| reader.component(name));
    if component.is_none_or(|component| component.schema.get("enum").is_none()) {
        reader.refuse(format!("{pointer}/{OPEN}"), "x-open here", "only references to an enumeration have it");
    }
}

/// The type of a shape for which no type is generated.
pub(crate) fn of_shape<'d>(reader: &mut Reader<'d>, shape: Shape<'d>, pointer: &str) -> Option<String> {
    let name = match shape {
        Shape::Named(component) => return Some(component.path()),
        Shape::List(items) => {
            return member(reader, items, &format!("{pointer}/items")).map(|item| format!("Vec<{item}>"));
        }
        Shape::Map(values) => {
            let value = member(reader, values, &format!("{pointer}/additionalProperties"))?;
            return Some(format!("std::collections::BTreeMap<String, {value}>"));
        }
        Shape::Any => "serde_json::Value",
        Shape::AnyObject => "immich_wire::Object",
        Shape::Text(Text::Plain | Text::Email) => "String",
        Shape::Text(Text::Uuid) => "uuid::Uuid",
        Shape::Text(Text::DateTime) => "immich_wire::Timestamp",
        Shape::Text(Text::Date) => "immich_wire::Date",
        Shape::Text(Text::Secret) => "immich_wire::Secret",
        Shape::Int32 => "i32",
        Shape::Int64 => "i64",
        Shape::Number => "f64",
        Shape::Flag => "bool",
        Shape::TextOrTexts => "immich_wire::ErrorMessage",
        // Only named schemas have these shapes, and they do not get here.
        Shape::Object | Shape::Enumeration(_) | Shape::Union => return None,
    };
    Some(name.to_owned())
}

/// The type of the members of a list or a map.
fn member<'d>(reader: &mut Reader<'d>, schema: &'d Value, pointer: &str) -> Option<String> {
    if schema.get("default").is_some() {
        reader.refuse(format!("{pointer}/default"), "a default for a member", "a member is there or not: remove it");
    }
    or_null(reader, schema, pointer)
}
