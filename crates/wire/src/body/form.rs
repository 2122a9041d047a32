//! Forms (`application/x-www-form-urlencoded`) with nested names, parsed as the JavaScript library `qs` parses them.
//!
//! Clients of upstream may send `a=1&a=2`, `a[]=1`, `a[0]=1`, `a[x]=1` and any mixture of these. None is an error: `qs`
//! always returns a value. `serde_qs` does not fit: it deserializes into a type that is known beforehand, and its strict
//! mode rejects repeated names, mixtures and encoded brackets, so a request that upstream accepts (or rejects with a
//! list of violations) would fail with a parser error.
//!
//! The rules, in the order in which they apply:
//! - names are split at their brackets; text after the last complete bracket is dropped;
//! - `[]` makes a list, `[n]` a list if the index is at most [`array_limit`], any other key an object;
//! - the pairs are merged in order: two lists are concatenated, a list and an object become an object, a single value is
//!   appended to a list, a single value becomes a key of an object with the value `true`;
//! - at the end, gaps in lists are closed.
//!
//! Compared with `qs` 6.14 on random forms. Two differences remain, both in names that no contract has: a name that is a
//! whole number keeps its position (JavaScript moves it to the front before merging), and a list that exceeds the limit
//! by merging does not become an object.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::charset::FormCharset;
use super::{BodyError, Object};
use crate::percent::{decode_form, decode_form_latin1};

/// The maximum number of parameters of a form, as in upstream's parser.
pub(super) const MAX_PARAMETERS: usize = 1000;
/// The maximum number of brackets in a name, as in upstream's parser.
pub(super) const MAX_DEPTH: usize = 32;

/// The fields of a form. Values are strings, or lists and objects of strings.
///
/// # Errors
/// [`BodyError::TooManyParameters`], and [`BodyError::MalformedForm`] for names nested too deeply; every other text is
/// valid.
pub(super) fn parse(text: &str, charset: FormCharset) -> Result<Object, BodyError> {
    let parameters = 1 + text.bytes().filter(|&byte| byte == b'&').count();
    if parameters > MAX_PARAMETERS {
        return Err(BodyError::TooManyParameters);
    }
    let array_limit = array_limit(parameters);
    let mut form = Node::Object(BTreeMap::new());
    for (name, values) in pairs(text, charset) {
        form = form.merge(nest(&name, values, array_limit)?);
    }
    Ok(match form.into_value() {
        Value::Object(object) => object,
        _ => Object::new(),
    })
}

/// The greatest index that makes a list; a greater one makes an object. The limit grows with the form, so that a list
/// with indices stays a list.
fn array_limit(parameters: usize) -> usize {
    parameters.saturating_sub(1).max(100)
}

/// The decoded names with all their values, in the order of first occurrence.
fn pairs(text: &str, charset: FormCharset) -> Vec<(String, Vec<String>)> {
    // Brackets may be escaped. The other escapes are decoded after splitting.
    let text = text.replace("%5B", "[").replace("%5b", "[");
    let text = text.replace("%5D", "]").replace("%5d", "]");
    let mut pairs: Vec<(String, Vec<String>)> = Vec::new();
    let mut positions: HashMap<String, usize> = HashMap::new();
    for part in text.split('&') {
        // An equals sign inside brackets is part of the name.
        let split = part.find("]=").map(|at| at + 1).or_else(|| part.find('='));
        let (name, value) = match split {
            Some(at) => (&part[..at], &part[at + 1..]),
            None => (part, ""),
        };
        if name.is_empty() {
            continue;
        }
        let decode = match charset {
            FormCharset::Utf8 => decode_form,
            FormCharset::Latin1 => decode_form_latin1,
        };
        let (name, value) = (decode(name).into_owned(), decode(value).into_owned());
        if let Some((_, values)) = positions.get(&name).and_then(|&position| pairs.get_mut(position)) {
            values.push(value);
        } else {
            positions.insert(name.clone(), pairs.len());
            pairs.push((name, vec![value]));
        }
    }
    pairs
}

/// The nested value that a name describes, with the name's values as the leaf.
fn nest(name: &str, mut values: Vec<String>, array_limit: usize) -> Result<Node, BodyError> {
    let mut leaf = match values.pop() {
        Some(only) if values.is_empty() => Node::Text(only),
        last => Node::list(values.into_iter().chain(last).map(Node::Text)),
    };
    for key in keys(name)?.into_iter().rev() {
        leaf = match key {
            Key::Next if matches!(leaf, Node::List(_)) => leaf,
            Key::Next => Node::list([leaf]),
            Key::Name(name) => match index(name) {
                Some(index) if index <= array_limit => Node::List(BTreeMap::from([(index, leaf)])),
                _ => Node::object(name, leaf),
            },
            Key::Root(name) => Node::object(name, leaf),
        };
    }
    Ok(leaf)
}

