//! The mock conforms, except for what it cannot do as it stores nothing: a file of waivers accepts that.

use crate::harness::{Program, Server};

const WAIVERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/conform/mock.waivers.toml");

#[tokio::test(flavor = "multi_thread")]
async fn the_mock_conforms_except_for_what_it_does_not_store() {
    let mock = Server::mock().start().await;
    let arguments = ["conform", "--url", &mock.url(), "--email", "any@example.com", "--password", "anything"];

    let strict = Program::run(arguments).await;
    let lenient = Program::run(arguments).and(["--waivers", WAIVERS]).await.must_succeed();

    assert_eq!(strict.code, Some(1), "{strict:?}");
    assert!(lenient.stdout.contains("\nconforming: 0 findings"), "{}", lenient.stdout);
    assert!(!lenient.stdout.contains("Unused waiver"), "{}", lenient.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_account_the_mock_counts_as_a_server_with_users() {
    let mock = Server::mock().start().await;

    let outcome = Program::run(["conform", "--url", &mock.url()]).await;

    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("pass an account"), "{outcome:?}");
}
