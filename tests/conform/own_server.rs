//! Our own server conforms, whatever the credential, and a run leaves it unchanged.

use immich_conform::{Credentials, Options, Report};
use serde_json::Value;

use super::checked;
use super::proxy::{Behavior, FaultyServer};
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Response, Server};

#[track_caller]
pub(crate) fn assert_conforming(report: &Report) {
    assert!(report.conforming && report.findings.is_empty(), "{}", report.to_text(false));
    assert!(report.requests > 300, "only {} requests were sent", report.requests);
}

/// Why something was not checked, without repetition.
fn reasons(report: &Report) -> Vec<&str> {
    let mut reasons: Vec<&str> = report.results.iter().flat_map(|tally| &tally.skipped).map(String::as_str).collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons
}

/// What the original rejects although its contract lists it, so that it cannot be checked as a success.
const REJECTED: [&str; 2] = [
    "rejected with 400: only a session can create a session",
    "rejected with 403: only an API key can ask which key it is",
];

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_checked_on_an_empty_server() {
    let server = Server::fresh().await;

    let report = checked(&Options { user_command: Some(server.user_command()), ..Options::new(server.url()) }).await;

    assert_conforming(&report);
    assert_eq!(reasons(&report), REJECTED);
    let checked = |operation: &str| report.results.iter().any(|tally| tally.operation == operation && tally.passed > 0);
    for operation in immich_api::Operation::ALL {
        assert!(checked(operation.id()), "{}", operation.id());
    }
}

/// Everything that the server stores, without what merely using an account changes.
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
async fn a_server_with_users_is_left_unchanged() {
    is_left_unchanged(|_, _| {
        vec![Credentials::Password { email: ADMIN_EMAIL.to_owned(), password: ADMIN_PASSWORD.into() }]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute: make test-slow"]
async fn a_server_with_users_is_left_unchanged_also_without_a_password() {
    is_left_unchanged(|token, key| vec![Credentials::Session(token.into()), Credentials::Key(key.into())]).await;
}

/// `credentials` makes those of the runs, from a session token and the secret of an API key.
async fn is_left_unchanged(credentials: impl FnOnce(String, String) -> Vec<Credentials>) {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["all"]).await;
    let before = state(&server).await;
    for credentials in credentials(admin.token.clone(), key.secret.clone()) {
        let report = checked(&Options { credentials: credentials.clone(), ..Options::new(server.url()) }).await;

        assert_conforming(&report);
        let after = state(&server).await;
        // The same password may be stored again, which also changes the account, and the color that was derived.
        let same = |text: &str| {
            let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            let stable = lines.map(|mut row| {
                for name in ["password", "avatarColor", "updatedAt", "updateId"] {
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
    let mut options = Options {
        credentials: Credentials::Session(admin.token.clone().into()),
        operations: ["deleteAllSessions", "changePassword", "logout"].map(str::to_owned).to_vec(),
        ..Options::new(server.url())
    };

    assert_conforming(&checked(&options).await);
    assert!(server.accepts(&phone).await);

    options.may_end_sessions = true;
    assert_conforming(&checked(&options).await);
    assert!(!server.accepts(&phone).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_contract_does_not_specify_is_not_a_finding() {
    fn otherwise(response: &mut Response) {
        for (name, value) in &mut response.headers {
            *name = name.to_uppercase();
            if name == "CONTENT-TYPE" {
                "application/json".clone_into(value);
            }
        }
        response.headers.reverse();
        response.headers.push(("X-Powered-By".to_owned(), "something else".to_owned()));
        // Keys in another order, with spaces between them.
        if let Ok(Value::Object(fields)) = serde_json::from_slice(&response.body) {
            let fields: Vec<String> =
                fields.iter().rev().map(|(name, value)| format!("\n  {name:?} : {value}")).collect();
            response.body = format!("{{{}\n}}", fields.join(",")).into_bytes();
        }
    }
    let server = Server::fresh().await;
    let other =
        FaultyServer::before(server.client().address(), Behavior::Response(|_, response| otherwise(response))).await;

    assert_conforming(&checked(&Options::new(other.url())).await);
}
