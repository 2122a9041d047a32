//! When sessions end.

use serde_json::json;

use super::{EMAIL, PASSWORD, strict, strict_on};
use crate::harness::{Database, Server, Session};

const MINUTES_PER_DAY: i32 = 24 * 60;

/// Set back when a session was created, without a change of when it was used.
async fn created_days_ago(database: &Database, id: &str, days: i32) {
    let statement = "UPDATE session SET \"createdAt\" = now() - make_interval(days => $2) WHERE id = $1::text::uuid";
    database.change(statement, &[&id, &days]).await;
}

/// Whether a new server, which has nothing cached, accepts a session.
async fn accepts(server: &Server, session: &Session) -> bool {
    strict_on(server.database()).await.accepts(session).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_14_days_after_its_last_use() {
    let (server, session) = strict().await;
    let id = server.session_id(&session).await;
    server.database().age_session(&id, 14 * MINUTES_PER_DAY - 5).await;
    assert!(accepts(&server, &session).await, "five minutes before the end; this use counts");
    let other = server.login(EMAIL, PASSWORD).await;

    server.database().age_session(&id, 14 * MINUTES_PER_DAY).await;

    assert!(!accepts(&server, &session).await);
    let listed = server.get("/sessions").bearer(&other.token).await.must_be(200).json();
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "an ended session is not listed: {listed}");
    let lenient = Server::on(server.database()).start().await;
    assert!(lenient.accepts(&session).await, "without the profile it has not ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_30_days_after_the_login() {
    let (server, session) = strict().await;
    let id = server.session_id(&session).await;
    created_days_ago(server.database(), &id, 29).await;
    assert!(accepts(&server, &session).await);

    created_days_ago(server.database(), &id, 30).await;

    assert!(!accepts(&server, &session).await);
    let used = "session WHERE \"updatedAt\" > now() - interval '1 minute'";
    assert_eq!(server.database().count(used).await, 1, "it was used a moment ago");
    let lenient = Server::on(server.database()).start().await;
    assert!(lenient.accepts(&session).await, "without the profile it has not ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cached_session_ends_as_well() {
    let (server, session) = strict().await;
    let id = server.session_id(&session).await;
    let almost = "UPDATE session SET \"createdAt\" = now() - interval '30 days' + interval '4 seconds' \
                  WHERE id = $1::text::uuid";
    server.database().change(almost, &[&id]).await;
    let server = strict_on(server.database()).await;
    assert!(server.accepts(&session).await);
    assert!(server.accepts(&session).await, "from the cache");

    tokio::time::sleep(std::time::Duration::from_secs(5)).await;

    assert!(!server.accepts(&session).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_session_does_not_outlive_its_login() {
    let (server, session) = strict().await;
    let id = server.session_id(&session).await;
    created_days_ago(server.database(), &id, 20).await;
    let parent = strict_on(server.database()).await;

    for body in [json!({}), json!({"duration": 90 * 24 * 3_600})] {
        let child = parent.post("/sessions", body).bearer(&session.token).await.must_be(201).json();
        let id = child["id"].as_str().unwrap();
        let ends_with_the_login = format!(
            "session WHERE id = '{id}' AND \"expiresAt\" BETWEEN now() + interval '9 days 23 hours' \
             AND now() + interval '10 days'"
        );
        assert_eq!(server.database().count(&ends_with_the_login).await, 1, "{child}");
    }
    let short = parent.post("/sessions", json!({"duration": 60})).bearer(&session.token).await.must_be(201).json();
    let soon = format!(
        "session WHERE id = '{}' AND \"expiresAt\" < now() + interval '1 minute'",
        short["id"].as_str().unwrap()
    );
    assert_eq!(server.database().count(&soon).await, 1, "{short}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_ends_the_session_that_it_replaces() {
    let (server, old) = strict().await;
    let other = server.login(EMAIL, PASSWORD).await;
    server.create_user("bob@immich.cloud", "Bob", "difference engine").await.must_succeed();
    let of_bob = server.login("bob@immich.cloud", "difference engine").await;
    let cookie = |session: &Session| format!("immich_access_token={}", session.token);

    server.try_login(EMAIL, "wrong").header("Cookie", &cookie(&old)).await.must_be(401);
    assert!(server.accepts(&old).await, "a failed login replaces nothing");
    server.try_login(EMAIL, PASSWORD).header("Cookie", &cookie(&old)).await.must_be(201);
    server.try_login(EMAIL, PASSWORD).header("Cookie", &cookie(&of_bob)).await.must_be(201);
    server.try_login(EMAIL, PASSWORD).header("Cookie", "immich_access_token=unknown").await.must_be(201);

    assert!(!server.accepts(&old).await);
    assert!(server.accepts(&other).await && server.accepts(&of_bob).await);
}
