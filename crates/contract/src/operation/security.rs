//! Security: schemes and permissions.

use super::Place;
use crate::document::escape;
use crate::names::{self, Names};
use crate::reader::Reader;
use crate::text::{code, quoted};
use heck::ToUpperCamelCase;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Names of types that the generated file of permissions uses.
const MARKERS_IN_USE: [&str; 4] = ["AnyCredential", "Deref", "Granted", "PhantomData"];

/// The kinds of credential that an operation accepts; none for a public one.
pub(super) fn of_operation<'d>(reader: &mut Reader<'d>, place: Place<'d, '_>) -> Vec<Value> {
    let document = reader.document();
    let pointer = if place.operation.get("security").is_some() { place.pointer } else { "" };
    let declared = declared(reader, place);
    let mut schemes = Vec::new();
    for (index, requirement) in declared.and_then(Value::as_array).into_iter().flatten().enumerate() {
        let place = format!("{pointer}/security/{index}");
        let entries: Vec<(&String, &Value)> = requirement.as_object().into_iter().flatten().collect();
        let [(name, scopes)] = entries.as_slice() else {
            let advice = "only one scheme per entry is supported: list one";
            reader.refuse(place, "not exactly one scheme", advice);
            continue;
        };
        if document.pointer(&format!("/components/securitySchemes/{}", escape(name))).is_none() {
            let advice = "declare it under components/securitySchemes";
            reader.refuse(place, format!("the scheme {name:?}, which is not declared"), advice);
        } else if scopes.as_array().is_none_or(|scopes| !scopes.is_empty()) {
            let advice = "use x-immich-permission";
            reader.refuse(format!("{place}/{}", escape(name)), "scopes", advice);
        }
        schemes.push(json!({"name": name, "variant": name.to_upper_camel_case()}));
    }
    schemes
}

/// The security of an operation, which defaults to that of the document.
fn declared<'d>(reader: &Reader<'d>, place: Place<'d, '_>) -> Option<&'d Value> {
    place.operation.get("security").or_else(|| reader.document().get("security"))
}

/// The permission that an operation needs.
pub(super) fn permission<'d>(reader: &mut Reader<'d>, place: Place<'d, '_>) -> Option<&'d str> {
    let name = place.operation.get("x-immich-permission")?;
    let pointer = format!("{}/x-immich-permission", place.pointer);
    let permission = name.as_str();
    if permission.is_none() {
        reader.refuse(&pointer, format!("the permission {name}"), "name one of the schema Permission");
    }
    if declared(reader, place).and_then(Value::as_array).is_none_or(Vec::is_empty) {
        let advice = "declare the security, or drop the permission";
        reader.refuse(pointer, "a permission without security", advice);
    }
    permission
}

/// The security schemes of the document.
pub(super) fn schemes(reader: &mut Reader<'_>) -> Vec<Value> {
    let declared = reader.document().pointer("/components/securitySchemes").and_then(Value::as_object);
    let mut names = Names::default();
    let mut facts = Vec::new();
    for (name, scheme) in declared.into_iter().flatten() {
        let pointer = format!("/components/securitySchemes/{}", escape(name));
        let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
        let place = match (text("type"), text("in"), text("scheme").to_ascii_lowercase().as_str()) {
            ("http", _, "bearer") => "Bearer".to_owned(),
            ("apiKey", "cookie", _) => format!("Cookie({:?})", text("name")),
            ("apiKey", "header", _) => format!("Header({:?})", text("name").to_ascii_lowercase()),
            ("apiKey", "query", _) => format!("Query({:?})", text("name")),
            _ => {
                let advice = "supported are HTTP bearer, and apiKey in cookie, header or query";
                reader.refuse(pointer, "this kind of scheme", advice);
                continue;
            }
        };
        let variant = name.to_upper_camel_case();
        if !names::is_identifier(&variant) {
            reader.refuse(&pointer, format!("the name {name:?}, which gives none in Rust ({variant:?})"), "rename it");
        }
        names.claim(reader, &variant, &pointer, "rename one of them");
        facts.push(json!({"name": name, "code": code(name), "variant": variant, "place": place}));
    }
    facts
}

/// The permissions that operations need, each once, in the order of the contract's list of permissions.
pub(super) fn permissions(reader: &mut Reader<'_>, operations: &[Value]) -> Vec<Value> {
    const LIST: &str = "/components/schemas/Permission/enum";
    let used: BTreeSet<&str> = operations.iter().filter_map(|operation| operation["permission"].as_str()).collect();
    let Some(list) = reader.document().pointer(LIST).and_then(Value::as_array) else {
        let advice = "add the enumeration of all permissions, if only in the overlay";
        reader.refuse("/components/schemas/Permission", "no list of permissions", advice);
        return Vec::new();
    };
    let known: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
    for unknown in used.iter().filter(|name| !known.contains(name)) {
        let advice = "add it to the list, or correct the operation";
        reader.refuse(LIST, format!("no {unknown:?}, which an operation needs"), advice);
    }
    let mut facts = Vec::new();
    for (index, name) in known.into_iter().enumerate().filter(|(_, name)| used.contains(name)) {
        let variant = name.to_upper_camel_case();
        if MARKERS_IN_USE.contains(&variant.as_str()) {
            let found = format!("the permission {name:?}, whose type cannot be named {variant}");
            reader.refuse(
                format!("{LIST}/{index}"),
                found,
                "rename it, or change the template: an overlay cannot rename it",
            );
        }
        facts.push(json!({"wire": quoted(name), "code": code(name), "variant": variant}));
    }
    facts
}
