//! `docs/diff.md` names rules that exist, with their levels.
#![allow(clippy::unwrap_used, reason = "a test reports what went wrong by panicking")]

use immich_contract::diff::rules;

#[test]
fn the_rules_that_differ_from_oasdiffs_exist_and_have_the_level_that_is_documented() {
    let rules = rules();
    let page = include_str!("../../../docs/diff.md");
    let mut count = 0;
    for line in page.lines().filter(|line| line.starts_with("| `") && line.matches('|').count() == 5) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let rule = rules.iter().find(|rule| format!("`{}`", rule.id) == cells[1]);
        assert_eq!(rule.map(|rule| rule.level.to_string()).as_deref(), Some(cells[2]), "{line}");
        count += 1;
    }
    assert!(count > 20, "{count}");
}
