//! Severities that a team chooses: what a kind of change means to it.

use super::{Changes, Level, rules};
use std::collections::BTreeMap;

/// The levels of rules that differ from those of [`rules`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Severities(BTreeMap<String, Option<Level>>);

/// Why a file is not a list of severities.
#[derive(Debug, thiserror::Error)]
pub enum SeverityError {
    /// It is not TOML.
    #[error("not TOML: {0}")]
    Toml(#[from] toml::de::Error),
    /// A rule has no such name.
    #[error("there is no rule {0}")]
    Rule(String),
    /// A level has no such name.
    #[error("{rule}: the level must be \"breaking\", \"warning\", \"compatible\" or \"ignore\"")]
    Level {
        /// The rule.
        rule: String,
    },
}

impl Severities {
    /// Reads TOML: `rule = "breaking"`, or `"warning"`, `"compatible"`, `"ignore"`.
    ///
    /// # Errors
    /// See [`SeverityError`].
    pub fn read(text: &str) -> Result<Self, SeverityError> {
        let table: toml::Table = toml::from_str(text)?;
        let known: Vec<String> = rules().into_iter().map(|rule| rule.id).collect();
        let mut levels = BTreeMap::new();
        for (rule, level) in table {
            if !known.contains(&rule) {
                return Err(SeverityError::Rule(rule));
            }
            let level = match level.as_str() {
                Some("breaking") => Some(Level::Breaking),
                Some("warning") => Some(Level::Warning),
                Some("compatible") => Some(Level::Compatible),
                Some("ignore") => None,
                _ => return Err(SeverityError::Level { rule }),
            };
            levels.insert(rule, level);
        }
        Ok(Self(levels))
    }

    /// Gives each change its level, and removes those that are ignored.
    pub fn apply(&self, changes: &mut Changes) {
        for (_, findings) in &mut changes.list {
            findings.retain_mut(|finding| match self.0.get(&finding.rule) {
                Some(Some(level)) => {
                    finding.level = *level;
                    true
                }
                Some(None) => false,
                None => true,
            });
        }
        changes.list.retain(|(_, findings)| !findings.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::{Verdict, compare};
    use serde_json::json;

    fn judged(file: &str) -> Changes {
        let old = json!({"paths": {"/a": {"get": {}, "put": {}}}});
        let new = json!({"paths": {"/a": {"get": {}, "post": {}}}});
        let mut changes = compare(&old, &new);
        Severities::read(file).unwrap().apply(&mut changes);
        changes
    }

    #[test]
    fn a_rule_has_the_level_that_the_file_says() {
        assert_eq!(judged("").verdict(), Verdict::Breaking);
        assert_eq!(judged("api-removed-without-deprecation = \"warning\"").verdict(), Verdict::Compatible);
        assert_eq!(judged("api-removed-without-deprecation = \"warning\"").count(Level::Warning), 1);
        let ignored = judged("api-removed-without-deprecation = \"ignore\"\nendpoint-added = \"ignore\"");
        assert_eq!(ignored.verdict(), Verdict::Same);
    }

    #[test]
    fn an_unknown_rule_or_level_is_an_error() {
        let error = |file| Severities::read(file).unwrap_err().to_string();
        assert_eq!(error("no-such-rule = \"ignore\""), "there is no rule no-such-rule");
        assert!(error("endpoint-added = \"loud\"").starts_with("endpoint-added: the level must be"));
        assert!(error("endpoint-added").starts_with("not TOML"));
    }
}
