//! Forms: names and values that are percent-encoded come back as they were.
//!
//! An input is a list of lines, a name and a value in turn.

#![no_main]

use std::collections::BTreeMap;

use immich_fuzz::{decode, headers, lines};
use libfuzzer_sys::fuzz_target;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use serde_json::{Value, json};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut fields: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut parts = lines(text.as_bytes()).map(|line| std::str::from_utf8(line).expect("split at a line feed"));
    while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
        // Brackets in names nest, also when they are escaped. A form has up to 1,000 parameters, and never this name.
        if !name.is_empty() && name != "__proto__" && !name.contains(['[', ']']) {
            fields.entry(name).or_default().push(value);
        }
    }
    let pairs: Vec<String> = fields
        .iter()
        .flat_map(|(name, values)| values.iter().map(move |value| format!("{}={}", escaped(name), escaped(value))))
        .collect();
    if pairs.is_empty() || pairs.len() > 1_000 {
        return;
    }
    let form = pairs.join("&");
    let media = headers([("content-type", b"application/x-www-form-urlencoded" as &[u8])]);

    let decoded = decode(&media, form.as_bytes());

    let Ok(decoded) = decoded else {
        assert!(form.len() > 100 * 1024, "{form} is refused: {decoded:?}");
        return;
    };
    let expected: serde_json::Map<String, Value> = fields
        .iter()
        .map(|(name, values)| {
            let value = if let [only] = values[..] { json!(only) } else { json!(values) };
            ((*name).to_owned(), value)
        })
        .collect();
    assert_eq!(decoded, expected, "{form}");
});

fn escaped(text: &str) -> String {
    percent_encode(text.as_bytes(), NON_ALPHANUMERIC).to_string()
}
