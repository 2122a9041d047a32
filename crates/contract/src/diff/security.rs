//! Changes of the credentials that an operation accepts.

use super::walk::{Place, Walk, list, shown};
use serde_json::Value;

/// Compares the security of two versions of an operation, which defaults to that of the document.
pub(super) fn compare(walk: &mut Walk<'_>, old: &Value, new: &Value) {
    let old = old.get("security").or_else(|| walk.old.get("security"));
    let new = new.get("security").or_else(|| walk.new.get("security"));
    let (before, after) = (alternatives(old), alternatives(new));
    let here = Place::default();
    if before == after {
        return;
    }
    if is_open(&before) != is_open(&after) {
        if is_open(&before) {
            let said = format!("now needs a credential: {}", after.join(" or "));
            walk.note("endpoint-became-secured", &here, said);
        } else {
            walk.note("endpoint-became-public", &here, "no longer needs a credential");
        }
        return;
    }
    let gone: Vec<&String> = before.iter().filter(|one| !after.contains(one)).collect();
    let come: Vec<&String> = after.iter().filter(|one| !before.contains(one)).collect();
    if gone.is_empty() && come.is_empty() {
        let said = format!("order of credentials changed to {}", after.join(", "));
        walk.note("api-security-order-changed", &here, said);
    }
    for one in gone {
        walk.note("api-security-removed", &here, format!("credential {one} is no longer accepted"));
    }
    for one in come {
        walk.note("api-security-added", &here, format!("credential {one} is now accepted"));
    }
}

/// Any of these will do; each in words.
fn alternatives(security: Option<&Value>) -> Vec<String> {
    list(security)
        .iter()
        .map(|requirement| {
            let schemes = requirement.as_object().into_iter().flatten().map(|(name, scopes)| match scopes.as_array() {
                Some(none) if none.is_empty() => name.clone(),
                Some(scopes) => format!("{name} ({})", scopes.iter().map(shown).collect::<Vec<_>>().join(", ")),
                None => format!("{name} ({})", shown(scopes)),
            });
            schemes.collect::<Vec<_>>().join(" with ")
        })
        .collect()
}

/// OpenAPI 3.0.3, section "Security Requirement Object": an empty requirement makes security optional.
fn is_open(alternatives: &[String]) -> bool {
    alternatives.is_empty() || alternatives.iter().any(String::is_empty)
}
