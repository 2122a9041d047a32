//! Texts at their limits and beyond what is usual.

use super::Edge;
use crate::value::{count, text};
use serde_json::Value;

/// Texts that servers shorten, trim, convert, escape or cannot store, though nothing is wrong with them.
const TEXTS: [(&str, &str); 24] = [
    ("emoji", "😀 👩‍👩‍👧‍👦 🏳️‍🌈 🇺🇳"),
    ("characters beyond the BMP", "𝒞ℴ𝓃𝒻ℴ𝓇𝓂 𠜎𠝹 𐍈"),
    ("composed characters", "\u{c5}\u{e9}\u{f1}\u{1e9b}\u{323} Ω"),
    ("combining characters", "A\u{30a} e\u{301} n\u{303} q\u{307}\u{323}"),
    ("compatibility characters", "ﬁ ① Ｋ \u{212a} ½ ²"),
    ("right-to-left text", "שלום עולם مرحبا \u{202e}abc\u{202c}"),
    ("scripts", "日本語 한국어 ไทย हिन्दी Ελληνικά Кириллица"),
    ("mixed case", "CoNfOrM İıſß ÀÉ"),
    ("double quotes", "\"conform\" “x”"),
    ("single quotes", "it's ''conform'' `x`"),
    ("backslashes", r"C:\new\table \\ \u0041 \"),
    ("HTML", "<script>alert(1)</script> &amp; &lt;b&gt; <i>"),
    ("spaces at both ends", "  conform  "),
    ("inner spaces", "con  form\u{a0}\u{3000}x   y"),
    ("tabs and line breaks", "\tcon\nform\r\nx\n"),
    ("invisible characters", "\u{feff}con\u{200b}form\u{ad}\u{2028}x\u{200f}"),
    ("percent signs and plus", "100%25 %2F%zz a+b %s %n %00"),
    ("placeholders", "${HOME} {{7*7}} #{x} $1 %(name)s {0}"),
    ("SQL", "'; DROP TABLE conform; -- % _ \\%"),
    ("paths", "../../etc/passwd?a=b&c=d#e;f/g"),
    ("leading zeros", "007"),
    ("a number with an exponent", "1.50e3"),
    ("the word null", "null"),
    ("the word true", "true"),
];

/// What e-mail addresses may consist of (RFC 5321, section 4.1.2), without forms that servers may reject for good
/// reasons: quoted local parts, address literals, domains without a dot.
const ADDRESSES: [(&str, &str); 7] = [
    ("a plus sign", "conform+tag@example.com"),
    ("dots", "con.for.m@mail.sub.example.com"),
    ("an apostrophe", "o'conform@example.com"),
    ("special characters", "con!#$%&*/=?^_`{|}~-form@example.com"),
    ("digits", "1234567@123.example.com"),
    ("capitals", "CoNform@EXAMPLE.com"),
    ("a short address", "c@x.io"),
];

/// Lengths at which servers have limits of their own, though the contract has none.
const LENGTHS: [usize; 4] = [65, 255, 256, 1000];
/// Longer texts than this may be more than a server wants to store.
const USUAL: usize = 255;

pub(super) fn edges(schema: &Value, edges: &mut Vec<Edge>) {
    match text(schema, "format") {
        None | Some("password") => plain(schema, edges),
        Some("email") => {
            edges.extend(ADDRESSES.map(|(what, address)| Edge::new(what, address)));
            edges.push(Edge::new("64 characters before the @", format!("{}@example.com", "x".repeat(64))));
        }
        Some("date-time") => edges.extend(
            ["1970-01-01T00:00:00.000Z", "2028-02-29T23:59:59.999Z", "2030-06-01T12:00:00.001Z"]
                .map(|time| Edge::new(time, time)),
        ),
        Some("date") => {
            edges.extend(["1970-01-01", "2028-02-29", "2030-12-31"].map(|date| Edge::new(date, date)));
        }
        Some("uri" | "url") => edges.extend(
            ["https://example.com/a%20b/%C3%A9?c=d+e&f=%26#g", "http://example.com:8080/A/b?x="]
                .map(|address| Edge::new(address, address)),
        ),
        Some("byte") => edges.extend(["AA==", "+/+/", "Y29uZm9ybQ=="].map(|bytes| Edge::new(bytes, bytes))),
        // Identifiers of what may not exist, and formats that are not known here.
        Some(_) => {}
    }
}

fn plain(schema: &Value, edges: &mut Vec<Edge>) {
    let shortest = count(schema, "minLength").unwrap_or_default();
    let longest = count(schema, "maxLength");
    for (what, text) in TEXTS {
        let length = text.chars().count();
        // Padded or cut where the limits ask for it.
        let padding = std::iter::repeat_n('x', shortest.saturating_sub(length));
        let fitted: String = text.chars().chain(padding).take(longest.unwrap_or(usize::MAX)).collect();
        edges.push(Edge::new(what, fitted));
    }
    let lengths = [Some(shortest), longest].into_iter().flatten();
    let mut lengths: Vec<usize> =
        lengths.chain(LENGTHS.into_iter().filter(|length| longest.is_none_or(|longest| *length < longest))).collect();
    lengths.retain(|length| *length >= shortest);
    for length in lengths {
        let large = longest.is_none() && length > USUAL;
        let what = if length == 1 { "1 character".to_owned() } else { format!("{length} characters") };
        // The end differs from the rest, so that a text is not mistaken for a part of itself.
        let text: String = (1..=length).map(|n| if n == length { 'z' } else { 'x' }).collect();
        edges.push(Edge::new(what.clone(), text).large(large));
        // A server that counts bytes or UTF-16 units finds these longer than they are.
        if length > 0 && (Some(length) == longest || length == shortest || length == USUAL) {
            edges.push(Edge::new(format!("{what}, all emoji"), "😀".repeat(length)).large(longest.is_none()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::edges;
    use serde_json::{Value, json};

    fn texts(schema: &Value) -> Vec<String> {
        edges(&json!({}), schema).into_iter().filter_map(|edge| edge.value.as_str().map(str::to_owned)).collect()
    }

    #[test]
    fn a_text_without_limits_has_unusual_characters_and_lengths() {
        let texts = texts(&json!({ "type": "string", "minLength": 1 }));

        assert!(texts.contains(&"  conform  ".to_owned()) && texts.contains(&"😀".to_owned()));
        let lengths: Vec<usize> = texts.iter().map(|text| text.chars().count()).collect();
        for length in [1, 255, 256, 1000] {
            assert!(lengths.contains(&length), "{length}");
        }
    }

    #[test]
    fn a_text_with_limits_is_as_short_and_as_long_as_they_allow_in_characters() {
        let texts = texts(&json!({ "type": "string", "minLength": 8, "maxLength": 300 }));

        let lengths: Vec<usize> = texts.iter().map(|text| text.chars().count()).collect();
        assert_eq!((lengths.iter().min(), lengths.iter().max()), (Some(&8), Some(&300)));
        assert!(texts.contains(&"😀".repeat(8)) && texts.contains(&"😀".repeat(300)));
    }

    #[test]
    fn a_format_has_its_own_values() {
        assert!(texts(&json!({ "type": "string", "format": "email" })).contains(&"c@x.io".to_owned()));
        assert!(texts(&json!({ "type": "string", "format": "date" })).contains(&"2028-02-29".to_owned()));
        assert_eq!(texts(&json!({ "type": "string", "format": "uuid" })), [""; 0]);
    }
}
