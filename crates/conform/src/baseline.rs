//! A baseline: the findings of an earlier run, which are accepted.

use crate::report::stable;
use crate::results::Finding;
use crate::rule::Rule;
use crate::waivers::WaiverError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;

/// The reason why a finding of the baseline is accepted.
pub(crate) const IN_BASELINE: &str = "it is in the baseline";

/// The findings of an earlier run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    #[serde(default)]
    finding: BTreeSet<KnownFinding>,
}

/// What identifies a finding in every run: no identifier, no time, no order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownFinding {
    /// `operationId`.
    pub operation: String,
    /// The rule's id.
    pub rule: String,
    /// Where it is broken, with `*` for what differs between runs.
    pub at: String,
}

impl KnownFinding {
    pub(crate) fn of(finding: &Finding) -> Self {
        Self { operation: finding.operation.clone(), rule: finding.rule.id().to_owned(), at: stable(&finding.at) }
    }
}

impl Finding {
    /// What identifies it in every run.
    pub(crate) fn key(&self) -> String {
        let KnownFinding { operation, rule, at } = KnownFinding::of(self);
        format!("{operation} {rule} {at}")
    }
}

impl Baseline {
    /// Reads a file that [`to_toml`](Self::to_toml) made.
    ///
    /// # Errors
    /// It cannot be read or is malformed.
    pub fn read(path: &Path) -> Result<Self, WaiverError> {
        let text = std::fs::read_to_string(path).map_err(|cause| WaiverError::Read { path: path.to_owned(), cause })?;
        toml::from_str(&text)
            .map_err(|error| WaiverError::Malformed { path: path.to_owned(), problem: error.to_string() })
    }

    /// The findings that no waiver accepts.
    pub(crate) fn of<'a>(findings: impl Iterator<Item = &'a Finding>) -> Self {
        let is_open = |finding: &&Finding| finding.waived.as_deref().is_none_or(|reason| reason == IN_BASELINE);
        Self { finding: findings.filter(is_open).map(KnownFinding::of).collect() }
    }

    /// The file: sorted, so that a change of it is easy to review.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f");
        let entries = self.finding.iter().map(|KnownFinding { operation, rule, at }| {
            let (operation, rule, at) = (quoted(operation), quoted(rule), quoted(at));
            format!("\n[[finding]]\noperation = {operation}\nrule = {rule}\nat = {at}\n")
        });
        let head = "# Findings that `immich-server conform --baseline` accepts. `--write-baseline` writes this file.\n";
        head.to_owned() + &entries.collect::<String>()
    }

    /// Marks findings that it has, and returns its entries that no finding matches.
    pub(crate) fn apply<'a>(&self, findings: impl Iterator<Item = &'a mut Finding>) -> Vec<KnownFinding> {
        let mut stale = self.finding.clone();
        for finding in findings {
            let known = KnownFinding::of(finding);
            if self.finding.contains(&known) {
                stale.remove(&known);
                finding.waived.get_or_insert_with(|| IN_BASELINE.to_owned());
            }
        }
        stale.into_iter().collect()
    }
}

impl KnownFinding {
    /// Whether it is about this rule of this operation.
    pub(crate) fn concerns(&self, operation: &str, rule: Rule) -> bool {
        self.operation == operation && self.rule == rule.id()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::finding;

    #[test]
    fn a_baseline_is_written_read_and_accepts_the_same_findings_of_another_run() {
        let item = |id: &str| finding(&format!("/\"{id}\u{7f}\n\\"), None);
        let written = Baseline::of([item("5f4bd39d-33cb-4f21-a52c-1a2a8a2f1a0a"), finding("/gone", None)].iter());
        let read: Baseline = toml::from_str(&written.to_toml()).unwrap();
        assert_eq!(read, written);

        let mut later = [item("8c0ef2a1-9d0b-4a3f-8c7e-6d5b4a3f2e1d"), finding("/new", None)];
        let stale = read.apply(later.iter_mut());

        assert_eq!(later.map(|finding| finding.waived), [Some(IN_BASELINE.to_owned()), None]);
        assert_eq!(stale.iter().map(|known| known.at.as_str()).collect::<Vec<_>>(), ["/gone"]);
    }

    #[test]
    fn what_a_waiver_accepts_is_not_written() {
        assert_eq!(Baseline::of([finding("/name", Some("known"))].iter()), Baseline::default());
        assert_eq!(Baseline::of([finding("/name", Some(IN_BASELINE))].iter()).finding.len(), 1);
    }
}
