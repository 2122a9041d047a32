//! Precedence of credentials.

use crate::harness::{Key, Request, Server, Session};

const NONE: &str = "Authentication required";
const BAD_TOKEN: &str = "Invalid user token";
const BAD_KEY: &str = "Invalid API key";

async fn with_admin() -> (Server, Session, Key) {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["all"]).await;
    (server, admin, key)
}

fn me(server: &Server) -> Request {
    server.get("/users/me")
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_headers_are_joined_but_only_the_first_authorization_counts() {
    let (server, admin, key) = with_admin().await;
    let (token, secret) = (admin.token.as_str(), key.secret.as_str());

    me(&server).bearer(token).bearer("bad").await.must_be(200);
    me(&server).bearer("bad").bearer(token).await.must_be_error(401, BAD_TOKEN);
    me(&server).api_key(secret).api_key(secret).await.must_be_error(401, BAD_KEY);
    me(&server).api_key("").api_key("").await.must_be_error(401, BAD_KEY);
    let user_token = |request: Request| request.header("x-immich-user-token", token);
    user_token(user_token(me(&server))).await.must_be_error(401, BAD_TOKEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_credential_is_skipped_and_an_invalid_one_is_not() {
    let (server, admin, key) = with_admin().await;
    let (token, secret) = (admin.token.as_str(), key.secret.as_str());

    me(&server).header("x-immich-user-token", "").header("x-immich-session-token", token).await.must_be(200);
    server.get("/users/me?sessionKey=&key=&slug=").header("x-immich-share-key", "").bearer(token).await.must_be(200);
    me(&server).header("Authorization", "Bearer").api_key(secret).await.must_be(200);
    me(&server)
        .header("Authorization", "Bearer ")
        .header("Cookie", "immich_access_token=")
        .await
        .must_be_error(401, NONE);
    me(&server).header("Authorization", &format!("Bearer  {token}")).await.must_be_error(401, NONE);
    me(&server).header("Authorization", &format!("Bearer {token} and more")).await.must_be(200);
    server.get(&format!("/users/me?apiKey={secret}")).api_key("").await.must_be(200);
    me(&server).header("Cookie", "immich_access_token=stale").api_key(secret).await.must_be_error(401, BAD_TOKEN);
    server.get(&format!("/users/me?sessionKey=bad&apiKey={secret}")).await.must_be_error(401, BAD_TOKEN);
    me(&server).header("x-immich-user-token", "é").bearer(token).await.must_be_error(401, BAD_TOKEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_share_link_is_reported_before_any_other_credential_even_if_it_is_repeated() {
    let (server, admin, key) = with_admin().await;
    let sign = |request: Request| request.bearer(&admin.token).api_key(&key.secret);

    for query in ["key=a", "key=a&key=b", "key=&key=", "key=a&slug=b&sessionKey=c"] {
        sign(server.get(&format!("/users/me?{query}"))).await.must_be_error(401, "Invalid share key");
    }
    for query in ["slug=a", "slug=a&slug=b"] {
        sign(server.get(&format!("/users/me?{query}"))).await.must_be_error(401, "Invalid share slug");
    }
    sign(server.get("/users/me?slug=a"))
        .header("x-immich-share-key", "b")
        .await
        .must_be_error(401, "Invalid share key");
    // These names are other parameters.
    sign(server.get("/users/me?key[]=a&KEY=b&key%5B0%5D=c")).await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_credential_in_the_query_is_a_bad_request_unless_a_header_takes_precedence() {
    let (server, admin, key) = with_admin().await;
    let (token, secret) = (admin.token.as_str(), key.secret.as_str());

    for (name, value) in [("sessionKey", token), ("apiKey", secret)] {
        let message = format!("The query parameter {name} must be given only once");
        let target = format!("/users/me?{name}={value}&{name}={value}");
        server.get(&target).await.must_be_error(400, &message);
        server.get(&format!("/users/me?{name}=&{name}=")).await.must_be_error(400, &message);
    }
    server.get("/users/me?sessionKey=a&sessionKey=b").header("x-immich-user-token", token).await.must_be(200);
    server.get("/users/me?apiKey=a&apiKey=b").bearer(token).await.must_be(200);
    server.get("/users/me?apiKey=a&apiKey=b").api_key(secret).await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_is_percent_decoded_and_its_name_is_case_sensitive() {
    let (server, admin, _) = with_admin().await;
    let with = |cookie: &str| me(&server).header("Cookie", cookie);
    let token = admin.token.as_str();

    for cookie in [
        format!("a=b;immich_access_token={token}"),
        format!("immich_access_token = {token} ; a"),
        format!("immich_access_token={token}; immich_access_token=bad"),
        format!("immich_access_token=%{:02X}{}", token.as_bytes()[0], &token[1..]),
    ] {
        with(&cookie).await.must_be(200);
    }
    with("a=b").header("Cookie", &format!("immich_access_token={token}")).await.must_be(200);
    for cookie in [format!("immich_access_token=\"{token}\""), format!("immich_access_token={token},a=b")] {
        with(&cookie).await.must_be_error(401, BAD_TOKEN);
    }
    with(&format!("Immich_access_token={token}")).await.must_be_error(401, NONE);
}
