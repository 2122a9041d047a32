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
        .with("IMMICH_BUILD_IMAGE", "v2.5.6")
        .with("IMMICH_BUILD_IMAGE_URL", "https://images.example/v2.5.6")
        .with("IMMICH_THIRD_PARTY_SOURCE_URL", "https://fork.example/source")
        .with("IMMICH_THIRD_PARTY_BUG_FEATURE_URL", "https://fork.example/bugs")
        .with("IMMICH_THIRD_PARTY_DOCUMENTATION_URL", "https://fork.example/docs")
        .with("IMMICH_THIRD_PARTY_SUPPORT_URL", "https://fork.example/help")
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
        ("buildImage", "v2.5.6"),
        ("buildImageUrl", "https://images.example/v2.5.6"),
        ("thirdPartySourceUrl", "https://fork.example/source"),
        ("thirdPartyBugFeatureUrl", "https://fork.example/bugs"),
        ("thirdPartyDocumentationUrl", "https://fork.example/docs"),
        ("thirdPartySupportUrl", "https://fork.example/help"),
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

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_licensed_if_the_database_has_a_license() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let licensed =
        async || server.get("/server/about").bearer(&admin.token).await.must_be(200).json()["licensed"].clone();
    assert_eq!(licensed().await, false);

    server.database().run("insert into system_metadata values ('license', '{\"licenseKey\": \"IMSV-1\"}')").await;

    assert_eq!(licensed().await, true);
}
