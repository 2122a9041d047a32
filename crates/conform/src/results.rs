//! The checks that were made, and their results.

use crate::rule::Rule;
use crate::severity::Severity;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// How a response breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// Which part of the request or of the response: `/email: null`.
    pub(crate) at: String,
    /// What should have been received.
    pub(crate) expected: String,
    /// What was received, where that is not the response as a whole.
    pub(crate) received: Option<String>,
    /// How bad it is, if that is not what the rule says.
    pub(crate) severity: Option<Severity>,
}

impl Violation {
    pub(crate) fn new(at: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { at: at.into(), expected: expected.into(), received: None, severity: None }
    }

    pub(crate) fn received(self, received: impl Into<String>) -> Self {
        Self { received: Some(received.into()), ..self }
    }

    /// The same, as bad as this: for what the rule is about, but the contract or the standard of a format allows.
    pub(crate) fn severity(self, severity: Severity) -> Self {
        Self { severity: Some(severity), ..self }
    }
}

/// A rule that a response broke.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// `operationId`.
    pub operation: String,
    /// The rule.
    pub rule: Rule,
    /// How bad it is.
    pub severity: Severity,
    /// Which part of the request or of the response.
    pub at: String,
    /// The request as a `curl` command; secrets are shortened.
    pub request: String,
    /// What was received. Reports as JSON have called it `came` from the start.
    #[serde(rename = "came")]
    pub received: String,
    /// What should have been received.
    pub expected: String,
    /// How many requests showed it; the first one is reported.
    pub times: usize,
    /// The reason why it is accepted, if a waiver accepts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived: Option<String>,
}

impl Finding {
    /// Whether a waiver accepts it.
    pub(crate) fn is_waived(&self) -> bool {
        self.waived.is_some()
    }
}

/// What was checked of one rule for one operation.
#[derive(Debug, Default, Clone)]
pub(crate) struct Entry {
    pub(crate) passed: usize,
    pub(crate) findings: Vec<Finding>,
    /// Why something was not checked.
    pub(crate) skipped: Vec<String>,
    /// How long the requests took that were sent for it.
    pub(crate) spent: Duration,
}

impl Entry {
    /// Whether anything of it was checked or skipped: a request may have been sent for it and failed for another reason.
    pub(crate) fn has_result(&self) -> bool {
        self.passed > 0 || !self.findings.is_empty() || !self.skipped.is_empty()
    }
}

/// Everything that was checked.
#[derive(Debug, Default)]
pub(crate) struct Results {
    pub(crate) entries: BTreeMap<(String, Rule), Entry>,
}

impl Results {
    pub(crate) fn passed(&mut self, operation: &str, rule: Rule) {
        self.entry(operation, rule).passed += 1;
    }

    pub(crate) fn spent(&mut self, operation: &str, rule: Rule, time: Duration) {
        self.entry(operation, rule).spent += time;
    }

    /// One finding for each place, however many requests show it; the worst is reported. What the profile accepts is a
    /// separate one.
    pub(crate) fn found(&mut self, finding: Finding) {
        let entry = self.entry(&finding.operation, finding.rule);
        let is_same = |known: &&mut Finding| known.at == finding.at && known.waived == finding.waived;
        match entry.findings.iter_mut().find(is_same) {
            Some(known) if known.severity < finding.severity => *known = Finding { times: known.times + 1, ..finding },
            Some(known) => known.times += 1,
            None => entry.findings.push(finding),
        }
    }

    pub(crate) fn skipped(&mut self, operation: &str, rule: Rule, why: &str) {
        let skipped = &mut self.entry(operation, rule).skipped;
        if !skipped.iter().any(|known| known == why) {
            skipped.push(why.to_owned());
        }
    }

    /// How many findings there are.
    pub(crate) fn findings(&self) -> usize {
        self.entries.values().map(|entry| entry.findings.len()).sum()
    }

    /// Whether there is any result for it.
    pub(crate) fn contains(&self, operation: &str, rule: Rule) -> bool {
        self.entries.get(&(operation.to_owned(), rule)).is_some_and(Entry::has_result)
    }

    /// Whether there is any finding for it.
    pub(crate) fn has_findings(&self, operation: &str, rule: Rule) -> bool {
        self.entries.get(&(operation.to_owned(), rule)).is_some_and(|entry| !entry.findings.is_empty())
    }

    fn entry(&mut self, operation: &str, rule: Rule) -> &mut Entry {
        self.entries.entry((operation.to_owned(), rule)).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_many_requests_show_is_one_finding() {
        let mut results = Results::default();
        let finding = |(at, severity): (&str, Severity)| Finding {
            operation: "login".to_owned(),
            rule: Rule::MissingField,
            severity,
            at: at.to_owned(),
            request: String::new(),
            received: String::new(),
            expected: String::new(),
            times: 1,
            waived: None,
        };

        for found in [("/name", Severity::Warning), ("/name", Severity::Error), ("/email", Severity::Note)] {
            results.found(finding(found));
        }

        let entry = &results.entries[&("login".to_owned(), Rule::MissingField)];
        let found = entry.findings.iter().map(|found| (found.at.as_str(), found.times, found.severity));
        let expected = [("/name", 2, Severity::Error), ("/email", 1, Severity::Note)];
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }
}
