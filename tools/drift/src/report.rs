//! What came of it, for people.

use crate::mutant::Kind;
use crate::run::{Outcome, Tried};
use crate::verdict::Mechanism;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

/// How many of a kind each mechanism caught.
type Counts = BTreeMap<Mechanism, usize>;

/// What is known of a full run besides its outcome.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// How many mutants can be made.
    pub(crate) all: usize,
    /// How many of a kind were wanted.
    pub(crate) of_each_kind: usize,
    /// How many were tried at a time.
    pub(crate) jobs: usize,
}

fn by_kind(outcome: &Outcome<'_>) -> BTreeMap<Kind, Counts> {
    let mut kinds: BTreeMap<Kind, Counts> = BTreeMap::new();
    for tried in &outcome.tried {
        *kinds.entry(tried.mutant.kind).or_default().entry(tried.verdict.mechanism).or_default() += 1;
    }
    kinds
}

fn faults<'o, 'm>(outcome: &'o Outcome<'m>) -> impl Iterator<Item = &'o Tried<'m>> {
    outcome.tried.iter().filter(|tried| !tried.is_as_promised())
}

/// The table for a terminal.
pub(crate) fn table(outcome: &Outcome<'_>) -> String {
    let kinds = by_kind(outcome);
    let width = kinds.keys().map(|kind| kind.to_string().len()).max().unwrap_or_default();
    let mut text = format!("{:width$}  mutants  caught by\n", "kind");
    for (kind, counts) in &kinds {
        let caught: Vec<String> = counts.iter().map(|(mechanism, count)| format!("{mechanism} {count}")).collect();
        // Writing to a String cannot fail.
        let _ =
            writeln!(text, "{:width$}  {:7}  {}", kind.to_string(), counts.values().sum::<usize>(), caught.join(", "));
    }
    for Tried { mutant, verdict } in faults(outcome) {
        let _ = writeln!(text, "not as promised: {} [{}] {}", mutant.name, verdict.mechanism, verdict.message);
    }
    let _ = writeln!(
        text,
        "{} mutants in {:.0} s, {} not as promised",
        outcome.tried.len(),
        outcome.elapsed.as_secs_f64(),
        faults(outcome).count()
    );
    text
}

/// The report: names of files, and what is in them.
pub(crate) fn files(outcome: &Outcome<'_>, settings: Settings) -> [(&'static str, String); 2] {
    let report = include_str!("../templates/drift.md")
        .replace("{{pinned}}", &pinned(outcome))
        .replace("{{figures}}", &figures(outcome, settings))
        .replace("{{table}}", &matrix(outcome))
        .replace("{{faults}}", &listed_faults(outcome))
        .replace("{{limit}}", &settings.of_each_kind.to_string())
        .replace("{{all}}", &settings.all.to_string());
    [("drift.md", report), ("drift-mutants.md", mutants(outcome))]
}

fn pinned(outcome: &Outcome<'_>) -> String {
    let compiled = |tried: &&Tried<'_>| {
        ![Mechanism::OverlayMisfit, Mechanism::Refusal, Mechanism::GeneratorFailed, Mechanism::Nothing]
            .contains(&tried.verdict.mechanism)
    };
    let reached = outcome.tried.iter().filter(compiled).count();
    let pinned = outcome.tried.iter().filter(|tried| tried.verdict.is_pinned).count();
    format!("Of the {reached} mutants that reached the server's code, its pins spoke for {pinned}.")
}

fn figures(outcome: &Outcome<'_>, settings: Settings) -> String {
    let prose = outcome.tried.iter().filter(|tried| tried.mutant.kind.is_prose()).count();
    let changes = outcome.tried.len() - prose;
    let survivors = |prose: bool| faults(outcome).filter(|tried| tried.mutant.kind.is_prose() == prose).count();
    let minutes = outcome.elapsed.as_secs_f64() / 60.0;
    let times = || outcome.tried.iter().map(|tried| tried.verdict.elapsed);
    let longest = times().max().unwrap_or_default().as_secs_f64();
    let count = u32::try_from(outcome.tried.len()).unwrap_or(u32::MAX).max(1);
    let mean = (times().sum::<Duration>() / count).as_secs_f64();
    format!(
        "- {changes} changes of {} kinds: {} not caught, or not in clear words.\n\
         - {prose} changes of prose: {} broke something.\n\
         - {minutes:.0} minutes, {} mutants at a time; from an edit to the verdict {mean:.1} s on average, {longest:.1} s at most.",
        by_kind(outcome).keys().filter(|kind| !kind.is_prose()).count(),
        survivors(false),
        survivors(true),
        settings.jobs,
    )
}

/// Kinds by mechanisms, without the mechanisms that caught nothing.
fn matrix(outcome: &Outcome<'_>) -> String {
    let kinds = by_kind(outcome);
    let used: Vec<Mechanism> = Mechanism::ALL
        .into_iter()
        .filter(|mechanism| kinds.values().any(|counts| counts.contains_key(mechanism)))
        .collect();
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let heads = used.iter().map(ToString::to_string);
    let mut text = row(["change".to_owned(), "mutants".to_owned()].into_iter().chain(heads).collect());
    let _ = writeln!(text, "|---|{}", "--:|".repeat(used.len() + 1));
    let mut line = |name: String, counts: &Counts| {
        let cell = |mechanism: &Mechanism| counts.get(mechanism).map_or_else(String::new, ToString::to_string);
        let sum = counts.values().sum::<usize>().to_string();
        text.push_str(&row([name, sum].into_iter().chain(used.iter().map(cell)).collect()));
    };
    let mut total = Counts::new();
    for (kind, counts) in &kinds {
        line(kind.to_string(), counts);
        for (mechanism, count) in counts {
            *total.entry(*mechanism).or_default() += count;
        }
    }
    line("**all**".to_owned(), &total);
    text.trim_end().to_owned()
}

