//! Servers that break one thing each.

mod bodies;
mod constraints;
mod effects;
mod errors;
mod headers;
mod permissions;
mod security;
mod statuses;

use std::collections::BTreeSet;
use std::sync::Arc;

use immich_conform::{Check, Options};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::checked;
use super::proxy::{Change as _, FaultyServer, Trick};
use crate::harness::Server;

/// So many servers are checked at once.
const AT_ONCE: usize = 3;

/// A server that breaks one thing, and the rules that it breaks.
struct Fault {
    /// What the server does.
    name: &'static str,
    /// The operation that is checked.
    operation: &'static str,
    /// The rules that are broken: these and no others.
    rules: &'static [&'static str],
    trick: Trick,
}

/// In groups, as they are told.
const GROUPS: [&[Fault]; 9] = [
    statuses::FAULTS,
    bodies::FAULTS,
    headers::FAULTS,
    headers::COOKIES,
    errors::FAULTS,
    constraints::FAULTS,
    security::FAULTS,
    permissions::FAULTS,
    effects::FAULTS,
];

fn all() -> impl Iterator<Item = &'static Fault> {
    GROUPS.into_iter().flatten()
}

#[test]
fn no_two_faults_are_the_same_and_there_are_many() {
    let names: BTreeSet<&str> = all().map(|fault| fault.name).collect();

    assert_eq!(names.len(), all().count());
    assert!(names.len() >= 90, "{}", names.len());
}

/// A rule that no server breaks may as well not be there. Two constraints are in no request of the contract, and what
/// breaks a recorded case only has a test of its own.
#[test]
fn every_rule_is_broken_by_a_fault() {
    let broken: BTreeSet<&str> = all().flat_map(|fault| fault.rules.iter().copied()).collect();
    let elsewhere = ["constraint-max-length", "constraint-max-items", "golden"];

    for rule in immich_conform::Rule::ALL.iter().map(|rule| rule.id()) {
        assert_ne!(broken.contains(rule), elsewhere.contains(&rule), "{rule}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_found_and_named() {
    let at_once = Arc::new(Semaphore::new(AT_ONCE));
    let mut checking = JoinSet::new();
    for fault in all() {
        let at_once = Arc::clone(&at_once);
        // A run does not move between threads.
        checking.spawn_blocking(move || {
            Handle::current().block_on(async {
                let _turn = at_once.acquire().await.expect("nobody closes it");
                misjudgement_of(fault).await
            })
        });
    }

    let misjudged: Vec<String> = checking.join_all().await.into_iter().flatten().collect();

    assert!(misjudged.is_empty(), "{}", misjudged.join("\n\n"));
}

/// The contract says nothing of the words of an error, clients of the original may well rely on them.
#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_recorded_case_shows_is_found_and_told() {
    let server = Server::fresh().await;
    let faulty = FaultyServer::before(
        server.client().address(),
        Trick::Answer(|asked, answer| {
            if asked.is("POST", "/auth/login") && answer.status == 401 {
                answer.change(|body| body["message"] = "Wrong password".into());
            }
        }),
    )
    .await;
    let options = Options { golden: true, checks: vec![Check::Golden], ..Options::new(faulty.url()) };

    let report = checked(&options).await;

    assert!(!report.conforming && !report.findings.is_empty());
    for finding in &report.findings {
        assert_eq!((finding.operation.as_str(), finding.rule.id()), ("login", "golden"), "{finding:?}");
        assert!(finding.expected.contains("Incorrect email or password"), "{finding:?}");
        assert!(finding.came.contains("Wrong password"), "{finding:?}");
    }
}

/// How the report on a faulty server differs from what should be in it.
async fn misjudgement_of(fault: &Fault) -> Option<String> {
    let server = Server::fresh().await;
    let faulty = FaultyServer::before(server.client().address(), fault.trick).await;
    let options = Options {
        operations: vec![fault.operation.to_owned()],
        user_command: Some(server.user_command()),
        ..Options::new(faulty.url())
    };

    let report = checked(&options).await;

    let found: BTreeSet<&str> = report.findings.iter().map(|finding| finding.rule.id()).collect();
    let expected: BTreeSet<&str> = fault.rules.iter().copied().collect();
    (found != expected || report.conforming).then(|| {
        format!("a server that {}: expected {expected:?}, found {found:?}\n{}", fault.name, report.to_text(false))
    })
}
