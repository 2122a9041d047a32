//! Walking two documents side by side.

use super::rule::{Rule, Site, fixed, of_schema};
use super::{Finding, Level};
use crate::{reference, resolve};
use serde_json::Value;
use std::collections::HashSet;

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

/// Two schemas to which a place refers, in both documents. They are compared once for all places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Pair<'a> {
    pub(super) old: &'a str,
    pub(super) new: &'a str,
    pub(super) site: Site,
    /// Whether what may stand beside a reference was compared where the reference is.
    pub(super) is_annotated: bool,
}

/// How much was found so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    findings: usize,
    pairs: usize,
}

/// Both documents, and what was found.
pub(super) struct Walk<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    /// Today (RFC 3339, section 5.6, `full-date`).
    pub(super) day: &'a str,
    pub(super) findings: Vec<Finding>,
    /// The pairs of schemas that were reached and not compared.
    pub(super) pairs: Vec<Pair<'a>>,
    /// Whether one part is compared alone: what its references point to is compared elsewhere.
    pub(super) is_part: bool,
    /// Whether the question is only if anything changed.
    is_question: bool,
    /// Pairs of references that are being followed: a schema may contain itself. Of a question, those that were followed.
    open: HashSet<(&'a str, &'a str)>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(day: &'a str, old: &'a Value, new: &'a Value) -> Self {
        let (findings, pairs, open) = (Vec::new(), Vec::new(), HashSet::new());
        Self { old, new, day, findings, pairs, is_part: false, is_question: false, open }
    }

    /// For one part of a contract, without the parts that it refers to.
    pub(super) fn of_part(old: &'a Value, new: &'a Value) -> Self {
        Self { is_part: true, ..Self::new("", old, new) }
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
        self.findings.push(Finding { rule: id, level, place: place.0.clone(), text });
    }

    /// What was found, each once: a place may be reached twice.
    pub(super) fn found(self) -> (Vec<Finding>, Vec<Pair<'a>>) {
        let mut known = HashSet::new();
        let findings = self.findings.into_iter().filter(|finding| known.insert(finding.clone())).collect();
        (findings, self.pairs)
    }

    /// The pair to compare later, if both are references.
    pub(super) fn pair(&self, site: Site, old: &'a Value, new: &'a Value, is_annotated: bool) -> Option<Pair<'a>> {
        let is_later = !self.is_part && !self.is_question;
        let (old, new) = (reference(old).filter(|_| is_later)?, reference(new)?);
        self.old.pointer(old).and(self.new.pointer(new)).map(|_| Pair { old, new, site, is_annotated })
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
        if is_reference && !self.open.insert(pair) || self.is_question && !self.are_renames() {
            return;
        }
        compare(self, resolve(self.old, old), resolve(self.new, new));
        if is_reference && !self.is_question {
            self.open.remove(&pair);
        }
    }

    fn are_renames(&self) -> bool {
        self.findings.iter().all(|finding| finding.rule.ends_with("-schema-renamed"))
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
        let mut walk = Self { is_question: true, ..Self::new(self.day, self.old, self.new) };
        compare(&mut walk, site, &Place::default(), old, new);
        walk.are_renames()
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

    /// What was found so far.
    pub(super) fn mark(&self) -> Mark {
        Mark { findings: self.findings.len(), pairs: self.pairs.len() }
    }

    /// Replaces what was found since by one compatible finding.
    pub(super) fn fold(&mut self, since: Mark, rule: &str, place: &Place, text: &str) {
        if self.is_part {
            return;
        }
        self.pairs.truncate(since.pairs);
        if self.findings.len() > since.findings {
            self.findings.truncate(since.findings);
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
    let is_new = |name: &&str| old.is_none_or(|old| old.get(*name).is_none());
    names.extend(members(new).map(|(name, _)| name.as_str()).filter(is_new));
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
