//! A user's own account.

use serde_json::json;

use super::{EMAIL, PASSWORD, strict};

#[tokio::test(flavor = "multi_thread")]
async fn the_own_password_and_e_mail_address_need_the_current_password() {
    let (server, session) = strict().await;
    let update = |body| server.put("/users/me", body).bearer(&session.token);

    let both = json!({"email": "other@immich.cloud", "password": "difference engine", "name": "Other"});
    update(both).await.must_be_invalid(&[
        "email must not be changed without the current password, for which the contract has no operation",
        "password must not be changed without the current password; use POST /auth/change-password",
    ]);
    let unchanged = server.get("/users/me").bearer(&session.token).await.must_be(200).json();
    assert_eq!((unchanged["email"].as_str(), unchanged["name"].as_str()), (Some(EMAIL), Some(super::NAME)));
    server.login(EMAIL, PASSWORD).await;

    // Clients send the whole account to change the name.
    let renamed = update(json!({"email": "ADA@immich.cloud", "name": "Ada King"})).await.must_be(200).json();
    assert_eq!(renamed["name"], "Ada King");
}
