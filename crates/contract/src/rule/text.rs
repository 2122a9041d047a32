//! Constraints of texts.

use crate::document::is_true;
use crate::reader::Reader;
use crate::rule::literal::grouped;
use crate::rule::{UUID_V4, refuse_lowercase, refuse_type_first};
use crate::schema::keywords::TYPE_FIRST;
use crate::schema::shape::Text;
use serde_json::Value;
use std::fmt::Write as _;

/// Text that PostgreSQL can store: any but the NUL character.
const WITHOUT_NUL: &str = "^[^\\u0000]*$";

/// The rule for a text of this kind.
pub(super) fn expression(reader: &mut Reader<'_>, text: Text, schema: &Value, pointer: &str) -> String {
    let min = schema.get("minLength").and_then(Value::as_u64);
    let max = schema.get("maxLength").and_then(Value::as_u64);
    let pattern = schema.get("pattern").and_then(Value::as_str);
    let mut used = Vec::new();
    let mut rule = match text {
        Text::Plain => "rules::Text::new()",
        Text::Secret => "rules::SecretText::new()",
        Text::Email => "rules::Email::new()",
        Text::Uuid => "rules::UuidText::new()",
        Text::DateTime => "rules::DateTime::new()",
        Text::Date => "rules::Day::new()",
    }
    .to_owned();
    match text {
        Text::Plain | Text::Secret => {
            for (limit, builder) in [(min, "min_length"), (max, "max_length")] {
                if let Some(limit) = limit {
                    let _ = write!(rule, ".{builder}({})", grouped(limit));
                }
            }
            used.extend(["minLength", "maxLength"]);
            if pattern == Some(WITHOUT_NUL) {
                rule.push_str(".without_nul()");
                used.push("pattern");
            }
        }
        Text::Email if min == Some(1) => {
            rule.push_str(".not_empty()");
            used.push("minLength");
        }
        Text::Uuid if pattern == Some(UUID_V4) => {
            rule.push_str(".version(4)");
            used.push("pattern");
        }
        Text::Email | Text::Uuid | Text::DateTime | Text::Date => {}
    }
    if is_true(schema, "x-lowercase") {
        match text {
            Text::Plain | Text::Secret | Text::Email => rule.push_str(".lowercase()"),
            Text::Uuid | Text::DateTime | Text::Date => refuse_lowercase(reader, pointer),
        }
    }
    if is_true(schema, TYPE_FIRST) {
        match text {
            Text::Plain | Text::Secret => rule.push_str(".type_first()"),
            Text::Email | Text::Uuid | Text::DateTime | Text::Date => refuse_type_first(reader, pointer),
        }
    }
    refuse_unused(reader, schema, pointer, &used);
    rule
}

/// A constraint that no rule enforces is refused.
fn refuse_unused(reader: &mut Reader<'_>, schema: &Value, pointer: &str, used: &[&str]) {
    for keyword in ["minLength", "maxLength", "pattern"] {
        if let Some(value) = schema.get(keyword).filter(|_| !used.contains(&keyword)) {
            reader.refuse(
                format!("{pointer}/{keyword}"),
                format!("the constraint {keyword}: {value}"),
                "no rule enforces it: remove it in the overlay, or extend `crates/contract/src/rule/` and \
                 `crates/wire/src/rules/`",
            );
        }
    }
}