/// One step of a nested name.
#[derive(Debug, PartialEq, Eq)]
enum Key<'a> {
    /// The text before the first bracket.
    Root(&'a str),
    /// `[name]`
    Name(&'a str),
    /// `[]`
    Next,
}

fn keys(name: &str) -> Result<Vec<Key<'_>>, BodyError> {
    let mut keys = Vec::new();
    let mut rest = name;
    while let Some((before, inside, after)) = next_bracket(rest) {
        if keys.is_empty() && !before.is_empty() {
            keys.push(Key::Root(before));
        }
        keys.push(if inside.is_empty() { Key::Next } else { Key::Name(inside) });
        rest = after;
        if keys.len() > MAX_DEPTH + 1 {
            break;
        }
    }
    if keys.is_empty() {
        keys.push(Key::Root(name));
    }
    let brackets = keys.iter().filter(|key| !matches!(key, Key::Root(_))).count();
    if brackets > MAX_DEPTH {
        return Err(BodyError::MalformedForm);
    }
    Ok(keys)
}

/// Finds the first pair of brackets that contains no other bracket; returns the text before, inside and after it.
fn next_bracket(text: &str) -> Option<(&str, &str, &str)> {
    let mut open = None;
    for (at, character) in text.char_indices() {
        match (character, open) {
            ('[', _) => open = Some(at),
            (']', Some(from)) => return Some((&text[..from], &text[from + 1..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

/// An index as JavaScript writes it: no sign, no leading zero.
fn index(name: &str) -> Option<usize> {
    name.parse().ok().filter(|index: &usize| index.to_string() == name)
}

/// A value of the form while it is built.
enum Node {
    Text(String),
    /// The value of a key that was made from a single value.
    True,
    /// A map by index, so that `a[999]=x` takes one entry.
    List(BTreeMap<usize, Node>),
    Object(BTreeMap<String, Node>),
}

impl Node {
    fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().enumerate().collect())
    }

    fn object(key: &str, value: Self) -> Self {
        // In JavaScript this key is not a property, so `qs` drops it.
        if key == "__proto__" {
            return Self::Object(BTreeMap::new());
        }
        Self::Object(BTreeMap::from([(key.to_owned(), value)]))
    }

    fn is_container(&self) -> bool {
        matches!(self, Self::List(_) | Self::Object(_))
    }

    /// The recursion depth is bounded by the nesting of names, see [`MAX_DEPTH`].
    fn merge(self, source: Self) -> Self {
        match (self, source) {
            (target, Self::Text(text)) if text.is_empty() => target,
            (Self::List(mut items), source @ (Self::Text(_) | Self::True)) => {
                push(&mut items, source);
                Self::List(items)
            }
            (Self::Object(mut entries), Self::Text(text)) => {
                entries.insert(text, Self::True);
                Self::Object(entries)
            }
            (Self::Object(entries), Self::True) => Self::Object(entries),
            (Self::List(target), Self::List(source)) => Self::List(merge_lists(target, source)),
            (Self::List(target), Self::Object(source)) => Self::Object(merge_objects(by_name(target), source)),
            (Self::Object(target), Self::List(source)) => Self::Object(merge_objects(target, by_name(source))),
            (Self::Object(target), Self::Object(source)) => Self::Object(merge_objects(target, source)),
            (target, Self::List(source)) => {
                let mut items = BTreeMap::from([(0, target)]);
                items.extend(source.into_iter().map(|(index, item)| (index + 1, item)));
                Self::List(items)
            }
            (target, source) => Self::list([target, source]),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Self::Text(text) => Value::String(text),
            Self::True => Value::Bool(true),
            Self::List(items) => items.into_values().map(Self::into_value).collect(),
            Self::Object(entries) => entries.into_iter().map(|(key, value)| (key, value.into_value())).collect(),
        }
    }
}

fn push(items: &mut BTreeMap<usize, Node>, item: Node) {
    let end = items.last_key_value().map_or(0, |(last, _)| last + 1);
    items.insert(end, item);
}

fn merge_lists(mut target: BTreeMap<usize, Node>, source: BTreeMap<usize, Node>) -> BTreeMap<usize, Node> {
    for (index, item) in source {
        match target.remove(&index) {
            None => {
                target.insert(index, item);
            }
            Some(present) if present.is_container() && item.is_container() => {
                target.insert(index, present.merge(item));
            }
            Some(present) => {
                target.insert(index, present);
                push(&mut target, item);
            }
        }
    }
    target
}

fn merge_objects(mut target: BTreeMap<String, Node>, source: BTreeMap<String, Node>) -> BTreeMap<String, Node> {
    for (key, value) in source {
        let merged = match target.remove(&key) {
            Some(present) => present.merge(value),
            None => value,
        };
        target.insert(key, merged);
    }
    target
}

fn by_name(items: BTreeMap<usize, Node>) -> BTreeMap<String, Node> {
    items.into_iter().map(|(index, item)| (index.to_string(), item)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(text: &str) -> Result<Object, BodyError> {
        super::parse(text, FormCharset::Utf8)
    }

    #[test]
    fn every_notation_of_qs_is_parsed() {
        for (text, fields) in [
            ("", json!({})),
            ("&&=x&", json!({})),
            ("a", json!({"a": ""})),
            ("a=", json!({"a": ""})),
            ("a=b=c", json!({"a": "b=c"})),
            ("email=a%40b&password=p", json!({"email": "a@b", "password": "p"})),
            ("a+b=c+d%20e%2B", json!({"a b": "c d e+"})),
            ("name=%zz", json!({"name": "%zz"})),
            ("name=%E9", json!({"name": "%E9"})),
            ("a=1&a=2", json!({"a": ["1", "2"]})),
            ("a[]=1", json!({"a": ["1"]})),
            ("a[]=1&a[]=2", json!({"a": ["1", "2"]})),
            ("a%5B%5D=1&a%5b%5d=2", json!({"a": ["1", "2"]})),
            ("a[1]=y&a[0]=x", json!({"a": ["x", "y"]})),
            ("a[5]=y&a[100]=z&a[2]=x", json!({"a": ["x", "y", "z"]})),
            ("a[101]=x", json!({"a": {"101": "x"}})),
            ("a[01]=x", json!({"a": {"01": "x"}})),
            ("a[-1]=x&a[+1]=y", json!({"a": {"-1": "x", " 1": "y"}})),
            ("a[x]=y", json!({"a": {"x": "y"}})),
            ("a[x][y][]=1", json!({"a": {"x": {"y": ["1"]}}})),
            ("a[0][x]=1&a[0][y]=2&a[1][x]=3", json!({"a": [{"x": "1", "y": "2"}, {"x": "3"}]})),
            ("a[a=b]=c", json!({"a": {"a=b": "c"}})),
            ("a[][]=1", json!({"a": ["1"]})),
            ("a[0]=1&a[0]=2", json!({"a": [["1", "2"]]})),
            ("a[b=1", json!({"a[b": "1"})),
            ("a]=1", json!({"a]": "1"})),
            ("a[b]c[d]e=1", json!({"a": {"b": {"d": "1"}}})),
            ("[]=1&[x]=2", json!({"0": "1", "x": "2"})),
        ] {
            assert_eq!(Value::Object(parse(text).unwrap()), fields, "{text}");
        }
    }

    #[test]
    fn in_latin_1_every_escape_is_one_character() {
        let fields = super::parse("name=%E9+%c3%A9%zz&%E9=1", FormCharset::Latin1).unwrap();
        assert_eq!(Value::Object(fields), json!({"name": "é Ã©%zz", "é": "1"}));
    }

    #[test]
    fn mixed_notations_are_merged() {
        for (text, fields) in [
            ("a=1&a[]=2", json!({"a": ["1", "2"]})),
            ("a[]=1&a=2", json!({"a": ["1", "2"]})),
            ("a[]=1&a=", json!({"a": ["1"]})),
            ("a[]=1&a[0]=2", json!({"a": ["1", "2"]})),
            ("a[]=1&a[x]=2", json!({"a": {"0": "1", "x": "2"}})),
            ("a[x]=1&a[]=2", json!({"a": {"x": "1", "0": "2"}})),
            ("a[x]=1&a=y", json!({"a": {"x": "1", "y": true}})),
            ("a=1&a[x]=2", json!({"a": ["1", {"x": "2"}]})),
            ("a=1&a[2]=2", json!({"a": ["1", "2"]})),
            ("a[x]=1&a[x][y]=2", json!({"a": {"x": ["1", {"y": "2"}]}})),
        ] {
            assert_eq!(Value::Object(parse(text).unwrap()), fields, "{text}");
        }
    }

    #[test]
    fn proto_keys_are_dropped() {
        for (text, fields) in [
            ("__proto__=1", json!({})),
            ("__proto__[a]=1", json!({})),
            ("a[__proto__][b]=1", json!({"a": {}})),
            ("constructor=1", json!({"constructor": "1"})),
        ] {
            assert_eq!(Value::Object(parse(text).unwrap()), fields, "{text}");
        }
    }

    #[test]
    fn at_most_a_thousand_parameters_are_accepted() {
        let many = vec!["a[]=1"; MAX_PARAMETERS].join("&");
        assert_eq!(parse(&many).unwrap()["a"].as_array().map(Vec::len), Some(MAX_PARAMETERS));
        assert_eq!(parse(&format!("{many}&b=1")), Err(BodyError::TooManyParameters));

        let indexed: Vec<_> = (0..500).map(|index| format!("a[{index}]=1")).collect();
        assert!(parse(&indexed.join("&")).unwrap()["a"].is_array());
    }

    #[test]
    fn a_name_may_have_at_most_32_brackets() {
        assert!(parse(&format!("a{}=1", "[b]".repeat(32))).is_ok());
        for depth in [33, 30_000] {
            let text = format!("a{}=1", "[b]".repeat(depth));
            assert_eq!(parse(&text), Err(BodyError::MalformedForm), "{depth}");
        }
    }

    #[test]
    fn no_text_panics() {
        let pieces = ["a", "[", "]", "[]", "=", "&", "%5B", "%", "0", "[7]", "é", "__proto__"];
        let count = pieces.len();
        for number in 0..count.pow(4) {
            let text: String = (0..4).map(|place| pieces[number / count.pow(place) % count]).collect();
            let _ = parse(&format!("a[x]=1&{text}"));
        }
    }
}
