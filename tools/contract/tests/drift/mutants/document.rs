//! What holds for the document as a whole.

use super::mutant::{Family, Mutant, Source};
use super::{Subject, remove, set};
use serde_json::json;

pub(super) fn mutate(found: &mut Vec<Mutant>) {
    let mut document = Subject::new(found, Source::Contract, Family::Document, "openapi.json");
    let servers = [
        ("another path", json!([{"url": "/v2"}])),
        ("the root", json!([{"url": "/"}])),
        ("a deeper path", json!([{"url": "/immich/api"}])),
        ("an address", json!([{"url": "https://example.org/api"}])),
        ("two", json!([{"url": "/api"}, {"url": "/v2"}])),
        ("with a variable", json!([{"url": "/{base}", "variables": {"base": {"default": "api"}}}])),
    ];
    for (variant, value) in servers {
        document.change("servers changed", variant, [set("/servers", value)]);
    }
    document.change("servers changed", "none", [remove("/servers")]);
    document.change("version changed", "of OpenAPI", [set("/openapi", "3.1.0")]);
    document.change("version changed", "of the contract", [set("/info/version", "2.0.0")]);
    let webhooks = json!({"event": {"post": {"responses": {"200": {"description": ""}}}}});
    document.change("part added", "webhooks", [set("/webhooks", webhooks)]);
    document.change("part added", "an extension", [set("/x-immich-strict", true)]);
    document.change("part added", "a component of another kind", [set("/components/headers", json!({"X": {}}))]);
}
