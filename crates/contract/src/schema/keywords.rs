//! The keywords that a schema may have, and their types.

use crate::document::escape;
use crate::reader::Reader;
use serde_json::Value;

/// Keywords that any schema may have; those with an effect are checked where they have it.
const ANYWHERE: [&str; 9] =
    ["description", "title", "example", "externalDocs", "deprecated", "readOnly", "writeOnly", "nullable", "default"];

/// Reports a wrong type before the other violations of a text.
pub(crate) const TYPE_FIRST: &str = "x-type-first";

/// Keeps values of the database that are not in the enumeration of a property, in responses.
pub(crate) const OPEN: &str = "x-open";

/// Refuses every keyword that is neither among these nor allowed anywhere. Extensions are allowed.
pub(crate) fn check(reader: &mut Reader<'_>, schema: &Value, pointer: &str, of_this_kind: &[&str], kind: &str) {
    let keywords = schema.as_object();
    if keywords.is_none() {
        reader.refuse(pointer, format!("{schema} for a schema"), "a schema is an object");
    }
    for (keyword, value) in keywords.into_iter().flatten() {
        let place = format!("{pointer}/{}", escape(keyword));
        let is_known = ANYWHERE.contains(&keyword.as_str()) || of_this_kind.contains(&keyword.as_str());
        if keyword.starts_with("x-") {
            check_extension(reader, keyword, value, &place);
        } else if !is_known {
            reader.refuse(place, format!("the keyword {keyword} {kind}"), advice(keyword));
        } else if !has_right_type(keyword, value) {
            reader.refuse(place, format!("{value} for {keyword}"), "OpenAPI 3.0 expects another type");
        }
    }
}

/// The advice for a keyword that is not supported.
fn advice(keyword: &str) -> &'static str {
    match keyword {
        "anyOf" | "not" => "write it as a separate schema, or as a oneOf with a discriminator",
        "oneOf" | "discriminator" => {
            "supported is a oneOf of named objects with a discriminator, itself a schema under components/schemas"
        }
        "allOf" => "supported is an allOf of exactly one reference: write the properties of all in one schema",
        "enum" => "name the enumeration under components/schemas",
        "properties" | "required" => "name the object under components/schemas",
        "additionalProperties" => "use it alone, with the type object: as a map, or for free-form JSON",
        "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" | "uniqueItems" | "minProperties" | "maxProperties"
        | "minLength" | "maxLength" | "pattern" | "minimum" | "maximum" | "minItems" | "maxItems" => {
            "no rule enforces it: remove it in the overlay, or extend `crates/contract/src/rule/` and \
             `crates/wire/src/rules/`"
        }
        _ => "the templates do not support it: rewrite it in the overlay, or extend `crates/contract/src/`",
    }
}

fn has_right_type(keyword: &str, value: &Value) -> bool {
    match keyword {
        "nullable" | "readOnly" | "writeOnly" | "deprecated" => value.is_boolean(),
        "minLength" | "maxLength" | "minItems" | "maxItems" => value.is_u64(),
        "minimum" | "maximum" => value.is_number(),
        "type" | "format" | "pattern" => value.is_string(),
        "enum" | "allOf" | "oneOf" => value.as_array().is_some_and(|list| !list.is_empty()),
        "required" => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
        "properties" | "items" | "discriminator" => value.is_object(),
        "additionalProperties" => value.is_object() || value.is_boolean(),
        _ => true,
    }
}

/// Extensions with an effect.
fn check_extension(reader: &mut Reader<'_>, keyword: &str, value: &Value, place: &str) {
    let (is_right, wanted) = match keyword {
        "x-lowercase" | TYPE_FIRST | OPEN => (value.is_boolean(), "true or false"),
        crate::names::EXTENSION => (value.is_string(), "a name"),
        "x-validation-order" | "x-enum-varnames" => {
            (value.as_array().is_some_and(|list| list.iter().all(Value::is_string)), "a list of names")
        }
        _ => return,
    };
    if !is_right {
        reader.refuse(place, format!("{value} for {keyword}"), format!("write {wanted}"));
    }
}
