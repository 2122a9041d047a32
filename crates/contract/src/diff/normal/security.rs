//! Credentials (OpenAPI 3.0.3, section "Security Scheme Object").

use super::{entries, without_extensions};
use serde_json::Value;

/// Brings a credential into the normal form.
pub(super) fn scheme(scheme: &mut Value) {
    let Some(scheme) = scheme.as_object_mut() else { return };
    without_extensions(scheme);
    let is = |keyword: &str, text: &str| scheme.get(keyword).and_then(Value::as_str) == Some(text);
    // Names of HTTP's schemes and headers are case-insensitive (RFC 9110, sections 11.1 and 5.1).
    let keyword = match (is("type", "http"), is("type", "apiKey") && is("in", "header")) {
        (true, _) => "scheme",
        (_, true) => "name",
        _ => "",
    };
    if let Some(Value::String(name)) = scheme.get_mut(keyword) {
        name.make_ascii_lowercase();
    }
    // Which scopes there are does not matter, but which an operation demands.
    for flow in entries(scheme.get_mut("flows")) {
        if let Some(flow) = flow.as_object_mut() {
            without_extensions(flow);
            flow.shift_remove("scopes");
        }
    }
}
