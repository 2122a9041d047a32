//! `DELETE /sessions/{id}`

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Request, Server, UNKNOWN_ID};

const NOT_FOUND: &str = "Not found or no authDevice.delete access";

fn delete(server: &Server, id: &str) -> Request {
    server.delete(&format!("/sessions/{id}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_session_ends_with_all_its_descendants() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let parent = server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let parent_id = server.session_id(&parent).await;
    let (_, child) = server.create_child(&parent).await;
    let (_, grandchild) = server.create_child(&child).await;

    delete(&server, &parent_id).bearer(&admin.token).await.must_be_empty();

    for session in [&parent, &child, &grandchild] {
        assert!(!server.accepts(session).await);
    }
    assert!(server.accepts(&admin).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_current_session_can_delete_itself() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let id = server.session_id(&admin).await;

    delete(&server, &id).bearer(&admin.token).await.must_be_empty();

    server.call("POST", "/auth/validateToken").bearer(&admin.token).await.must_be_error(401, "Invalid user token");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_of_another_user_is_not_found() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let anna = server.user("anna").await;
    let annas = server.session_id(&anna).await;

    for id in [annas.as_str(), UNKNOWN_ID] {
        delete(&server, id).bearer(&admin.token).await.must_be_error(400, NOT_FOUND);
    }
    assert!(server.accepts(&anna).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_session_can_be_deleted() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let (id, _) = server.create_child(&admin).await;
    server.database().expire_session(&id).await;

    delete(&server, &id).bearer(&admin.token).await.must_be_empty();

    assert_eq!(server.database().count("session").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_in_upper_case_is_the_same_id() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let (id, child) = server.create_child(&admin).await;

    delete(&server, &id.to_uppercase()).bearer(&admin.token).await.must_be_empty();

    assert!(!server.accepts(&child).await);
}
