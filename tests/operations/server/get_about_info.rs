//! `GET /server/about`

use serde_json::json;

use crate::harness::{Contract, Database, Server};

#[tokio::test(flavor = "multi_thread")]
async fn build_information_comes_from_the_environment() {
    let server = Server::on(&Database::new().await)
        .with("IMMICH_BUILD", "1234")
        .with("IMMICH_BUILD_URL", "https://build.example/1234")
        .with("IMMICH_REPOSITORY", "example/immich")
        .with("IMMICH_REPOSITORY_URL", "https://git.example/immich")
        .with("IMMICH_SOURCE_REF", "main")
        .with("IMMICH_SOURCE_COMMIT", "0123456789abcdef")
        .with("IMMICH_SOURCE_URL", "https://git.example/immich/0123456789abcdef")
        .start()
        .await;
    let admin = server.sign_up_admin().await;

    let about = server.get("/server/about").bearer(&admin.token).await.must_be(200).json();

    for (field, value) in [
        ("build", "1234"),
        ("buildUrl", "https://build.example/1234"),
        ("repository", "example/immich"),
        ("repositoryUrl", "https://git.example/immich"),
        ("sourceRef", "main"),
        ("sourceCommit", "0123456789abcdef"),
        ("sourceUrl", "https://git.example/immich/0123456789abcdef"),
    ] {
        assert_eq!(about[field], json!(value), "{field}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn build_information_missing_from_the_environment_is_omitted() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    let about = server.get("/server/about").bearer(&admin.token).await.must_be(200).json();

    let contract = Contract::read();
    let schema = contract.response_schema("getAboutInfo", 200).unwrap();
    assert_eq!(contract.violations(schema, &about), Vec::<String>::new());
    for field in ["build", "buildUrl", "repository", "sourceRef", "sourceCommit", "sourceUrl"] {
        assert_eq!(about.get(field), None, "{field}");
    }
}
