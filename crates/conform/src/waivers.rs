//! Accepted findings, each with a reason.

use crate::baseline::Baseline;
use crate::results::Finding;
use crate::rule::Rule;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Why waivers cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WaiverError {
    /// The file cannot be read.
    #[error("could not read {}: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why it cannot be read.
        cause: std::io::Error,
    },
    /// The file is malformed.
    #[error("{}: {problem}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

/// Findings that are accepted. In all three patterns `*` matches any text.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The rule that may be broken.
    pub rule: String,
    /// The operations that may break it.
    #[serde(default = "any")]
    pub operation: String,
    /// Where it may be broken, as reports name the place.
    #[serde(default = "any")]
    pub at: String,
    /// Why that is accepted.
    pub reason: String,
}

fn any() -> String {
    "*".to_owned()
}

impl Waiver {
    fn covers(&self, finding: &Finding) -> bool {
        self.concerns(&finding.operation, finding.rule) && matches(&self.at, &finding.at)
    }

    /// Whether it is about this rule of this operation.
    pub(crate) fn concerns(&self, operation: &str, rule: Rule) -> bool {
        matches(&self.rule, rule.id()) && matches(&self.operation, operation)
    }
}

/// Accepted findings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waivers {
    /// In the order of the file.
    #[serde(default)]
    pub waiver: Vec<Waiver>,
    /// The findings of an earlier run, which are accepted too.
    #[serde(skip)]
    pub baseline: Option<Baseline>,
    /// Whether a waiver that matches no finding makes the run fail.
    #[serde(skip)]
    pub fail_on_stale: bool,
}

impl Waivers {
    /// Reads a file: TOML with `[[waiver]]` tables, or, if its name ends with `.json`, JSON with a list `waiver`.
    ///
    /// # Errors
    /// It cannot be read or is malformed.
    pub fn read(path: &Path) -> Result<Self, WaiverError> {
        let text = std::fs::read_to_string(path).map_err(|cause| WaiverError::Read { path: path.to_owned(), cause })?;
        let is_json = path.extension().is_some_and(|extension| extension == "json");
        let parsed = if is_json { Self::from_json(&text) } else { Self::from_toml(&text) };
        parsed.map_err(|problem| WaiverError::Malformed { path: path.to_owned(), problem })
    }

    fn from_toml(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string()).and_then(Self::checked)
    }

    fn from_json(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string()).and_then(Self::checked)
    }

    /// A waiver for a rule that does not exist is a mistake.
    fn checked(self) -> Result<Self, String> {
        for Waiver { rule, reason, .. } in &self.waiver {
            if !Rule::ALL.iter().any(|known| matches(rule, known.id())) {
                return Err(format!("there is no rule {rule:?}: correct the waiver"));
            }
            if reason.trim().is_empty() {
                return Err(format!("the waiver for {rule:?} has no reason: write one"));
            }
        }
        Ok(self)
    }

    /// Marks accepted findings, and returns the waivers that match no finding.
    pub(crate) fn apply<'a>(&self, findings: impl Iterator<Item = &'a mut Finding>) -> Vec<Waiver> {
        let mut used = vec![false; self.waiver.len()];
        for finding in findings {
            for (waiver, used) in self.waiver.iter().zip(&mut used) {
                if waiver.covers(finding) {
                    *used = true;
                    finding.waived.get_or_insert_with(|| waiver.reason.clone());
                }
            }
        }
        self.waiver.iter().zip(used).filter(|(_, used)| !used).map(|(waiver, _)| waiver.clone()).collect()
    }
}

/// Whether a text is what a pattern with `*` for any text describes.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let Some(last) = parts.pop() else { return true };
    for part in parts {
        let Some((_, after)) = left.split_once(part) else { return false };
        left = after;
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(operation: &str, rule: Rule, at: &str) -> Finding {
        Finding {
            operation: operation.to_owned(),
            rule,
            severity: rule.severity(),
            at: at.to_owned(),
            request: String::new(),
            received: String::new(),
            expected: String::new(),
            times: 1,
            waived: None,
        }
    }

    #[test]
    fn a_waiver_accepts_matching_findings_and_an_unused_one_is_reported() {
        let waivers = Waivers::from_toml(
            r#"
            [[waiver]]
            rule = "unknown-field"
            operation = "get*"
            at = "/avatar*"
            reason = "more is sent than the contract has"

            [[waiver]]
            rule = "date-format"
            reason = "never needed"
            "#,
        )
        .unwrap();
        let mut findings = [
            finding("getMyUser", Rule::UnknownField, "/avatarColor"),
            finding("updateMyUser", Rule::UnknownField, "/avatarColor"),
            finding("getMyUser", Rule::MissingField, "/avatarColor"),
            finding("getMyUser", Rule::UnknownField, "/other"),
        ];

        let unused = waivers.apply(findings.iter_mut());

        let waived: Vec<bool> = findings.iter().map(|finding| finding.waived.is_some()).collect();
        assert_eq!(waived, [true, false, false, false]);
        assert_eq!(unused.len(), 1);
        assert_eq!(unused[0].rule, "date-format");
    }

    #[test]
    fn waivers_can_be_written_as_json() {
        let waivers =
            Waivers::from_json(r#"{"waiver": [{"rule": "golden", "at": "login/*", "reason": "r"}]}"#).unwrap();

        assert_eq!(waivers.waiver[0].at, "login/*");
        assert_eq!(waivers.waiver[0].operation, "*");
    }

    #[test]
    fn a_waiver_that_is_a_mistake_is_rejected() {
        for (text, reason) in [
            ("[[waiver]]\nrule = \"missing-feild\"\nreason = \"x\"", "no rule"),
            ("[[waiver]]\nrule = \"missing-field\"\nreason = \" \"", "no reason"),
            ("[[waiver]]\nrule = \"missing-field\"", "reason"),
            ("[[waiver]]\nrule = \"missing-field\"\nreason = \"x\"\npath = \"/\"", "path"),
        ] {
            let error = Waivers::from_toml(text).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_star_matches_any_text() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "abc", true),
            ("a*b*d", "abcd", true),
            ("a*x*d", "abcd", false),
            ("abc", "abcd", false),
            ("a*c", "abcd", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
