//! Contracts of other APIs: servers that were written by hand from small documents are checked against them.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test reports what went wrong by panicking, also in the functions the tests call"
)]

mod board;
mod events;
mod pets;
mod server;

use immich_conform::{Contract, Control, Credentials, Options, Report, Severity, Waivers};

async fn check(document: &str, url: String, credentials: Credentials) -> Report {
    let contract = Contract::parse(document).unwrap();
    let options = Options { credentials, ..Options::new(url) };
    immich_conform::run(&contract, &options, &Waivers::default(), Control::default()).await.unwrap()
}

/// Operation and rule of every finding but notes: contracts need not list every error.
fn found(report: &Report) -> Vec<String> {
    let findings = report.findings.iter().filter(|finding| finding.severity > Severity::Note);
    let mut found: Vec<String> =
        findings.map(|finding| format!("{} {}", finding.operation, finding.rule.id())).collect();
    found.sort();
    found.dedup();
    found
}

#[tokio::test]
async fn a_server_of_pets_conforms() {
    let report = check(include_str!("pets.yaml"), pets::start(pets::Faults::default()), Credentials::None).await;

    assert_eq!(found(&report), [""; 0], "{}", report.to_text(false));
}

#[tokio::test]
async fn a_server_of_pets_that_is_wrong_in_five_ways_is_found_out_five_times() {
    let faults = pets::Faults {
        accepts_empty_names: true,
        sends_identifiers_as_texts: true,
        fails_on_names_that_are_no_texts: true,
        keeps_deleted_pets: true,
        answers_creation_as_text: true,
    };

    let found = found(&check(include_str!("pets.yaml"), pets::start(faults), Credentials::None).await);

    for expected in [
        "addPet constraint-min-length",
        "GET /pets/{id} wrong-type",
        "addPet server-error",
        "deletePet effect-deleted",
        "addPet content-type",
    ] {
        assert!(found.iter().any(|known| known == expected), "{expected} in {found:?}");
    }
}

#[tokio::test]
async fn a_server_of_a_board_conforms_with_a_token_and_without() {
    let token = Credentials::Session(board::TOKEN.to_owned().into());
    for credentials in [token, Credentials::None] {
        let report = check(include_str!("board.yaml"), board::start(), credentials).await;

        assert_eq!(found(&report), [""; 0], "{}", report.to_text(false));
    }
}

#[tokio::test]
async fn a_server_of_events_conforms_with_a_name_and_a_password() {
    let credentials =
        Credentials::Password { email: events::NAME.to_owned(), password: events::PASSWORD.to_owned().into() };

    let report = check(include_str!("events.yaml"), events::start(), credentials).await;

    assert_eq!(found(&report), [""; 0], "{}", report.to_text(false));
}
