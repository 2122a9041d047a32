//! Paths as routes.

use super::Place;
use crate::document::escape;
use crate::reader::Reader;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The most segments of a path below the base path: `immich_wire::path::MAX_SEGMENTS` with that of the base path.
const MAX_SEGMENTS: usize = 7;

/// A segment of a path.
enum Segment<'p> {
    Literal(&'p str),
    Parameter(&'p str),
}

fn split(path: &str) -> impl Iterator<Item = Segment<'_>> {
    path.split('/').filter(|segment| !segment.is_empty()).map(|segment| {
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => Segment::Parameter(name),
            None => Segment::Literal(segment),
        }
    })
}

/// The names of the parameters in a path with the position of each.
pub(super) fn parameters(path: &str) -> impl Iterator<Item = (usize, &str)> {
    split(path).enumerate().filter_map(|(position, segment)| match segment {
        Segment::Parameter(name) => Some((position, name)),
        Segment::Literal(_) => None,
    })
}

/// A literal or a parameter for every segment of the path.
pub(super) fn segments(path: &str) -> Vec<Value> {
    split(path)
        .enumerate()
        .map(|(position, segment)| match segment {
            Segment::Parameter(name) => {
                json!({"isParameter": true, "name": name, "position": position, "local": format!("s{position}")})
            }
            Segment::Literal(literal) => {
                json!({"isParameter": false, "literal": literal, "position": position, "local": format!("s{position}")})
            }
        })
        .collect()
}

/// Routes that must differ from one another, each with the place of its operation.
#[derive(Default)]
pub(super) struct Routes(BTreeMap<String, String>);

impl Routes {
    /// Adds the route of an operation, and refuses one that the router could not distinguish from another.
    pub(super) fn claim(&mut self, reader: &mut Reader<'_>, place: Place<'_, '_>) {
        let pointer = format!("/paths/{}", escape(place.path));
        for segment in split(place.path) {
            if let Segment::Literal(literal) = segment {
                let is_plain = literal.chars().all(|c| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@".contains(c));
                if !is_plain {
                    let advice = "a segment is a literal that needs no escape, or one parameter alone";
                    reader.refuse(&pointer, format!("the segment {literal:?}"), advice);
                }
            }
        }
        let count = split(place.path).count();
        if count > MAX_SEGMENTS {
            let advice = format!("at most {MAX_SEGMENTS} are supported: extend `crates/wire/src/path.rs`");
            reader.refuse(&pointer, format!("a path of {count} segments"), advice);
        }
        // As the router matches: case-insensitive, parameters without their names, no trailing slash.
        let shape: Vec<String> = split(place.path)
            .map(|segment| match segment {
                Segment::Literal(literal) => literal.to_ascii_lowercase(),
                Segment::Parameter(_) => "{}".to_owned(),
            })
            .collect();
        let route = format!("{} /{}", place.method, shape.join("/"));
        if let Some(other) = self.0.get(&route) {
            let found = format!("a route that matches the same requests as {other}");
            reader.refuse(place.pointer, found, "the router cannot distinguish them: remove one in the overlay");
        } else {
            self.0.insert(route, place.pointer.to_owned());
        }
    }
}

/// Literal segments before parameters, so that `/users/me` never matches `/users/{id}`.
pub(super) fn in_order(operations: &[Value]) -> Vec<&Value> {
    let mut routes: Vec<&Value> = operations.iter().collect();
    routes.sort_by_key(|operation| {
        let segments = operation["segments"].as_array().map(Vec::as_slice).unwrap_or_default();
        let parameters: Vec<bool> = segments.iter().map(|segment| segment["isParameter"] == true).collect();
        (segments.len(), parameters)
    });
    routes
}

/// The segments of every path that has parameters, each path once, in the document's order.
pub(super) fn with_parameters(operations: &[Value]) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    operations
        .iter()
        .filter(|operation| operation["hasPathParameters"] == true)
        .filter(|operation| seen.insert(operation["path"].as_str()))
        .map(|operation| json!({"segments": operation["segments"]}))
        .collect()
}

/// The path under which all operations live.
pub(super) fn base_path(reader: &mut Reader<'_>) -> Value {
    let servers = reader.document().get("servers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let url = match servers {
        [server] if server.get("variables").is_none() => server.get("url").and_then(Value::as_str),
        _ => None,
    };
    let is_segment = |segment: &str| !segment.is_empty() && !segment.contains(['/', '{', '%', '?', '#']);
    if let Some(segment) = url.and_then(|url| url.strip_prefix('/')).filter(|segment| is_segment(segment)) {
        return json!({"path": format!("/{segment}"), "segment": segment});
    }
    let advice = "write it as [{\"url\": \"/api\"}]";
    reader.refuse("/servers", "not exactly one server with a path of one segment", advice);
    Value::Null
}
