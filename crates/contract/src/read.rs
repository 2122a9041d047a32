//! Reads a document, in JSON or YAML.

use serde_json::Value;

/// Why a text is not a document.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It starts like JSON, but is not.
    #[error("not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It is neither JSON nor YAML.
    #[error("neither JSON nor YAML: {0}")]
    Yaml(String),
}

/// Reads JSON or YAML 1.2. Keys that are numbers in YAML (`200:`) become texts, as in JSON.
///
/// # Errors
/// The text is neither; or it is YAML whose aliases expand to more than a million values.
pub fn read_document(text: &str) -> Result<Value, ReadError> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        return Ok(serde_json::from_str(text)?);
    }
    let mut budget = serde_saphyr::Budget::default();
    // The default is meant for configuration: the largest public contracts have half a million values.
    budget.max_nodes = 1_000_000;
    budget.max_events = 4_000_000;
    let options = serde_saphyr::options! { budget: Some(budget), strict_booleans: true, with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| ReadError::Yaml(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_and_yaml_are_the_same_document() {
        let yaml = "openapi: 3.1.0\nresponses:\n  200: {description: ok}\n  4XX: {description: bad}\n";
        let expected = json!({ "openapi": "3.1.0", "responses": {
            "200": { "description": "ok" }, "4XX": { "description": "bad" } } });

        assert_eq!(read_document(yaml).unwrap(), expected);
        assert_eq!(read_document(&format!("\u{feff}{expected}")).unwrap(), expected);
    }

    #[test]
    fn words_times_and_anchors_are_read_as_in_yaml_1_2() {
        let yaml = "a: no\nb: 09:00\nc: 2024-01-01\nd: &x {e: 1.0.0}\nf: *x\ng: 'true'\nh: 1e3\n";

        let read = read_document(yaml).unwrap();

        assert_eq!(
            read,
            json!({ "a": "no", "b": "09:00", "c": "2024-01-01", "d": { "e": "1.0.0" }, "f": { "e": "1.0.0" },
                "g": "true", "h": 1000.0 })
        );
    }

    #[test]
    fn a_text_that_is_neither_is_rejected_with_the_place() {
        for (text, reason) in [("{", "not JSON"), ("a: [", "neither JSON nor YAML"), ("a: 1\n b: 2", "line 2")] {
            let error = read_document(text).unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
        }
    }

    #[test]
    fn aliases_that_expand_without_end_are_rejected() {
        let mut yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            yaml = format!("{yaml}a{level}: &a{level} [{aliases}]\n");
        }

        assert!(read_document(&yaml).is_err());
    }
}
