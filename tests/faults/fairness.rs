//! One user with very many sessions and keys: they are limited, and their lists do not hold up other users.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Server, Session};

/// More than the limit, as a database of upstream may have.
const MANY: usize = 50_000;

/// Connections on which one user requests lists.
const CONNECTIONS: usize = 10;

/// A server on which one user has [`MANY`] sessions, that user, and another one.
async fn with_many_sessions() -> (Server, Session, Session) {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let greedy = server.user("greedy").await;
    let bystander = server.user("bystander").await;
    add_sessions(&server, &greedy, MANY).await;
    (server, greedy, bystander)
}

/// Sessions of the user's that were used longer ago than the others.
async fn add_sessions(server: &Server, user: &Session, count: usize) {
    let insert = format!(
        "INSERT INTO session (token, \"userId\", \"updatedAt\")
         SELECT 'token ' || i || ' of {id}', '{id}', now() - i * interval '1 second' FROM generate_series(1, {count}) i;
         ANALYZE session",
        id = user.user_id
    );
    server.database().run(&insert).await;
}

async fn sessions_of(server: &Server, user: &Session) -> i64 {
    server.database().count(&format!("session WHERE \"userId\" = '{}'", user.user_id)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_many_sessions_do_not_hold_up_other_users() {
    let (server, greedy, bystander) = with_many_sessions().await;
    let key = server.create_key(&bystander, &["user.read"]).await;
    let end = Instant::now() + Duration::from_secs(4);
    let lists: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (client, token) = (server.client(), greedy.token.clone());
            tokio::spawn(async move {
                let mut complete = 0;
                while Instant::now() < end {
                    let response = client.get("/sessions").bearer(&token).await;
                    if response.status == 200 {
                        complete += 1;
                        assert!(response.body.ends_with(b"}]"), "the list is complete");
                    } else {
                        response.must_be(503).must_have_error_shape();
                    }
                }
                complete
            })
        })
        .collect();

    let mut times = Vec::new();
    while Instant::now() < end {
        // A new connection each time, and now and then a query: a changed name is read from the database again.
        let begin = Instant::now();
        if times.len() % 10 == 0 {
            server
                .put("/users/me", json!({"name": format!("{}", times.len())}))
                .bearer(&bystander.token)
                .await
                .must_be(200);
        } else {
            server.get("/users/me").api_key(&key.secret).await.must_be(200);
        }
        times.push(begin.elapsed());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    let mut complete = 0;
    for list in lists {
        complete += list.await.expect("each list is complete or refused");
    }
    times.sort_unstable();
    let (median, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!(
        "{complete} lists of {MANY} sessions; another user's {} requests: p50 {median:?}, p99 {p99:?}",
        times.len()
    );
    assert!(complete > 0);
    assert!(median < Duration::from_millis(100), "p50 {median:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_another_user_waits_for_a_page_and_not_for_whole_lists() {
    let (server, greedy, bystander) = with_many_sessions().await;
    let lists: Vec<_> =
        (0..CONNECTIONS).map(|_| tokio::spawn(server.get("/sessions").bearer(&greedy.token).into_future())).collect();
    tokio::time::sleep(Duration::from_millis(50)).await;

    for _ in 0..20 {
        server.get("/sessions").bearer(&bystander.token).await.must_be(200);
    }

    assert!(lists.iter().any(|list| !list.is_finished()), "20 short lists end before 10 long ones");
    for list in lists {
        let response = list.await.expect("a response");
        assert!(matches!(response.status, 200 | 503), "{response}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_with_too_many_lists_in_progress_has_to_wait() {
    let (server, greedy, bystander) = with_many_sessions().await;
    // Clients that do not read: their lists stay in progress.
    let mut stalled = Vec::new();
    for _ in 0..4 {
        let mut connection = server.connect().await;
        connection.write(&server.get("/sessions").bearer(&greedy.token).to_bytes()).await.expect("the server reads");
        connection.read_bytes(1_000).await.expect("the list begins");
        stalled.push(connection);
    }

    let refused = server.get("/sessions").bearer(&greedy.token).await;

    let refused = refused.must_be_error(503, "Too many lists are requested at once, try again later");
    assert!(refused.header("retry-after").is_some(), "{refused}");
    server.get("/users/me").bearer(&greedy.token).await.must_be(200);
    server.get("/sessions").bearer(&bystander.token).await.must_be(200);
    drop(stalled);
    server.get("/sessions").bearer(&greedy.token).await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_beyond_the_limit_ends_the_longest_unused_session() {
    let server = Server::on(&Database::new().await).with("IMMICH_USER_MAX_SESSIONS", "3").start().await;
    let first = server.sign_up_admin().await;
    let other = server.user("other").await;
    let second = server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let third = server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let id = server.session_id(&second).await;
    server.database().age_session(&id, 30).await;

    let fourth = server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;

    assert!(!server.accepts(&second).await);
    for session in [&first, &third, &fourth, &other] {
        assert!(server.accepts(session).await);
    }
    let fifth = server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    assert!(!server.accepts(&first).await);
    assert!(server.accepts(&fifth).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_session_ends_before_a_session_that_is_valid() {
    let server = Server::on(&Database::new().await).with("IMMICH_USER_MAX_SESSIONS", "3").start().await;
    let first = server.sign_up_admin().await;
    server.database().age_session(&server.session_id(&first).await, 30).await;
    let second = server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let (expired, _) = server.create_child(&second).await;
    server.database().expire_session(&expired).await;

    server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;

    assert!(server.accepts(&first).await);
    assert_eq!(sessions_of(&server, &first).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calling_session_and_its_ancestors_are_never_ended() {
    let server = Server::on(&Database::new().await).with("IMMICH_USER_MAX_SESSIONS", "3").start().await;
    let root = server.sign_up_admin().await;
    let other = server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let (_, child) = server.create_child(&root).await;
    for (session, minutes) in [(&root, 50), (&child, 40), (&other, 30)] {
        server.database().age_session(&server.session_id(session).await, minutes).await;
    }

    let (_, grandchild) = server.create_child(&child).await;

    assert!(!server.accepts(&other).await);
    for session in [&root, &child, &grandchild] {
        assert!(server.accepts(session).await);
    }
    let refused = server.post("/sessions", json!({})).bearer(&grandchild.token).await;
    refused.must_be_error(
        400,
        "A user may have 3 sessions, and this session and those that it was created from are as many",
    );
    assert_eq!(sessions_of(&server, &root).await, 3);
    let new = server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    assert!(server.accepts(&new).await);
    assert!(!server.accepts(&grandchild).await, "the sessions that the ended one created end with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_with_far_too_many_sessions_reaches_the_limit_in_steps() {
    let server = Server::on(&Database::new().await).with("IMMICH_USER_MAX_SESSIONS", "100").start().await;
    let admin = server.sign_up_admin().await;
    add_sessions(&server, &admin, 1_100).await;

    let mut left = Vec::new();
    for _ in 0..3 {
        let begin = Instant::now();
        server.create_child(&admin).await;
        left.push(sessions_of(&server, &admin).await);
        println!("a new session with {left:?} sessions left took {:?}", begin.elapsed());
    }

    assert_eq!(left, [602, 103, 100]);
    assert!(server.accepts(&admin).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_created_at_the_same_time_end_at_the_limit() {
    let server = Server::on(&Database::new().await).with("IMMICH_USER_MAX_SESSIONS", "10").start().await;
    let admin = server.sign_up_admin().await;
    let created: Vec<_> = (0..200)
        .map(|_| tokio::spawn(server.post("/sessions", json!({})).bearer(&admin.token).into_future()))
        .collect();

    for session in created {
        session.await.expect("a response").must_be(201);
    }

    server.create_child(&admin).await;
    assert_eq!(sessions_of(&server, &admin).await, 10);
    assert!(server.accepts(&admin).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_beyond_the_limit_is_rejected() {
    let server = Server::on(&Database::new().await).with("IMMICH_USER_MAX_API_KEYS", "2").start().await;
    let admin = server.sign_up_admin().await;
    let other = server.user("other").await;
    let first = server.create_key(&admin, &["all"]).await;
    server.create_key(&admin, &["all"]).await;
    let create = || server.post("/api-keys", json!({"permissions": ["all"]}));

    let refused = create().bearer(&admin.token).await;

    refused.must_be_error(400, "You have 2 API keys, which is the limit; delete one to create another");
    create().api_key(&first.secret).await.must_be(400);
    assert_eq!(server.database().count("api_key").await, 2);
    server.create_key(&other, &["all"]).await;
    server.delete(&format!("/api-keys/{}", first.id)).bearer(&admin.token).await.must_be(204);
    create().bearer(&admin.token).await.must_be(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_user_stores_is_limited_in_size() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["all"]).await;
    let path = format!("/api-keys/{}", key.id);
    let text = |length: usize| "ä".repeat(length);
    let permissions = |count: usize| vec!["user.read"; count];
    let too_long = |name: &str| format!("{name} must be shorter than or equal to 10000 characters");
    let too_many = "permissions must contain no more than 1000 elements".to_owned();
    let (put, post) = (
        |path: &str, body| server.put(path, body).bearer(&admin.token),
        |path: &str, body| server.post(path, body).bearer(&admin.token),
    );

    for (request, message) in [
        (put("/users/me", json!({"name": text(10_001)})), too_long("name")),
        (post("/sessions", json!({"deviceType": text(10_001)})), too_long("deviceType")),
        (post("/sessions", json!({"deviceOS": text(10_001)})), too_long("deviceOS")),
        (post("/api-keys", json!({"name": text(10_001), "permissions": ["all"]})), too_long("name")),
        (post("/api-keys", json!({"permissions": permissions(1_001)})), too_many.clone()),
        (put(&path, json!({"name": text(10_001)})), too_long("name")),
        (put(&path, json!({"permissions": permissions(1_001)})), too_many),
    ] {
        request.await.must_be_error(400, &message);
    }
    put("/users/me", json!({"name": text(10_000)})).await.must_be(200);
    post("/sessions", json!({"deviceType": text(10_000), "deviceOS": text(10_000)})).await.must_be(201);
    post("/api-keys", json!({"name": text(10_000), "permissions": permissions(1_000)})).await.must_be(201);
    put(&path, json!({"name": text(10_000), "permissions": permissions(1_000)})).await.must_be(200);
}
