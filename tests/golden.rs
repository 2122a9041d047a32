//! The recorded cases of upstream's answers, played in order against one server on an empty database.
//!
//! `GOLDEN_CASES=path` plays another file of the same form.

mod body;
mod case;
mod compare;
mod pattern;
mod player;

use crate::harness::{Database, Server};

#[tokio::test(flavor = "multi_thread")]
async fn every_recorded_case_is_answered_as_recorded() {
    let cases = case::read(std::env::var_os("GOLDEN_CASES").as_deref());
    let server = Server::on(&Database::new().await).start().await;

    let disagreements = player::play(&server, &cases).await;

    let agreeing = cases.len() - disagreements.len();
    println!("{agreeing} of {} cases agree", cases.len());
    for disagreement in &disagreements {
        println!("\n{disagreement}");
    }
    assert!(
        disagreements.is_empty(),
        "{} of {} recorded cases disagree (listed above)",
        disagreements.len(),
        cases.len()
    );
}
