//! The content of a body or a response: one media type, one schema.

use crate::document::{escape, is_binary, is_true};
use crate::reader::Reader;
use serde_json::Value;

/// The format of a content.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Json,
    Text,
    Binary,
}

/// A content and the place of its schema.
pub(super) struct Media<'d> {
    pub(super) kind: Kind,
    pub(super) schema: &'d Value,
    pub(super) pointer: String,
}

/// The single media type of a content. Refuses any other number.
pub(super) fn read<'d>(reader: &mut Reader<'d>, content: &'d Value, pointer: &str) -> Option<Media<'d>> {
    let types: Vec<_> = content.as_object().into_iter().flatten().collect();
    let [(name, media)] = types.as_slice() else {
        reader.refuse(pointer, "not exactly one media type", "choose one in the overlay");
        return None;
    };
    let pointer = format!("{pointer}/{}", escape(name));
    let kind = match name.as_str() {
        "application/json" => Kind::Json,
        "text/plain" => Kind::Text,
        "application/octet-stream" => Kind::Binary,
        "multipart/form-data" => {
            let advice = "forms with files are not supported: remove the operation, or extend `crates/wire/src/body/`";
            reader.refuse(pointer, "a form in parts", advice);
            return None;
        }
        other => {
            let advice = "supported are application/json, text/plain and application/octet-stream";
            reader.refuse(pointer, format!("the media type {other}"), advice);
            return None;
        }
    };
    for keyword in media.as_object().into_iter().flatten().map(|(keyword, _)| keyword.as_str()) {
        if !["schema", "example", "examples"].contains(&keyword) && !keyword.starts_with("x-") {
            let found = format!("the keyword {keyword}");
            reader.refuse(format!("{pointer}/{}", escape(keyword)), found, "only the schema of a content is supported");
        }
    }
    let Some(schema) = media.get("schema") else {
        reader.refuse(pointer, "a content without schema", "give it one");
        return None;
    };
    let pointer = format!("{pointer}/schema");
    if is_true(schema, "nullable") {
        let advice = "name an object with a property that may be null";
        reader.refuse(format!("{pointer}/nullable"), "a body that may be null as a whole", advice);
    }
    if is_binary(schema) != (kind == Kind::Binary) {
        let advice = "bytes are {\"type\": \"string\", \"format\": \"binary\"} as application/octet-stream";
        reader.refuse(pointer, format!("a schema that does not fit {name}"), advice);
        return None;
    }
    Some(Media { kind, schema, pointer })
}
