//! The report of an import for people.

use std::fmt::Write;

use crate::db::import::{Outcome, Report, TableReport};

/// How many conflicts are shown; `--json` lists more.
const SHOWN: usize = 20;

const HEADINGS: [&str; 7] = ["TABLE", "READ", "INSERTED", "UPDATED", "UNCHANGED", "SKIPPED", "CONFLICTS"];

/// A table of counts, the conflicts, the notes and the conclusion.
pub(super) fn text(report: &Report) -> String {
    let mut text = counts(&report.tables);
    let total = report.conflicts_total;
    if total > 0 {
        // Writing to a String does not fail.
        let _ = writeln!(text, "\nConflicts:");
        for conflict in report.conflicts.iter().take(SHOWN) {
            let _ = writeln!(text, "  {} {}: {}", conflict.table, conflict.id, conflict.reason);
        }
        if report.conflicts.len() > SHOWN {
            let _ = writeln!(text, "  … {SHOWN} of {total} rows are shown; --json lists more");
        }
    }
    if !report.notes.is_empty() {
        text.push('\n');
    }
    for note in &report.notes {
        let _ = writeln!(text, "Note: {note}");
    }
    let conclusion = match report.outcome {
        Outcome::Imported if total > 0 => "Imported, except the rows in conflict and the rows that belong to them.",
        Outcome::Imported => "Imported.",
        Outcome::NothingToDo => "Nothing to do: the source has no row to insert or update.",
        Outcome::Tried => "Dry run: nothing was written. The table shows what an import would do.",
        Outcome::Refused => "Nothing was written. With --skip-conflicts, the import would do what the table shows.",
    };
    let _ = writeln!(text, "\n{conclusion}");
    text
}

fn counts(tables: &[TableReport]) -> String {
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    rows.extend(tables.iter().map(|table| {
        let TableReport { table, read, inserted, updated, unchanged, skipped, conflicts } = *table;
        let [read, inserted, updated, unchanged, skipped, conflicts] =
            [read, inserted, updated, unchanged, skipped, conflicts].map(|count| count.to_string());
        [table.to_owned(), read, inserted, updated, unchanged, skipped, conflicts]
    }));
    let widths =
        std::array::from_fn::<_, 7, _>(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or_default());
    let mut text = String::new();
    for row in rows {
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            let _ = match column {
                0 => write!(text, "{cell:width$}"),
                _ => write!(text, "  {cell:>width$}"),
            };
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::import::Conflict;

    fn report(outcome: Outcome, conflicts: usize) -> Report {
        let table = |table, read| TableReport {
            table,
            read,
            inserted: read,
            updated: 0,
            unchanged: 0,
            skipped: 0,
            conflicts: 0,
        };
        let conflict = |i| Conflict { table: "user".to_owned(), id: format!("id{i}"), reason: "it is odd".to_owned() };
        Report {
            outcome,
            tables: vec![table("user", 100_000), table("session", 7)],
            conflicts: (0..conflicts).map(conflict).collect(),
            conflicts_total: conflicts as u64,
            notes: Vec::new(),
        }
    }

    #[test]
    fn counts_are_aligned() {
        assert_eq!(
            text(&report(Outcome::Imported, 0)),
            "TABLE      READ  INSERTED  UPDATED  UNCHANGED  SKIPPED  CONFLICTS\n\
             user     100000    100000        0          0        0          0\n\
             session       7         7        0          0        0          0\n\
             \n\
             Imported.\n"
        );
    }

    #[test]
    fn many_conflicts_are_cut_short_and_counted() {
        let text = text(&report(Outcome::Refused, 45));

        assert!(text.contains("\nConflicts:\n  user id0: it is odd\n"), "{text}");
        assert_eq!(text.matches("it is odd").count(), SHOWN);
        assert!(text.contains("20 of 45 rows"), "{text}");
        assert!(
            text.contains("\nNothing was written. With --skip-conflicts, the import would do what the table shows.\n"),
            "{text}"
        );
    }

    #[test]
    fn notes_are_printed() {
        let mut report = report(Outcome::Tried, 0);
        report.notes = vec!["one".to_owned(), "two".to_owned()];

        let text = text(&report);

        assert!(text.contains("\n\nNote: one\nNote: two\n\nDry run"), "{text}");
    }
}
