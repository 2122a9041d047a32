//! Names of the contract as names in Rust.

use crate::reader::Reader;
use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::Value;
use std::collections::BTreeMap;

/// The extension that gives a schema, a property or a parameter another name in Rust. It changes nothing on the wire.
pub(crate) const EXTENSION: &str = "x-rust-name";

/// The advice for a name.
pub(crate) const ADVICE: &str = "choose another name with `x-rust-name` in the overlay";

/// Words that cannot be names (The Rust Reference, section "Keywords").
const KEYWORDS: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "Self", "static", "struct", "super", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while",
];

/// Keywords that cannot be written as raw identifiers either.
const NEVER_RAW: [&str; 4] = ["crate", "self", "Self", "super"];

/// Names of types that the generated files of models use.
const TYPES_IN_USE: [&str; 14] = [
    "Choice",
    "Deserialize",
    "Err",
    "Fields",
    "FromObject",
    "None",
    "Object",
    "Ok",
    "Option",
    "Self",
    "Serialize",
    "Some",
    "String",
    "Vec",
];

/// The name of a schema's type.
pub(crate) fn type_name(name: &str, schema: &Value) -> String {
    given(schema).map_or_else(|| name.to_upper_camel_case(), str::to_owned)
}

/// The name of a field or an argument, still without regard to keywords.
pub(crate) fn value_name(name: &str, part: &Value) -> String {
    given(part).map_or_else(|| name.to_snake_case(), str::to_owned)
}

/// The name that the overlay gives.
pub(crate) fn given(part: &Value) -> Option<&str> {
    part.get(EXTENSION).and_then(Value::as_str)
}

/// The name as code writes it: keywords as raw identifiers, or with an underscore where even that is not allowed.
pub(crate) fn escaped(name: &str) -> String {
    if NEVER_RAW.contains(&name) {
        format!("{name}_")
    } else if KEYWORDS.contains(&name) {
        format!("r#{name}")
    } else {
        name.to_owned()
    }
}

/// The name for a local variable, different from those that the surrounding code uses.
pub(crate) fn local(name: &str, in_use: &[&str]) -> String {
    if KEYWORDS.contains(&name) || in_use.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

/// Whether it is an identifier in Rust, keywords aside.
pub(crate) fn is_identifier(name: &str) -> bool {
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_word && name.chars().any(|c| c != '_') && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a type may have this name.
pub(crate) fn is_type_name(name: &str) -> bool {
    is_identifier(name) && name.starts_with(|c: char| c.is_ascii_uppercase()) && !TYPES_IN_USE.contains(&name)
}

/// Names that must differ from one another, with the place of each.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    /// Claims a name for a place, and refuses it when it is taken.
    pub(crate) fn claim(&mut self, reader: &mut Reader<'_>, name: &str, pointer: &str, advice: &str) {
        if let Some(other) = self.0.get(name) {
            reader.refuse(pointer, format!("the name {name} in Rust, which {other} has too"), advice);
        } else {
            self.0.insert(name.to_owned(), pointer.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_takes_the_case_of_its_kind_unless_the_overlay_gives_one() {
        assert_eq!(type_name("APIKeyCreateDto", &json!({})), "ApiKeyCreateDto");
        assert_eq!(type_name("APIKeyCreateDto", &json!({"x-rust-name": "NewKey"})), "NewKey");
        assert_eq!(value_name("deviceOS", &json!({})), "device_os");
        assert_eq!(value_name("x-immich-checksum", &json!({})), "x_immich_checksum");
        assert_eq!(value_name("+1", &json!({"x-rust-name": "up_votes"})), "up_votes");
    }

    #[test]
    fn keywords_are_written_raw_where_rust_allows_it() {
        assert_eq!(escaped("type"), "r#type");
        assert_eq!(escaped("self"), "self_");
        assert_eq!(escaped("kind"), "kind");
        assert_eq!(local("type", &[]), "type_");
        assert_eq!(local("fields", &["fields"]), "fields_");
    }

    #[test]
    fn an_identifier_has_letters_and_starts_with_none_but_them() {
        for name in ["a", "_a", "a1", "A_b"] {
            assert!(is_identifier(name), "{name}");
        }
        for name in ["", "_", "1a", "a-b", "ü", "a b"] {
            assert!(!is_identifier(name), "{name}");
        }
        assert!(is_type_name("Album"));
        for name in ["album", "Option", "Self", "3d"] {
            assert!(!is_type_name(name), "{name}");
        }
    }
}
