//! Invalid strings, numbers, booleans and members of enums.

use super::format::without_format;
use super::{Candidate, Rule};
use crate::value::{count, fits, limits, text};
use serde_json::{Value, json};

/// The values of other JSON types than this one.
pub(super) fn other_types(kind: &str) -> Vec<Candidate> {
    let others = [
        ("a string", "string", json!("conform")),
        ("a number", "number", json!(1)),
        ("zero", "number", json!(0)),
        ("true", "boolean", json!(true)),
        ("a list", "array", json!([])),
        ("a list of one", "array", json!(["conform"])),
        ("an object", "object", json!({})),
    ];
    let is_other = |other: &str| other != kind && !(kind == "integer" && other == "number");
    let others = others.into_iter().filter(|(_, other, _)| is_other(other));
    others.map(|(how, _, value)| Candidate::new(Rule::ConstraintType, how, value)).collect()
}

pub(super) fn booleans() -> Vec<Candidate> {
    // Strings "true" and "false" may be accepted as what they say.
    let words = ["yes", "no", "1", ""].map(|word| Candidate::new(Rule::ConstraintType, format!("{word:?}"), word));
    other_types("boolean").into_iter().chain(words).collect()
}

/// Values that an enum does not list: other ones, and almost the same.
pub(super) fn members(members: &[Value]) -> Vec<Candidate> {
    let mut found = vec![Candidate::new(Rule::ConstraintEnum, "a value that is not listed", "conform.unknown")];
    let kind = if members.iter().any(Value::is_string) { "string" } else { "number" };
    if let Some(member) = members.iter().filter_map(Value::as_str).find(|member| member.len() > 1) {
        let shorter: String = member.chars().take(member.chars().count() - 1).collect();
        let capitals = if member == member.to_uppercase() { member.to_lowercase() } else { member.to_uppercase() };
        for near in [capitals, shorter, format!("{member} "), format!(" {member}"), String::new()] {
            found.push(Candidate::new(Rule::ConstraintEnum, format!("{near:?}"), near));
        }
    }
    found.extend(
        members
            .iter()
            .filter_map(Value::as_i64)
            .max()
            .map(|most| Candidate::new(Rule::ConstraintEnum, "a number that is not listed", most.saturating_add(1))),
    );
    found.extend(other_types(kind));
    found.extend(members.first().map(|member| Candidate::new(Rule::ConstraintType, "in a list", json!([member]))));
    found
}

pub(super) fn strings(document: &Value, schema: &Value) -> Vec<Candidate> {
    let mut found = other_types("string");
    let shortest = count(schema, "minLength").unwrap_or_default();
    for shorter in [shortest.checked_sub(1), Some(0), Some(shortest / 2)].into_iter().flatten() {
        if shorter < shortest {
            let how = if shorter == 0 { "empty".to_owned() } else { format!("{shorter} characters") };
            found.push(Candidate::new(Rule::ConstraintMinLength, how.clone(), "x".repeat(shorter)));
            // Longer in bytes and in UTF-16.
            found.push(Candidate::new(Rule::ConstraintMinLength, format!("{how}, all emoji"), "😀".repeat(shorter)));
        }
    }
    if let Some(longest) = count(schema, "maxLength") {
        for longer in [longest.saturating_add(1), longest.saturating_mul(10).saturating_add(1000)] {
            let how = format!("{longer} characters");
            found.push(Candidate::new(Rule::ConstraintMaxLength, how, "x".repeat(longer)));
        }
    }
    let wrong = text(schema, "format").map(without_format).unwrap_or_default();
    found.extend(wrong.into_iter().map(|wrong| Candidate::new(Rule::ConstraintFormat, format!("{wrong:?}"), wrong)));
    found.extend(against_pattern(document, schema));
    found
}

/// Strings that break the pattern, and if possible nothing else.
fn against_pattern(document: &Value, schema: &Value) -> Vec<Candidate> {
    let texts = [
        // UUIDs of other versions than 4, and of another variant.
        "f3a1c9d2-6b47-1e0a-9c55-2d8e7b1f4a60",
        "f3a1c9d2-6b47-7e0a-9c55-2d8e7b1f4a60",
        "f3a1c9d2-6b47-4e0a-cc55-2d8e7b1f4a60",
        "00000000-0000-0000-0000-000000000000",
        "conform\u{0}conform",
        "\u{0}conform",
        "conform\u{0}",
        "conform conform",
        " conform",
        "-",
        "\n",
        "",
        "@",
        "1",
        "conform",
        "CONFORM",
        "😀",
    ];
    let Some(pattern) = schema.get("pattern") else { return Vec::new() };
    let only_pattern = json!({ "pattern": pattern });
    let mut others = schema.as_object().cloned().unwrap_or_default();
    others.remove("pattern");
    let others = Value::Object(others);
    let breaks = texts.into_iter().filter(|text| !fits(document, &only_pattern, &json!(text)));
    let (alone, with_others): (Vec<&str>, Vec<&str>) = breaks.partition(|text| fits(document, &others, &json!(text)));
    let chosen = if alone.is_empty() { with_others.into_iter().take(1).collect() } else { alone };
    let chosen = chosen.into_iter().take(4);
    chosen.map(|text| Candidate::new(Rule::ConstraintPattern, format!("{text:?}"), text)).collect()
}

pub(super) fn numbers(kind: &str, schema: &Value) -> Vec<Candidate> {
    let mut found = other_types(kind);
    for word in ["5", "five", ""] {
        found.push(Candidate::new(Rule::ConstraintType, format!("{word:?}"), word));
    }
    let (least, most) = limits(schema);
    if kind == "integer" {
        for fraction in [0.5, 1000.25] {
            let within = least.and_then(|least| i32::try_from(least).ok()).map_or(1.0, f64::from);
            let how = if fraction < 1.0 { "a fraction" } else { "a larger fraction" };
            found.push(Candidate::new(Rule::ConstraintInteger, how, within + fraction));
        }
    }
    let beyond = |rule, value: i64| Candidate::new(rule, value.to_string(), value);
    if let Some(least) = least {
        let below = [least.saturating_sub(1), 0, -1, -i64::from(i32::MAX) - 1, -(1 << 53) + 1];
        found.extend(
            below.into_iter().filter(|value| *value < least).map(|value| beyond(Rule::ConstraintMinimum, value)),
        );
    }
    if let Some(most) = most {
        let above = [most.saturating_add(1), most.saturating_mul(10), i64::from(i32::MAX) + 1, (1 << 53) - 1];
        found.extend(
            above.into_iter().filter(|value| *value > most).map(|value| beyond(Rule::ConstraintMaximum, value)),
        );
    }
    if text(schema, "format") == Some("int32") {
        for value in [i64::from(i32::MAX) + 1, i64::from(i32::MIN) - 1] {
            // The validator knows nothing about this format.
            found.push(Candidate { certain: true, ..beyond(Rule::ConstraintFormat, value) });
        }
    }
    if let Some(step) = schema.get("multipleOf").and_then(Value::as_f64).filter(|step| *step > 0.0) {
        let within = least.and_then(|least| i32::try_from(least).ok()).map_or(0.0, f64::from);
        let multiple = (within / step).ceil() * step;
        for (how, value) in [("between two multiples", multiple + step / 2.0), ("close to a multiple", multiple + 1.0)]
        {
            // An integer stays one where it can.
            #[expect(clippy::cast_possible_truncation, reason = "small, and a fraction is handled apart")]
            let value = if value.fract() == 0.0 { json!(value as i64) } else { json!(value) };
            found.push(Candidate::new(Rule::ConstraintMultipleOf, how, value));
        }
    }
    found
}
