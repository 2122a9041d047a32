//! Generates texts that match a pattern.

use super::draw::Draw;
use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};

/// The most repetitions beyond the minimum of a pattern.
const MAX_EXTRA_REPETITIONS: u64 = 8;
/// Attempts to generate a text of the required length.
const ATTEMPTS: u64 = 64;

/// A pattern of the contract. Its syntax is that of ECMAScript; nearly all patterns mean the same to the crate `regex`.
pub(super) struct Pattern {
    regex: Regex,
    syntax: Hir,
}

impl Pattern {
    /// Parses a pattern; `None` if it uses a feature that `regex` does not support, such as lookaround.
    pub(super) fn parse(pattern: &str) -> Option<Self> {
        Some(Self { regex: Regex::new(pattern).ok()?, syntax: regex_syntax::parse(pattern).ok()? })
    }

    /// Whether a text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// A matching text with a number of characters in `lengths`; `None` if no attempt generates one.
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
            let most =
                repetition.max.map_or(least + MAX_EXTRA_REPETITIONS, u64::from).min(least + MAX_EXTRA_REPETITIONS);
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

/// A character of a class: an ASCII letter or digit if it has one, else a visible ASCII character, else its first.
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
    fn a_text_matches_its_pattern_and_has_the_required_length() {
        for (pattern, lengths) in [
            ("^[A-Z]{3}-\\d+$", 5..=7),
            ("^(red|green|blue)( dark)?$", 0..=20),
            ("^[^\\u0000]*$", 4..=6),
            ("^#[0-9a-fA-F]{6}$", 7..=7),
            ("^\\s+$", 1..=3),
            ("^[äöü]+\\.$", 2..=9),
        ] {
            let parsed = Pattern::parse(pattern).unwrap();
            for seed in 0..20 {
                let text = parsed.text(lengths.clone(), Draw::new(seed, "p")).unwrap_or_else(|| panic!("{pattern}"));
                assert!(
                    parsed.matches(&text) && lengths.contains(&(text.chars().count() as u64)),
                    "{pattern}: {text:?}"
                );
            }
        }
    }

    #[test]
    fn unsupported_patterns_and_impossible_lengths_give_none() {
        assert!(Pattern::parse("^(?=a)b$").is_none());
        assert_eq!(Pattern::parse("^a{2}$").unwrap().text(5..=9, Draw::new(0, "p")), None);
    }
}
