//! `GET /api-keys/{id}`

use crate::harness::{Contract, Server, UNKNOWN_ID};

#[tokio::test(flavor = "multi_thread")]
async fn a_user_can_read_their_key_by_its_id_in_any_case() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["all"]).await;

    for id in [key.id.clone(), key.id.to_uppercase()] {
        let shown = server.get(&format!("/api-keys/{id}")).bearer(&admin.token).await.must_be(200).json();
        assert_eq!(shown["id"], *key.id);
        let contract = Contract::read();
        let schema = contract.response_schema("getApiKey", 200).unwrap();
        assert_eq!(contract.violations(schema, &shown), Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_another_user_is_not_found_even_by_the_administrator() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let anna = server.user("anna").await;
    let key = server.create_key(&anna, &["all"]).await;

    for id in [key.id.as_str(), UNKNOWN_ID] {
        server.get(&format!("/api-keys/{id}")).bearer(&admin.token).await.must_be_error(400, "API Key not found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_is_a_uuid_of_version_4() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    for id in ["123", "00000000-0000-0000-0000-000000000000", "018f4e0a-7b1c-7000-8000-000000000000"] {
        server.get(&format!("/api-keys/{id}")).bearer(&admin.token).await.must_be_invalid(&["id must be a UUID"]);
    }
}
