//! The recorded cases of upstream's responses, replayed in order against one server on an empty database, and then
//! everything else that `conform` checks on it.
//!
//! `GOLDEN_CASES=path` replays another file of the same form.

use std::time::Duration;

use immich_conform::Options;
use immich_conform::golden::Cases;

use crate::conform::{assert_conforming, checked};
use crate::harness::{Database, Server};

#[tokio::test(flavor = "multi_thread")]
async fn every_recorded_case_is_answered_as_recorded() {
    let cases = match std::env::var_os("GOLDEN_CASES") {
        Some(path) => Cases::parse(&std::fs::read_to_string(path).expect("GOLDEN_CASES names a readable file")),
        None => Cases::embedded(),
    };
    let cases = cases.expect("the cases have the expected form");
    let all = cases.len();
    let server = Server::on(&Database::new().await).start().await;
    let options = Options {
        golden: Some(cases),
        user_command: Some(server.user_command()),
        // Also at the end of a queue of logins.
        timeout: Duration::from_secs(60),
        ..Options::new(server.url())
    };

    let report = checked(&options).await;

    assert_conforming(&report);
    let golden = report.results.iter().filter(|tally| tally.rule.id() == "golden");
    assert_eq!(golden.clone().flat_map(|tally| &tally.skipped).next(), None, "every case is replayed");
    let agree: usize = golden.map(|tally| tally.passed).sum();
    println!("{agree} of {all} cases agree");
    assert!(all > 0 && agree == all, "{agree} of {all} cases agree");
}
