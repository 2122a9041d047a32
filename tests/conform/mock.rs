//! The mock, checked: what it answers is conforming; what it cannot do, for it stores nothing, is accepted by a file.

use crate::harness::{Program, Server};

const WAIVERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/conform/mock.waivers.toml");

#[tokio::test(flavor = "multi_thread")]
async fn the_mock_is_conforming_but_for_what_it_does_not_store() {
    let mock = Server::mock().start().await;
    let arguments = ["conform", "--url", &mock.url(), "--email", "anybody@example.com", "--password", "anything"];

    let strict = Program::run(arguments).await;
    let lenient = Program::run(arguments).and(["--waivers", WAIVERS]).await.must_succeed();

    assert_eq!(strict.code, Some(1), "{strict:?}");
    assert!(lenient.stdout.contains("\nconforming: 0 findings"), "{}", lenient.stdout);
    assert!(!lenient.stdout.contains("A waiver accepts nothing"), "{}", lenient.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_account_the_mock_is_a_server_in_use() {
    let mock = Server::mock().start().await;

    let outcome = Program::run(["conform", "--url", &mock.url()]).await;

    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("give it an account"), "{outcome:?}");
}
