//! Texts of the contract in generated code.

use serde_json::Value;

/// The documentation of a generated item: the contract's own words, in one line that rustdoc takes literally.
pub(crate) fn doc(part: &Value, fallback: &str) -> String {
    let text = ["description", "summary"].iter().find_map(|key| part.get(*key).and_then(Value::as_str));
    match text.map(line).filter(|text| !text.is_empty()) {
        Some(text) => text,
        None => fallback.to_owned(),
    }
}

/// A text in one line: outside of code, brackets would be links, angle brackets HTML; an address becomes a link.
pub(crate) fn line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // These at the start would open a block of code, which never ends.
    let opens_code = text.starts_with("```") || text.starts_with("~~~");
    let mut rest = if opens_code { text.trim_start_matches(['`', '~', ' ']) } else { &text };
    let mut line = String::with_capacity(text.len());
    let mut is_code = false;
    while let Some(character) = rest.chars().next() {
        if !is_code && let Some(length) = address(rest) {
            line.extend(["<", &rest[..length], ">"]);
            rest = &rest[length..];
            continue;
        }
        rest = &rest[character.len_utf8()..];
        match character {
            '`' => is_code = !is_code && rest.contains('`'),
            '[' | '<' if !is_code => line.push('\\'),
            _ => {}
        }
        line.push(character);
    }
    line
}

/// The length of the address at the start of a text.
fn address(text: &str) -> Option<usize> {
    let is_address = text.starts_with("http://") || text.starts_with("https://");
    let end = text.find([' ', ')', ']', '>', '<', '"', '`']).unwrap_or(text.len());
    is_address.then(|| text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?']).len())
}

/// The text as it stands between the quotes of a string literal.
pub(crate) fn quoted(text: &str) -> String {
    let literal = format!("{text:?}");
    literal[1..literal.len() - 1].to_owned()
}

/// The text between back ticks, for documentation.
pub(crate) fn code(text: &str) -> String {
    let visible = quoted(text).replace("\\\"", "\"").replace("\\\\", "\\");
    if visible.contains('`') { format!("`` {visible} ``") } else { format!("`{visible}`") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn prose_becomes_one_line_without_links_and_html() {
        let part =
            json!({"description": "(https://a.b/c) One\n\ntwo [three] Vec<u8>.\tSee https://immich.app/docs, please"});
        assert_eq!(
            doc(&part, "x"),
            "(<https://a.b/c>) One two \\[three] Vec\\<u8>. See <https://immich.app/docs>, please"
        );
        assert_eq!(doc(&json!({"description": "`Vec<[u8]>` and ` <b>"}), "x"), "`Vec<[u8]>` and ` \\<b>");
        assert_eq!(doc(&json!({"description": "``` fn"}), "x"), "fn");
        assert_eq!(doc(&json!({"description": " ", "summary": "s"}), "x"), "x");
        assert_eq!(doc(&json!({"summary": "s"}), "x"), "s");
    }

    #[test]
    fn a_text_keeps_its_meaning_within_a_literal() {
        assert_eq!(quoted("say \"hi\" & \\n\n"), "say \\\"hi\\\" & \\\\n\\n");
        assert_eq!(quoted("it's"), "it's");
        assert_eq!(code("a\"b\\c\n"), "`a\"b\\c\\n`");
        assert_eq!(code("a`b"), "`` a`b ``");
    }
}
