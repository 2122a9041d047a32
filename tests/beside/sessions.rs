//! Logins, sessions and passwords are shared.

use serde_json::json;

use super::{ANNA, ANNA_EMAIL, ANNA_OAUTH, ANNA_PASSWORD, Deployment, is_of_upstream, text};
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Release};

#[tokio::test(flavor = "multi_thread")]
async fn a_login_through_the_proxy_is_accepted_by_both_servers() {
    for release in Release::ALL {
        let deployment = Deployment::on(release).await;
        let client = deployment.client();

        let login = client.try_login(ANNA_EMAIL, ANNA_PASSWORD).await.must_be(201);

        assert!(!is_of_upstream(&login));
        let token = text(&login.json()["accessToken"]);
        let cookies: Vec<_> = login.headers_named("set-cookie").filter_map(|cookie| cookie.split(';').next()).collect();
        let cookies = cookies.join("; ");
        for (header, value) in [
            ("Cookie", cookies.as_str()),
            ("Authorization", &format!("Bearer {token}")),
            ("x-immich-user-token", &token),
        ] {
            let me = client.get("/users/me").header(header, value).await.must_be(200);
            assert!(!is_of_upstream(&me) && me.json()["id"] == ANNA, "{header}: {me}");
            let preferences = client.get("/users/me/preferences").header(header, value).await.must_be(200);
            assert!(is_of_upstream(&preferences), "{header}: {preferences}");
            assert_eq!(preferences.json(), json!({"memories": {"enabled": false}}), "{header}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_web_ui_gets_all_calls_of_its_start_in_their_order() {
    let deployment = Deployment::start().await;
    let client = deployment.client();

    for path in ["/server/config", "/server/features"] {
        assert!(!is_of_upstream(&client.get(path).await.must_be(200)), "{path}");
    }
    let login = client.try_login(ADMIN_EMAIL, ADMIN_PASSWORD).await.must_be(201);
    let cookie = login.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap().to_owned();
    for (path, by_upstream) in [
        ("/users/me", false),
        ("/server/about", false),
        ("/users/me/preferences", true),
        ("/notifications", true),
        ("/server/storage", true),
        ("/albums", true),
        ("/memories", true),
        ("/timeline/buckets", true),
        ("/api-keys", false),
        ("/sessions", false),
    ] {
        let response = client.get(path).header("Cookie", &cookie).await.must_be(200);
        assert_eq!(is_of_upstream(&response), by_upstream, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_upstream_created_is_accepted_here() {
    for release in Release::ALL {
        let deployment = Deployment::on(release).await;
        let client = deployment.client();

        let callback = json!({"url": format!("https://photos.example.com/auth/login?code={ANNA_OAUTH}")});
        let login = client.post("/oauth/callback", callback).await.must_be(201);

        assert!(is_of_upstream(&login));
        let token = text(&login.json()["accessToken"]);
        assert_eq!(client.get("/users/me").bearer(&token).await.must_be(200).json()["id"], ANNA);
        let sessions = client.get("/sessions").bearer(&token).await.must_be(200).json();
        let current = sessions.as_array().unwrap().iter().find(|session| session["current"] == true).unwrap();
        let path = format!("/sessions/{}", text(&current["id"]));
        let updated = client.put(&path, json!({"isPendingSyncReset": true})).bearer(&token).await.must_be(200);
        assert!(is_of_upstream(&updated), "PUT belongs to upstream");
        let sessions = client.get("/sessions").bearer(&token).await.must_be(200).json();
        assert!(sessions.as_array().unwrap().iter().any(|session| session["isPendingSyncReset"] == true), "{sessions}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_session_is_accepted_by_upstream_until_its_parent_ends() {
    let deployment = Deployment::start().await;
    let client = deployment.client();
    let parent = client.login(ANNA_EMAIL, ANNA_PASSWORD).await;

    let (_, child) = client.create_child(&parent).await;

    assert!(is_of_upstream(&client.get("/albums").bearer(&child.token).await.must_be(200)));
    client.post("/auth/logout", json!({})).bearer(&parent.token).await.must_be(200);
    client.get("/albums").bearer(&child.token).await.must_be(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_that_upstream_created_logs_in_here() {
    let deployment = Deployment::start().await;
    let client = deployment.client();
    let bert = json!({"email": "bert@immich.cloud", "name": "Bert", "password": "password2"});

    let created = client.post("/admin/users", bert).bearer("admin-token").await.must_be(201);

    assert!(is_of_upstream(&created));
    let bert = client.login("bert@immich.cloud", "password2").await;
    assert_eq!(client.get("/users/me").bearer(&bert.token).await.must_be(200).json()["name"], "Bert");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_either_server_changed_is_valid_on_both() {
    let deployment = Deployment::start().await;
    let (client, upstream) = (deployment.client(), deployment.upstream.client());

    let change = json!({"password": ANNA_PASSWORD, "newPassword": "changed here"});
    client.post("/auth/change-password", change).bearer("anna-token").await.must_be(200);
    assert!(is_of_upstream(&upstream.try_login(ANNA_EMAIL, "changed here").await.must_be(201)));
    upstream.try_login(ANNA_EMAIL, ANNA_PASSWORD).await.must_be(401);

    let reset = json!({"password": "changed there"});
    let reset = client.put(&format!("/admin/users/{ANNA}"), reset).bearer("admin-token").await.must_be(200);
    assert!(is_of_upstream(&reset));
    client.login(ANNA_EMAIL, "changed there").await;
    client.try_login(ANNA_EMAIL, "changed here").await.must_be_error(401, "Incorrect email or password");
}
