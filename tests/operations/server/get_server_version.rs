//! `GET /server/version`

use crate::harness::{Contract, Server};

#[tokio::test(flavor = "multi_thread")]
async fn the_version_is_three_numbers_and_equals_that_of_about() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    let version = server.get("/server/version").await.must_be(200).json();

    let contract = Contract::read();
    let schema = contract.response_schema("getServerVersion", 200).unwrap();
    assert_eq!(contract.violations(schema, &version), Vec::<String>::new());
    let about = server.get("/server/about").bearer(&admin.token).await.must_be(200).json();
    let number = format!("v{}.{}.{}", version["major"], version["minor"], version["patch"]);
    assert_eq!(about["version"], number);
}
