//! Servers: their addresses without a slash at the end. Without any, the server is `/` (OpenAPI 3.0.3, section "OpenAPI
//! Object").

use super::{elements, without_extensions};
use serde_json::{Map, Value, json};

pub(super) fn list(top: &mut Map<String, Value>) {
    for server in elements(top.get_mut("servers")) {
        let Some(server) = server.as_object_mut() else { continue };
        without_extensions(server);
        if let Some(Value::String(url)) = server.get_mut("url") {
            url.truncate(url.trim_end_matches('/').len());
            if url.is_empty() {
                url.push('/');
            }
        }
    }
    let is_none = top.get("servers").and_then(Value::as_array).is_none_or(Vec::is_empty);
    if is_none {
        top.insert("servers".to_owned(), json!([{ "url": "/" }]));
    }
}
