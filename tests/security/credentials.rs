//! Credentials in the query, which logs, browsers and proxies keep.

use super::strict;
use crate::harness::Server;

const REJECTED: &str = "A credential in the query is not accepted; send it in a header";

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_in_the_query_is_rejected() {
    let (server, session) = strict().await;
    let key = server.create_key(&session, &["all"]).await;

    for query in [format!("apiKey={}", key.secret), format!("sessionKey={}", session.token), "key=a".to_owned()] {
        server.get(&format!("/users/me?{query}")).await.must_be_error(400, REJECTED);
        let response = server.get(&format!("/users/me?{query}")).bearer(&session.token).await;
        response.must_be_error(400, REJECTED);
    }

    server.get("/users/me?other=a&apiKey=").api_key(&key.secret).await.must_be(200);
    server.get(&format!("/server/ping?apiKey={}", key.secret)).await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_profile_it_is_accepted() {
    let server = Server::fresh().await;
    let session = server.sign_up_admin().await;

    server.get(&format!("/users/me?sessionKey={}", session.token)).await.must_be(200);
}
