//! Strict transport security (RFC 6797).

use super::strict;
use crate::harness::Server;

const HEADER: &str = "strict-transport-security";

#[tokio::test(flavor = "multi_thread")]
async fn responses_over_https_demand_https_for_a_year() {
    let (server, session) = strict().await;

    for (path, status) in [("/users/me", 200), ("/unknown", 404)] {
        let request = server.get(path).bearer(&session.token);
        let response = request.clone().header("X-Forwarded-Proto", "https").await.must_be(status);
        assert_eq!(response.header(HEADER), Some("max-age=31536000"), "{response}");
        // Browsers ignore it over http, and RFC 6797, section 7.2, forbids it there.
        assert_eq!(request.await.must_be(status).header(HEADER), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_profile_the_proxy_decides() {
    let server = Server::fresh().await;

    let response = server.get("/server/ping").header("X-Forwarded-Proto", "https").await.must_be(200);

    assert_eq!(response.header(HEADER), None, "{response}");
}
