use super::*;
use crate::machine::Machine;
use crate::rounds::Sample;
use crate::stats::Spread;
use crate::targets;

fn report() -> Report {
    let sample = Sample { rate: 50_000.0, requests: 100_000.0, p50_us: Some(300.0), p99_us: Some(900.0) };
    Report {
        made: "2026-01-02".to_owned(),
        rounds: 7,
        turn: 2,
        took: 431,
        machine: Machine(vec![("kernel".to_owned(), "6.1".to_owned())]),
        findings: [targets::PING.judge(&[0.96, 0.97, 0.99]), targets::LOGIN.judge(&[0.76])]
            .into_iter()
            .flatten()
            .collect(),
        series: vec![Series { name: "ping".to_owned(), rounds: vec![sample] }],
        instructions: vec![Counted {
            name: "login_without_bcrypt".to_owned(),
            instructions: Spread::single(123_456.0),
            top: vec![("memcpy".to_owned(), 0.25)],
        }],
    }
}

fn document_with(note: Option<&str>) -> String {
    document(&report(), None, |_| note.map(str::to_owned))
}

#[test]
fn every_goal_has_its_line_with_target_figure_and_spread() {
    let document = document_with(None);

    assert!(document.contains("| ≥ 0.95 | 0.97 | 0.96 to 0.99 | yes |"), "{document}");
    assert!(document.contains("| ≥ 0.95 | 0.76 | 0.76 to 0.76 | **no** |"), "{document}");
    assert!(document.contains("**1 of 2 targets met.**"), "{document}");
    assert!(document.contains("7 rounds that count, turns of 2 s, 7 min 11 s in all"), "{document}");
}

#[test]
fn a_missed_goal_is_told_with_how_much_where_the_time_goes_and_what_was_tried() {
    let document = document_with(Some("Tried: nothing yet.\n"));

    assert!(document.contains("**`login_vs_bcrypt`**: 0.76, missed by 20 %."), "{document}");
    assert!(
        document.contains("takes 123,456 instructions of the server, most of them in `memcpy` (25 %)."),
        "{document}"
    );
    assert!(document.contains("\nTried: nothing yet.\n"), "{document}");
    assert!(!document.contains("**`ping_vs_bare_hyper`**"), "{document}");
}

#[test]
fn a_figure_far_from_its_target_is_told_as_a_factor() {
    assert_eq!(distance(1.3, 1.2), "8 %");
    assert_eq!(distance(0.4, 0.5), "20 %");
    assert_eq!(distance(24.0, 1.2), "a factor of 20.0");
}

#[test]
fn the_profile_of_a_goal_is_one_that_is_counted() {
    assert_eq!(profile_of("me_uncached_vs_pgbench_16"), Some("me_uncached"));
    assert_eq!(profile_of("ping_vs_bare_hyper_instructions"), Some("ping"));
    assert_eq!(profile_of("me_uncached_p99_over_p50_16"), None);
    assert_eq!(profile_of("rss_idle"), None);
}
