//! Texts that match a pattern.

use super::draw::Draw;
use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};

/// How often something is repeated at most beyond what a pattern demands.
const MOST_REPEATED: u64 = 8;
/// Texts that are tried until one has the wanted length.
const ATTEMPTS: u64 = 64;

/// A pattern of the contract. Patterns are those of ECMAScript; nearly all of them mean the same in Rust.
pub(super) struct Pattern {
    regex: Regex,
    syntax: Hir,
}

impl Pattern {
    /// Reads a pattern; nothing when it uses what Rust's crate does not know (looking ahead and behind).
    pub(super) fn read(pattern: &str) -> Option<Self> {
        Some(Self { regex: Regex::new(pattern).ok()?, syntax: regex_syntax::parse(pattern).ok()? })
    }

    /// Whether a text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// A text that matches and has so many characters, if one is found.
    pub(super) fn text(&self, lengths: std::ops::RangeInclusive<u64>, draw: Draw) -> Option<String> {
        (0..ATTEMPTS).find_map(|attempt| {
            let mut text = String::new();
            write(&self.syntax, draw.item(attempt), &mut text);
            (lengths.contains(&(text.chars().count() as u64)) && self.matches(&text)).then_some(text)
        })
    }
}

fn write(syntax: &Hir, draw: Draw, text: &mut String) {
    match syntax.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.extend(character(class, draw)),
        HirKind::Capture(capture) => write(&capture.sub, draw, text),
        HirKind::Repetition(repetition) => {
            let least = u64::from(repetition.min);
            let most = repetition.max.map_or(least + MOST_REPEATED, u64::from).min(least + MOST_REPEATED);
            for index in 0..least + draw.below(most - least + 1) {
                write(&repetition.sub, draw.item(index), text);
            }
        }
        HirKind::Concat(parts) => {
            for (index, part) in (0..).zip(parts) {
                write(part, draw.item(index), text);
            }
        }
        HirKind::Alternation(branches) => {
            if let Some(branch) = draw.pick(branches) {
                write(branch, draw.within("branch"), text);
            }
        }
    }
}

/// A character of a class: a letter or digit where it has one, then anything that can be seen, then anything.
fn character(class: &Class, draw: Draw) -> Option<char> {
    let Class::Unicode(class) = class else { return None };
    let has = |wanted: &dyn Fn(&char) -> bool| -> Vec<char> {
        let ranges = class.ranges().iter();
        ranges.flat_map(|range| range.start()..=range.end().min('\u{7f}')).filter(wanted).collect()
    };
    let letters = has(&char::is_ascii_alphanumeric);
    let visible = if letters.is_empty() { has(&char::is_ascii_graphic) } else { letters };
    draw.pick(&visible).copied().or_else(|| class.ranges().first().map(regex_syntax::hir::ClassUnicodeRange::start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_matches_its_pattern_and_has_the_wanted_length() {
        for (pattern, lengths) in [
            ("^[A-Z]{3}-\\d+$", 5..=7),
            ("^(red|green|blue)( dark)?$", 0..=20),
            ("^[^\\u0000]*$", 4..=6),
            ("^#[0-9a-fA-F]{6}$", 7..=7),
            ("^\\s+$", 1..=3),
            ("^[äöü]+\\.$", 2..=9),
        ] {
            let read = Pattern::read(pattern).unwrap();
            for seed in 0..20 {
                let text = read.text(lengths.clone(), Draw::new(seed, "p")).unwrap_or_else(|| panic!("{pattern}"));
                assert!(read.matches(&text) && lengths.contains(&(text.chars().count() as u64)), "{pattern}: {text:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_read_or_met_is_said_so() {
        assert!(Pattern::read("^(?=a)b$").is_none());
        assert_eq!(Pattern::read("^a{2}$").unwrap().text(5..=9, Draw::new(0, "p")), None);
    }
}