fn listed_faults(outcome: &Outcome<'_>) -> String {
    let lines: Vec<String> = faults(outcome).map(item).collect();
    if lines.is_empty() { "All as promised.".to_owned() } else { format!("Not as promised:\n\n{}", lines.join("\n")) }
}

fn mutants(outcome: &Outcome<'_>) -> String {
    let mut text =
        "# What became of every mutant\n\nWritten by `make drift-all`, see [drift.md](drift.md).\n".to_owned();
    let mut sorted: Vec<&Tried<'_>> = outcome.tried.iter().collect();
    sorted.sort_by_key(|tried| (tried.mutant.kind, &tried.mutant.name));
    let mut family = None;
    for tried in sorted {
        if family != Some(tried.mutant.kind.family) {
            family = Some(tried.mutant.kind.family);
            let _ = write!(text, "\n## {}\n\n", tried.mutant.kind.family);
        }
        let _ = writeln!(text, "{}", item(tried));
    }
    text
}

/// Messages may hold anything: as code, they are shown as they are.
fn item(tried: &Tried<'_>) -> String {
    let Tried { mutant, verdict } = tried;
    let message = verdict.message.replace('`', "'");
    let message = if message.is_empty() { String::new() } else { format!(": `{}`", shortened(&message)) };
    format!("- {}; **{}**{message}", mutant.name.replace('<', "\\<"), verdict.mechanism)
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutant::{Edit, Family, Layout, Mutant, Source};
    use crate::verdict::Verdict;

    fn mutant(family: Family, change: &'static str) -> Mutant {
        Mutant {
            name: format!("{family}: {change}: getUser"),
            subject: "getUser".to_owned(),
            variant: String::new(),
            kind: Kind { family, change },
            source: Source::Contract,
            edit: Edit::Layout(Layout::Compact),
        }
    }

    fn outcome<'m>(tried: &[(&'m Mutant, Mechanism, &str)]) -> Outcome<'m> {
        let tried = tried.iter().map(|(mutant, mechanism, message)| {
            let verdict = Verdict {
                mechanism: *mechanism,
                is_pinned: *mechanism == Mechanism::Pin,
                message: (*message).to_owned(),
                elapsed: Duration::from_millis(1500),
            };
            Tried { mutant, verdict }
        });
        Outcome { tried: tried.collect(), elapsed: Duration::from_secs(120) }
    }

    const SETTINGS: Settings = Settings { all: 1000, of_each_kind: 12, jobs: 2 };

    #[test]
    fn given_a_run_as_promised_then_the_report_counts_kinds_by_mechanisms() {
        let (removed, prose) = (mutant(Family::Operation, "removed"), mutant(Family::Prose, "text changed"));
        let outcome = outcome(&[
            (&removed, Mechanism::Trait, "E0407: method `get_user`"),
            (&removed, Mechanism::Pin, "operation getUser changed"),
            (&prose, Mechanism::Nothing, ""),
        ]);

        let [(_, report), (_, list)] = files(&outcome, SETTINGS);

        assert!(report.contains("| change | mutants | trait | pin | compiles |\n|---|--:|--:|--:|--:|\n"), "{report}");
        assert!(report.contains("| operation: removed | 2 | 1 | 1 |  |\n"), "{report}");
        assert!(report.contains("| **all** | 3 | 1 | 1 | 1 |\n"), "{report}");
        assert!(report.contains("2 changes of 1 kinds: 0 not caught"), "{report}");
        assert!(report.contains("All as promised.") && !report.contains("{{"), "{report}");
        assert!(
            list.contains("## operation\n\n- operation: removed: getUser; **trait**: `E0407: method 'get_user'`\n")
        );
        assert!(table(&outcome).ends_with("3 mutants in 120 s, 0 not as promised\n"));
    }

    #[test]
    fn given_a_survivor_and_broken_prose_then_both_are_named() {
        let (removed, prose) = (mutant(Family::Operation, "removed"), mutant(Family::Prose, "text changed"));
        let outcome = outcome(&[(&removed, Mechanism::Nothing, ""), (&prose, Mechanism::Pin, "changed")]);

        let [(_, report), _] = files(&outcome, SETTINGS);
        let table = table(&outcome);

        assert!(report.contains("Not as promised:\n\n- operation: removed: getUser; **compiles**\n"), "{report}");
        assert!(report.contains("1 changes of prose: 1 broke something"), "{report}");
        assert!(table.contains("not as promised: prose: text changed: getUser [pin] changed\n"), "{table}");
        assert!(table.ends_with("2 mutants in 120 s, 2 not as promised\n"), "{table}");
    }

    #[test]
    fn a_long_message_is_cut() {
        assert_eq!(shortened(&"ä".repeat(201)), format!("{}…", "ä".repeat(200)));
        assert_eq!(shortened("short"), "short");
    }
}
