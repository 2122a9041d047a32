//! JSON bodies. The top level must be an object or an array.
//!
//! `serde_json` builds any value that the client sends. A value that is sent in two bytes (`0,`) takes 30 to 100 times
//! as much memory, so ten megabytes of them would take hundreds. Therefore values are counted while they are built.

use std::cell::Cell;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use super::{BodyError, Object};

/// The maximum number of values in a body, over all levels. Real requests have a few hundred at most.
const MAX_VALUES: usize = 10_000;

/// How deep values may be nested in the object or array at the top. Each level is built with a few hundred bytes of the
/// stack.
const MAX_DEPTH: usize = 500;

/// The fields of a JSON text; empty for an empty text and for an array. The last of repeated keys wins.
///
/// # Errors
/// [`BodyError::MalformedJson`] for any text but one JSON object or array, for nesting deeper than [`MAX_DEPTH`] levels, numbers
/// out of the range of a double and lone surrogates; [`BodyError::TooManyValues`].
pub(super) fn parse(text: &str) -> Result<Object, BodyError> {
    match top_level(text, Arrays::Skipped)? {
        Some(Value::Object(object)) => Ok(object),
        _ => Ok(Object::new()),
    }
}

/// The object or array of a JSON text; `None` for an empty text.
///
/// # Errors
/// As for [`parse`].
pub(super) fn parse_value(text: &str) -> Result<Option<Value>, BodyError> {
    top_level(text, Arrays::Kept)
}

fn top_level(text: &str, arrays: Arrays) -> Result<Option<Value>, BodyError> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.trim_start_matches([' ', '\t', '\n', '\r']).chars().next() {
        Some('{' | '[') => {}
        Some(_) => return Err(malformed("the top level must be an object or an array")),
        None => return Err(malformed("the body holds white space only")),
    }
    let budget = Budget(Cell::new(MAX_VALUES + 1));
    let mut deserializer = serde_json::Deserializer::from_str(text);
    // `Counted` has a limit of its own.
    deserializer.disable_recursion_limit();
    deserializer
        .deserialize_any(TopLevel { budget: &budget, arrays })
        .and_then(|value| deserializer.end().map(|()| Some(value)))
        .map_err(|error| {
            if budget.0.get() == 0 {
                BodyError::TooManyValues { limit: MAX_VALUES }
            } else {
                BodyError::MalformedJson(error.to_string())
            }
        })
}

fn malformed(what: &str) -> BodyError {
    BodyError::MalformedJson(what.to_owned())
}

/// The number of values that may still be built.
struct Budget(Cell<usize>);

impl Budget {
    /// The budget starts one above the limit: it reaches zero only at the first value too many.
    fn spend<E: Error>(&self) -> Result<(), E> {
        let left = self.0.get().saturating_sub(1);
        self.0.set(left);
        if left == 0 {
            return Err(E::custom("too many values"));
        }
        Ok(())
    }
}

/// How an array at the top level is handled.
#[derive(Clone, Copy)]
enum Arrays {
    Kept,
    /// Parsed but not built: it has no fields.
    Skipped,
}

struct TopLevel<'a> {
    budget: &'a Budget,
    arrays: Arrays,
}

impl<'de> Visitor<'de> for TopLevel<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Value, A::Error> {
        Counted::new(self.budget).visit_map(entries)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        match self.arrays {
            Arrays::Kept => Counted::new(self.budget).visit_seq(items),
            Arrays::Skipped => {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Value::Array(Vec::new()))
            }
        }
    }
}

/// Builds a [`Value`] and counts the values in it, and the levels.
#[derive(Clone, Copy)]
struct Counted<'a> {
    budget: &'a Budget,
    levels_left: usize,
}

impl<'a> Counted<'a> {
    fn new(budget: &'a Budget) -> Self {
        Self { budget, levels_left: MAX_DEPTH + 1 }
    }

