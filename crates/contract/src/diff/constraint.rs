//! Changes of constraints: the more a schema demands, the fewer values it allows.

use super::rule::Site;
use super::walk::{Place, Walk, changed, flag, shown, shown_or_none};
use serde_json::Value;

/// Limits, and what rules call them.
const LIMITS: [(&str, &str); 8] = [
    ("maximum", "max"),
    ("maxItems", "max-items"),
    ("maxLength", "max-length"),
    ("maxProperties", "max-properties"),
    ("minimum", "min"),
    ("minItems", "min-items"),
    ("minLength", "min-length"),
    ("minProperties", "min-properties"),
];

/// Whether a keyword is compared here.
pub(super) fn is_known(keyword: &str) -> bool {
    let others = ["exclusiveMaximum", "exclusiveMinimum", "multipleOf", "uniqueItems"];
    LIMITS.iter().any(|(name, _)| *name == keyword) || others.contains(&keyword)
}

/// Compares the constraints of two schemas.
pub(super) fn compare(walk: &mut Walk<'_>, site: Site, place: &Place, old: &Value, new: &Value) {
    for (keyword, stem) in LIMITS {
        limit(walk, site, place, keyword, stem, old.get(keyword), new.get(keyword));
    }
    exclusive(walk, site, place, ["maximum", "exclusiveMaximum", "exclusive-max"], old, new);
    exclusive(walk, site, place, ["minimum", "exclusiveMinimum", "exclusive-min"], old, new);
    let rules = [
        ("pattern", "pattern-added", "pattern-removed", "pattern-changed"),
        ("multipleOf", "multiple-of-set", "multiple-of-unset", "multiple-of-changed"),
    ];
    for (keyword, set, unset, end) in rules {
        match (old.get(keyword), new.get(keyword)) {
            (before, after) if before == after => {}
            (None, Some(after)) => walk.note_schema(site, set, place, format!("{keyword} {} added", shown(after))),
            (Some(before), None) => {
                walk.note_schema(site, unset, place, format!("{keyword} {} removed", shown(before)));
            }
            (before, after) => walk.note_schema(site, end, place, changed(keyword, before, after)),
        }
    }
    match (flag(old, "uniqueItems"), flag(new, "uniqueItems")) {
        (false, true) => walk.note_schema(site, "unique-items-set", place, "items must now be unique"),
        (true, false) => walk.note_schema(site, "unique-items-unset", place, "items may now repeat"),
        _ => {}
    }
}

/// Whether a limit that is still the same is now excluded. One that changed is reported as such.
fn exclusive(
    walk: &mut Walk<'_>,
    site: Site,
    place: &Place,
    [inclusive, keyword, stem]: [&str; 3],
    old: &Value,
    new: &Value,
) {
    let (limit, end) = match (flag(old, keyword), flag(new, keyword)) {
        (false, true) => (new.get(inclusive), "set"),
        (true, false) => (old.get(inclusive), "unset"),
        _ => return,
    };
    if old.get(inclusive) == new.get(inclusive) {
        let verb = if end == "set" { "excluded" } else { "included" };
        let said = format!("{inclusive} {} is now {verb}", shown_or_none(limit));
        walk.note_schema(site, &format!("{stem}-{end}"), place, said);
    }
}

fn limit(
    walk: &mut Walk<'_>,
    site: Site,
    place: &Place,
    keyword: &str,
    stem: &str,
    old: Option<&Value>,
    new: Option<&Value>,
) {
    if old == new {
        return;
    }
    let (end, said) = match (old, new) {
        (None, Some(value)) => ("set", format!("{keyword} {} added", shown(value))),
        (Some(value), None) => ("unset", format!("{keyword} {} removed", shown(value))),
        (before, after) => {
            let number = |value: Option<&Value>| value.and_then(Value::as_f64).unwrap_or_default();
            let (end, verb) =
                if number(after) > number(before) { ("increased", "raised") } else { ("decreased", "lowered") };
            (end, format!("{keyword} {verb} from {} to {}", shown_or_none(before), shown_or_none(after)))
        }
    };
    walk.note_schema(site, &format!("{stem}-{end}"), place, said);
}
