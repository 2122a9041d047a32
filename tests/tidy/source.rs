//! Reading Rust source without a parser: comments, texts and tests are taken out, lines stay where they are.

/// What of the source is left.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Code and the contents of string literals.
    Strings,
    /// Code only.
    Code,
}

/// The source with spaces in place of comments, of items under `#[cfg(test)]` and, unless kept, of string contents.
pub(crate) fn masked(source: &str, keep: Keep) -> String {
    // What is in a string or a comment must not end the item that a `#[cfg(test)]` is on.
    let mut code = without_comments(source, Keep::Code);
    let mut result = without_comments(source, keep);
    while let Some(start) = code.windows(12).position(|window| window == b"#[cfg(test)]") {
        let end = end_of_item(&code, start);
        blank(&mut code[start..end]);
        blank(&mut result[start..end]);
    }
    String::from_utf8_lossy(&result).into_owned()
}

fn blank(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|byte| **byte != b'\n') {
        *byte = b' ';
    }
}

/// Where the item that begins here ends: at its `;`, or at the brace that closes its first one.
fn end_of_item(code: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    for (index, byte) in code.iter().enumerate().skip(start) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth <= 1 => return index + 1,
            b'}' => depth -= 1,
            b';' if depth == 0 => return index + 1,
            _ => {}
        }
    }
    code.len()
}

fn without_comments(source: &str, keep: Keep) -> Vec<u8> {
    let mut result = source.as_bytes().to_vec();
    let mut at = 0;
    while at < result.len() {
        let rest = &source.as_bytes()[at..];
        if rest.starts_with(b"//") {
            let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            blank(&mut result[at..at + length]);
            at += length;
        } else if rest.starts_with(b"/*") {
            let length = find(&rest[2..], b"*/").map_or(rest.len(), |end| end + 4);
            blank(&mut result[at..at + length]);
            at += length;
        } else if let Some((opening, length)) = string(rest, at > 0 && is_name(source.as_bytes()[at - 1])) {
            if keep == Keep::Code {
                blank(&mut result[at + opening..at + length]);
            }
            at += length;
        } else {
            at += character(rest);
        }
    }
    result
}

/// If a string literal begins here: where its contents begin, and its length.
fn string(rest: &[u8], inside_name: bool) -> Option<(usize, usize)> {
    if rest[0] == b'"' {
        let mut at = 1;
        while at < rest.len() && rest[at] != b'"' {
            at += if rest[at] == b'\\' { 2 } else { 1 };
        }
        return Some((1, (at + 1).min(rest.len())));
    }
    if inside_name || rest[0] != b'r' {
        return None;
    }
    let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
    if rest.get(1 + hashes) != Some(&b'"') {
        return None;
    }
    let closing = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    let contents = 2 + hashes;
    let length = find(&rest[contents..], &closing).map_or(rest.len(), |end| contents + end + closing.len());
    Some((contents, length))
}

/// The length of the character literal, or of the one byte, that begins here.
fn character(rest: &[u8]) -> usize {
    match rest {
        [b'\'', b'\\', _, ..] => find(&rest[3..], b"'").map_or(rest.len(), |end| end + 4),
        [b'\'', _, b'\'', ..] => 3,
        _ => 1,
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Where this name stands by itself, as byte offsets.
pub(crate) fn names<'a>(code: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(name).map(|(at, _)| at).filter(move |at| {
        let before = at.checked_sub(1).map(|index| code.as_bytes()[index]);
        let after = code.as_bytes().get(at + name.len()).copied();
        !before.is_some_and(is_name) && (name.ends_with(':') || !after.is_some_and(is_name))
    })
}

/// The line of this byte, counted from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

#[test]
fn comments_strings_and_tests_are_masked_and_lines_stay() {
    let source = "use a; // crate::b\nlet s = \"crate::c // \\\" d\"; let c = '\"';\nr#\"x\"y\"#;\n#[cfg(test)]\nmod tests {\n  fn e() {}\n}\nf();\n";

    let code = masked(source, Keep::Code);
    let strings = masked(source, Keep::Strings);

    for gone in ["crate::b", "crate::c", "x\"y", "mod tests", "fn e"] {
        assert!(!code.contains(gone), "{gone} is left in {code}");
    }
    assert!(code.contains("let c = '\"'") && code.contains("f();"), "{code}");
    assert!(strings.contains("crate::c // \\\" d") && !strings.contains("crate::b"), "{strings}");
    assert_eq!(line_of(&code, code.find("f();").unwrap()), 8);
}
