//! Bodies that are generated rather than recorded.

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::Value;
use std::io::Write as _;

/// Generates the body that a recipe describes; `expand` fills in the variables of its text.
pub(super) fn generate(recipe: &Value, expand: impl Fn(&str) -> String) -> Result<Vec<u8>, String> {
    let part = |name: &str| recipe.get(name).and_then(Value::as_str).unwrap_or_default();
    let text = expand(part("text"));
    let packed = match recipe.get("kind").and_then(Value::as_str) {
        Some("pad") => {
            let count = recipe.get("count").and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
            let filling = part("char").repeat(count.ok_or("body_gen: pad without a count")?);
            return Ok(format!("{}{filling}{}", expand(part("prefix")), expand(part("suffix"))).into_bytes());
        }
        Some("gzip") => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish())
        }
        // What HTTP calls deflate is the zlib format (RFC 9110, section 8.4.1.2).
        Some("deflate") => {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish())
        }
        Some("utf16le") => return Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        Some("latin1") => {
            let bytes: Result<Vec<u8>, _> = text.chars().map(|c| u8::try_from(u32::from(c))).collect();
            return bytes.map_err(|_| "body_gen: a character that Latin-1 does not have".to_owned());
        }
        other => return Err(format!("body_gen: unknown kind {other:?}")),
    };
    packed.map_err(|error| error.to_string())
}
