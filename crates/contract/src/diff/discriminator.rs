//! Changes of discriminators: which property distinguishes the schemas of a composition, and by which values.

use super::rule::Site;
use super::walk::{Place, Walk, changed, members, shown};
use serde_json::Value;

/// Compares the discriminators of two schemas.
pub(super) fn compare(walk: &mut Walk<'_>, site: Site, place: &Place, old: &Value, new: &Value) {
    let (before, after) = match (old.get("discriminator"), new.get("discriminator")) {
        (before, after) if before == after => return,
        (None, Some(after)) => {
            return walk.note_schema(
                site,
                "discriminator-added",
                place,
                format!("discriminator {} added", shown(after)),
            );
        }
        (Some(_), None) => return walk.note_schema(site, "discriminator-removed", place, "discriminator removed"),
        (Some(before), Some(after)) => (before, after),
        (None, None) => return,
    };
    let (name, renamed) = (before.get("propertyName"), after.get("propertyName"));
    if name != renamed {
        let said = changed("discriminator", name, renamed);
        walk.note_schema(site, "discriminator-property-changed", place, said);
    }
    for (value, _) in members(before.get("mapping")) {
        let (was, is) = (target(walk.old, before, value), target(walk.new, after, value));
        match is {
            None => {
                let said = format!("discriminator value `{value}` removed");
                walk.note_schema(site, "discriminator-mapping-removed", place, said);
            }
            Some(is) if was != Some(is) && resolved(walk.old, was) != resolved(walk.new, Some(is)) => {
                let said = format!("discriminator value `{value}` now means {}", is.rsplit('/').next().unwrap_or(is));
                walk.note_schema(site, "discriminator-mapping-changed", place, said);
            }
            Some(_) => {}
        }
    }
    for (value, _) in members(after.get("mapping")).filter(|(value, _)| target(walk.old, before, value).is_none()) {
        let said = format!("discriminator value `{value}` added");
        walk.note_schema(site, "discriminator-mapping-added", place, said);
    }
}

/// The schema that a value stands for: without a mapping, the one of that name.
fn target<'a>(document: &'a Value, discriminator: &'a Value, value: &str) -> Option<&'a str> {
    let mapped = discriminator.get("mapping").and_then(|mapping| mapping.get(value)).and_then(Value::as_str);
    let of_that_name = document.pointer("/components/schemas").and_then(Value::as_object);
    mapped.or_else(|| of_that_name?.get_key_value(value).map(|(name, _)| name.as_str()))
}

fn resolved<'a>(document: &'a Value, target: Option<&str>) -> Option<&'a Value> {
    let name = target?.rsplit('/').next()?;
    document.pointer("/components/schemas")?.get(name)
}
