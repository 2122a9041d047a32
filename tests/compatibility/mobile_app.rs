//! Requests of the mobile app: it finds the API, pings it, and sends its token and its device in its own headers.

use serde_json::json;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Request, Server};

/// A request with the headers of the app on a phone.
fn from_the_app(request: Request) -> Request {
    request
        .header("User-Agent", "Immich_Android_2.5.6")
        .header("deviceModel", "Pixel 9")
        .header("deviceType", "Android")
        .header("Accept", "application/json")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_finds_the_server_logs_in_and_is_listed_with_its_device() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;

    let found = from_the_app(server.raw("GET", "/.well-known/immich")).await.must_be(200).json();
    let endpoint = found["api"]["endpoint"].as_str().unwrap().to_owned();
    from_the_app(server.raw("GET", &format!("{endpoint}/server/ping"))).await.must_be(200);
    from_the_app(server.raw("GET", &format!("{endpoint}/server/config"))).await.must_be(200);
    let credentials = json!({"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD});
    let login = from_the_app(server.post("/auth/login", credentials)).await.must_be(201).json();
    let token = login["accessToken"].as_str().unwrap();
    let sessions = from_the_app(server.get("/sessions")).header("x-immich-user-token", token).await.must_be(200).json();

    let own = sessions.as_array().unwrap().iter().find(|session| session["current"] == true).unwrap();
    assert_eq!(own["deviceType"], "Pixel 9");
    assert_eq!(own["deviceOS"], "Android");
    assert_eq!(own["appVersion"], "2.5.6");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_updated_app_is_listed_with_its_new_version_after_its_next_request() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let credentials = json!({"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD});
    let login = from_the_app(server.post("/auth/login", credentials)).await.must_be(201).json();
    let token = login["accessToken"].as_str().unwrap();
    let updated = |path: &str| {
        server
            .get(path)
            .header("User-Agent", "Immich_iOS_2.6.0")
            .header("deviceModel", "iPhone")
            .header("deviceType", "iOS")
            .header("x-immich-user-token", token)
    };

    updated("/users/me").await.must_be(200);

    let sessions = updated("/sessions").await.must_be(200).json();
    let own = sessions.as_array().unwrap().iter().find(|session| session["current"] == true).unwrap();
    assert_eq!([&own["deviceType"], &own["deviceOS"], &own["appVersion"]], ["iPhone", "iOS", "2.6.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_changes_its_users_password_and_logs_out() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let call = |request: Request| from_the_app(request).header("x-immich-user-token", &admin.token);

    call(server.call("POST", "/auth/validateToken")).await.must_be(200);
    let change = json!({"password": ADMIN_PASSWORD, "newPassword": "password2"});
    call(server.post("/auth/change-password", change)).await.must_be(200);
    call(server.call("POST", "/auth/logout")).await.must_be(200);

    call(server.get("/users/me")).await.must_be_error(401, "Invalid user token");
    server.login(ADMIN_EMAIL, "password2").await;
}
