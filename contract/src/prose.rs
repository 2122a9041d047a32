//! Texts of the contract in generated code.

use serde_json::Value;

/// The documentation of a generated item: the contract's own words, in one line that rustdoc takes literally.
pub(crate) fn doc(part: &Value, fallback: &str) -> String {
    let text = ["description", "summary"].iter().find_map(|key| part.get(*key).and_then(Value::as_str));
    let text = text.map(str::trim).filter(|text| !text.is_empty()).unwrap_or(fallback);
    text.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

/// Brackets would be links, angle brackets HTML; an address becomes a link.
fn word(word: &str) -> String {
    if word.starts_with("http://") || word.starts_with("https://") {
        let end = word.trim_end_matches(['.', ',', ';', ':', ')', '!', '?']).len();
        return format!("<{}>{}", &word[..end], &word[end..]);
    }
    word.replace('[', "\\[").replace('<', "\\<")
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
        let part = json!({"description": "One\n\ntwo [three] Vec<u8>.\tSee https://immich.app/docs, please"});
        assert_eq!(doc(&part, "x"), "One two \\[three] Vec\\<u8>. See <https://immich.app/docs>, please");
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
