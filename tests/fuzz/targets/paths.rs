//! Paths: the generated router agrees with a matcher that compares a path with every template of the contract.
//!
//! An input is the method and the path, separated by a space.

#![no_main]

use http::Method;
use immich_api::{BASE_PATH, Operation, route};
use immich_wire::path::{MAX_SEGMENTS, decode, segments};
use libfuzzer_sys::fuzz_target;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, percent_encode};

fuzz_target!(|text: &str| {
    let (method, path) = text.split_once(' ').unwrap_or(("GET", text));
    let Ok(method) = Method::from_bytes(method.as_bytes()) else { return };

    let found = route(&method, path);

    let expected = expected(&method, path);
    match (&found, expected) {
        (None, None) => {}
        (Some(found), Some(expected)) => assert_eq!(found.operation, expected, "{method} {path}"),
        (found, expected) => panic!("{method} {path}: {found:?} instead of {expected:?}"),
    }
    if let Some(segments) = segments(path) {
        let joined: String = segments.iter().map(|segment| format!("/{segment}")).collect();
        assert_eq!(joined.trim_end_matches('/'), path.trim_end_matches('/'));
        assert!(segments.len() <= MAX_SEGMENTS);
    }
    parameters_decode(path);
});

/// The operation whose template has the same segments, literals before parameters.
fn expected(method: &Method, path: &str) -> Option<Operation> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    let path = path.strip_suffix('/').unwrap_or(path);
    let given: Vec<&str> = path.split('/').collect();
    let fits = |operation: &Operation| {
        let template = format!("{BASE_PATH}{}", operation.path());
        let template: Vec<&str> = template.split('/').collect();
        template.len() == given.len()
            && template.iter().zip(&given).all(|(wanted, given)| {
                wanted.eq_ignore_ascii_case(given) || (wanted.starts_with('{') && !given.is_empty())
            })
    };
    let mut fitting: Vec<Operation> = Operation::ALL.into_iter().filter(|o| o.method() == method && fits(o)).collect();
    fitting.sort_by_key(|operation| operation.path().contains('{'));
    fitting.first().copied()
}

/// A parameter is decoded as another library decodes it, and comes back when it is escaped.
fn parameters_decode(text: &str) {
    let escaped = percent_encode(text.as_bytes(), NON_ALPHANUMERIC).to_string();
    assert_eq!(decode(&escaped).as_deref(), Ok(text));
    if let Ok(decoded) = decode(text) {
        assert_eq!(percent_decode_str(text).decode_utf8().as_deref(), Ok(&*decoded));
    }
}
