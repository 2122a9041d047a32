//! `DELETE /sessions`

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Server};

#[tokio::test(flavor = "multi_thread")]
async fn all_sessions_except_the_current_one_are_deleted() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let mut others = Vec::new();
    for _ in 0..5 {
        others.push(server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await);
    }
    let anna = server.user("anna").await;

    server.delete("/sessions").bearer(&admin.token).await.must_be_empty();

    assert!(server.accepts(&admin).await);
    assert!(server.accepts(&anna).await);
    for other in &others {
        assert!(!server.accepts(other).await);
    }
    let left = server.get("/sessions").bearer(&admin.token).await.must_be(200).json();
    assert_eq!(left.as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_deletes_all_sessions() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["session.delete"]).await;

    server.delete("/sessions").api_key(&key.secret).await.must_be_empty();

    assert!(!server.accepts(&admin).await);
    assert_eq!(server.database().count("session").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_session_deletes_its_parent_and_thereby_itself() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let (_, child) = server.create_child(&admin).await;

    server.delete("/sessions").bearer(&child.token).await.must_be_empty();

    assert!(!server.accepts(&admin).await);
    assert!(!server.accepts(&child).await);
}
