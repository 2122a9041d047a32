//! Long lists are streamed in constant memory.

use std::io::Read as _;
use std::time::Duration;

use serde_json::Value;

use crate::harness::{Database, Proxy, Server, Session};

/// Makes a response of about 30 MB: more than the socket buffers hold.
const USERS: usize = 100_000;

async fn fill(database: &Database, users: usize) {
    let insert = format!(
        "INSERT INTO \"user\" (email, name, \"createdAt\")
         SELECT i || '@x', repeat('n', 200), now() - i * interval '1 second' FROM generate_series(1, {users}) i;
         ANALYZE \"user\""
    );
    database.run(&insert).await;
}

/// The peak resident memory, in KiB.
fn peak_memory(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process_id())).expect("the server runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the kernel reports the peak");
    line.split_whitespace().next().and_then(|kib| kib.parse().ok()).expect("a number")
}

/// Sessions of the user's, and as many keys: each is named with its place in its list.
async fn fill_own(database: &Database, user: &Session, count: usize) {
    let insert = format!(
        "INSERT INTO session (token, \"userId\", \"updatedAt\", \"deviceType\")
         SELECT 'token ' || i, '{id}', now() - i * interval '1 second', i || repeat(' ', 200)
           FROM generate_series(1, {count}) i;
         INSERT INTO api_key (key, \"userId\", \"createdAt\", name, permissions)
         SELECT 'key ' || i, '{id}', now() - i * interval '1 second', i || repeat(' ', 200), '{{all}}'
           FROM generate_series(1, {count}) i;
         ANALYZE session, api_key",
        id = user.user_id
    );
    database.run(&insert).await;
}

async fn with_users(users: usize) -> (Server, Session) {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    fill(server.database(), users).await;
    (server, admin)
}

fn assert_complete(body: &[u8], users: usize) {
    let listed: Value = serde_json::from_slice(body).expect("complete JSON");
    let listed = listed.as_array().expect("an array");
    assert_eq!(listed.len(), users + 1);
    assert_eq!(listed[1]["email"], "1@x");
    assert_eq!(listed[users]["email"], format!("{users}@x"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes half a minute: make test-slow"]
async fn many_users_are_streamed_in_constant_memory() {
    let (server, admin) = with_users(USERS).await;
    server.get("/users/me").bearer(&admin.token).await.must_be(200);
    let before = peak_memory(&server);

    for _ in 0..3 {
        let answer = server.get("/users").bearer(&admin.token).await.must_be(200);

        assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
        assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
        assert_eq!(answer.header("etag"), None, "it would have to come before the bytes it is made of");
        assert!(answer.body.len() > 25_000_000, "{} bytes", answer.body.len());
        assert_complete(&answer.body, USERS);
    }

    let grown = peak_memory(&server) - before;
    println!("GET /users with {USERS} users: the peak of resident memory rose from {before} KiB by {grown} KiB");
    assert!(grown < 12 * 1024, "{grown} KiB more than the {before} KiB before");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sessions_and_keys_are_streamed_in_constant_memory() {
    const COUNT: usize = 30_000;
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    fill_own(server.database(), &admin, COUNT).await;
    server.get("/users/me").bearer(&admin.token).await.must_be(200);
    let before = peak_memory(&server);

    for (path, name, own) in [("/sessions", "deviceType", 1), ("/api-keys", "name", 0)] {
        let answer = server.get(path).bearer(&admin.token).await.must_be(200);

        assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
        assert_eq!(answer.header("etag"), None);
        let listed = answer.json();
        let listed = listed.as_array().expect("an array");
        assert_eq!(listed.len(), COUNT + own);
        for (index, item) in listed[own..].iter().enumerate() {
            let place = item[name].as_str().map(str::trim);
            assert_eq!(place, Some(&*(index + 1).to_string()), "{path}");
        }
    }

    let grown = peak_memory(&server) - before;
    assert!(grown < 12 * 1024, "{grown} KiB more than the {before} KiB before");
}

#[tokio::test(flavor = "multi_thread")]
async fn up_to_a_hundred_sessions_and_keys_have_an_entity_tag() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    fill_own(server.database(), &admin, 99).await;

    for (path, count) in [("/sessions", 100), ("/api-keys", 99)] {
        let answer = server.get(path).bearer(&admin.token).await.must_be(200);

        assert_eq!(answer.json().as_array().map(Vec::len), Some(count));
        let tag = answer.header("etag").expect("an entity tag").to_owned();
        server.get(path).bearer(&admin.token).header("If-None-Match", &tag).await.must_be(304);
    }
    server.create_child(&admin).await;
    let answer = server.get("/sessions").bearer(&admin.token).await.must_be(200);
    assert_eq!((answer.json().as_array().map(Vec::len), answer.header("etag")), (Some(101), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_used_while_the_list_is_sent_is_in_the_list() {
    const COUNT: usize = 60_000;
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    fill_own(server.database(), &admin, COUNT).await;
    let mut connection = server.connect().await;
    let request = server.get("/sessions").bearer(&admin.token).header("Connection", "close");

    connection.write(&request.to_bytes()).await.expect("the server reads");
    let mut body = connection.read_bytes(1_000).await.expect("the list begins");
    let last = format!("session WHERE token = 'token {COUNT}'");
    server.database().run(&format!("UPDATE {}", last.replacen(" WHERE", " SET \"updatedAt\" = now() WHERE", 1))).await;
    body.extend(connection.read_to_end().await);

    let text = String::from_utf8_lossy(&body);
    assert_eq!(text.matches(&format!("\"{COUNT} ")).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_many_users_is_compressed() {
    let (server, admin) = with_users(10_000).await;
    let get = async |encoding: &str| {
        let request = server.get("/users").bearer(&admin.token).header("Accept-Encoding", encoding);
        let answer = request.await.must_be(200);
        assert_eq!(answer.header("content-encoding"), Some(encoding));
        assert_eq!(answer.header("content-length"), None);
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"));
        answer.into_body()
    };
    let mut plain = Vec::new();

    flate2::read::GzDecoder::new(&*get("gzip").await).read_to_end(&mut plain).expect("valid gzip");
    assert_complete(&plain, 10_000);
    plain.clear();
    brotli::Decompressor::new(&*get("br").await, 4096).read_to_end(&mut plain).expect("valid brotli");
    assert_complete(&plain, 10_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn up_to_five_thousand_users_have_an_entity_tag_and_are_not_sent_twice() {
    let (server, admin) = with_users(4_400).await;

    let answer = server.get("/users").bearer(&admin.token).await.must_be(200);

    assert_complete(&answer.body, 4_400);
    let tag = answer.header("etag").expect("an entity tag").to_owned();
    server.get("/users").bearer(&admin.token).header("If-None-Match", &tag).await.must_be(304);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_request_gets_no_body() {
    let (server, admin) = with_users(10_000).await;
    let mut connection = server.connect().await;

    let head = server.call("HEAD", "/users").bearer(&admin.token).over(&mut connection).await.expect("an answer");

    assert_eq!((head.status, head.body.len()), (200, 0));
    let next = server.get("/server/ping").over(&mut connection).await.expect("the connection is as before");
    assert_eq!(next.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_database_truncates_the_response_detectably() {
    let database = Database::new().await;
    let proxy = Proxy::to(&database.server_address()).await;
    let server = Server::on(&database).with("DB_URL", database.url_through(&proxy)).start().await;
    let admin = server.sign_up_admin().await;
    fill(&database, USERS).await;
    let mut connection = server.connect().await;
    let request = server.get("/users").bearer(&admin.token);

    connection.write(&request.to_bytes()).await.expect("the server reads");
    let begin = connection.read_bytes(100_000).await.expect("the answer begins");
    proxy.cut();
    tokio::time::sleep(Duration::from_millis(100)).await;

    assert!(String::from_utf8_lossy(&begin).starts_with("HTTP/1.1 200 "));
    let rest = connection.read_to_end().await;
    assert!(!rest.ends_with(b"0\r\n\r\n"), "the last chunk never comes");
    assert!(rest.len() < 25_000_000, "{} bytes came", rest.len());
}
