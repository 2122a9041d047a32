//! The recorded cases of upstream's answers, played in order against one server on an empty database.
//!
//! `GOLDEN_CASES=path` plays another file of the same form.

use crate::harness::{Database, Server};
use immich_conform::Contract;
use immich_conform::golden::{Cases, User, Verdict, play};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn every_recorded_case_is_answered_as_recorded() {
    let cases = match std::env::var_os("GOLDEN_CASES") {
        Some(path) => Cases::parse(&std::fs::read_to_string(path).expect("GOLDEN_CASES names a readable file")),
        None => Cases::embedded(),
    };
    let cases = cases.expect("the cases have the expected form");
    let contract = Contract::parse(immich_api::CONTRACT).expect("the contract can be checked");
    let server = Server::on(&Database::new().await).start().await;
    let create = async |user: &User| {
        let outcome = server.create_user(&user.email, &user.name, &user.password).await;
        let created: Value = serde_json::from_str(&outcome.stdout).map_err(|_| outcome.stderr)?;
        Ok(created["id"].as_str().map(str::to_owned))
    };

    let outcomes = play(&contract, &server.url(), &cases, create).await.expect("the address is one");

    let disagreeing: Vec<_> = outcomes.iter().filter(|outcome| outcome.verdict != Verdict::Agrees).collect();
    println!("{} of {} cases agree", outcomes.len() - disagreeing.len(), outcomes.len());
    for outcome in &disagreeing {
        println!("\n{}: {:#?}", outcome.id, outcome.verdict);
    }
    assert!(
        !outcomes.is_empty() && disagreeing.is_empty(),
        "{} recorded cases disagree (listed above)",
        disagreeing.len()
    );
}
