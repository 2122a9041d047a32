//! Walking two documents side by side.

use super::rule::{Rule, Site, fixed, of_schema};
use super::{Finding, Level};
use crate::{reference, resolve};
use serde_json::Value;

/// A place in words: `request body: property email`.
#[derive(Debug, Clone, Default)]
pub(super) struct Place(String);

impl Place {
    pub(super) fn at(word: impl Into<String>) -> Self {
        Self(word.into())
    }

    pub(super) fn then(&self, word: &str) -> Self {
        if self.0.is_empty() { Self(word.to_owned()) } else { Self(format!("{}: {word}", self.0)) }
    }
}

/// Both documents, and what was found.
pub(super) struct Walk<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    pub(super) findings: Vec<Finding>,
    /// Whether one part is compared alone: what its references point to is compared elsewhere.
    pub(super) is_part: bool,
    /// Whether the question is only if anything changed.
    is_question: bool,
    /// Pairs of references that are being followed: a schema may contain itself.
    open: Vec<(&'a str, &'a str)>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(old: &'a Value, new: &'a Value) -> Self {
        Self { old, new, findings: Vec::new(), is_part: false, is_question: false, open: Vec::new() }
    }

    /// For one part of a contract, without the parts that it refers to.
    pub(super) fn of_part(old: &'a Value, new: &'a Value) -> Self {
        Self { is_part: true, ..Self::new(old, new) }
    }

    /// Notes a change for which there is a rule of this name.
    pub(super) fn note(&mut self, rule: &str, place: &Place, text: impl Into<String>) {
        self.push(fixed(rule), place, text.into());
    }

    /// Notes a change of the schema at a site.
    pub(super) fn note_schema(&mut self, site: Site, end: &str, place: &Place, text: impl Into<String>) {
        self.push(of_schema(site, end), place, text.into());
    }

    fn push(&mut self, Rule { id, level }: Rule, place: &Place, text: String) {
        let finding = Finding { rule: id, level, place: place.0.clone(), text };
        // A schema that is reached twice is reported once.
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// Compares both versions of a part with their references followed, unless they are being followed already.
    pub(super) fn follow(
        &mut self,
        old: &'a Value,
        new: &'a Value,
        compare: impl FnOnce(&mut Self, &'a Value, &'a Value),
    ) {
        let pair = (reference(old).unwrap_or_default(), reference(new).unwrap_or_default());
        let is_reference = pair != ("", "");
        if is_reference && self.open.contains(&pair) {
            return;
        }
        if is_reference {
            self.open.push(pair);
        }
        compare(self, resolve(self.old, old), resolve(self.new, new));
        if is_reference {
            self.open.pop();
        }
    }

    /// Whether two schemas mean the same, whatever they are called.
    pub(super) fn is_same(
        &self,
        site: Site,
        old: &'a Value,
        new: &'a Value,
        compare: impl FnOnce(&mut Self, Site, &Place, &'a Value, &'a Value),
    ) -> bool {
        // One such question is not asked within another: unions of unions would take forever.
        if self.is_part || self.is_question {
            return false;
        }
        let mut walk = Self { is_question: true, ..Self::new(self.old, self.new) };
        compare(&mut walk, site, &Place::default(), old, new);
        walk.findings.iter().all(|finding| finding.rule.ends_with("-schema-renamed"))
    }

    /// Notes that a value changed. Nothing, if it did not.
    pub(super) fn note_changed(
        &mut self,
        rule: &str,
        place: &Place,
        name: &str,
        old: Option<&Value>,
        new: Option<&Value>,
    ) {
        if old != new {
            self.note(rule, place, changed(name, old, new));
        }
    }

    /// The number of findings so far.
    pub(super) fn count(&self) -> usize {
        self.findings.len()
    }

    /// Replaces the findings after the first `since` by one compatible finding.
    pub(super) fn fold(&mut self, since: usize, rule: &str, place: &Place, text: &str) {
        if self.findings.len() > since && !self.is_part {
            self.findings.truncate(since);
            self.note(rule, place, text);
            debug_assert!(self.findings.last().is_none_or(|finding| finding.level == Level::Compatible));
        }
    }
}

/// The members of an object by name; none of any other value.
pub(super) fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

/// The names of the members of both objects, those of the old one first.
pub(super) fn names<'a>(old: Option<&'a Value>, new: Option<&'a Value>) -> Vec<&'a str> {
    let mut names: Vec<&str> = members(old).map(|(name, _)| name.as_str()).collect();
    for (name, _) in members(new) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

/// The elements of a list; none of any other value.
pub(super) fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Whether a flag is set.
pub(super) fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool) == Some(true)
}

/// The text under a key; empty if there is none.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A value in a few words.
pub(super) fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), |text| format!("`{text}`"));
    if text.chars().count() <= 100 { text } else { text.chars().take(99).chain(['…']).collect() }
}

/// The change of a keyword in words: "format changed from none to `uuid`".
pub(super) fn changed(name: &str, old: Option<&Value>, new: Option<&Value>) -> String {
    format!("{name} changed from {} to {}", shown_or_none(old), shown_or_none(new))
}

/// An optional value in a few words.
pub(super) fn shown_or_none(value: Option<&Value>) -> String {
    value.map_or_else(|| "none".to_owned(), shown)
}
