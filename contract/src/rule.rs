//! Constraints of a schema as an expression of `immich_wire::rules`.

use crate::document::{reference, resolve};
use crate::refusal::Refusal;
use heck::ToUpperCamelCase;
use serde_json::Value;
use std::fmt::Write as _;

/// Text that PostgreSQL can store: any but the NUL character.
const WITHOUT_NUL: &str = "^[^\\u0000]*$";
/// Canonical UUID of version 4 (RFC 9562, section 5.4).
pub(crate) const UUID_V4: &str =
    "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$";

/// The rule that reads a value of this schema, as Rust.
pub(crate) fn expression(
    effective: &Value,
    schema: &Value,
    pointer: &str,
    required: bool,
    refusals: &mut Vec<Refusal>,
) -> Option<String> {
    if let Some(target) = reference(schema) {
        let name = target.rsplit('/').next().unwrap_or_default().to_upper_camel_case();
        let kind = if resolve(effective, schema).get("enum").is_some() { "OneOf" } else { "Nested" };
        return Some(format!("rules::{kind}::<crate::models::{name}>::new()"));
    }
    let number = |keyword: &str| schema.get(keyword).and_then(Value::as_i64);
    let mut rule = String::new();
    let mut used = Vec::new();
    match schema.get("type").and_then(Value::as_str).unwrap_or_default() {
        "string" => string(schema, pointer, &mut rule, &mut used, refusals),
        "boolean" => rule.push_str("rules::Flag::new()"),
        kind @ ("integer" | "number") => {
            let suffix = if kind == "number" { "_f64" } else { "" };
            rule.push_str(if kind == "number" { "rules::Number::new()" } else { "rules::Integer::new()" });
            for keyword in ["minimum", "maximum"] {
                if let Some(limit) = number(keyword) {
                    let _ = write!(rule, ".{keyword}({}{suffix})", grouped(limit));
                }
                used.push(keyword);
            }
        }
        "array" => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            if reference(items).is_some() && resolve(effective, items).get("enum").is_some() {
                let name = reference(items)?.rsplit('/').next().unwrap_or_default().to_upper_camel_case();
                let _ = write!(rule, "rules::Choices::<crate::models::{name}>::new()");
            } else {
                let item = expression(effective, items, &format!("{pointer}/items"), true, refusals)?;
                let _ = write!(rule, "rules::List::new({item})");
            }
            for (keyword, builder) in [("minItems", "min_items"), ("maxItems", "max_items")] {
                if let Some(limit) = number(keyword) {
                    let _ = write!(rule, ".{builder}({limit})");
                }
                used.push(keyword);
            }
            if required {
                rule.push_str(".not_empty()");
            }
        }
        other => {
            refusals.push(Refusal::new(
                pointer,
                format!("type {other:?} in a request"),
                "no rule reads it yet: teach `contract/src/rule.rs`",
            ));
            return None;
        }
    }
    unused(schema, pointer, &used, refusals);
    Some(rule)
}

fn string(schema: &Value, pointer: &str, rule: &mut String, used: &mut Vec<&str>, refusals: &mut Vec<Refusal>) {
    let min = schema.get("minLength").and_then(Value::as_u64);
    let max = schema.get("maxLength").and_then(Value::as_u64);
    let pattern = schema.get("pattern").and_then(Value::as_str);
    match schema.get("format").and_then(Value::as_str) {
        Some("email") => {
            rule.push_str("rules::Email::new()");
            if min == Some(1) {
                rule.push_str(".not_empty()");
                used.push("minLength");
            }
        }
        Some("uuid") => {
            rule.push_str("rules::UuidText::new()");
            if pattern == Some(UUID_V4) {
                rule.push_str(".version(4)");
                used.push("pattern");
            }
        }
        Some("date-time") => rule.push_str("rules::DateTime::new()"),
        format => {
            rule.push_str(if format == Some("password") { "rules::SecretText::new()" } else { "rules::Text::new()" });
            if let Some(min) = min {
                let _ = write!(rule, ".min_length({min})");
            }
            if let Some(max) = max {
                let _ = write!(rule, ".max_length({max})");
            }
            if pattern == Some(WITHOUT_NUL) {
                rule.push_str(".without_nul()");
                used.push("pattern");
            }
            used.extend(["minLength", "maxLength"]);
        }
    }
    if schema.get("x-lowercase").and_then(Value::as_bool) == Some(true) {
        rule.push_str(".lowercase()");
    }
    if let Some(pattern) = pattern
        && !used.contains(&"pattern")
    {
        refusals.push(Refusal::new(
            format!("{pointer}/pattern"),
            format!("the pattern {pattern}"),
            "no rule checks it: teach `contract/src/rule.rs` and `wire/src/rules/`",
        ));
        used.push("pattern");
    }
}

/// A constraint that no rule enforces is refused.
fn unused(schema: &Value, pointer: &str, used: &[&str], refusals: &mut Vec<Refusal>) {
    for keyword in ["minLength", "maxLength", "pattern", "minimum", "maximum", "minItems", "maxItems"] {
        if schema.get(keyword).is_some() && !used.contains(&keyword) {
            refusals.push(Refusal::new(
                format!("{pointer}/{keyword}"),
                format!("the constraint {keyword}"),
                "no rule for this type enforces it: teach `contract/src/rule.rs`",
            ));
        }
    }
}

/// A declared default as a Rust literal.
pub(crate) fn literal(default: &Value, pointer: &str, refusals: &mut Vec<Refusal>) -> Option<String> {
    match default {
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(value) => Some(value.to_string()),
        Value::String(value) => Some(format!("{value:?}.to_owned()")),
        other => {
            refusals.push(Refusal::new(
                format!("{pointer}/default"),
                format!("the default {other}"),
                "only scalars are supported",
            ));
            None
        }
    }
}

/// Digits in groups of three, as clippy wants long literals.
fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    if value < 0 { format!("-{text}") } else { text }
}

/// Words that cannot be names (The Rust Reference, section "Keywords").
pub(crate) fn is_keyword(name: &str) -> bool {
    const KEYWORDS: [&str; 47] = [
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
        "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
        "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type",
        "typeof", "unsafe", "unsized", "use", "virtual", "where", "while",
    ];
    KEYWORDS.contains(&name)
}
