//! What the fuzz targets share: counted memory, and requests made of arbitrary bytes.
//!
//! Every target checks a property beyond "it does not panic": a second, simpler implementation, or a way there and
//! back. `make fuzz` runs them; `corpus/` keeps the inputs that reach different code.

mod body;
mod memory;

pub use body::decode;
pub use memory::{Counting, peak};

use http::{HeaderMap, HeaderName, HeaderValue};

/// Splits an input into lines: the parts of a request are separated by line feeds, which no header value contains.
pub fn lines(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    data.split(|byte| *byte == b'\n')
}

/// Headers with these values; a value that HTTP does not allow is left out.
pub fn headers<'a>(lines: impl IntoIterator<Item = (&'static str, &'a [u8])>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    headers
}

/// The text of bytes as the server reads headers: each byte is a character.
pub fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}
