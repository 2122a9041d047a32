//! Servers that break one thing each.

mod bodies;
mod constraints;
mod credentials;
mod effects;
mod errors;
mod headers;
mod lenient;
mod permissions;
mod security;
mod state;
mod statuses;
mod values;

use std::collections::BTreeSet;
use std::sync::Arc;

use immich_conform::golden::Cases;
use immich_conform::{Check, Options, ProfileChoice, Severity};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::checked;
use super::proxy::{Behavior, Change as _, FaultyServer};
use crate::harness::Server;

/// How many servers are checked at once.
const AT_ONCE: usize = 3;

/// What the original does, too: its profile accepts that.
const ACCEPTED_OF_THE_ORIGINAL: [&str; 2] =
    ["accepts a duration that is too long", "ends other sessions with every change of the password"];

/// A server that breaks one thing, and the rules that it breaks.
struct Fault {
    /// What the server does.
    name: &'static str,
    /// The operation that is checked.
    operation: &'static str,
    /// The rules that are broken: these and no others.
    rules: &'static [&'static str],
    behavior: Behavior,
}

/// In groups, in the order of the report.
const GROUPS: [&[Fault]; 16] = [
    statuses::FAULTS,
    bodies::FAULTS,
    headers::FAULTS,
    headers::COOKIES,
    errors::FAULTS,
    constraints::FAULTS,
    security::FAULTS,
    credentials::FAULTS,
    permissions::FAULTS,
    effects::FAULTS,
    state::FAULTS,
    state::MORE,
    values::FAULTS,
    lenient::FAULTS,
    values::MORE,
    credentials::MORE,
];

fn all() -> impl Iterator<Item = &'static Fault> {
    GROUPS.into_iter().flatten()
}

/// The faults for which CI has time: of every third rule one.
fn of_ci() -> Vec<&'static Fault> {
    let mut broken: BTreeSet<&str> = BTreeSet::new();
    let mut adds_a_rule = |fault: &&Fault| {
        let before = broken.len();
        broken.extend(fault.rules);
        broken.len() > before
    };
    all().filter(|fault| adds_a_rule(fault)).step_by(3).collect()
}

#[test]
fn no_two_faults_are_the_same_and_there_are_many() {
    let names: BTreeSet<&str> = all().map(|fault| fault.name).collect();

    assert_eq!(names.len(), all().count());
    assert!(names.len() >= 90, "{}", names.len());
}

/// A rule that no fault breaks is untested. Two constraints are in no request of the contract, and a fault that only a
/// recorded case shows has a separate test.
#[test]
fn every_rule_is_broken_by_a_fault() {
    let broken: BTreeSet<&str> = all().flat_map(|fault| fault.rules.iter().copied()).collect();
    let elsewhere = [
        "constraint-max-length",
        "constraint-max-items",
        "constraint-multiple-of",
        "constraint-unique-items",
        "constraint-properties",
        "constraint-composition",
        "golden",
    ];

    for rule in immich_conform::Rule::ALL.iter().map(|rule| rule.id()) {
        assert_ne!(broken.contains(rule), elsewhere.contains(&rule), "{rule}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_of_every_check_are_found_and_break_the_right_rules() {
    all_are_found(&of_ci()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: make test-slow"]
async fn every_other_fault_is_found_and_breaks_the_right_rules() {
    let checked: BTreeSet<&str> = of_ci().iter().map(|fault| fault.name).collect();
    let others: Vec<&Fault> = all().filter(|fault| !checked.contains(fault.name)).collect();
    all_are_found(&others).await;
}

/// `FAULT` in the environment is a part of the names of those to check.
async fn all_are_found(faults: &[&'static Fault]) {
    let part = std::env::var("FAULT").unwrap_or_default();
    let at_once = Arc::new(Semaphore::new(AT_ONCE));
    let mut checking = JoinSet::new();
    for &fault in faults.iter().filter(|fault| fault.name.contains(&part)) {
        let at_once = Arc::clone(&at_once);
        // A run does not move between threads.
        checking.spawn_blocking(move || {
            Handle::current().block_on(async {
                let _turn = at_once.acquire().await.expect("the semaphore is never closed");
                wrong_report_on(fault).await
            })
        });
    }

    let wrong: Vec<String> = checking.join_all().await.into_iter().flatten().collect();

    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The contract does not specify the messages of errors, but clients of the original may rely on them.
#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_only_a_recorded_case_shows_is_reported() {
    let server = Server::fresh().await;
    let faulty = FaultyServer::before(
        server.client().address(),
        Behavior::Response(|request, response| {
            if request.is("POST", "/auth/login") && response.status == 401 {
                response.change(|body| body["message"] = "Wrong password".into());
            }
        }),
    )
    .await;
    let options = Options {
        golden: Some(Cases::embedded().expect("the cases have the expected form")),
        checks: vec![Check::Golden],
        ..Options::new(faulty.url())
    };

    let report = checked(&options).await;

    assert!(!report.conforming && !report.findings.is_empty());
    for finding in &report.findings {
        assert_eq!((finding.operation.as_str(), finding.rule.id()), ("login", "golden"), "{finding:?}");
        assert!(finding.expected.contains("Incorrect email or password"), "{finding:?}");
        assert!(finding.received.contains("Wrong password"), "{finding:?}");
    }
}

/// How the report on a faulty server differs from the expected one.
async fn wrong_report_on(fault: &Fault) -> Option<String> {
    let server = Server::fresh().await;
    let faulty = FaultyServer::before(server.client().address(), fault.behavior).await;
    let profile =
        if ACCEPTED_OF_THE_ORIGINAL.contains(&fault.name) { ProfileChoice::None } else { ProfileChoice::Automatic };
    let options = Options {
        profile,
        operations: vec![fault.operation.to_owned()],
        fail_on: Severity::Note,
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
