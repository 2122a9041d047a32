//! Lines of values in a JSON text (RFC 8259), which is known to be well-formed.

use crate::escape;
use std::collections::HashMap;
use std::fmt::Write as _;

/// An object or list that is open.
struct Open {
    /// The length of the pointer to it.
    length: usize,
    /// The position of the next element; `None` in an object.
    index: Option<usize>,
}

/// Sets the line of each pointer: that of the key, or of the element of a list.
pub(super) fn find(text: &str, wanted: &mut HashMap<&str, usize>) {
    let bytes = text.as_bytes();
    let (mut position, mut line) = (0, 1);
    let mut pointer = String::new();
    let mut open: Vec<Open> = Vec::new();
    // Whether a string is a key now.
    let mut is_key = false;
    while let Some(byte) = bytes.get(position) {
        let is_element = open.last().is_some_and(|open| open.index.is_some());
        if is_element && !matches!(byte, b',' | b']' | b' ' | b'\t' | b'\r' | b'\n') {
            // The first byte of an element; the rest of a number or word comes here again and changes nothing.
            if let Some(Open { length, index: Some(index) }) = open.last() {
                pointer.truncate(*length);
                // Writing to a String cannot fail.
                let _ = write!(pointer, "/{index}");
                if let Some(known) = wanted.get_mut(pointer.as_str()) {
                    *known = line;
                }
            }
        }
        match byte {
            b'\n' => line += 1,
            b'{' | b'[' => {
                open.push(Open { length: pointer.len(), index: (*byte == b'[').then_some(0) });
                is_key = *byte == b'{';
            }
            b'}' | b']' => {
                if let Some(closed) = open.pop() {
                    pointer.truncate(closed.length);
                }
                is_key = false;
            }
            b',' => match open.last_mut() {
                Some(Open { index: Some(index), .. }) => *index += 1,
                _ => is_key = true,
            },
            b'"' => {
                let end = end_of_string(bytes, position);
                if is_key {
                    let name: String =
                        text.get(position..end).and_then(|name| serde_json::from_str(name).ok()).unwrap_or_default();
                    pointer.truncate(open.last().map_or(0, |open| open.length));
                    pointer.push('/');
                    pointer.push_str(&escape(&name));
                    if let Some(known) = wanted.get_mut(pointer.as_str()) {
                        *known = line;
                    }
                    is_key = false;
                }
                position = end;
                continue;
            }
            _ => {}
        }
        position += 1;
    }
}

/// The position after a string that starts here.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut position = start + 1;
    while let Some(byte) = bytes.get(position) {
        match byte {
            b'\\' => position += 2,
            b'"' => return position + 1,
            _ => position += 1,
        }
    }
    position
}
