//! `docs/asvs.md` has a row for every requirement that it is about, with a status and what shows it.

use std::collections::BTreeSet;

use crate::files::read;

/// The requirements of level 1 of OWASP ASVS 5.0.0.
const LEVEL_1: &str = "
    1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1
    3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1 3.5.2 3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2
    6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2
    7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1
    10.4.1 10.4.2 10.4.3 10.4.4 10.4.5 11.3.1 11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1
    15.1.1 15.2.1 15.3.1";

/// Those of level 2 in the chapters V6, V7, V8, V12, V13 and V16.
const LEVEL_2: &str = "
    6.1.2 6.1.3 6.2.9 6.2.10 6.2.11 6.2.12 6.3.3 6.3.4 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.6.1 6.6.2 6.6.3
    6.8.1 6.8.2 6.8.3 6.8.4 7.1.1 7.1.2 7.1.3 7.3.1 7.3.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2 8.1.2 8.2.3 8.4.1
    12.1.2 12.1.3 12.3.1 12.3.2 12.3.3 12.3.4 13.1.1 13.2.1 13.2.2 13.2.3 13.2.4 13.2.5 13.3.1 13.3.2
    13.4.2 13.4.3 13.4.4 13.4.5 16.1.1 16.2.1 16.2.2 16.2.3 16.2.4 16.2.5 16.3.1 16.3.2 16.3.3 16.3.4
    16.4.1 16.4.2 16.4.3 16.5.1 16.5.2 16.5.3";

/// The cells of every row that begins with the number of a requirement.
fn rows(document: &str) -> Vec<Vec<&str>> {
    let tables = document.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let rows = tables.map(|row| row.split(" | ").collect::<Vec<_>>());
    rows.filter(|cells| cells[0].contains('.') && cells[0].bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
        .collect()
}

#[test]
fn every_requirement_has_one_row() {
    let document = read("docs/asvs.md");
    let listed: Vec<&str> = rows(&document).into_iter().map(|cells| cells[0]).collect();
    let expected: BTreeSet<&str> = LEVEL_1.split_whitespace().chain(LEVEL_2.split_whitespace()).collect();
    assert_eq!(LEVEL_1.split_whitespace().count(), 70);

    assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), expected);
    assert_eq!(listed.len(), expected.len(), "docs/asvs.md lists a requirement twice");
}

#[test]
fn every_row_has_a_status_and_says_what_shows_it() {
    let document = read("docs/asvs.md");
    for cells in rows(&document) {
        let (status, shown) = (cells[cells.len() - 2], cells[cells.len() - 1]);

        let names_its_proof = shown.contains("::") || shown.contains("](") || shown.contains("`make");
        let refers_to_another_row = shown.contains("as ") || shown == "the same";
        let is_complete = match status {
            "met" | "strict" => names_its_proof || refers_to_another_row,
            "not met" | "not applicable" => !shown.is_empty(),
            _ => false,
        };
        assert!(is_complete, "docs/asvs.md: complete the row {cells:?}");
    }
}
