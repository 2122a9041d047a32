//! What holds for the document as a whole.

use super::{Subject, remove, set};
use crate::mutant::{Family, Mutant, Source, Sources};
use serde_json::json;

pub(super) fn mutate(_: &Sources, found: &mut Vec<Mutant>) {
    let mut document = Subject::new(found, Source::Contract, Family::Document, "openapi.json");
    document.change("base path changed", "", [set("/servers", json!([{"url": "/v2"}]))]);
    document.change("base path dropped", "", [remove("/servers")]);
    document.change("base path made a root", "", [set("/servers", json!([{"url": "/"}]))]);
    document.change("base path made deeper", "", [set("/servers", json!([{"url": "/immich/api"}]))]);
    document.change("base path made absolute", "", [set("/servers", json!([{"url": "https://example.org/api"}]))]);
    document.change("second server", "", [set("/servers", json!([{"url": "/api"}, {"url": "/v2"}]))]);
    let variable = json!([{"url": "/{base}", "variables": {"base": {"default": "api"}}}]);
    document.change("server with a variable", "", [set("/servers", variable)]);
    document.change("version of OpenAPI", "", [set("/openapi", "3.1.0")]);
    document.change("webhook added", "", [set("/webhooks", json!({"event": {"post": {"responses": {}}}}))]);
    document.change("extension added", "", [set("/x-immich-strict", true)]);
}