    fn one_level_down<E: Error>(self) -> Result<Self, E> {
        match self.levels_left.checked_sub(1) {
            Some(levels_left) => Ok(Self { levels_left, ..self }),
            None => Err(E::custom(format_args!("values are nested deeper than {MAX_DEPTH} levels"))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Counted<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.budget.spend()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Counted<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("number out of range"))?;
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let member = self.one_level_down()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(member)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let member = self.one_level_down()?;
        let mut object = Object::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(member)?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(text: &str) -> Value {
        Value::Object(parse(text).unwrap())
    }

    #[test]
    fn an_object_gives_its_fields() {
        for (text, fields) in [
            ("{}", json!({})),
            (" \r\n\t{ } ", json!({})),
            (
                r#"{"a":null,"b":[1,-1,1.5,"x",true,{"c":[]}]}"#,
                json!({"a": null, "b": [1, -1, 1.5, "x", true, {"c": []}]}),
            ),
            (r#"{"a":1,"a":2}"#, json!({"a": 2})),
            (r#"{"__proto__":{"a":1},"constructor":1}"#, json!({"__proto__": {"a": 1}, "constructor": 1})),
            (r#"{"a":"\u00e9\ud83d\udd11\u0000"}"#, json!({"a": "é🔑\0"})),
            (r#"{"a":18446744073709551616,"b":1e300}"#, json!({"a": 18_446_744_073_709_551_616.0, "b": 1e300})),
        ] {
            assert_eq!(parsed(text), fields, "{text}");
        }
    }

    #[test]
    fn an_empty_text_and_an_array_have_no_fields() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        let long = format!("[{}0]", "0,".repeat(2 * MAX_VALUES));
        for text in ["", "[]", r#" [{"email":1},2,[3]] "#, &deep, &long] {
            assert_eq!(parse(text), Ok(Object::new()));
        }
    }

    #[test]
    fn a_value_is_an_object_or_an_array_or_absent() {
        for (text, value) in [("{\"a\":1}", json!({"a": 1})), (" [1,[\"x\"],null] ", json!([1, ["x"], null]))] {
            assert_eq!(parse_value(text), Ok(Some(value)), "{text}");
        }
        assert_eq!(parse_value(""), Ok(None));
        assert_eq!(parse_value("1"), Err(malformed("the top level must be an object or an array")));
        let long = format!("[{}0]", "0,".repeat(MAX_VALUES));
        assert_eq!(parse_value(&long), Err(BodyError::TooManyValues { limit: MAX_VALUES }));
    }

    #[test]
    fn malformed_json_is_reported_with_its_position() {
        for (text, detail) in [
            ("  \n", "the body holds white space only"),
            ("null", "the top level must be an object or an array"),
            ("1", "the top level must be an object or an array"),
            ("\"abc\"", "the top level must be an object or an array"),
            ("\u{a0}{}", "the top level must be an object or an array"),
            ("{", "EOF while parsing an object at line 1 column 1"),
            ("{\"a\":", "EOF while parsing a value at line 1 column 5"),
            ("{\"a\":1}x", "trailing characters at line 1 column 8"),
            ("{\"a\":\n nope}", "expected ident at line 2 column 3"),
            ("{'a':1}", "key must be a string at line 1 column 2"),
            ("{\"a\":1,}", "trailing comma at line 1 column 8"),
            ("{\"a\":1e400}", "number out of range at line 1 column 10"),
            ("{\"a\":NaN}", "expected value at line 1 column 6"),
            ("[1,]", "trailing comma at line 1 column 4"),
            ("[1", "EOF while parsing a list at line 1 column 2"),
        ] {
            assert_eq!(parse(text), Err(malformed(detail)), "{text}");
        }
        for text in [r#"{"a":"\ud800"}"#, r#"{"a":"\udc00"}"#, "{\"a\":\"\n\"}", r#"{"a":"\x"}"#, "{\"a\":01}"] {
            assert!(matches!(parse(text), Err(BodyError::MalformedJson(_))), "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_a_stack_overflow() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        for depth in [MAX_DEPTH + 1, 100_000] {
            let Err(BodyError::MalformedJson(reason)) = parse(&nested(depth)) else { panic!("{depth} levels") };
            assert!(reason.starts_with("values are nested deeper than 500 levels"), "{reason}");
        }
    }

    #[test]
    fn values_are_counted_over_all_levels() {
        let with_items = |count: usize| format!("{{\"a\":[{}0]}}", "0,".repeat(count - 1));
        // The list itself counts as a value.
        assert!(parse(&with_items(MAX_VALUES - 1)).is_ok());
        for text in [
            with_items(MAX_VALUES),
            with_items(MAX_VALUES * 2),
            format!("{{\"a\":[{}[]]}}", "[[]],".repeat(MAX_VALUES / 2)),
            format!("{{{}\"b\":0}}", "\"a\":0,".repeat(MAX_VALUES)),
        ] {
            assert_eq!(parse(&text), Err(BodyError::TooManyValues { limit: MAX_VALUES }));
        }
    }

    #[test]
    fn truncated_and_damaged_json_does_not_panic() {
        let text = r#"{"a":"\u00e9\ud83d\udd11","b":[1,-2.5e3,{"c":[true,null]}],"d":{}}"#;
        for end in 0..text.len() {
            let _ = parse(&text[..end]);
            for damage in ['"', '{', ']', '\\', '0', ',', '\u{0}', 'é'] {
                let mut damaged = text.to_owned();
                damaged.replace_range(end..=end, damage.encode_utf8(&mut [0; 4]));
                let _ = parse(&damaged);
            }
        }
    }
}
