//! `GET /sessions`

use serde_json::{Value, json};

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Server};

#[tokio::test(flavor = "multi_thread")]
async fn after_one_login_there_is_one_session() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    let mut sessions = server.get("/sessions").bearer(&admin.token).await.must_be(200).json();

    for field in ["id", "createdAt", "updatedAt"] {
        assert!(sessions[0][field].take().is_string(), "{field}");
    }
    assert_eq!(
        sessions,
        json!([{
            "id": null,
            "createdAt": null,
            "updatedAt": null,
            "current": true,
            "appVersion": null,
            "deviceOS": "",
            "deviceType": "",
            "isPendingSyncReset": false,
        }])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_users_unexpired_sessions_are_listed_last_used_first() {
    let server = Server::fresh().await;
    let first = server.sign_up_admin().await;
    let second = server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    server.user("anna").await;
    let (child_id, _) = server.create_child(&second).await;
    let (expired_id, _) = server.create_child(&second).await;
    server.database().expire_session(&expired_id).await;
    let first_id = server.session_id(&first).await;
    let second_id = server.session_id(&second).await;
    server.database().age_session(&second_id, 10).await;
    server.database().age_session(&child_id, 30).await;
    server.database().age_session(&first_id, 20).await;

    let sessions = server.get("/sessions").bearer(&second.token).await.must_be(200).json();

    let listed: Vec<&Value> = sessions.as_array().unwrap().iter().map(|s| &s["id"]).collect();
    assert_eq!(listed, [&second_id, &first_id, &child_id]);
    assert_eq!(sessions[0]["current"], true);
    assert_eq!(sessions[1]["current"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn for_a_key_no_session_is_the_current_one() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["session.read"]).await;

    let sessions = server.get("/sessions").api_key(&key.secret).await.must_be(200).json();

    assert_eq!(sessions.as_array().map(Vec::len), Some(1));
    assert_eq!(sessions[0]["current"], false);
}
