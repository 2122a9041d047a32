//! Our own server is conforming, whoever asks, and is left as it was found.

use immich_conform::{Credentials, Options, Report};
use serde_json::Value;

use super::checked;
use super::proxy::{FaultyServer, Trick};
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Response, Server};

#[track_caller]
fn assert_conforming(report: &Report) {
    assert!(report.conforming && report.findings.is_empty(), "{}", report.to_text(false));
    assert!(report.requests > 300, "only {} requests were made", report.requests);
}

/// Why something was not checked, without repetition.
fn reasons(report: &Report) -> Vec<&str> {
    let mut reasons: Vec<&str> = report.results.iter().flat_map(|tally| &tally.skipped).map(String::as_str).collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons
}

/// What the original refuses although its contract lists it: nobody can check that as a success.
const REFUSED: [&str; 3] = [
    "refused with 400 by the original",
    "refused with 400 by the original, whatever the key may do",
    "refused with 403 by the original",
];

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_server_is_checked_in_everything() {
    let server = Server::fresh().await;

    let report = checked(&Options { user_command: Some(server.user_command()), ..Options::new(server.url()) }).await;

    assert_conforming(&report);
    assert_eq!(reasons(&report), REFUSED);
    let checked = |operation: &str| report.results.iter().any(|tally| tally.operation == operation && tally.passed > 0);
    for operation in immich_api::Operation::ALL {
        assert!(checked(operation.id()), "{}", operation.id());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_cases_agree_and_without_a_second_user_some_are_skipped() {
    let server = Server::fresh().await;
    let with = Options { golden: true, user_command: Some(server.user_command()), ..Options::new(server.url()) };
    let report = checked(&with).await;
    assert_conforming(&report);
    let golden = |report: &Report| -> usize {
        report.results.iter().filter(|tally| tally.rule.id() == "golden").map(|tally| tally.passed).sum()
    };
    let all = golden(&report);
    assert!(all > 600, "{all}");

    let server = Server::fresh().await;
    let report = checked(&Options { golden: true, ..Options::new(server.url()) }).await;
    assert_conforming(&report);
    assert!((300..all).contains(&golden(&report)), "{} of {all}", golden(&report));
    assert!(report.notes.iter().any(|note| note.contains("cases were skipped")), "{:?}", report.notes);
}

/// Everything on the server that outlives requests, without what merely using an account changes.
async fn state(server: &Server) -> String {
    let client = server.database().connect().await;
    let rows = client
        .query(
            "SELECT to_jsonb(u)::text FROM \"user\" u UNION ALL \
             SELECT (to_jsonb(s) - 'updatedAt' - 'updateId')::text FROM session s UNION ALL \
             SELECT to_jsonb(k)::text FROM api_key k ORDER BY 1",
            &[],
        )
        .await
        .unwrap();
    rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_in_use_is_left_as_it_was_found() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["all"]).await;
    let before = state(&server).await;
    for credentials in [
        Credentials::Password { email: ADMIN_EMAIL.to_owned(), password: ADMIN_PASSWORD.into() },
        Credentials::Session(admin.token.clone().into()),
        Credentials::Key(key.secret.clone().into()),
    ] {
        let report = checked(&Options { credentials: credentials.clone(), ..Options::new(server.url()) }).await;

        assert_conforming(&report);
        let after = state(&server).await;
        // A password may be stored anew, and the account with it, though it is the same.
        let same = |text: &str| {
            let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            let stable = lines.map(|mut row| {
                for name in ["password", "updatedAt", "updateId"] {
                    row.as_object_mut().unwrap().remove(name);
                }
                row.to_string()
            });
            stable.collect::<Vec<_>>()
        };
        assert_eq!(same(&after), same(&before), "{credentials:?}");
        server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
        assert!(server.accepts(&admin).await, "{credentials:?}");
        server.delete("/sessions").bearer(&admin.token).await.must_be_empty();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sessions_of_an_account_are_ended_only_when_that_is_allowed() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let phone = server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let mut options =
        Options { credentials: Credentials::Session(admin.token.clone().into()), ..Options::new(server.url()) };

    assert_conforming(&checked(&options).await);
    assert!(server.accepts(&phone).await);

    options.may_end_sessions = true;
    assert_conforming(&checked(&options).await);
    assert!(!server.accepts(&phone).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_contract_leaves_open_is_no_fault() {
    fn otherwise(answer: &mut Response) {
        for (name, value) in &mut answer.headers {
            *name = name.to_uppercase();
            if name == "CONTENT-TYPE" {
                "application/json".clone_into(value);
            }
        }
        answer.headers.reverse();
        answer.headers.push(("X-Powered-By".to_owned(), "something else".to_owned()));
        // Another order of the keys, and blanks between them.
        if let Ok(Value::Object(fields)) = serde_json::from_slice(&answer.body) {
            let fields: Vec<String> =
                fields.iter().rev().map(|(name, value)| format!("\n  {name:?} : {value}")).collect();
            answer.body = format!("{{{}\n}}", fields.join(",")).into_bytes();
        }
    }
    let server = Server::fresh().await;
    let other = FaultyServer::before(server.client().address(), Trick::Answer(|_, answer| otherwise(answer))).await;

    assert_conforming(&checked(&Options::new(other.url())).await);
}
