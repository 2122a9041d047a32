//! `GET /users/me`

use serde_json::json;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Contract, Server};

#[tokio::test(flavor = "multi_thread")]
async fn a_user_sees_their_own_account() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let anna = server.user("anna").await;

    for (session, email, is_admin) in [(&admin, ADMIN_EMAIL, true), (&anna, "anna@immich.cloud", false)] {
        let user = server.get("/users/me").bearer(&session.token).await.must_be(200).json();
        let contract = Contract::read();
        let schema = contract.response_schema("getMyUser", 200).unwrap();
        assert_eq!(contract.violations(schema, &user), Vec::<String>::new());
        assert_eq!(user["id"], *session.user_id);
        assert_eq!(user["email"], email);
        assert_eq!(user["isAdmin"], is_admin);
        assert_eq!(user["deletedAt"], json!(null));
        assert_eq!(user["status"], "active");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_acts_as_its_owner() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let anna = server.user("anna").await;
    let key = server.create_key(&anna, &["user.read"]).await;

    let user = server.get("/users/me").api_key(&key.secret).await.must_be(200).json();

    assert_eq!(user["id"], *anna.user_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_link_is_not_a_user() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    server.get("/users/me?key=shared").bearer(&admin.token).await.must_be_error(401, "Invalid share key");
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_upstream_writes_are_read_from_the_database() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let me = async || server.get("/users/me").bearer(&admin.token).await.must_be(200).json();
    let new = me().await;
    assert_eq!(new["storageLabel"], "admin");
    assert_eq!(new["profileImagePath"], "");
    assert_eq!(new["oauthId"], "");
    assert_eq!(new["quotaSizeInBytes"], json!(null));
    assert_eq!(new["quotaUsageInBytes"], 0);
    assert_eq!(new["license"], json!(null));
    assert_eq!(new["profileChangedAt"], new["createdAt"]);

    server
        .database()
        .run(
            r#"update "user" set "profileImagePath" = 'upload/profile/1.jpg', "oauthId" = 'sub',
                 "profileChangedAt" = '2026-02-03T04:05:06.789Z', "quotaSizeInBytes" = 9007199254740991,
                 "quotaUsageInBytes" = 12345678901;
               insert into user_metadata ("userId", key, value)
                 select id, 'license', '{"licenseKey": "IMCL-1", "activationKey": "abc", "activatedAt": "2026-01-02T03:04:05.678Z"}'
                 from "user""#,
        )
        .await;

    let changed = me().await;
    assert_eq!(changed["profileImagePath"], "upload/profile/1.jpg");
    assert_eq!(changed["oauthId"], "sub");
    assert_eq!(changed["profileChangedAt"], "2026-02-03T04:05:06.789Z");
    assert_eq!(changed["quotaSizeInBytes"], 9_007_199_254_740_991_i64);
    assert_eq!(changed["quotaUsageInBytes"], 12_345_678_901_i64);
    let license = json!({"licenseKey": "IMCL-1", "activationKey": "abc", "activatedAt": "2026-01-02T03:04:05.678Z"});
    assert_eq!(changed["license"], license);

    for (stored, shown) in [("infinity", "9999-12-31T23:59:59.999Z"), ("-infinity", "1970-01-01T00:00:00.000Z")] {
        server.database().run(&format!(r#"update "user" set "profileChangedAt" = '{stored}'"#)).await;
        assert_eq!(me().await["profileChangedAt"], shown);
        let users = server.get("/users").bearer(&admin.token).await.must_be(200).json();
        assert_eq!(users[0]["profileChangedAt"], shown);
    }

    // Also from the credential cache: the trigger on `user_metadata` revokes it.
    server.database().run("delete from user_metadata").await;
    assert_eq!(me().await["license"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_avatar_color_is_the_column_or_derived_from_the_e_mail_address() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let color = async || server.get("/users/me").bearer(&admin.token).await.must_be(200).json()["avatarColor"].clone();
    assert_eq!(color().await, "orange");

    for stored in ["amber", "mauve"] {
        server.database().run(&format!(r#"update "user" set "avatarColor" = '{stored}'"#)).await;
        assert_eq!(color().await, stored);
        let users = server.get("/users").bearer(&admin.token).await.must_be(200).json();
        assert_eq!(users[0]["avatarColor"], stored);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_onboarding_of_a_user_is_reported_at_the_login() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let credentials = json!({"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD});
    let is_onboarded =
        async || server.post("/auth/login", credentials.clone()).await.must_be(201).json()["isOnboarded"].clone();
    assert_eq!(is_onboarded().await, false);

    let onboarding = r#"insert into user_metadata ("userId", key, value)
                        select id, 'onboarding', '{"isOnboarded": true}' from "user""#;
    server.database().run(onboarding).await;

    assert_eq!(is_onboarded().await, true);
}
