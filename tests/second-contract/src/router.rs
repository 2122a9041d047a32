//! Finds the operation for a method and a path.

use crate::Operation;
use http::Method;
use immich_wire::path::{self, BadEscape, Segments};

/// The operation of a request and the segments of its path.
#[derive(Debug)]
pub struct Route<'p> {
    /// The operation.
    pub operation: Operation,
    /// The raw segments of the path, including the base path.
    pub segments: Segments<'p>,
}

/// Finds the operation for a method and a raw path (with the base path, without the query).
///
/// Literal segments match in any ASCII case, one trailing slash is allowed, and `HEAD` finds the operation of `GET`.
#[must_use]
pub fn route<'p>(method: &Method, path: &'p str) -> Option<Route<'p>> {
    let segments = path::segments(path)?;
    let (base, rest) = segments.split_first()?;
    if !is(base, "v2") {
        return None;
    }
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let operation = match *rest {
        [s0] if method == Method::GET && is(s0, "albums") => Operation::ListAlbums,
        [s0] if method == Method::POST && is(s0, "albums") => Operation::CreateAlbum,
        [s0] if method == Method::DELETE && is(s0, "albums") => Operation::DeleteAlbums,
        [s0] if method == Method::POST && is(s0, "shapes") => Operation::PutShape,
        [s0] if method == Method::POST && is(s0, "labels") => Operation::PutLabels,
        [s0] if method == Method::POST && is(s0, "json") => Operation::PutJson,
        [s0] if method == Method::POST && is(s0, "objects") => Operation::PutObject,
        [s0] if method == Method::POST && is(s0, "trees") => Operation::PutTree,
        [s0] if method == Method::PUT && is(s0, "words") => Operation::PutWords,
        [s0] if method == Method::GET && is(s0, "words") => Operation::Move,
        [s0] if method == Method::DELETE && is(s0, "words") => Operation::DropWords,
        [s0, _] if method == Method::GET && is(s0, "albums") => Operation::GetAlbum,
        [s0, _, s2] if method == Method::GET && is(s0, "albums") && is(s2, "cover") => Operation::GetCover,
        [s0, _, s2] if method == Method::PUT && is(s0, "albums") && is(s2, "cover") => Operation::PutCover,
        [s0, _, s2] if method == Method::PUT && is(s0, "albums") && is(s2, "note") => Operation::PutNote,
        [s0, _, s2] if method == Method::GET && is(s0, "moments") && is(s2, "latest") => Operation::ReadLatest,
        [s0, _, _, _] if method == Method::GET && is(s0, "moments") => Operation::ReadMoment,
        [s0, _, _, _, _, _, _] if method == Method::GET && is(s0, "scalars") => Operation::ReadScalars,
        _ => return None,
    };
    Some(Route { operation, segments })
}

/// Decodes the path parameters of every route that matches this raw path with any method. Called if no route matches:
/// as in upstream's router, an invalid escape is reported before an unknown method.
///
/// # Errors
/// The first path parameter with an invalid escape.
pub fn check_parameters(path: &str) -> Result<(), BadEscape> {
    let Some(segments) = path::segments(path) else { return Ok(()) };
    let Some((base, rest)) = segments.split_first() else { return Ok(()) };
    if !is(base, "v2") {
        return Ok(());
    }
    if let [s0, s1] = *rest
        && is(s0, "albums")
    {
        path::decode(s1)?;
    }
    if let [s0, s1, s2] = *rest
        && is(s0, "albums")
        && is(s2, "cover")
    {
        path::decode(s1)?;
    }
    if let [s0, s1, s2] = *rest
        && is(s0, "albums")
        && is(s2, "note")
    {
        path::decode(s1)?;
    }
    if let [s0, s1, s2, s3, s4, s5, s6] = *rest
        && is(s0, "scalars")
    {
        path::decode(s1)?;

        path::decode(s2)?;

        path::decode(s3)?;

        path::decode(s4)?;

        path::decode(s5)?;

        path::decode(s6)?;
    }
    if let [s0, s1, s2, s3] = *rest
        && is(s0, "moments")
    {
        path::decode(s1)?;

        path::decode(s2)?;

        path::decode(s3)?;
    }
    if let [s0, s1, s2] = *rest
        && is(s0, "moments")
        && is(s2, "latest")
    {
        path::decode(s1)?;
    }
    Ok(())
}

fn is(segment: &str, literal: &str) -> bool {
    segment.eq_ignore_ascii_case(literal)
}
