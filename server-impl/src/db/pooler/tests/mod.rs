//! Conversations of a client with a model of the database, directly and through the rewriter.

mod conversations;
mod model;

/// A message with a type.
fn message(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[tag][..], &length, &body].concat()
}

/// The messages of these bytes, and the bytes of an incomplete one.
fn messages(mut bytes: &[u8]) -> (Vec<(u8, &[u8])>, &[u8]) {
    let mut all = Vec::new();
    while let Some((header, rest)) = bytes.split_first_chunk::<5>() {
        let length = u32::from_be_bytes([header[1], header[2], header[3], header[4]]) as usize - 4;
        if rest.len() < length {
            break;
        }
        all.push((header[0], &rest[..length]));
        bytes = &rest[length..];
    }
    (all, bytes)
}

/// A text up to its NUL, and the rest.
fn text(bytes: &[u8]) -> (String, &[u8]) {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap();
    (String::from_utf8(bytes[..end].to_vec()).unwrap(), &bytes[end + 1..])
}
