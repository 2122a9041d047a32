//! Values of the contract as literals in Rust.

use crate::document::is_true;
use crate::reader::Reader;
use crate::schema::enumeration;
use crate::schema::shape::{Place, Shape, Text};
use crate::text::quoted;
use serde_json::{Number, Value};

/// The code after an optional value that applies its default; for instance `.unwrap_or(false)`.
pub(crate) fn or_default<'d>(
    reader: &mut Reader<'d>,
    schema: &'d Value,
    default: &'d Value,
    pointer: &str,
) -> Option<String> {
    let shape = Shape::of(reader, schema, pointer, Place::Inline)?;
    let is_nullable = is_true(schema, "nullable");
    let Some(literal) = literal(reader, shape, default, is_nullable) else {
        let advice = "a default is a value of the type (texts, numbers, booleans, choices, lists of them): correct it";
        reader.refuse(format!("{pointer}/default"), format!("the default {default}"), advice);
        return None;
    };
    let is_empty = default.as_str().is_some_and(str::is_empty) || default.as_array().is_some_and(Vec::is_empty);
    let allocates = literal.contains(".to_owned()") || literal.contains("vec![");
    Some(if is_empty && !is_nullable {
        ".unwrap_or_default()".to_owned()
    } else if allocates {
        format!(".unwrap_or_else(|| {literal})")
    } else {
        format!(".unwrap_or({literal})")
    })
}

fn literal<'d>(reader: &mut Reader<'d>, shape: Shape<'d>, default: &'d Value, is_nullable: bool) -> Option<String> {
    if is_nullable {
        return Some(match default {
            Value::Null => "swagger::Nullable::Null".to_owned(),
            present => format!("swagger::Nullable::Present({})", literal(reader, shape, present, false)?),
        });
    }
    match (shape, default) {
        (Shape::Flag, Value::Bool(flag)) => Some(flag.to_string()),
        (Shape::Int32, Value::Number(number)) => {
            number.as_i64().and_then(|n| i32::try_from(n).ok()).map(|n| whole(n.into()))
        }
        (Shape::Int64, Value::Number(number)) => number.as_i64().map(whole),
        (Shape::Number, Value::Number(number)) => Number::as_f64(number).map(fraction),
        (Shape::Text(Text::Plain | Text::Email), Value::String(text)) => {
            Some(format!("\"{}\".to_owned()", quoted(text)))
        }
        (Shape::List(items), Value::Array(members)) => {
            let shape = Shape::of(reader, items, "", Place::Inline)?;
            let is_nullable = is_true(items, "nullable");
            let members: Option<Vec<String>> =
                members.iter().map(|member| literal(reader, shape, member, is_nullable)).collect();
            members.map(|members| format!("vec![{}]", members.join(", ")))
        }
        (Shape::Named(component), default) => {
            let pointer = component.pointer();
            match Shape::of(reader, component.schema, &pointer, Place::Component)? {
                Shape::Enumeration(_) => {
                    let name = enumeration::variant_of(component.schema, default.as_str()?)?;
                    Some(format!("{}::{name}", component.path()))
                }
                shape => literal(reader, shape, default, false),
            }
        }
        _ => None,
    }
}

/// A whole number with its digits in groups of three, as clippy wants long literals.
pub(crate) fn whole(value: i64) -> String {
    let digits = grouped(value.unsigned_abs());
    if value < 0 { format!("-{digits}") } else { digits }
}

/// Digits in groups of three.
pub(crate) fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

/// A number with fractions as a literal of `f64`.
pub(crate) fn fraction(value: f64) -> String {
    let text = format!("{value:?}");
    let (sign, digits) = text.split_at(usize::from(text.starts_with('-')));
    match digits.split_once('.') {
        // With an exponent the digits are few.
        Some((integer, fraction)) if !fraction.contains('e') => {
            let integer = integer.parse().map_or_else(|_| integer.to_owned(), grouped);
            format!("{sign}{integer}.{}", in_threes(fraction))
        }
        _ => text,
    }
}

/// Digits after the point in groups of three.
fn in_threes(digits: &str) -> String {
    let groups: Vec<String> =
        digits.as_bytes().chunks(3).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_grouped() {
        for (value, text) in [(0, "0"), (999, "999"), (-1000, "-1_000"), (250_000_000_000, "250_000_000_000")] {
            assert_eq!(whole(value), text);
        }
        assert_eq!(whole(i64::MIN), "-9_223_372_036_854_775_808");
    }

    #[test]
    fn fractions_are_grouped_on_both_sides_of_the_point() {
        for (value, text) in [(0.0, "0.0"), (-180.0, "-180.0"), (12345.6789, "12_345.678_9"), (1e300, "1e300")] {
            assert_eq!(fraction(value), text);
        }
    }
}
