//! Groups findings by their cause: the same rule, broken in the same way.

use crate::results::Finding;
use crate::rule::Rule;
use crate::severity::Severity;
use serde::Serialize;
use serde_json::Value;

/// Findings with one cause.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct Group {
    /// The rule.
    pub rule: Rule,
    /// How bad they are.
    pub severity: Severity,
    /// Whether they are accepted.
    pub accepted: bool,
    /// The operations, each once.
    pub operations: Vec<String>,
    /// Where the rule is broken, each place once.
    pub places: Vec<String>,
    /// Indices into the findings of the report; the first is the example.
    pub findings: Vec<usize>,
}

impl Group {
    /// A group without findings, for such as this one.
    fn of(finding: &Finding) -> Self {
        Self {
            rule: finding.rule,
            severity: finding.severity,
            accepted: finding.is_waived(),
            operations: Vec::new(),
            places: Vec::new(),
            findings: Vec::new(),
        }
    }
}

/// The causes of all findings: those that are not accepted first, the worst first.
pub(super) fn groups(findings: &[Finding]) -> Vec<Group> {
    let mut groups: Vec<(Group, String)> = Vec::new();
    for (index, finding) in findings.iter().enumerate() {
        let cause = cause(finding);
        let is_same = |(group, known): &(Group, String)| {
            group.rule == finding.rule
                && group.severity == finding.severity
                && group.accepted == finding.is_waived()
                && *known == cause
        };
        let position = groups.iter().position(is_same).unwrap_or_else(|| {
            groups.push((Group::of(finding), cause));
            groups.len() - 1
        });
        let Some((group, _)) = groups.get_mut(position) else { continue };
        group.findings.push(index);
        for (list, item) in [(&mut group.operations, &finding.operation), (&mut group.places, &finding.at)] {
            if !list.contains(item) {
                list.push(item.clone());
            }
        }
    }
    let mut groups: Vec<Group> = groups.into_iter().map(|(group, _)| group).collect();
    groups.sort_by_key(|group| (group.accepted, std::cmp::Reverse(group.severity)));
    groups
}

/// What findings with one cause have in common beside the rule.
fn cause(finding: &Finding) -> String {
    match finding.rule {
        // Each field that is missing or too many is a cause.
        Rule::MissingField | Rule::UnknownField => finding.expected.clone(),
        _ => shape(&finding.expected),
    }
}

/// A text without what differs between fields and values: JSON strings, lists and objects, and a value at its start.
fn shape(text: &str) -> String {
    let value = text.split_once(", ").filter(|(value, _)| serde_json::from_str::<Value>(value).is_ok());
    let text = value.map_or_else(|| text.to_owned(), |(_, rest)| format!("…, {rest}"));
    let mut found = String::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find(['"', '[', '{']) {
        let (before, value) = rest.split_at(start);
        found.push_str(before);
        found.push('…');
        // Text that only looks like JSON is taken to its end.
        let mut values = serde_json::Deserializer::from_str(value).into_iter::<Value>();
        rest = match values.next() {
            Some(Ok(_)) => value.get(values.byte_offset()..).unwrap_or_default(),
            _ => "",
        };
    }
    stable(&(found + rest))
}

/// A text with `*` for what differs between runs: UUIDs, dates, and long words of letters and digits.
pub(crate) fn stable(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut found = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (before, word) = rest.split_at(start);
        let (word, after) = word.split_at(word.find(|c| !is_part(c)).unwrap_or(word.len()));
        found.push_str(before);
        found.push_str(if is_random(word) { "*" } else { word });
        rest = after;
    }
    found.push_str(rest);
    found
}

fn is_random(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let is_date = word.len() >= 10
        && word.bytes().zip(*b"0000-00-00").all(|(c, shape)| match shape {
            b'0' => c.is_ascii_digit(),
            other => c == other,
        });
    is_date || uuid::Uuid::try_parse(word).is_ok() || (word.len() >= 20 && digits >= 3)
}

#[cfg(test)]
mod tests {
    use super::super::tests::finding;
    use super::*;

    #[test]
    fn findings_that_break_a_rule_in_the_same_way_are_one_group() {
        let of = |operation: &str, rule, at: &str, expected: &str| Finding {
            operation: operation.to_owned(),
            rule,
            expected: expected.to_owned(),
            ..finding(at, None)
        };
        let message = |operation, field: &str| {
            of(operation, Rule::ErrorMessage, "/message", &format!("a list that names \"{field}\""))
        };
        let findings = [
            message("login", "email"),
            message("login", "password"),
            message("signUpAdmin", "name"),
            of("login", Rule::MissingField, "/name", "the field \"name\""),
            of("login", Rule::MissingField, "/id", "the field \"id\""),
            Finding { waived: Some("known".to_owned()), ..message("login", "x") },
            Finding { severity: Severity::Note, ..of("login", Rule::UnknownField, "/x", "no field \"x\"") },
        ];

        let found: Vec<(Rule, usize, usize)> =
            groups(&findings).iter().map(|group| (group.rule, group.operations.len(), group.findings.len())).collect();

        let missing = Rule::MissingField;
        let expected = [
            (Rule::ErrorMessage, 2, 3),
            (missing, 1, 1),
            (missing, 1, 1),
            (Rule::UnknownField, 1, 1),
            (Rule::ErrorMessage, 1, 1),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn values_are_left_out_of_a_cause() {
        for (text, left) in [
            (r#"["a, b"], as it was sent"#, "…, as it was sent"),
            (r#""say \"x\"", as it was sent"#, "…, as it was sent"),
            ("255, as it was sent", "…, as it was sent"),
            (r#"one of ["a","b"]"#, "one of …"),
            ("rejected with 400", "rejected with 400"),
        ] {
            assert_eq!(shape(text), left);
        }
    }

    #[test]
    fn what_differs_between_runs_is_left_out() {
        for (text, left) in [
            ("item f3a1c9d2-6b47-1e0a-9c55-2d8e7b1f4a60 is listed", "item * is listed"),
            ("/createdAt: 2026-01-31T23:59:59.123Z", "/createdAt: *:59:59.123Z"),
            ("rejected with 400", "rejected with 400"),
            ("/permissions/0: a value that is not listed", "/permissions/0: a value that is not listed"),
            ("é abcdefghij0123456789 é", "é * é"),
        ] {
            assert_eq!(stable(text), left);
        }
    }
}
